"""Files sealed as they are read, the long ones in parts, so that memory does not grow with them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import secrets
from collections.abc import Sequence
from typing import Any

from forms_api.attachments.cleaning import CleanFile
from forms_api.reports.service import ReportService
from forms_api.store import reports as rows
from forms_api.vault.receipts import SubmissionId, content_digest, submission_key
from forms_api.vault.sealing import seal, seal_stream

PART_BYTES = 4 * 2**20
"""Photos are shorter: they stay one row."""


def seal_files(
    service: ReportService,
    submission_id: SubmissionId,
    files: Sequence[CleanFile],
    *,
    at: dt.datetime,
) -> list[dict[str, Any]]:
    """Return attachment rows without their numbers, each original after the file made from it.

    `beside` of an original is the `original_digest` of that file; the caller makes a number of it.

    Further parts of long files are on disk already when this returns; without their row nothing
    reads them, and the worker clears them away after a day. Raises StorageError.
    """
    sealed = []
    for file in files:
        clean = _sealed_row(service, submission_id, file, at=at)
        sealed.append(clean)
        if file.original is not None:
            beside = clean["original_digest"]
            sealed.append(_sealed_row(service, submission_id, file.original, at=at, beside=beside))
    return sealed


def _sealed_row(
    service: ReportService,
    submission_id: SubmissionId,
    file: CleanFile,
    *,
    at: dt.datetime,
    beside: bytes | None = None,
) -> dict[str, Any]:
    key = submission_key(submission_id)
    facts = {
        **file.facts,
        "submission": key.hex(),
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
        "submission_key": key,
        "report_id": None,
        "uploaded_at": at,
        "media_type": file.media_type,
        "scan": file.scan.value,
        "original_digest": content_digest(submission_id, told.encode()),
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
