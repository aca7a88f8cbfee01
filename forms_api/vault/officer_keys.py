"""The queue's private key, wrapped once for each officer under a key from that officer's password.

Source: Argon2id with the parameters of RFC 9106 section 4 (second recommended option:
64 MiB, 3 passes, 4 lanes); ChaCha20-Poly1305 (RFC 8439).
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from forms_api.errors import SealError
from forms_api.vault.sealing import Identity, identity_from_text

_NONCE_BYTES = 12
_SALT_BYTES = 16


@dataclass(frozen=True)
class WrapCost:
    """What one unwrapping costs: memory in KiB, passes, lanes."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4


@dataclass(frozen=True)
class WrappedIdentity:
    """The queue's private key under one officer's password, with all that unwrapping needs."""

    salt: bytes
    cost: WrapCost
    sealed: bytes


def hash_password(password: str, cost: WrapCost | None = None) -> str:
    """Return the password's Argon2id hash in PHC form, for signing in."""
    return _hasher(cost or WrapCost()).hash(_normal(password))


def password_matches(password: str, password_hash: str) -> bool:
    """Tell whether `password` is the one that was hashed."""
    try:
        return _hasher(WrapCost()).verify(password_hash, _normal(password))
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Tell whether a hash was made at another cost than today's."""
    return _hasher(WrapCost()).check_needs_rehash(password_hash)


def wrap_identity(
    identity: Identity, *, password: str, officer: str, cost: WrapCost | None = None
) -> WrappedIdentity:
    """Return `identity` so that only `officer` with `password` can unwrap it."""
    cost = cost or WrapCost()
    salt = os.urandom(_SALT_BYTES)
    nonce = os.urandom(_NONCE_BYTES)
    cipher = ChaCha20Poly1305(_key(password, salt, cost))
    sealed = cipher.encrypt(nonce, identity.reveal().encode(), officer.encode())
    return WrappedIdentity(salt, cost, nonce + sealed)


def unwrap_identity(wrapped: WrappedIdentity, *, password: str, officer: str) -> Identity:
    """Return the queue's private key. Raises SealError for a wrong password or another officer."""
    cipher = ChaCha20Poly1305(_key(password, wrapped.salt, wrapped.cost))
    nonce, sealed = wrapped.sealed[:_NONCE_BYTES], wrapped.sealed[_NONCE_BYTES:]
    try:
        return identity_from_text(cipher.decrypt(nonce, sealed, officer.encode()).decode())
    except (InvalidTag, ValueError):  # ValueError: so much is missing that no nonce is left
        raise SealError("wrong password, or changed bytes") from None


def _key(password: str, salt: bytes, cost: WrapCost) -> bytes:
    return hash_secret_raw(
        _normal(password).encode(), salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID
    )


def _hasher(cost: WrapCost) -> PasswordHasher:
    return PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)


def _normal(password: str) -> str:
    """Return the password in NFC: keyboards send Vietnamese letters in either form."""
    return unicodedata.normalize("NFC", password)
