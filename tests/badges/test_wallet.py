"""Passes for Apple Wallet: whole, signed, said in two languages; what is unfit is named."""

import hashlib
import io
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import pytest
from msgspec.structs import replace
from PIL import Image

from badges import wallet
from badges.wallet import WalletPass, pack
from badges.wallet_signing import WalletUnfit, faults_at, open_signer
from tests.wallets import FROM, PASS_TYPE, TEAM, UNTIL, files_in, new_key, pem_of

PASS = WalletPass(
    serial="forum-2027-K7QM-42XR",
    token="A" * 121 + "B",
    reference="K7QM-42XR",
    given_name='Maëlys "Lys"',
    family_name="d’Hérouville",
    organisation="Val d’Ambroise",
    title={"fr": "Forum du numérique", "en": "Digital forum"},
    category={"fr": "Agent public", "en": "Public agent"},
    days={"fr": "23 et 24 mars 2027", "en": "23–24 March 2027"},
    venue={"fr": 'Salle "Jaurès"\\, Toulouse'},
    contact="contact@forum.example",
    language="fr",
    relevant_at=datetime(2027, 3, 23, 7, tzinfo=UTC),
    expires_at=datetime(2027, 3, 24, 23, tzinfo=UTC),
)
NAMES = {
    "pass.json", "manifest.json", "signature", "fr.lproj/pass.strings", "en.lproj/pass.strings",
    "icon.png", "icon@2x.png", "icon@3x.png", "logo.png", "logo@2x.png", "logo@3x.png",
}  # fmt: skip


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return files_in(tmp_path_factory.mktemp("wallet"))


@pytest.fixture(scope="module")
def signer(files):
    return open_signer(files)


def packed(signer, one=PASS):
    content = pack(one, signer.sign, pass_type=signer.pass_type, team=signer.team)
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def verified(files, found, folder):
    """Have openssl verify the signature of a pass; return how that ended."""
    for name in ("manifest.json", "signature"):
        (folder / name).write_bytes(found[name])
    return subprocess.run(
        ["openssl", "smime", "-verify", "-inform", "DER", "-in", folder / "signature",
         "-content", folder / "manifest.json", "-CAfile", files.wwdr, "-purpose", "any",
         "-attime", str(int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()))],
        capture_output=True,
        check=False,
    )  # fmt: skip


def test_the_manifest_tells_the_sha1_of_every_file_and_openssl_verifies_it(files, signer, tmp_path):
    found = packed(signer)
    assert found.keys() == NAMES
    told = json.loads(found["manifest.json"])
    sums = {
        name: hashlib.sha1(content, usedforsecurity=False).hexdigest()
        for name, content in found.items()
    }
    assert told == {name: sums[name] for name in NAMES - {"manifest.json", "signature"}}
    done = verified(files, found, tmp_path)
    assert (done.returncode, done.stdout) == (0, found["manifest.json"]), done.stderr


def test_a_changed_manifest_is_not_what_was_signed(files, signer, tmp_path):
    found = packed(signer)
    found["manifest.json"] = found["manifest.json"].replace(b"icon", b"iron", 1)
    assert verified(files, found, tmp_path).returncode != 0


