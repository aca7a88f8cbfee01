"""Reports as the API hands them out, opened with the queue's private keys, checked as at the desk."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms_api.attachments.names import file_name
from forms_api.officer_app.api_models import Attachment, Report
from forms_api.reports import opening
from forms_api.vault.sealing import Identity


@dataclass(frozen=True)
class File:
    """An opened file: the name of its file, its bytes, what is known of it."""

    file_name: str
    media_type: str
    data: bytes
    facts: dict[str, Any]


@dataclass(frozen=True)
class OpenedMessage:
    """An opened message; `author` is `reporter` or an officer's or token's name."""

    author: str
    written_at: dt.datetime
    text: str


@dataclass(frozen=True)
class OpenedReport:
    """A report that can be trusted: `clear` as the server told it, `content` as it was sealed."""

    clear: Report
    sealed: bytes
    content: dict[str, Any]
    files: tuple[File, ...]
    messages: tuple[OpenedMessage, ...]


def open_report(
    report: Report, attachments: Sequence[bytes], keys: Sequence[Identity]
) -> OpenedReport:
    """Return the report opened with any of `keys`; `attachments` are sealed, in the report's order.

    Raises UntrustedReportError.
    """
    sealed = base64.b64decode(report.sealed)
    with_the_form = sum(not entry.with_message for entry in report.attachments)
    content = opening.open_content(
        report.model_dump(), sealed, keys, attachment_count=with_the_form
    )
    files = tuple(
        _open_file(entry, data, keys, submission=content.get("submission"))
        for entry, data in zip(report.attachments, attachments, strict=True)
    )
    return OpenedReport(report, sealed, content, files, open_messages(report, keys))


def open_later_files(
    report: Report, attachments: Mapping[int, bytes], keys: Sequence[Identity]
) -> tuple[File, ...]:
    """Return those files that came after the report, of which `attachments` holds the sealed bytes.

    Raises UntrustedReportError.
    """
    with_the_form = sum(not entry.with_message for entry in report.attachments)
    content = opening.open_content(
        report.model_dump(),
        base64.b64decode(report.sealed),
        keys,
        attachment_count=with_the_form,
    )
    return tuple(
        _open_file(entry, attachments[entry.id], keys, submission=content.get("submission"))
        for entry in report.attachments
        if entry.id in attachments
    )


def open_messages(report: Report, keys: Sequence[Identity]) -> tuple[OpenedMessage, ...]:
    """Return the report's messages, oldest first. Raises UntrustedReportError."""
    return tuple(
        OpenedMessage(
            message.author,
            message.written_at,
            opening.open_words(base64.b64decode(message.sealed), keys),
        )
        for message in report.messages
    )


def file_name_of(entry: Attachment) -> str:
    """Return the name of the file that an attachment is written to."""
    return file_name(entry.id, entry.media_type, is_original=entry.original_of is not None)


def _open_file(
    entry: Attachment, sealed: bytes, keys: Sequence[Identity], *, submission: object
) -> File:
    facts = base64.b64decode(entry.sealed_facts)
    kept = opening.SealedFile(entry.id, entry.media_type, sealed, entry.sha256, facts)
    opened = opening.open_file(kept, keys, submission=submission)
    return File(file_name_of(entry), opened.media_type, opened.data, opened.facts)
