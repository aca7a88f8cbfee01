"""References that people say aloud, and follow-up codes that open a report to its sender.

The code has 120 bits and is stored nowhere. It is derived from the receipt key and the form's
random submission id, so that a repeated POST shows it again; what is stored is derived from the
code one-way. Alphabet: Crockford's base32, https://www.crockford.com/base32.html.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import NewType

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forms_api.vault.sealing import Identity, identity_from_seed

SubmissionId = NewType("SubmissionId", bytes)
"""Random bytes that a form carries: known to the reporter's browser alone, never stored."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BYTES = 15
CODE_LENGTH = 24
GROUP_LENGTH = 4
REFERENCE_LENGTH = 6
SUBMISSION_ID_BYTES = 16

_DIGITS = "23456789"
_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class FollowUpCode:
    """The reporter's key to one report, 24 signs without dashes; never shows in a repr or a log."""

    _signs: str

    def __repr__(self) -> str:
        return "FollowUpCode(…)"

    def reveal(self) -> str:
        """Return the code as it is shown: six groups of four, joined by dashes."""
        groups = range(0, CODE_LENGTH, GROUP_LENGTH)
        return "-".join(self._signs[start : start + GROUP_LENGTH] for start in groups)

    @property
    def lookup_key(self) -> bytes:
        """32 bytes that find the report's row and tell nothing of the code."""
        return _derive(self._signs, b"follow-up look-up key")

    @property
    def identity(self) -> Identity:
        """The private key that opens what was sealed for the reporter."""
        return identity_from_seed(_derive(self._signs, b"follow-up age identity"))


def new_submission_id() -> SubmissionId:
    """Return 128 random bits for a form that is about to be shown."""
    return SubmissionId(secrets.token_bytes(SUBMISSION_ID_BYTES))


def submission_key(submission_id: SubmissionId) -> bytes:
    """Return the 32 bytes by which a submission is known in the database."""
    return hashlib.sha256(b"submission key\0" + submission_id).digest()


def report_id(submission_id: SubmissionId) -> str:
    """Return the id of the report that this submission becomes: one-way, the same for a repeat."""
    return hashlib.sha256(b"report id\0" + submission_id).hexdigest()[:32]


def content_digest(secret: bytes, content: bytes) -> bytes:
    """Return 32 bytes that tell whether a repeat has the same content.

    Keyed with a secret that is not stored, a submission id above all, so that nobody can guess at
    short answers.
    """
    return hmac.digest(secret, b"content digest\0" + content, "sha256")


def derive_code(receipt_key: bytes, submission_id: SubmissionId) -> FollowUpCode:
    """Return the follow-up code of the submission."""
    number = int.from_bytes(
        hmac.digest(receipt_key, b"follow-up code\0" + submission_id, "sha256")[:CODE_BYTES]
    )
    return FollowUpCode(_signs(number, CODE_LENGTH))


def receipt_stamp(receipt_key: bytes, reference: str, received_at: dt.datetime) -> str:
    """Return the stamp on a receipt, 40 bits such as `7K3M-92QX`: who has no key cannot forge it.

    It tells nothing of the follow-up code, and proves that this service took the report in then.
    """
    told = f"receipt stamp\0{reference}\0{received_at.astimezone(dt.UTC).isoformat()}"
    number = int.from_bytes(hmac.digest(receipt_key, told.encode(), "sha256")[:5])
    signs = _signs(number, 2 * GROUP_LENGTH)
    return f"{signs[:GROUP_LENGTH]}-{signs[GROUP_LENGTH:]}"


def new_code() -> FollowUpCode:
    """Return a random code that stands on no receipt: an invitation's."""
    return FollowUpCode(_signs(secrets.randbits(8 * CODE_BYTES), CODE_LENGTH))


def parse_code(typed: str) -> FollowUpCode | None:
    """Return the code a person typed (any case, dashes or none, O for 0, I or L for 1), or None."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_READ_AS)
    if len(signs) != CODE_LENGTH or not set(signs) <= set(ALPHABET):
        return None
    return FollowUpCode(signs)


def new_reference(prefix: str) -> str:
    """Return a reference such as `XG-7K3M92`: short, public, no secret; may already be taken.

    Letters and digits alternate so that no word can arise.
    """
    return f"{prefix}-{_alternating(_DIGITS, _LETTERS)}"


def new_stub_reference(prefix: str) -> str:
    """Return the number of a printed stub, such as `XG-K7M3P9`: it begins with a letter.

    No report gets such a number by itself, so one that was printed is free until it is entered.
    """
    return f"{prefix}-{_alternating(_LETTERS, _DIGITS)}"


def parse_stub_reference(prefix: str, typed: str) -> str | None:
    """Return the stub's number that a person typed (any case, with or without prefix), or None."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum())
    if len(signs) == len(prefix) + REFERENCE_LENGTH:
        signs = signs.removeprefix(prefix.upper())
    fits = len(signs) == REFERENCE_LENGTH and all(
        sign in (_DIGITS if place % 2 else _LETTERS) for place, sign in enumerate(signs)
    )
    return f"{prefix}-{signs}" if fits else None


def _alternating(first: str, second: str) -> str:
    """Return random signs, in turn of either alphabet."""
    # One draw for all signs: each asks the system, and lets every other thread in between.
    number = secrets.randbelow((len(first) * len(second)) ** (REFERENCE_LENGTH // 2))
    signs = []
    for _ in range(REFERENCE_LENGTH // 2):
        number, one = divmod(number, len(first))
        number, other = divmod(number, len(second))
        signs.append(first[one] + second[other])
    return "".join(signs)


def _signs(number: int, length: int) -> str:
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(length)))


def _derive(signs: str, purpose: bytes) -> bytes:
    """Return 32 bytes from the code by HKDF (RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(signs.encode())
