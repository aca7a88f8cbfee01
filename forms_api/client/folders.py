"""One folder a report, complete or not there at all, on disk before anybody is told so.

A folder is written under a temporary name, synced with all that is in it, then renamed: what has
a report's name is whole. Of the files, `messages.json`, `messages.txt` and `state.json` change
later, each replaced as a whole; the others never do.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from forms_api.client.errors import FolderError
from forms_api.client.opening import File, OpenedMessage, OpenedReport
from forms_api.client.texts import messages_text, report_text
from forms_api.errors import UntrustedReportError
from forms_api.officer_app.api_models import Summary
from forms_api.reports.lifecycle import Status

TEMPORARY = ".tmp-"
LOCK = ".pull.lock"
SYNC_THREADS = 8
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


@dataclass(frozen=True)
class Standing:
    """What `state.json` keeps: where the report stood when its folder was last brought up to date."""

    status: Status
    version: int


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold `out` alone, made if it is not there, swept of halves. Raises FolderError."""
    try:
        out.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        descriptor = os.open(out / LOCK, os.O_CREAT | os.O_RDWR, _FILE_MODE)
    except OSError as error:
        raise FolderError(f"{out}: {error.strerror or error}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for half in out.glob(f"{TEMPORARY}*"):
            if half.is_dir():
                shutil.rmtree(half)
            else:
                half.unlink()
        yield
    except BlockingIOError:
        raise FolderError(f"{out}: another pull is writing there") from None
    except OSError as error:
        raise FolderError(f"{error.filename or out}: {error.strerror or error}") from None
    finally:
        os.close(descriptor)


def is_there(out: Path, reference: str) -> bool:
    """Tell whether the report has its folder."""
    return (out / reference).is_dir()


def write_batch(out: Path, reports: Sequence[OpenedReport]) -> None:
    """Write the reports' folders and return once all are on disk. Raises OSError.

    1. Write every file under temporary names: the system may begin to store them meanwhile.
    2. Sync files, then folders; several at a time share the file system's own commits.
    3. Rename, and sync the folder of folders.
    """
    files: list[Path] = []
    folders: list[Path] = []
    for report in reports:
        folder = out / f"{TEMPORARY}{report.clear.reference}"
        folder.mkdir(mode=_FOLDER_MODE)
        folders.append(folder)
        for name, data in _files(report):
            _write(folder / name, data)
            files.append(folder / name)
    with ThreadPoolExecutor(SYNC_THREADS) as pool:
        list(pool.map(_sync, files))
        list(pool.map(_sync, folders))
    for folder in folders:
        folder.rename(out / folder.name.removeprefix(TEMPORARY))
    _sync(out)


def verify(out: Path, report: OpenedReport) -> None:
    """Return if the report's folder holds this report whole. Raises UntrustedReportError."""
    folder = out / report.clear.reference
    for name, data in _files(report):
        if name.startswith("messages."):
            continue
        try:
            kept = (folder / name).read_bytes()
        except OSError:
            kept = None
        if kept is None or hashlib.sha256(kept).digest() != hashlib.sha256(data).digest():
            raise UntrustedReportError(f"the folder {folder} is there and its {name} is another")


def report_id_of(out: Path, reference: str) -> str | None:
    """Return the id of the report whose folder this is, None when there is none to read."""
    kept = _read_json(out / reference / "report.json")
    return str(kept["id"]) if "id" in kept else None


def read_standing(out: Path, reference: str) -> Standing | None:
    """Return where the report stood when its folder was written, None when that is not known."""
    kept = _read_json(out / reference / "state.json")
    try:
        return Standing(Status(kept["status"]), int(kept["version"]))
    except (KeyError, ValueError):
        return None


def write_standing(out: Path, reference: str, standing: Standing) -> None:
    """Keep where the report stands; lost, it is asked for again."""
    kept = {"status": standing.status.value, "version": standing.version}
    replace(out / reference / "state.json", _json(kept), durable=False)


def has_file(out: Path, summary: Summary, name: str) -> bool:
    """Tell whether the report's folder holds the file `name`."""
    return (out / summary.reference / name).is_file()


def write_messages(
    out: Path, summary: Summary, messages: Sequence[OpenedMessage], *, files: Sequence[File] = ()
) -> None:
    """Bring a folder's messages and state up to date, with files that came later.

    The state last, once words and files are on disk.
    """
    folder = out / summary.reference
    for file in files:
        replace(folder / file.file_name, file.data, durable=True)
    for name, data in _message_files(summary, messages):
        replace(folder / name, data, durable=True)
    write_standing(out, summary.reference, Standing(summary.status, summary.version))


def replace(path: Path, data: bytes, *, durable: bool) -> None:
    """Replace a file by another as a whole; if `durable`, return once it is on disk."""
    new = path.with_name(f"{TEMPORARY}{path.name}")
    new.unlink(missing_ok=True)
    _write(new, data)
    if durable:
        _sync(new)
    new.replace(path)
    if durable:
        _sync(path.parent)


def _files(report: OpenedReport) -> Iterator[tuple[str, bytes]]:
    """Give name and bytes of every file of a report's folder."""
    clear = report.clear
    kept = {
        "id": clear.id,
        "reference": clear.reference,
        "form_id": clear.form_id,
        "form_version": clear.form_version,
        "consent_version": clear.consent_version,
        "category": clear.category,
        "area": clear.area,
        "channel": clear.channel,
        "link": clear.link,
        "anonymous": clear.anonymous,
        "urgent": clear.urgent,
        "received_at": clear.received_at.isoformat(),
        "content": report.content,
        "attachments": [
            {"file": file.file_name, "media_type": file.media_type, **file.facts}
            for file in report.files
        ],
    }
    yield "report.json", _json(kept)
    yield "report.txt", report_text(report).encode()
    yield "report.age", report.sealed
    for file in report.files:
        yield file.file_name, file.data
    if report.messages:
        yield from _message_files(clear, report.messages)


def _message_files(
    summary: Summary, messages: Sequence[OpenedMessage]
) -> Iterator[tuple[str, bytes]]:
    kept = [
        {
            "author": message.author,
            "written_at": message.written_at.isoformat(),
            "text": message.text,
        }
        for message in messages
    ]
    yield "messages.json", _json(kept)
    text = messages_text(summary.reference, status=summary.status, messages=messages)
    yield "messages.txt", text.encode()


def _json(value: object) -> bytes:
    return to_json(value, indent=2) + b"\n"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        kept = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
