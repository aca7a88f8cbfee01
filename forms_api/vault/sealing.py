"""Content sealed with age, so that anyone who holds the key can open an export with the standard tool.

Source: the age format, https://age-encryption.org/v1 (X25519 recipients).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO, NewType

import pyrage
from bech32 import bech32_encode, convertbits
from pyrage import x25519

from forms_api.errors import SealError

Recipient = NewType("Recipient", str)
"""A public key, `age1…`: enough to seal, useless to open."""


@dataclass(frozen=True)
class Identity:
    """A private key, `AGE-SECRET-KEY-1…`; its text never shows in a repr or a log."""

    _text: str

    def __repr__(self) -> str:
        return "Identity(…)"

    @property
    def recipient(self) -> Recipient:
        """The public key that belongs to this private key."""
        return Recipient(str(_identity(self._text).to_public()))

    def reveal(self) -> str:
        """Return the private key's text, to be shown to its owner or wrapped."""
        return self._text


def generate_identity() -> Identity:
    """Return a new random private key."""
    return Identity(str(x25519.Identity.generate()))


def identity_from_text(text: str) -> Identity:
    """Return the first private key of `identities_from_text`. Raises SealError."""
    return identities_from_text(text)[0]


def identities_from_text(text: str) -> tuple[Identity, ...]:
    """Return every private key in `text`, which may be an age identity file with comments.

    Raises SealError when there is none, or a line that is none.
    """
    lines = (line.strip() for line in text.splitlines())
    keys = tuple(Identity(line) for line in lines if line and not line.startswith("#"))
    for key in keys:
        _identity(key.reveal())
    if not keys:
        raise SealError("no identity")
    return keys


def identity_from_seed(seed: bytes) -> Identity:
    """Return the private key whose 32 secret bytes are `seed`."""
    words = convertbits(seed, 8, 5)
    assert words is not None  # only asked of numbers outside 0..255
    return Identity(bech32_encode("age-secret-key-", words).upper())


def seal(content: bytes, recipients: Sequence[Recipient]) -> bytes:
    """Return `content` so that any one of `recipients` can open it. Raises SealError."""
    try:
        sealed: bytes = pyrage.encrypt(content, [_recipient(recipient) for recipient in recipients])
    except pyrage.EncryptError as error:
        raise SealError(str(error)) from None
    return sealed


def seal_stream(
    content: BinaryIO, recipients: Sequence[Recipient], write: Callable[[bytes], object]
) -> None:
    """Seal what is read from `content`, piece by piece, and give each piece to `write`.

    Raises SealError, and whatever `write` raises.
    """
    sink = _Sink(write)
    try:
        pyrage.encrypt_io(content, sink, [_recipient(recipient) for recipient in recipients])
    except (pyrage.EncryptError, OSError) as error:
        raise sink.failure or SealError(str(error)) from None


class _Sink:
    """Hands on what is written to it, and remembers what went wrong there: the sealer would not."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self.failure: Exception | None = None

    def write(self, piece: bytes) -> int:
        try:
            self._write(piece)
        except Exception as error:
            self.failure = error
            raise
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""


def unseal(sealed: bytes, identity: Identity) -> bytes:
    """Return the content of `sealed`. Raises SealError when `identity` does not open it."""
    try:
        content: bytes = pyrage.decrypt(sealed, [_identity(identity.reveal())])
    except pyrage.DecryptError as error:
        raise SealError(str(error)) from None
    return content


@lru_cache(maxsize=64)
def _recipient(text: str) -> x25519.Recipient:
    try:
        return x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise SealError(str(error)) from None


def _identity(text: str) -> x25519.Identity:
    try:
        return x25519.Identity.from_str(text)
    except pyrage.IdentityError as error:
        raise SealError(str(error)) from None
