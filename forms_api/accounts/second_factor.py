"""The second factor: six digits from a phone that count once, and codes on paper for a lost phone.

Source: RFC 6238 (TOTP, 30-second steps); OWASP ASVS 5.0, 6.5.1-6.5.5.
"""

from __future__ import annotations

import datetime as dt
import hmac
import os
import secrets
from collections.abc import Sequence

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, func, insert, or_, select, update

from forms_api.errors import SealError
from forms_api.store.schema import credentials, recovery_codes

STEP_SECONDS = 30
ACCEPTED_STEPS = (0, -1)
"""Phones' clocks run late and people type slowly: the step before the present one counts too."""

RECOVERY_CODES = 10
_CODE_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_NONCE_BYTES = 12


def new_secret() -> str:
    """Return a random secret of 160 bits in base32, as authenticator apps take it."""
    return pyotp.random_base32()


def enrolment_uri(secret: str, *, officer: str, issuer: str) -> str:
    """Return the `otpauth:` address that a QR code carries to the phone."""
    return pyotp.TOTP(secret).provisioning_uri(name=officer, issuer_name=issuer)


def matching_step(secret: str, code: str, *, now: dt.datetime) -> int | None:
    """Return the time step whose code was typed, or None."""
    digits = "".join(code.split())
    present = int(now.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    for step in (present + offset for offset in ACCEPTED_STEPS):
        if secrets.compare_digest(totp.at(step * STEP_SECONDS).encode(), digits.encode()):
            return step
    return None


def seal_secret(secret: str, *, key: bytes, officer_id: str) -> bytes:
    """Return the secret as the database keeps it: useless without the officers' secret."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, secret.encode(), officer_id.encode())


def open_secret(sealed: bytes, *, key: bytes, officer_id: str) -> str:
    """Return a kept secret. Raises SealError for another key or another officer's row."""
    nonce, content = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _cipher(key).decrypt(nonce, content, officer_id.encode()).decode()
    except InvalidTag:
        raise SealError("another officers' secret, or changed bytes") from None


def use_up(
    connection: Connection,
    officer_id: str,
    code: str,
    *,
    sealed: bytes,
    key: bytes,
    at: dt.datetime,
) -> bool:
    """Tell whether `code`, from the phone or from paper, counts; it never counts again."""
    try:
        secret = open_secret(sealed, key=key, officer_id=officer_id)
    except SealError:  # another officer's row, or the officers' secret was replaced
        return False
    step = matching_step(secret, code, now=at)
    if step is not None:
        return use_step(connection, officer_id, step)
    return use_recovery_code(connection, officer_id, code, key=key, at=at)


def use_step(connection: Connection, officer_id: str, step: int) -> bool:
    """Mark a step as used and tell whether it was still free: a code counts once, also in parallel."""
    last = credentials.c.totp_last_step
    statement = (
        update(credentials)
        .where(credentials.c.officer_id == officer_id, or_(last.is_(None), last < step))
        .values(totp_last_step=step)
    )
    return connection.execute(statement).rowcount == 1


def use_recovery_code(
    connection: Connection, officer_id: str, code: str, *, key: bytes, at: dt.datetime
) -> bool:
    """Use up a recovery code and tell whether it was one that was left."""
    statement = (
        update(recovery_codes)
        .where(
            recovery_codes.c.officer_id == officer_id,
            recovery_codes.c.code_hash == _hash(code, key=key, officer_id=officer_id),
            recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=at)
    )
    return connection.execute(statement).rowcount == 1


def new_recovery_codes() -> list[str]:
    """Return ten codes of 49 bits, in two groups that can be copied by hand."""
    return [
        "-".join("".join(secrets.choice(_CODE_SIGNS) for _ in range(5)) for _ in range(2))
        for _ in range(RECOVERY_CODES)
    ]


def keep_recovery_codes(
    connection: Connection, officer_id: str, codes: Sequence[str], *, key: bytes
) -> None:
    """Keep the hashes of new recovery codes; the old ones end."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.officer_id == officer_id))
    connection.execute(
        insert(recovery_codes),
        [
            {"code_hash": _hash(code, key=key, officer_id=officer_id), "officer_id": officer_id}
            for code in codes
        ],
    )


def recovery_codes_left(connection: Connection, officer_id: str) -> int:
    """Return how many recovery codes an officer still has."""
    query = select(func.count()).where(
        recovery_codes.c.officer_id == officer_id, recovery_codes.c.used_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def _hash(code: str, *, key: bytes, officer_id: str) -> bytes:
    """Return the stored form: 49 bits could be guessed from a plain hash, not without the key."""
    signs = "".join(sign for sign in code.lower() if sign.isalnum())
    return hmac.digest(key, f"recovery code\0{officer_id}\0{signs}".encode(), "sha256")


def _cipher(key: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt=None, info=b"second factor").derive(key))
