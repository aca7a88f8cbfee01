"""The ward's regulation of 22 April 2024 as data: every paragraph word for word, notes beside it.

The words are evidence and never change here; what needs explaining is said in notes, which the
templates keep visibly apart from the text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Self

from markupsafe import Markup, escape
from pydantic import Field, model_validator

from forms_api.content.ward import Slug, SourceId, Text
from forms_api.content.yaml_source import ContentModel
from site_builder.page import PageMeta

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITALIC = re.compile(r"\*(.+?)\*")
_NUMBERED = re.compile(r"^(\d+)\. ")

Paragraph = Annotated[str, Field(min_length=1, max_length=4000)]


@dataclass(frozen=True)
class Clause:
    """One khoản or gạch đầu dòng: its words and the anchor that people link to."""

    anchor: str
    name: str
    text: str

    @property
    def html(self) -> Markup:
        """The words with their inline emphasis as HTML."""
        return emphasised(self.text)


class Article(ContentModel):
    """A điều. `heading` and `opening` are one paragraph of the source; `label` is the site's own."""

    number: int = Field(ge=1)
    heading: Paragraph
    opening: Paragraph | None = None
    label: Text
    description: Annotated[str, Field(min_length=50, max_length=160)]
    clauses: list[Paragraph] = Field(default_factory=list)

    @model_validator(mode="after")
    def _numbers_follow_on(self) -> Self:
        if not self.heading.startswith(f"Điều {self.number}. "[:-1]):
            raise ValueError(f"heading của Điều {self.number} phải bắt đầu bằng số của điều")
        numbered = [match for text in self.clauses if (match := _NUMBERED.match(text))]
        if numbered and [int(match[1]) for match in numbered] != [
            *range(1, len(self.clauses) + 1),
        ]:
            raise ValueError(f"các khoản của Điều {self.number} phải đánh số liền nhau từ 1")
        if not numbered and any(not text.startswith("- ") for text in self.clauses):
            raise ValueError(
                f"mỗi đoạn của Điều {self.number} phải bắt đầu bằng số khoản hoặc gạch"
            )
        return self

    @property
    def anchor(self) -> str:
        """The anchor of the whole article."""
        return f"dieu-{self.number}"

    @property
    def address(self) -> str:
        """The address of the article's own page."""
        return f"/quy-che/{self.anchor}/"

    @property
    def parts(self) -> list[Clause]:
        """The article's clauses with their anchors, in order."""
        numbered = bool(self.clauses) and _NUMBERED.match(self.clauses[0]) is not None
        kind, word = ("khoan", "khoản") if numbered else ("gach", "gạch đầu dòng")
        return [
            Clause(f"{self.anchor}-{kind}-{index}", f"Điều {self.number}, {word} {index}", text)
            for index, text in enumerate(self.clauses, start=1)
        ]

    def paragraphs(self) -> Iterator[str]:
        """Yield the article's paragraphs as in the source, emphasis marks kept."""
        yield f"{self.heading} {self.opening}" if self.opening else self.heading
        yield from self.clauses


class Chapter(ContentModel):
    """A chương: the lines of its heading and its articles."""

    heading: list[Paragraph] = Field(min_length=1)
    articles: list[Article] = Field(min_length=1)


class Recipients(ContentModel):
    """The “Nơi nhận” block."""

    heading: Paragraph
    lines: list[Paragraph] = Field(min_length=1)


class Note(ContentModel):
    """An explanation beside the text; about the articles named, the recipients, or the whole."""

    id: Slug
    title: Text
    text: Text
    articles: list[int] = Field(default_factory=list)
    recipients: bool = False
    sources: list[SourceId] = Field(min_length=1)

    @property
    def general(self) -> bool:
        """Whether the note is about the document as a whole."""
        return not self.articles and not self.recipients


class Regulation(ContentModel):
    """`content/data/regulation.yml`."""

    page: PageMeta
    signed: dt.date
    date_line: Paragraph
    name: list[Paragraph] = Field(min_length=1)
    chapters: list[Chapter] = Field(min_length=1)
    recipients: Recipients
    signature: list[Paragraph] = Field(min_length=1)
    notes: list[Note]

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        numbers = [article.number for article in self.articles]
        if numbers != [*range(1, len(numbers) + 1)]:
            raise ValueError("các điều phải đánh số liền nhau từ 1")
        strays = [note.id for note in self.notes if not set(note.articles) <= set(numbers)]
        if strays:
            raise ValueError(f"ghi chú nói tới điều không có: {', '.join(strays)}")
        return self

    @property
    def articles(self) -> list[Article]:
        """Every article, in order."""
        return [article for chapter in self.chapters for article in chapter.articles]

    def notes_on(self, article: Article) -> list[Note]:
        """Return the notes about `article`."""
        return [note for note in self.notes if article.number in note.articles]

    def paragraphs(self) -> Iterator[str]:
        """Yield every paragraph in the source's order, emphasis marks kept."""
        yield self.date_line
        yield from self.name
        for chapter in self.chapters:
            yield from chapter.heading
            for article in chapter.articles:
                yield from article.paragraphs()
        yield self.recipients.heading
        yield from self.recipients.lines
        yield from self.signature


def emphasised(text: str) -> Markup:
    """Return `text` as HTML, its `*italic*` and `**bold**` as elements and all else escaped."""
    bold = _BOLD.sub(r"<strong>\1</strong>", str(escape(text)))
    return Markup(_ITALIC.sub(r"<em>\1</em>", bold))  # noqa: S704 (escaped the line before)
