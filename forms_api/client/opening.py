"""Reports opened with the queue's private key, and only if they are what they say they are.

Sealing keeps strangers from reading, not from exchanging sealed rows. So the opened content names
its report and its submission, and every picture's facts name the submission and the digest.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from forms_api.client.errors import UntrustedReportError
from forms_api.errors import SealError
from forms_api.officer_app.api_models import Attachment, Report
from forms_api.vault.sealing import Identity, unseal

_EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


@dataclass(frozen=True)
class Picture:
    """An opened picture: the name of its file, its bytes, what is known of it."""

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
    pictures: tuple[Picture, ...]
    messages: tuple[OpenedMessage, ...]


def open_report(report: Report, attachments: Sequence[bytes], identity: Identity) -> OpenedReport:
    """Return the opened report; `attachments` are the sealed pictures in the report's order.

    Raises UntrustedReportError.
    """
    sealed = base64.b64decode(report.sealed)
    content = _open_json(sealed, identity, "its content")
    told = {
        "report_id": report.id,
        "form_id": report.form_id,
        "form_version": report.form_version,
        "consent_version": report.consent_version,
    }
    if any(content.get(name) != value for name, value in told.items()):
        raise UntrustedReportError("its content belongs to another report")
    if content.get("attachment_count") != len(report.attachments):
        raise UntrustedReportError("pictures are missing")
    pictures = tuple(
        _open_picture(entry, data, identity, submission=content.get("submission"))
        for entry, data in zip(report.attachments, attachments, strict=True)
    )
    return OpenedReport(report, sealed, content, pictures, open_messages(report, identity))


def open_messages(report: Report, identity: Identity) -> tuple[OpenedMessage, ...]:
    """Return the report's messages, oldest first. Raises UntrustedReportError."""
    return tuple(
        OpenedMessage(
            message.author,
            message.written_at,
            str(_open_json(base64.b64decode(message.sealed), identity, "a message").get("text")),
        )
        for message in report.messages
    )


def picture_name(entry: Attachment) -> str:
    """Return the name of the file that an attachment is written to."""
    return f"anh-{entry.id}.{_EXTENSIONS.get(entry.media_type, 'bin')}"


def _open_picture(
    entry: Attachment, sealed: bytes, identity: Identity, *, submission: object
) -> Picture:
    name = f"picture {entry.id}"
    if hashlib.sha256(sealed).hexdigest() != entry.sha256:
        raise UntrustedReportError(f"{name} did not come as it was kept")
    facts = _open_json(base64.b64decode(entry.sealed_facts), identity, name)
    data = _open(sealed, identity, name)
    if submission is None or facts.get("submission") != submission:
        raise UntrustedReportError(f"{name} belongs to another report")
    if facts.get("sha256") != hashlib.sha256(data).hexdigest():
        raise UntrustedReportError(f"{name} is not what its facts describe")
    return Picture(picture_name(entry), entry.media_type, data, facts)


def _open_json(sealed: bytes, identity: Identity, what: str) -> dict[str, Any]:
    try:
        opened = json.loads(_open(sealed, identity, what))
    except ValueError:
        opened = None
    if not isinstance(opened, dict):
        raise UntrustedReportError(f"{what} is not as this service writes it")
    return opened


def _open(sealed: bytes, identity: Identity, what: str) -> bytes:
    try:
        return unseal(sealed, identity)
    except SealError as error:
        raise UntrustedReportError(f"{what} cannot be opened ({error})") from None
