"""Certificates as Apple gives them to who signs passes, made by a test for itself."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from forum.core.settings import WalletFiles

PASS_TYPE = "pass.example.forum"
TEAM = "A1B2C3D4E5"
FROM = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2028, 1, 1, tzinfo=UTC)
YEARS = timedelta(days=3650)


def new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def named(common, **others):
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    parts += [x509.NameAttribute(getattr(NameOID, oid), value) for oid, value in others.items()]
    return x509.Name(parts)


def certified(subject, key, issuer, issuer_key, *, since=FROM, until=UNTIL, authority=False):
    """Return a certificate of `key`, signed by its issuer."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(issuer_key, SHA256())
    )


def pem_of(key, password=None):
    how = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)


def files_in(folder, *, until=UNTIL, pass_type=PASS_TYPE, team=TEAM):
    """Write an authority, a certificate and its key into a folder; return what names them."""
    authority_key, key = new_key(), new_key()
    authority = named("Authority of a test")
    wwdr = certified(
        authority, authority_key, authority, authority_key, until=UNTIL + YEARS, authority=True
    )
    subject = named(f"Pass Type ID: {pass_type}", USER_ID=pass_type, ORGANIZATIONAL_UNIT_NAME=team)
    certificate = certified(subject, key, authority, authority_key, until=until)
    (folder / "pass.cer").write_bytes(certificate.public_bytes(Encoding.DER))
    (folder / "wwdr.pem").write_bytes(wwdr.public_bytes(Encoding.PEM))
    (folder / "pass.key").write_bytes(pem_of(key))
    return WalletFiles(
        certificate=folder / "pass.cer",
        key=folder / "pass.key",
        wwdr=folder / "wwdr.pem",
        pass_type=PASS_TYPE,
        team=TEAM,
    )