def test_the_signature_is_detached_holds_both_certificates_and_its_time(signer):
    signature = packed(signer)["signature"]
    listed = subprocess.run(
        ["openssl", "pkcs7", "-inform", "DER", "-print_certs", "-noout"],
        input=signature, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    assert sorted(re.findall(r"subject=.*CN ?= ?([^,\n]+)", listed)) == [
        "Authority of a test", f"Pass Type ID: {PASS_TYPE}",
    ]  # fmt: skip
    shown = subprocess.run(
        ["openssl", "asn1parse", "-inform", "DER"], input=signature, capture_output=True, check=True
    ).stdout
    assert b"signingTime" in shown
    assert b"icon.png" not in signature


def test_the_pass_says_what_the_ticket_says(signer):
    said = json.loads(packed(signer)["pass.json"])
    code = {
        "format": "PKBarcodeFormatQR",
        "message": PASS.token,
        "messageEncoding": "iso-8859-1",
        "altText": "K7QM-42XR",
    }
    fields = said.pop("eventTicket")
    assert said == {
        "formatVersion": 1,
        "passTypeIdentifier": PASS_TYPE,
        "teamIdentifier": TEAM,
        "serialNumber": "forum-2027-K7QM-42XR",
        "organizationName": "Forum du numérique",
        "description": "Billet K7QM-42XR",
        "logoText": "Forum du numérique",
        "foregroundColor": "rgb(251, 250, 245)",
        "backgroundColor": "rgb(10, 92, 74)",
        "labelColor": "rgb(255, 209, 102)",
        "sharingProhibited": True,
        "relevantDate": "2027-03-23T07:00:00+00:00",
        "expirationDate": "2027-03-24T23:00:00+00:00",
        "barcode": code,
        "barcodes": [code],
    }
    assert {
        place: [(one["label"], one["value"]) for one in some] for place, some in fields.items()
    } == {
        "primaryFields": [("Nom complet", 'Maëlys "Lys" d’Hérouville')],
        "secondaryFields": [("Catégorie", "Agent public"), ("Jours", "23 et 24 mars 2027")],
        "auxiliaryFields": [("Lieu", 'Salle "Jaurès"\\, Toulouse')],
        "backFields": [
            ("Référence", "K7QM-42XR"),
            ("Organisme", "Val d’Ambroise"),
            ("Questions", "contact@forum.example"),
        ],
    }
    keys = [one["key"] for some in fields.values() for one in some]
    assert len(keys) == len(set(keys))


def test_what_is_not_known_has_no_field(signer):
    bare = replace(PASS, venue={}, contact="", organisation="", locations=[(43.6, 1.44)])
    said = json.loads(packed(signer, bare)["pass.json"])
    assert said["eventTicket"]["auxiliaryFields"] == []
    assert [one["key"] for one in said["eventTicket"]["backFields"]] == ["reference"]
    assert said["locations"] == [{"latitude": 43.6, "longitude": 1.44}]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_phone_of_another_language_says_it_in_its_own(signer, language):
    found = packed(signer, replace(PASS, language=language))
    said = json.loads(found["pass.json"])
    for shown in ("fr", "en"):
        strings = read_strings(found[f"{shown}.lproj/pass.strings"])
        [name] = said["eventTicket"]["primaryFields"]
        category, days = said["eventTicket"]["secondaryFields"]
        assert strings[name["label"]] == {"fr": "Nom complet", "en": "Name"}[shown]
        assert strings[category["value"]] == PASS.category[shown]
        assert strings[days["value"]] == PASS.days[shown]
        assert strings[said["logoText"]] == PASS.title[shown]
        assert strings['Salle "Jaurès"\\, Toulouse'] == 'Salle "Jaurès"\\, Toulouse'
        assert name["value"] not in strings


def read_strings(content):
    """Read a .strings file: quoted texts with backslashes, UTF-16 with its mark."""
    text = content.decode("utf-16")
    quoted = r'"((?:[^"\\]|\\.)*)"'
    lines = [re.fullmatch(rf"{quoted} = {quoted};", line) for line in text.splitlines()]
    assert all(lines)
    return {json.loads(f'"{one[1]}"'): json.loads(f'"{one[2]}"') for one in lines}


def test_pictures_have_the_sizes_that_wallets_ask_for(signer):
    found = packed(signer)
    sizes = {
        name: Image.open(io.BytesIO(content)).size
        for name, content in found.items()
        if name.endswith(".png")
    }
    assert sizes == {
        "icon.png": (29, 29), "icon@2x.png": (58, 58), "icon@3x.png": (87, 87),
        "logo.png": (50, 50), "logo@2x.png": (100, 100), "logo@3x.png": (150, 150),
    }  # fmt: skip
    disc = Image.open(io.BytesIO(found["logo@3x.png"])).convert("RGB")
    assert (disc.getpixel((69, 80)), disc.getpixel((2, 2))) == (wallet.HIGHLIGHT, wallet.FIR)


def test_a_signer_is_fit_as_long_as_both_certificates_are(signer):
    assert (signer.since, signer.until) == (FROM, UNTIL)
    assert [signer.fit(at) for at in (FROM, UNTIL, UNTIL + timedelta(1))] == [True, True, False]
    assert faults_at(signer, FROM) == []
    assert faults_at(signer, FROM - timedelta(1)) == [
        "FORUM_WALLET_…: good from 2026-01-01 on: look at this clock"
    ]
    assert faults_at(signer, UNTIL + timedelta(1)) == [
        "FORUM_WALLET_…: expired on 2028-01-01: have Apple issue a new one"
    ]


def test_each_thing_that_is_wrong_with_the_files_is_named_with_its_mend(files, tmp_path):
    def mends(**changed):
        with pytest.raises(WalletUnfit) as caught:
            open_signer(replace(files, **changed))
        return caught.value.mends

    other = files_in(tmp_path)
    locked = tmp_path / "locked.key"
    locked.write_bytes(pem_of(new_key(), password=b"secret"))
    assert mends(certificate=tmp_path / "none", key=files.wwdr, wwdr=files.key) == [
        f"FORUM_WALLET_CERTIFICATE: {tmp_path / 'none'} cannot be read (No such file or directory)",
        f"FORUM_WALLET_WWDR: {files.key} is no certificate: give the .cer or .pem file",
        f"FORUM_WALLET_KEY: {files.wwdr} is no private key in PEM: openssl pkcs12 -nocerts -nodes",
    ]
    [mend] = mends(key=locked)
    assert "has a password" in mend
    [mend] = mends(key=other.key)
    assert mend.startswith("FORUM_WALLET_KEY: is not the key of FORUM_WALLET_CERTIFICATE")
    [mend] = mends(wwdr=other.wwdr)
    assert mend.startswith("FORUM_WALLET_WWDR: did not issue FORUM_WALLET_CERTIFICATE")
    assert mends(pass_type="pass.other", team="OTHER") == [
        f"FORUM_WALLET_PASS_TYPE: is 'pass.other', the certificate says '{PASS_TYPE}'",
        f"FORUM_WALLET_TEAM: is 'OTHER', the certificate says '{TEAM}'",
    ]
