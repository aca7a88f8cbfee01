"""Where the templates of documents lie, and how text becomes fit to stand in one."""

from __future__ import annotations

import unicodedata
from pathlib import Path

TEMPLATES_DIR = Path(__file__).resolve().parents[2] / "templates" / "documents"


def printable(text: str) -> str:
    """Return the text composed (NFC), with its lines kept and without signs that no file may hold.

    XML allows no control sign but tab and line end, and no half of a surrogate pair; signs that
    turn the direction of writing could make a line read as another.
    """
    lines = unicodedata.normalize("NFC", text).replace("\t", " ").splitlines()
    return "\n".join("".join(filter(_may_be_printed, line)) for line in lines)


def one_line(text: str) -> str:
    """Return the text composed, on one line, with single spaces."""
    return " ".join(printable(text).split())


def _may_be_printed(sign: str) -> bool:
    if ord(sign) & 0xFFFE == 0xFFFE:  # U+FFFE, U+FFFF and their like are no characters
        return False
    return sign in _JOINERS or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"}


_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
