"""What people type, made fit to keep: one Unicode form, no invisible signs that mislead a reader."""

from __future__ import annotations

import re
import unicodedata

# Controls (but not tab and line feed), surrogates, the byte order mark, and the signs that turn
# the direction of text. Source: Unicode Standard Annex #9, explicit directional formatting.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_LINE_TAILS = re.compile(r"[^\S\n]+\n")


def clean_lines(text: str) -> str:
    """Return `text` in NFC with line feeds as line ends, or "" when nothing of it can be seen."""
    text = _LINE_ENDS.sub("\n", text)
    text = unicodedata.normalize("NFC", _UNWANTED.sub("", text))
    text = _LINE_TAILS.sub("\n", text).strip()
    return text if any(_is_visible(sign) for sign in text) else ""


def clean_line(text: str) -> str:
    """Return `text` as one line, with single spaces between its words."""
    return _SPACES.sub(" ", clean_lines(text)).strip()


def _is_visible(sign: str) -> bool:
    # Separators, controls and format signs (a zero-width space, a joiner) show nothing by themselves.
    return unicodedata.category(sign)[0] not in "ZC" or unicodedata.category(sign) == "Co"
