"""What signs passes for Apple Wallet: certificate and key from files, each fault with its mend."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID
from msgspec import Struct

from forum.core.settings import WalletFiles

T = TypeVar("T")
Key = RSAPrivateKey | EllipticCurvePrivateKey


class WalletUnfit(ValueError):  # noqa: N818 -- it says in what state the files are
    """What is set for the wallet signs no pass; `mends` has a line for each fault."""

    def __init__(self, mends: list[str]) -> None:
        super().__init__("; ".join(mends))
        self.mends = mends


class Signer(Struct, frozen=True, kw_only=True, eq=False):
    """What signs passes, found fit for it from `since` until `until`."""

    pass_type: str
    team: str
    certificate: x509.Certificate
    issuer: x509.Certificate
    key: Key
    since: datetime
    until: datetime

    def fit(self, at: datetime) -> bool:
        """Say whether phones believe what is signed at this instant."""
        return self.since <= at <= self.until

    def sign(self, content: bytes) -> bytes:
        """Return a detached PKCS #7 signature (RFC 5652) in DER, with both certificates inside."""
        builder = PKCS7SignatureBuilder().set_data(content)
        builder = builder.add_signer(self.certificate, self.key, SHA256())
        builder = builder.add_certificate(self.issuer)
        return builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])


def open_signer(files: WalletFiles) -> Signer:
    """Read what signs passes; dates are not looked at, see `faults_at`.

    Raises:
        WalletUnfit: a file is not what it should be, or two do not belong together.
    """
    mends: list[str] = []
    certificate = _read(files.certificate, "CERTIFICATE", _certificate, mends)
    issuer = _read(files.wwdr, "WWDR", _certificate, mends)
    key = _read(files.key, "KEY", _key, mends)
    if certificate is None or issuer is None or key is None:
        raise WalletUnfit(mends)
    if certificate.public_key() != key.public_key():
        mends.append(
            "FORUM_WALLET_KEY: is not the key of FORUM_WALLET_CERTIFICATE: name the key with which"
            " that certificate was requested"
        )
    if not _issued(certificate, issuer):
        mends.append(
            "FORUM_WALLET_WWDR: did not issue FORUM_WALLET_CERTIFICATE, which says"
            f" {certificate.issuer.rfc4514_string()}: take that one from Apple’s page of"
            " certificate authorities"
        )
    mends += _named(certificate, files)
    if mends:
        raise WalletUnfit(mends)
    return Signer(
        pass_type=files.pass_type,
        team=files.team,
        certificate=certificate,
        issuer=issuer,
        key=key,
        since=max(certificate.not_valid_before_utc, issuer.not_valid_before_utc),
        until=min(certificate.not_valid_after_utc, issuer.not_valid_after_utc),
    )


def faults_at(signer: Signer, at: datetime) -> list[str]:
    """Return what is wrong with the dates, each with its mend."""
    if at > signer.until:
        return [f"FORUM_WALLET_…: expired on {signer.until:%Y-%m-%d}: have Apple issue a new one"]
    if at < signer.since:
        return [f"FORUM_WALLET_…: good from {signer.since:%Y-%m-%d} on: look at this clock"]
    return []


def _read(path: Path, name: str, parse: Callable[[bytes], T], mends: list[str]) -> T | None:
    """Read one file; None, and a line in `mends`, where that fails."""
    try:
        return parse(path.read_bytes())
    except OSError as error:
        mends.append(f"FORUM_WALLET_{name}: {path} cannot be read ({error.strerror})")
    except ValueError as error:
        mends.append(f"FORUM_WALLET_{name}: {path} {error}")
    return None


def _certificate(content: bytes) -> x509.Certificate:
    """Read a certificate, PEM or DER as Apple gives it.

    Raises:
        ValueError: it is none, with the mend.
    """
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError:
        raise ValueError("is no certificate: give the .cer or .pem file") from None


def _key(content: bytes) -> Key:
    """Read a private key.

    Raises:
        ValueError: it is none that signs passes, or has a password, with the mend.
    """
    try:
        key = load_pem_private_key(content, password=None)
    except TypeError:
        raise ValueError(
            "has a password: write it without one, readable by Forum alone (openssl pkey)"
        ) from None
    except ValueError:
        raise ValueError("is no private key in PEM: openssl pkcs12 -nocerts -nodes") from None
    if not isinstance(key, Key):
        raise ValueError("is neither an RSA nor an elliptic key")  # noqa: TRY004
    return key


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _named(certificate: x509.Certificate, files: WalletFiles) -> list[str]:
    """Return where the certificate says another pass type or team than the settings."""
    wrong = []
    for oid, name, wanted in (
        (NameOID.USER_ID, "PASS_TYPE", files.pass_type),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "TEAM", files.team),
    ):
        said = [str(one.value) for one in certificate.subject.get_attributes_for_oid(oid)]
        if wanted not in said:
            known = f"{', '.join(said)!r}" if said else "none"
            wrong.append(f"FORUM_WALLET_{name}: is {wanted!r}, the certificate says {known}")
    return wrong
