"""Devices in words: how each does, and codes that a decoder reads."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from badges import qr
from badges.devices import views as device_views
from badges.devices.models import Announced, DeviceState
from badges.devices.rules import device_state
from forum.core.i18n import words
from tests.pages.samples import EDITION, GATES, device

NOW = datetime(2027, 3, 23, 9, tzinfo=UTC)
LONG_AGO = NOW - timedelta(minutes=5)
LATER = NOW + timedelta(days=2)


def said(language="fr", **given):
    one = device(1, **{"seen_at": NOW, "clock_offset_ms": 0, **given})
    return device_views.rows([one], GATES, EDITION, words(language), NOW)[0]


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({}, DeviceState.ACTIVE),
        ({"seen_at": LONG_AGO + timedelta(seconds=1)}, DeviceState.ACTIVE),
        ({"seen_at": LONG_AGO}, DeviceState.SILENT),
        ({"seen_at": None, "enrolled_at": NOW}, DeviceState.ACTIVE),
        ({"seen_at": None, "enrolled_at": None}, DeviceState.SILENT),
        ({"token": False}, DeviceState.TO_ENROL),
        ({"revoked_at": NOW}, DeviceState.REVOKED),
        ({"revoked_at": NOW, "token": False}, DeviceState.REVOKED),
        ({"revoked_at": NOW, "drained_at": NOW}, DeviceState.HANDED_OVER),
    ],
)
def test_how_a_device_does(given, state):
    assert device_state(device(1, **{"seen_at": NOW, **given}), NOW) is state


@pytest.mark.parametrize(
    ("offset_ms", "french", "english"),
    [
        (None, "", ""),
        (4999, "à l’heure", "right"),
        (-4999, "à l’heure", "right"),
        (190_000, "retard de 3\u00a0min", "3 mins slow"),
        (-190_000, "avance de 3\u00a0min", "3 mins fast"),
    ],
)
def test_how_far_a_clock_is_off(offset_ms, french, english):
    assert said(clock_offset_ms=offset_ms)["clock"] == french
    assert said("en", clock_offset_ms=offset_ms)["clock"] == english


@pytest.mark.parametrize(
    ("battery", "charging", "french", "english"),
    [
        (None, None, "", ""),
        (57, None, "57\u00a0%", "57%"),
        (0, False, "0\u00a0%", "0%"),
        (100, True, "100\u00a0%, en charge", "100%, charging"),
    ],
)
def test_how_full_a_battery_is(battery, charging, french, english):
    assert said(battery=battery, charging=charging)["battery"] == french
    assert said("en", battery=battery, charging=charging)["battery"] == english


@pytest.mark.parametrize(
    ("given", "french"),
    [
        ({}, ""),
        ({"token": False}, "aucun code en attente"),
        ({"token": False, "code_until": NOW}, "son code est périmé"),
        ({"code_until": LATER}, "code valable jusqu’au jeudi 25 mars à 10\u00a0h"),
    ],
)
def test_what_becomes_of_a_code(given, french):
    assert said(**given)["code"] == french


def test_gates_and_rights_are_said_by_their_names():
    row = said(may_search=True, may_desk=True)
    assert (row["gate"], row["gates"]) == ("Entrée", ["Dîner", "Entrée"])
    assert row["rights"] == ["Chercher une personne par son nom", "Accueil"]
    assert said(seen_at=NOW - timedelta(minutes=2))["seen"] == "il y a\u00a02\u00a0min"


def test_a_code_is_read_by_a_decoder_and_named_for_a_screen_reader():
    made = Announced(
        id=device(1).id, name="<Élan>", gate="main", code="K7QM-4TXV-9W2D", until=LATER
    )
    [shown] = device_views.codes([made], GATES, "https://forum.example", words("fr"))
    assert shown["link"] == "https://forum.example/scan#code=K7QM-4TXV-9W2D"
    assert "<title>Code QR qui associe &lt;Élan&gt;</title>" in shown["qr"]
    picture = Image.open(BytesIO(qr.any_qr(shown["link"]).png()))
    assert [one.text for one in zxingcpp.read_barcodes(picture)] == [shown["link"]]
