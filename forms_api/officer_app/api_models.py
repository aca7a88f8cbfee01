"""What the API asks for and answers, as typed models; its description is made from them."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from base64 import b64encode
from typing import Annotated, NamedTuple, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)

from forms_api.attachments.scanning import Scan
from forms_api.reports.lifecycle import Status
from forms_api.reports.sealed import SealedReport
from forms_api.store.reports import Row

MAX_BATCH = 100
MAX_TEXT_LENGTH = 10_000
_MAX_INTEGER = 2**31 - 1
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_CURSOR = r"[0-9]{1,17}\.[0-9]{1,18}"  # microseconds before the year 9999, a row's number
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def _rfc3339(value: object) -> object:
    if isinstance(value, str) and not _MOMENT.fullmatch(value):
        raise ValueError("must be a moment with its time zone, as RFC 3339 writes it")
    return value


def _whole(value: object) -> object:
    """Return 3 for 3.0, as JSON Schema counts it among the integers; anything else as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


ReportId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Reference = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}-[0-9A-Z]{6}$")]
FormId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_TEXT_LENGTH, pattern=r"\S"),
    AfterValidator(_nfc),
]
Version = Annotated[int, Field(ge=1, le=_MAX_INTEGER), BeforeValidator(_whole)]
Moment = Annotated[AwareDatetime, BeforeValidator(_rfc3339)]
Limit = Annotated[int, Field(ge=1, le=MAX_BATCH), BeforeValidator(_whole)]
LeaseSeconds = Annotated[int, Field(ge=30, le=86_400), BeforeValidator(_whole)]


class Place(NamedTuple):
    """Where a page of a list ended: behind the report last changed then, with this number."""

    updated_at: dt.datetime
    sequence: int


def write_cursor(place: Place) -> str:
    """Return `place` as the text that the next call brings back."""
    return f"{(place.updated_at - _EPOCH) // _MICROSECOND}.{place.sequence}"


def _read_cursor(value: object) -> Place:
    if not isinstance(value, str) or not re.fullmatch(_CURSOR, value, re.ASCII):
        raise ValueError("is no cursor of this list")
    moment, sequence = (int(part) for part in value.split("."))
    return Place(_EPOCH + moment * _MICROSECOND, sequence)


Cursor = Annotated[
    Place,
    PlainValidator(_read_cursor),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_CURSOR}$", "description": "`next` of the page before"}
    ),
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Body(_Request):
    model_config = ConfigDict(strict=True)


class Nothing(_Request):
    """A request without a body or query."""


class ClaimRequest(_Body):
    """How many waiting reports to claim, for how long."""

    form_id: FormId | None = None
    limit: Limit
    lease_seconds: LeaseSeconds


class AckRequest(_Body):
    """The claimed reports to take over: all of them or none."""

    ids: list[ReportId] = Field(min_length=1, max_length=MAX_BATCH)


class TransitionRequest(_Body):
    """A move of a report that still has `version`; `reason` stays among officers."""

    to: Status
    version: Version
    reason: Words | None = None
    answer: Words | None = None


class MessageRequest(_Body):
    """Words to the sender of a report."""

    text: Words


class ListQuery(_Request):
    """Which reports to list, least recently changed first."""

    status: Status | None = None
    form_id: FormId | None = None
    quarantined: bool = False
    since: Moment | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Summary(_Answer):
    """A report's clear columns."""

    id: ReportId
    reference: Reference
    form_id: str
    form_version: str
    consent_version: str
    category: str | None
    area: str | None
    channel: str
    link: str | None
    anonymous: bool
    urgent: bool
    quarantined: str | None
    status: Status
    version: int
    received_at: dt.datetime
    updated_at: dt.datetime
    claimed_by: str | None
    lease_until: dt.datetime | None
    purged_at: dt.datetime | None
    attachment_count: int

    @classmethod
    def of(cls, row: Row) -> Self:
        """Return the clear part of a row."""
        return cls.model_validate({name: row[name] for name in Summary.model_fields})


class Attachment(_Answer):
    """A file's sealed size, digest and facts; its bytes have an address of their own."""

    id: int
    media_type: str
    scan: Scan = Field(description="what the malware scanner said of the upload")
    original_of: int | None = Field(
        description="id of the clean file beside which this upload is kept as it came"
    )
    with_message: bool = Field(description="it came later, with a message of the reporter")
    size: int = Field(description="bytes, sealed")
    sha256: str = Field(description="of the sealed bytes")
    sealed_facts: str = Field(description="age, base64")


class SealedText(_Answer):
    """A message or note: who wrote it when, its words sealed."""

    author: str
    written_at: dt.datetime
    sealed: str = Field(description="age, base64; opens to {“text”: …}")


class Report(Summary):
    """A report with its sealed content."""

    sealed: str = Field(description="age, base64; empty once purged")
    attachments: list[Attachment]
    messages: list[SealedText]
    notes: list[SealedText]

    @classmethod
    def of_sealed(cls, report: SealedReport) -> Self:
        """Return what the desk hands out."""
        clear = {name: report.clear[name] for name in Summary.model_fields}
        return cls.model_validate(
            {
                **clear,
                "sealed": _base64(report.clear["sealed"]),
                "attachments": [
                    {
                        "id": row["number"],
                        "media_type": row["media_type"],
                        "scan": row["scan"],
                        "original_of": row["original_of"],
                        "with_message": row["message_id"] is not None,
                        "size": row["sealed_bytes"],
                        "sha256": row["sealed_sha256"],
                        "sealed_facts": _base64(row["sealed_facts"]),
                    }
                    for row in report.attachments
                ],
                "messages": [_sealed_text(row) for row in report.messages],
                "notes": [_sealed_text(row) for row in report.notes],
            }
        )


class Claimed(_Answer):
    """Reports that are now the caller's until `lease_until`, oldest first."""

    reports: list[Report]


class Page(_Answer):
    """One page of a list; `next` is the cursor of the page after, null on the last."""

    reports: list[Summary]
    next: str | None


class State(_Answer):
    """Where a report stands now."""

    id: ReportId
    status: Status
    version: int


class Changed(_Answer):
    """A report's version after a change that moved nothing."""

    id: ReportId
    version: int


class States(_Answer):
    """Where several reports stand now, in the order they were asked for."""

    reports: list[State]


class Counts(_Answer):
    """How many reports stand in each state; quarantined ones are counted apart."""

    states: dict[Status, int]
    quarantined: int


class Mistake(_Answer):
    """One mistake in a request."""

    detail: str
    pointer: str | None = Field(None, description="in the body, RFC 6901")
    parameter: str | None = Field(None, description="in the query")


class First(_Answer):
    """Who acted on a report before the caller, how, and when."""

    by: str
    action: str | None
    at: dt.datetime | None


class Problem(_Answer):
    """Why a request was refused (RFC 9457); `code` is stable, for programs."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[Mistake] | None = Field(None, description="with code “invalid”")
    report: str | None = Field(None, description="with code “conflict”")
    first: First | None = Field(None, description="with code “conflict”, where it is known")
    incident: str | None = Field(None, description="with code “failure”")


def _sealed_text(row: Row) -> dict[str, object]:
    return {
        "author": row["author"],
        "written_at": row["written_at"],
        "sealed": _base64(row["sealed"]),
    }


def _base64(content: bytes) -> str:
    return b64encode(content).decode()
