"""Which passwords are taken: long enough, not on the lists that attackers try first.

No rule about kinds of signs and no forced change (OWASP ASVS 5.0, 6.2.5 and 6.2.10). The lists of
common and breached passwords come with zxcvbn and are asked offline.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

MIN_SIGNS = 10
MAX_SIGNS = 200
LEAST_SCORE = 3
"""zxcvbn's scale: 3 means more than a hundred million guesses."""

_JUDGED_SIGNS = 72  # the estimator's own limit; what is longer only gets better
_LOCAL_WORDS = (
    "matkhau",
    "congan",
    "conganphuong",
    "phuong",
    "canbo",
    "vneid",
    "anninh",
    "vietnam",
    "phananh",
)


class PasswordFault(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    GUESSABLE = "guessable"


def find_fault(password: str, *, own_words: Iterable[str] = ()) -> PasswordFault | None:
    """Return what is wrong with a new password, or None; `own_words` are names that must not carry it."""
    typed = unicodedata.normalize("NFC", password)
    if len(typed) < MIN_SIGNS:
        return PasswordFault.SHORT
    if len(typed) > MAX_SIGNS:
        return PasswordFault.LONG
    from zxcvbn import zxcvbn  # noqa: PLC0415 - 13 MB that only who sets a password needs

    words = [*_LOCAL_WORDS, *_parts(own_words)]
    # Lists hold Vietnamese words without their marks.
    forms = {typed, _plain(typed), _plain(typed).replace(" ", "")}
    scores = [zxcvbn(form[:_JUDGED_SIGNS], user_inputs=words)["score"] for form in forms if form]
    return PasswordFault.GUESSABLE if min(scores) < LEAST_SCORE else None


def _parts(names: Iterable[str]) -> Iterator[str]:
    """Give each name as people type it into passwords: its words, and all in one."""
    for name in map(_plain, names):
        yield from name.split()
        yield name
        yield name.replace(" ", "")


def _plain(text: str) -> str:
    """Return the text without Vietnamese marks, in lower case."""
    parts = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
