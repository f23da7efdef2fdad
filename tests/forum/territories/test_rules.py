"""What is stored of an organisation: its name as typed, and a code where it can be known."""

import pytest

from forum.territories import rules, service
from forum.territories.models import Organisation

INDEX = service.index()
NANTES = "COM-44109"
SAINT_DENIS = "COM-93066"


@pytest.mark.parametrize(
    ("name", "code", "stored"),
    [
        ("Nantes", NANTES, ("Nantes", NANTES)),
        ("Nantes", None, ("Nantes", NANTES)),
        ("ville de nantes", None, ("ville de nantes", NANTES)),
        ("Saint-Denis (93)", SAINT_DENIS, ("Saint-Denis (93)", SAINT_DENIS)),
        ("Saint-Denis", SAINT_DENIS, ("Saint-Denis", SAINT_DENIS)),
        ("Saint-Denis", None, ("Saint-Denis", None)),
        ("Saint-Denis", NANTES, ("Saint-Denis", None)),
        ("Dupont & fils", NANTES, ("Dupont & fils", None)),
        ("Rennes", NANTES, ("Rennes", "COM-35238")),
        ("Nantes", "COM-99999", ("Nantes", NANTES)),
        ("Nantes", "'; drop table", ("Nantes", NANTES)),
        ("21440109300015", None, ("Nantes", NANTES)),
        ("SIRET 214 401 093 00015", None, ("Nantes", NANTES)),
        ("214401093", None, ("Nantes", NANTES)),
        ("35600000049837", None, ("SIRET 356 000 000 49837", "SIRET-35600000049837")),
        ("552 100 554", None, ("SIREN 552 100 554", "SIREN-552100554")),
        ("SIREN 552 100 554", "SIREN-552100554", ("SIREN 552 100 554", "SIREN-552100554")),
        ("21440109300016", None, ("21440109300016", None)),
        ("552100555", None, ("552100555", None)),
        ("Peugeot", "55210055400013", ("Peugeot", "SIRET-55210055400013")),
        ("Peugeot", "SIRET-55210055400013", ("Peugeot", "SIRET-55210055400013")),
        ("Service de l’eau", "21440109300015", ("Service de l’eau", NANTES)),
        (None, NANTES, (None, None)),
        ("", None, (None, None)),
    ],
)
def test_what_is_stored(name, code, stored):
    assert rules.settle(INDEX, name, code) == Organisation(name=stored[0], code=stored[1])


def test_what_is_stored_is_stored_again_as_it_is():
    for name in ("Nantes", "21440109300015", "35600000049837", "Dupont & fils"):
        once = rules.settle(INDEX, name, None)
        assert rules.settle(INDEX, once.name, once.code) == once


@pytest.mark.parametrize("name", ["21440109300016", "SIRET : 214 401 093 00016"])
def test_a_siret_with_a_wrong_digit_is_told(name):
    assert list(rules.mistakes(name)) == ["organisation"]


@pytest.mark.parametrize(
    "name", ["21440109300015", "Nantes", "552100555", "2144010930001", "", None, ["x"], 7]
)
def test_any_other_text_is_right(name):
    assert rules.mistakes(name) == {}
