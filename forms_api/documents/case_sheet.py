"""One report on paper: what it says, who sent it if that may be printed, and what was done.

Internal notes are never on it, only that there are some. Whoever calls has opened the report, and
has audited that it was opened and printed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from forms_api.documents import wording
from forms_api.documents.template_files import one_line, printable
from forms_api.documents.typesetting import typeset
from forms_api.documents.word_files import WORD_TYPE, fill

Pair = tuple[str, str]
"""A label and the text that stands beside or below it."""

WORD_TEMPLATE = "case-sheet.docx"
TYPST_TEMPLATE = "case-sheet.typ"


@dataclass(frozen=True)
class SheetEntry:
    """Something that happened or was said: when, by whom, and what, all in people's words."""

    at: dt.datetime
    who: str
    text: str


@dataclass(frozen=True)
class CaseSheet:
    """An opened report as it is printed; every name and label is the one that people read.

    `identity` holds the answers that tell who sent it; they are in no other part. `answers` is empty
    when the content was deleted after its time.
    """

    reference: str
    form_title: str
    state: str
    received_at: dt.datetime
    updated_at: dt.datetime
    category: str
    area: str
    channel: str
    is_urgent: bool
    file_count: int
    answers: Sequence[Pair]
    identity: Sequence[Pair]
    timeline: Sequence[SheetEntry]
    messages: Sequence[SheetEntry]
    external_numbers: Sequence[Pair]
    has_notes: bool
    due_at: dt.datetime | None
    printed_at: dt.datetime
    printed_by: str


class SheetKind(StrEnum):
    """What kind of file a case sheet is."""

    WORD = "docx"
    PDF = "pdf"


SHEET_TYPES: Mapping[SheetKind, str] = {
    SheetKind.WORD: WORD_TYPE,
    SheetKind.PDF: "application/pdf",
}
"""The media type of each kind."""


def case_sheet(sheet: CaseSheet, *, with_identity: bool, kind: SheetKind) -> bytes:
    """Return the sheet as a file; without identity it says that the sender is not printed."""
    values = {
        "reference": one_line(sheet.reference),
        "form_title": one_line(sheet.form_title),
        "is_urgent": sheet.is_urgent,
        "facts": _pairs(_facts(sheet)),
        "identity": _pairs(sheet.identity) if with_identity else None,
        "answers": _pairs(sheet.answers),
        "external_numbers": _pairs(sheet.external_numbers),
        "messages": _entries(sheet.messages),
        "timeline": _entries(sheet.timeline),
        "has_notes": sheet.has_notes,
        "printed_at": wording.moment(sheet.printed_at),
        "printed_by": one_line(sheet.printed_by),
    }
    return _WRITERS[kind](values)


def _write_word(values: Mapping[str, object]) -> bytes:
    return fill(WORD_TEMPLATE, values)


def _write_pdf(values: Mapping[str, object]) -> bytes:
    return typeset(TYPST_TEMPLATE, values)


_WRITERS: Mapping[SheetKind, Callable[[Mapping[str, object]], bytes]] = {
    SheetKind.WORD: _write_word,
    SheetKind.PDF: _write_pdf,
}


def _facts(sheet: CaseSheet) -> Iterator[Pair]:
    yield "Trạng thái", sheet.state
    yield "Nhận lúc", wording.moment(sheet.received_at)
    yield "Thay đổi lần cuối", wording.moment(sheet.updated_at)
    if sheet.due_at is not None:
        yield "Hạn xử lý", wording.moment(sheet.due_at)
    yield "Loại việc", sheet.category or wording.NOT_KNOWN
    yield "Tổ dân phố", sheet.area or wording.NOT_KNOWN
    yield "Đến bằng cách nào", sheet.channel
    yield "Số tệp kèm theo (ảnh, phim, ghi âm, tài liệu)", str(sheet.file_count)


def _entries(entries: Sequence[SheetEntry]) -> list[dict[str, str]]:
    return _pairs((f"{wording.moment(one.at)}, {one.who}", one.text) for one in entries)


def _pairs(pairs: Sequence[Pair] | Iterator[Pair]) -> list[dict[str, str]]:
    return [{"label": one_line(label), "text": printable(text)} for label, text in pairs]
