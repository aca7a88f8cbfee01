"""Files sealed as they are read, the long ones in parts, so that memory does not grow with them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forms_api.attachments.cleaning import CleanFile
from forms_api.reports.service import ReportService
from forms_api.store import reports as rows
from forms_api.vault.receipts import SubmissionId, content_digest, submission_key
from forms_api.vault.sealing import seal, seal_stream

PART_BYTES = 4 * 2**20
"""Photos are shorter: they stay one row."""


@dataclass(frozen=True)
class Origin:
    """What files belong to: the submission's key, and a secret by which the same file is known again."""

    submission_key: bytes
    secret: bytes


def origin_of(submission_id: SubmissionId) -> Origin:
    """Return what the files of a form belong to."""
    return Origin(submission_key(submission_id), submission_id)


def seal_files(
    service: ReportService, origin: Origin, files: Sequence[CleanFile], *, at: dt.datetime
) -> list[dict[str, Any]]:
    """Return attachment rows without their numbers, each original after the file made from it.

    `beside` of an original is the `original_digest` of that file; the caller makes a number of it.

    Further parts of long files are on disk already when this returns; without their row nothing
    reads them, and the worker clears them away after a day. Raises StorageError.
    """
    sealed = []
    for file in files:
        clean = _sealed_row(service, origin, file, at=at)
        sealed.append(clean)
        if file.original is not None:
            beside = clean["original_digest"]
            sealed.append(_sealed_row(service, origin, file.original, at=at, beside=beside))
    return sealed


def numbered(
    new: Sequence[dict[str, Any]], kept: Sequence[Mapping[Any, Any]]
) -> list[dict[str, Any]]:
    """Return rows of `seal_files` ready to insert, numbered after those that are `kept` already."""
    first = max((row["number"] for row in kept), default=0) + 1
    rows_ = [{**row, "number": number} for number, row in enumerate(new, first)]
    numbers = {row["original_digest"]: row["number"] for row in kept}
    numbers |= {row["original_digest"]: row["number"] for row in rows_}
    for row in rows_:
        beside = row.pop("beside")
        row["original_of"] = None if beside is None else numbers[beside]
    return rows_


def _sealed_row(
    service: ReportService,
    origin: Origin,
    file: CleanFile,
    *,
    at: dt.datetime,
    beside: bytes | None = None,
) -> dict[str, Any]:
    facts = {
        **file.facts,
        "submission": origin.submission_key.hex(),
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "original_sha256": file.original_sha256,
        "original_bytes": file.original_bytes,
        "scan": file.scan.value,
    }
    if beside is not None:
        facts["is_original"] = True
    parts = _Parts(service, at)
    seal_stream(io.BytesIO(file.data), [service.recipient], parts.write)
    parts.finish()
    # An original and what was made from it come from the same bytes.
    told = f"{'original ' if beside else ''}{file.original_sha256}"
    return {
        "submission_key": origin.submission_key,
        "report_id": None,
        "message_id": None,
        "uploaded_at": at,
        "media_type": file.media_type,
        "scan": file.scan.value,
        "original_digest": content_digest(origin.secret, told.encode()),
        "sealed": parts.first,
        "blob": parts.blob if parts.count > 1 else None,
        "sealed_bytes": parts.total_bytes,
        "sealed_sha256": parts.digest.hexdigest(),
        "sealed_facts": seal(json.dumps(facts).encode(), [service.recipient]),
        "beside": beside,
    }


class _Parts:
    """Gathers sealed bytes into parts: keeps the first one, stores every further one at once."""

    def __init__(self, service: ReportService, at: dt.datetime) -> None:
        self._service = service
        self._at = at
        self._waiting = bytearray()
        self.first = b""
        self.blob = secrets.token_hex(16)
        self.count = 0
        self.total_bytes = 0
        self.digest = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        """Take in the next sealed bytes. Raises StorageError."""
        self.digest.update(piece)
        self.total_bytes += len(piece)
        self._waiting += piece
        while len(self._waiting) >= PART_BYTES:
            self._keep(bytes(self._waiting[:PART_BYTES]))
            del self._waiting[:PART_BYTES]

    def finish(self) -> None:
        """Keep what is left. Raises StorageError."""
        if self._waiting or not self.count:
            self._keep(bytes(self._waiting))

    def _keep(self, part: bytes) -> None:
        self.count += 1
        if self.count == 1:
            self.first = part
            return
        row = {"blob": self.blob, "number": self.count, "written_at": self._at, "sealed": part}
        self._service.database.write(
            lambda connection: rows.insert_attachment_part(connection, row)
        )
