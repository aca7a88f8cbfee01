"""Everything that is fuzzed, by name: what reads an input, and how large and slow one may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.api import make_api
from tests.fuzz.doors import MAX_BODY_BYTES, make_door
from tests.fuzz.files import clean_or_refuse
from tests.fuzz.words import make_answers, make_definitions, read_codes

CORPUS = Path(__file__).parent / "corpus"
"""A folder for each target: where its fuzzing begins, and every input that once broke something."""

Reader = Callable[[bytes], None]
_APART_SECONDS = 120


@dataclass(frozen=True)
class Target:
    """One thing that reads inputs; `make` returns the reader, which raises where it is wrong.

    `make` gets an empty folder, in which the reader may keep what it needs. `seconds` is how long one
    input may take before it counts as a failure.
    """

    make: Callable[[Path], Reader]
    max_bytes: int
    seconds: int = 25


_PICTURE = Target(lambda _: clean_or_refuse, 2**14)
_APART = Target(lambda _: clean_or_refuse, 2**16, _APART_SECONDS)
TARGETS: dict[str, Target] = {
    "multipart": Target(make_door, MAX_BODY_BYTES + 2**12, _APART_SECONDS),
    "answers": Target(lambda _: make_answers(), 2**13),
    "definitions": Target(make_definitions, 2**13),
    "codes": Target(lambda _: read_codes, 200),
    "api": Target(make_api, 2**12),
    "jpeg": _PICTURE,
    "png": _PICTURE,
    "webp": _PICTURE,
    "heic": _APART,
    "mp4": _APART,
    "mov": _APART,
    "webm": _APART,
    "m4a": _APART,
    "mp3": _APART,
    "ogg": _APART,
    "pdf": _APART,
}


def inputs_of(name: str) -> list[Path]:
    """Return the inputs that the repository keeps for a target."""
    return sorted(path for path in (CORPUS / name).glob("*") if path.is_file())
