"""Taking a report in: sealed, in one transaction, durable before the reporter sees a receipt."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from forms_api.attachments.cleaning import CleanFile
from forms_api.attachments.scanning import Scan
from forms_api.errors import (
    AlreadyThereError,
    DifferentSubmissionError,
    StorageError,
    StubTakenError,
)
from forms_api.reports.hand_off import HandOff, seal_hand_off
from forms_api.reports.lifecycle import Status
from forms_api.reports.sealed_files import numbered, origin_of, seal_files
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit, outbox, stubs
from forms_api.store import reports as rows
from forms_api.vault.receipts import (
    FollowUpCode,
    SubmissionId,
    content_digest,
    derive_code,
    new_reference,
    report_id,
    submission_key,
)
from forms_api.vault.sealing import Recipient, seal

CONTENT_FORMAT = 1
REPORTER = "reporter"
_REFERENCE_TRIES = 20


class Suspicion(StrEnum):
    """Why a report is kept apart until an officer has looked at it."""

    TRAP = "trap"
    FAST = "fast"
    SCAN = "scan"
    CROWD = "crowd"


@dataclass(frozen=True)
class Submission:
    """A judged report. `content` is what gets sealed (JSON); the rest is what the desk sorts by.

    `trial` names why it stays out of all numbers. `has_staged` is False when the form is known to
    have kept no file before: it spares a look. `hand_off` is what its reporter wants to have again
    by the code; a report that somebody enters for another has none.
    """

    submission_id: SubmissionId
    form_id: str
    form_version: str
    consent_version: str
    content: dict[str, Any]
    category: str | None = None
    area: str | None = None
    anonymous: bool = True
    urgent: bool = False
    channel: str = "web"
    link: str | None = None
    quarantined: str | None = None
    trial: str | None = None
    files: Sequence[CleanFile] = ()
    has_staged: bool = True
    dropped_files: Collection[int] = field(default_factory=frozenset)
    hand_off: HandOff = ()


@dataclass(frozen=True)
class Receipt:
    """What the reporter keeps: a reference to say aloud and the code that opens the report.

    `has_hand_off`: the code opens the texts for VNeID too.
    """

    reference: str
    code: FollowUpCode
    received_at: dt.datetime
    repeated: bool
    has_hand_off: bool


@dataclass(frozen=True)
class Stub:
    """A printed number that is to be a report's reference, and the public side of the code beside it."""

    reference: str
    lookup_key: bytes
    reply_recipient: Recipient


@dataclass(frozen=True)
class Entered:
    """Who types a report for its reporter, the log's facts of that, and the stub it goes by."""

    actor: str
    facts: Mapping[str, str]
    stub: Stub | None = None


@dataclass(frozen=True)
class Kept:
    """A report that is durable; `lookup_key` is that of the code that opens it."""

    reference: str
    lookup_key: bytes
    received_at: dt.datetime
    repeated: bool
    has_hand_off: bool


@dataclass(frozen=True)
class StagedFile:
    """A cleaned and sealed file of a form that is not sent yet."""

    number: int
    media_type: str
    sealed_bytes: int
    scan: Scan
    original_of: int | None


def submit(service: ReportService, submission: Submission) -> Receipt:
    """Return the receipt once the report is durable; the same submission again gives the same one.

    Raises DifferentSubmissionError when the id came before with other content, and StorageError
    when nothing was kept.
    """
    code = derive_code(service.receipt_key, submission.submission_id)
    kept = take_in(service, submission, code)
    return Receipt(kept.reference, code, kept.received_at, kept.repeated, kept.has_hand_off)


