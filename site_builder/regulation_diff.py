"""What changed between two versions of the regulation, word by word, article by article.

Articles and paragraphs are paired by their words, not by their numbers: one that only moved down
because another came before it is still the same one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from site_builder.regulation import Article, Regulation

ALIKE = 0.4
"""Two texts that share fewer of their words are not the same text changed, but one gone, one new."""

_TOKEN = re.compile(r"\w+(?:[./-]\w+)*|[^\w\s]")
_MARKS = re.compile(r"\*+")
_NUMBER = re.compile(r"^Điều \d+")


class Change(StrEnum):
    """What became of a piece of text, a paragraph or an article; an article may only be renumbered."""

    SAME = "same"
    RENUMBERED = "renumbered"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """A run of words that is in both versions, only in the newer or only in the older."""

    change: Change
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of either version, as pieces in reading order."""

    change: Change
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Part:
    """An article, or another part of the document, with what became of it.

    `article` is the article as the newer version has it, or as the older had it if it is gone.
    """

    title: str
    anchor: str
    change: Change
    paragraphs: tuple[Paragraph, ...]
    article: Article | None = None
    old_number: int | None = None

    @property
    def moved(self) -> bool:
        """Whether the article now has another number."""
        return (
            self.article is not None
            and self.old_number is not None
            and self.change is not Change.REMOVED
            and self.article.number != self.old_number
        )


@dataclass(frozen=True)
class Comparison:
    """Two versions of the regulation, part by part in reading order."""

    parts: tuple[Part, ...]

    @property
    def told(self) -> list[Part]:
        """The parts whose words changed."""
        quiet = (Change.SAME, Change.RENUMBERED)
        return [part for part in self.parts if part.change not in quiet]

    def which(self, change: Change | str) -> list[Part]:
        """Return the parts that `change` happened to."""
        return [part for part in self.parts if part.change == change]

    def words(self, change: Change | str) -> int:
        """Return how many words were added or removed; an article's new number is none."""
        return sum(
            len(re.findall(r"\w+", piece.text))
            for part in self.told
            for paragraph in part.paragraphs
            for piece in paragraph.pieces
            if piece.change == change
        )


def compare(older: Regulation, newer: Regulation) -> Comparison:
    """Return what changed from `older` to `newer`. Emphasis is no word and does not count."""
    parts = [_part("Phần đầu", "phan-dau", _opening(older), _opening(newer))]
    parts.append(_part("Tên các chương", "chuong", _chapters(older), _chapters(newer)))
    parts += _articles(older, newer)
    parts.append(_part("Nơi nhận", "noi-nhan", _recipients(older), _recipients(newer)))
    parts.append(_part("Phần ký", "phan-ky", older.signature, newer.signature))
    return Comparison(tuple(parts))


def _articles(older: Regulation, newer: Regulation) -> Iterator[Part]:
    before = [" ".join(article.paragraphs()) for article in older.articles]
    after = [" ".join(article.paragraphs()) for article in newer.articles]
    for old, new in _pairs(before, after):
        gone = None if old is None else older.articles[old]
        here = None if new is None else newer.articles[new]
        article = here or gone
        assert article is not None
        words = [[*one.paragraphs()] if one else [] for one in (gone, here)]
        part = _part(article.label, article.anchor if here else f"{article.anchor}-cu", *words)
        alike = _unnumbered(words[0]) == _unnumbered(words[1])
        renumbered = alike and part.change is not Change.SAME
        yield Part(
            part.title,
            part.anchor,
            Change.RENUMBERED if renumbered else part.change,
            part.paragraphs,
            article,
            None if gone is None else gone.number,
        )


def _unnumbered(paragraphs: Sequence[str]) -> list[str]:
    """Return an article's paragraphs without its number and without emphasis."""
    return [_NUMBER.sub("", _MARKS.sub("", text)) for text in paragraphs]


def _part(title: str, anchor: str, before: Sequence[str], after: Sequence[str]) -> Part:
    old = [_MARKS.sub("", text) for text in before]
    new = [_MARKS.sub("", text) for text in after]
    paragraphs = tuple(
        _paragraph("" if i is None else old[i], "" if j is None else new[j])
        for i, j in _pairs(old, new)
    )
    changes = {paragraph.change for paragraph in paragraphs}
    change = changes.pop() if len(changes) == 1 else Change.CHANGED
    return Part(title, anchor, change, paragraphs)


def _paragraph(old: str, new: str) -> Paragraph:
    if old == new:
        return Paragraph(Change.SAME, (Piece(Change.SAME, new),))
    if not old:
        return Paragraph(Change.ADDED, (Piece(Change.ADDED, new),))
    if not new:
        return Paragraph(Change.REMOVED, (Piece(Change.REMOVED, old),))
    return Paragraph(Change.CHANGED, tuple(_pieces(old, new)))


def _pieces(old: str, new: str) -> Iterator[Piece]:
    """Yield the words of both texts: what was removed, then what came in its place."""
    before, after = _tokens(old), _tokens(new)
    same = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    i = j = 0
    for block in same:
        # One lone word between two changes would only tear the sentence to pieces.
        at_an_end = block.size == 0 or block.a == 0 or block.a + block.size == len(before)
        if block.size < 2 and not at_an_end:
            continue
        if removed := "".join(before[i : block.a]):
            yield Piece(Change.REMOVED, removed)
        if added := "".join(after[j : block.b]):
            yield Piece(Change.ADDED, added)
        if kept := "".join(after[block.b : block.b + block.size]):
            yield Piece(Change.SAME, kept)
        i, j = block.a + block.size, block.b + block.size


def _tokens(text: str) -> list[str]:
    """Return the words and signs of `text`, each with the space before it."""
    starts = [match.start() for match in _TOKEN.finditer(text)]
    starts = [start - 1 if start and text[start - 1] == " " else start for start in starts]
    return [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]


def _pairs(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[int | None, int | None]]:
    """Yield the places of texts that belong together, in order; None where one has no counterpart.

    The pairing with the most words in common, as Needleman and Wunsch (1970) align sequences.
    """
    bags = [[Counter(_TOKEN.findall(text)) for text in texts] for texts in (before, after)]
    best = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for i in range(len(before) - 1, -1, -1):
        for j in range(len(after) - 1, -1, -1):
            together = _likeness(bags[0][i], bags[1][j])
            paired = best[i + 1][j + 1] + together if together >= ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    i = j = 0
    while i < len(before) or j < len(after):
        if i < len(before) and j < len(after) and _is_pair(best, bags, i, j):
            yield i, j
            i, j = i + 1, j + 1
        elif i < len(before) and best[i][j] == best[i + 1][j]:
            yield i, None
            i += 1
        else:
            yield None, j
            j += 1


def _is_pair(best: list[list[float]], bags: list[list[Counter[str]]], i: int, j: int) -> bool:
    together = _likeness(bags[0][i], bags[1][j])
    return together >= ALIKE and best[i][j] == best[i + 1][j + 1] + together


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return how many of their words two texts share, from 0 to 1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def _opening(regulation: Regulation) -> list[str]:
    return [regulation.date_line, *regulation.name]


def _chapters(regulation: Regulation) -> list[str]:
    return [" ".join(chapter.heading) for chapter in regulation.chapters]


def _recipients(regulation: Regulation) -> list[str]:
    return [regulation.recipients.heading, *regulation.recipients.lines]
