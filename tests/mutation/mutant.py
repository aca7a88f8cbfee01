"""What a mutant is: a rule that is broken by replacing text, and the tests that must notice."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Replacement:
    """A text that stands once in a file, and what is put in its place."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Mutant:
    """One rule, broken.

    `rows` are requirements of docs/security.md: in each, a named test must notice. Tests that drive
    a server or a browser (tests/e2e) run when no other test of a row noticed, or at once with
    `needs_e2e`. What the site is built from takes effect when it `rebuilds` the site.
    """

    slug: str
    breaks: str
    rows: tuple[str, ...]
    replacements: tuple[Replacement, ...]
    needs_e2e: bool = False
    rebuilds: bool = False


class MisplacedError(Exception):
    """A mutant's old text does not stand exactly once in its file, or its new text is no Python."""


def broken(
    slug: str,
    breaks: str,
    rows: str,
    file: str,
    old: str,
    new: str,
    *,
    also: Sequence[Replacement] = (),
    needs_e2e: bool = False,
    rebuilds: bool = False,
) -> Mutant:
    """Return a mutant of one replacement and `also` others; `rows` are separated by spaces."""
    replacements = (Replacement(file, old, new), *also)
    return Mutant(slug, breaks, tuple(rows.split()), replacements, needs_e2e, rebuilds)


def mutated(mutant: Mutant, root: Path) -> dict[str, str]:
    """Return the text of each file that the mutant changes. Raises MisplacedError."""
    texts: dict[str, str] = {}
    for replacement in mutant.replacements:
        file = replacement.file
        text = texts.get(file) or (root / file).read_text(encoding="utf-8")
        found = text.count(replacement.old)
        if found != 1:
            raise MisplacedError(f"{mutant.slug}: {file} has {found} times {replacement.old!r}")
        texts[file] = text.replace(replacement.old, replacement.new)
    for file, text in texts.items():
        if file.endswith(".py"):
            try:
                ast.parse(text)
            except SyntaxError as error:
                raise MisplacedError(f"{mutant.slug}: {file} is no Python: {error}") from None
    return texts