def take_in(
    service: ReportService,
    submission: Submission,
    code: FollowUpCode,
    entered: Entered | None = None,
) -> Kept:
    """Keep a report that `code` opens, or the code of the stub that it was `entered` by.

    1. Seal the words and the new files: outside the transaction, it costs the most.
    2. In one transaction: files, report, audit event and notice.
    3. The database answers only when the commit is on disk; then the code is shown.
    4. Where the report is there already, nothing is kept, and the first one is returned.

    Raises DifferentSubmissionError, StorageError, and StubTakenError when another report has the
    stub's number.
    """
    stub = None if entered is None else entered.stub
    content = _content_bytes(submission)
    files = seal_files(service, origin_of(submission.submission_id), submission.files, at=utc_now())
    count = _count_files(service, submission, files)
    row = _report_row(service, submission, content=content, attachment_count=count)
    row["lookup_key"] = code.lookup_key if stub is None else stub.lookup_key
    row["reply_recipient"] = code.identity.recipient if stub is None else stub.reply_recipient
    row["hand_off"] = seal_hand_off(submission.hand_off, row["reply_recipient"])
    for _ in range(_REFERENCE_TRIES):
        row["reference"] = (
            new_reference(service.reference_prefix) if stub is None else stub.reference
        )
        try:
            now = service.database.write(lambda c: _store(c, submission, row, files, entered))
        except AlreadyThereError:
            with service.database.read() as connection:
                earlier = rows.find_submission(connection, row["submission_key"])
                if earlier is not None:
                    return _repeat(connection, earlier, row, files)
            if stub is not None:
                raise StubTakenError(stub.reference) from None
        else:
            has = row["hand_off"] is not None
            return Kept(row["reference"], row["lookup_key"], now, repeated=False, has_hand_off=has)
    raise StorageError("no free reference")


def _store(
    connection: Connection,
    submission: Submission,
    row: dict[str, Any],
    files: Sequence[dict[str, Any]],
    entered: Entered | None,
) -> dt.datetime:
    """Put all of a report into the transaction and return its moment."""
    # Taken in the transaction, times rise with commits: who reads on from one misses nothing.
    now = utc_now()
    with_files = submission.has_staged or bool(files)
    if with_files:
        rows.drop_staged(connection, row["submission_key"], list(submission.dropped_files))
        if len(_stage(connection, row["submission_key"], files)) != row["attachment_count"]:
            raise AlreadyThereError("the files changed meanwhile")
    events = [audit.Event(REPORTER, "received", row["id"])]
    if entered is not None:
        if entered.stub is not None and not stubs.enter(connection, row["reference"], at=now):
            raise AlreadyThereError("the stub is taken")
        events.append(audit.Event(entered.actor, "entered", row["id"], entered.facts))
    report = {**row, "received_at": now, "updated_at": now}
    rows.add_report(connection, report, with_files=with_files)
    audit.append(connection, events, at=now)
    if submission.trial is None:
        outbox.post(connection, _topic(submission), report_id=row["id"], at=now)
    return now


def _topic(submission: Submission) -> str:
    """Return what the officers are told of: what may be spam is nobody's hurry."""
    if submission.quarantined:
        return "report.quarantined"
    return "report.urgent" if submission.urgent else "report.waiting"


def _report_row(
    service: ReportService,
    submission: Submission,
    *,
    content: bytes,
    attachment_count: int,
) -> dict[str, Any]:
    """Return the report's row without its reference, its code's public side and its times."""
    id_ = report_id(submission.submission_id)
    document = _sealed_document(submission, id_, attachment_count)
    sealed = seal(document, [service.recipient])
    return {
        "id": id_,
        "submission_key": submission_key(submission.submission_id),
        "content_digest": content_digest(submission.submission_id, content),
        "form_id": submission.form_id,
        "form_version": submission.form_version,
        "consent_version": submission.consent_version,
        "channel": submission.channel,
        "link": submission.link,
        "category": submission.category,
        "area": submission.area,
        "anonymous": submission.anonymous,
        "urgent": submission.urgent,
        "quarantined": submission.quarantined,
        "trial": submission.trial,
        "status": Status.NEW.value,
        "version": 1,
        "claimed_by": None,
        "lease_until": None,
        "attachment_count": attachment_count,
        "sealed": sealed,
        "sealed_bytes": len(sealed),
    }


