"""Passkeys as WebAuthn (Level 3) has them: what a browser is asked, and its answer verified.

It imports `webauthn`, which takes 0.1 s: whoever needs it imports this module when it does.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import structlog
import webauthn
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from forum.accounts.models import NewPasskey, PasskeyRefused, RelyingParty, StoredPasskey

log = structlog.get_logger("passkeys")

T = TypeVar("T")
TIMEOUT_MS = 120_000
"""How long a browser lets its user choose; a challenge lives a little longer."""


def registration_options(
    party: RelyingParty, account_id: UUID, email: str, known: Sequence[bytes], challenge: bytes
) -> dict[str, Any]:
    """Return what `navigator.credentials.create` is asked: a passkey on the device, with its user
    verified (by PIN, finger or face), and not on a device that has one of the `known`.
    """  # noqa: D205 -- one thought
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name="Forum",
        user_id=account_id.bytes,
        user_name=email,
        user_display_name=email,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return _plain(options)


def sign_in_options(party: RelyingParty, challenge: bytes) -> dict[str, Any]:
    """Return what `navigator.credentials.get` is asked: any passkey of this site, user verified."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options)


def registered(party: RelyingParty, challenge: bytes, credential: dict[str, Any]) -> NewPasskey:
    """Verify what a device said when it made a passkey.

    Raises:
        PasskeyRefused: another challenge, origin or site, no verified user, or nothing readable.
    """

    def verify() -> VerifiedRegistration:
        return webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )

    found = _held(verify)
    return NewPasskey(
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
    )


def read(credential: dict[str, Any]) -> AuthenticationCredential:
    """Read what a browser sends to sign in, before the passkey it names is looked up.

    Raises:
        PasskeyRefused: nothing readable.
    """
    return _held(lambda: parse_authentication_credential_json(credential))


def signed(
    party: RelyingParty,
    challenge: bytes,
    credential: AuthenticationCredential,
    passkey: StoredPasskey,
) -> int:
    """Verify a signature by a passkey; return how often the device says that it signed.

    Raises:
        PasskeyRefused: another challenge, origin, site, account or key, no verified user, or a
            count that is not above the one known, as a copy of the passkey would send.
    """

    def verify() -> int:
        return webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        ).new_sign_count

    if credential.response.user_handle != passkey.account_id.bytes:
        raise PasskeyRefused
    return _held(verify)


def _held(verify: Callable[[], T]) -> T:
    try:
        return verify()
    except Exception as error:  # whatever a forged answer breaks in its reader is a refusal
        log.warning("passkey refused", why=type(error).__name__)
        raise PasskeyRefused from error


def _plain(options: Any) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return plain