def stage_files(
    service: ReportService,
    submission_id: SubmissionId,
    files: Sequence[CleanFile],
    *,
    dropped: Collection[int] = (),
) -> list[StagedFile]:
    """Keep a form's files, sealed, while its other answers are mended; return all kept so far.

    Nothing is added to a form that was sent already. Raises StorageError.
    """
    key = submission_key(submission_id)
    sealed = seal_files(service, origin_of(submission_id), files, at=utc_now())

    def store(connection: Connection) -> list[StagedFile]:
        if rows.find_submission(connection, key) is not None:
            return _staged(rows.submission_attachments(connection, key))
        rows.drop_staged(connection, key, list(dropped))
        return _stage(connection, key, sealed)

    return service.database.write(store)


def staged_files(service: ReportService, submission_id: SubmissionId) -> list[StagedFile]:
    """Return the files that this form has sent so far. Raises StorageError."""
    with service.database.read() as connection:
        return _staged(rows.submission_attachments(connection, submission_key(submission_id)))


def is_received(service: ReportService, submission_id: SubmissionId) -> bool:
    """Tell whether this form was sent already. Raises StorageError."""
    with service.database.read() as connection:
        return rows.find_submission(connection, submission_key(submission_id)) is not None


def _repeat(
    connection: Connection,
    earlier: rows.Row,
    row: dict[str, Any],
    files: Sequence[dict[str, Any]],
) -> Kept:
    """Return the report that this submission became before. Raises DifferentSubmissionError."""
    same = hmac.compare_digest(earlier["content_digest"], row["content_digest"])
    if not same or _new(files, rows.submission_attachments(connection, row["submission_key"])):
        raise DifferentSubmissionError(earlier["reference"])
    told = {name: earlier[name] for name in ("reference", "lookup_key", "received_at")}
    return Kept(**told, repeated=True, has_hand_off=earlier["has_hand_off"])


def _staged(files: Iterable[rows.Row | dict[str, Any]]) -> list[StagedFile]:
    return [
        StagedFile(
            row["number"],
            row["media_type"],
            row["sealed_bytes"],
            Scan(row["scan"]),
            row["original_of"],
        )
        for row in files
    ]


def _content(submission: Submission) -> dict[str, Any]:
    """Return what is sealed and compared: the same words as a trial and in earnest are two reports."""
    trial = {} if submission.trial is None else {"trial": submission.trial}
    return {**submission.content, "form_version": submission.form_version, **trial}


def _content_bytes(submission: Submission) -> bytes:
    """Return the content in one canonical form, so that a repeat is known as such."""
    return json.dumps(
        _content(submission), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def _sealed_document(submission: Submission, id_: str, attachment_count: int) -> bytes:
    """Return what an officer opens.

    It names its report and counts its files: no other row can pass for it, none can go unseen.
    """
    # Our own names come last: whatever a form calls its fields, none can stand for them.
    return json.dumps(
        {
            **_content(submission),
            "format": CONTENT_FORMAT,
            "report_id": id_,
            "submission": submission_key(submission.submission_id).hex(),
            "form_id": submission.form_id,
            "consent_version": submission.consent_version,
            "attachment_count": attachment_count,
        },
        ensure_ascii=False,
    ).encode()


def _count_files(
    service: ReportService, submission: Submission, files: Sequence[dict[str, Any]]
) -> int:
    """Return how many files the report will have: those kept before, not dropped, and new ones."""
    digests = {row["original_digest"] for row in files}
    if submission.has_staged:
        key = submission_key(submission.submission_id)
        with service.database.read() as connection:
            before = rows.submission_attachments(connection, key)
        dropped = set(submission.dropped_files)
        digests |= {row["original_digest"] for row in before if row["number"] not in dropped}
    return len(digests)


def _new(files: Sequence[dict[str, Any]], kept: Sequence[rows.Row]) -> list[dict[str, Any]]:
    """Return those of `files` that are not among the files `kept` before, each once."""
    known = {row["original_digest"] for row in kept}
    unseen = {row["original_digest"]: row for row in files}
    return [row for digest, row in unseen.items() if digest not in known]


def _stage(connection: Connection, key: bytes, files: Sequence[dict[str, Any]]) -> list[StagedFile]:
    """Keep those files that this form has not sent before; return all that it has now."""
    kept = rows.submission_attachments(connection, key)
    new = numbered(_new(files, kept), kept)
    rows.insert_attachments(connection, new)
    return _staged([*kept, *new])
