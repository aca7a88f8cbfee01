"""Sample reports: sent and worked on through the real use cases, marked, and erased again as one.

A sample is a report like any other but for its mark: it stands in no number, lists show what it is,
and nobody is told of it by a notice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.content import samples as told
from forms_api.errors import ConflictError
from forms_api.reports import casework, followup, queue
from forms_api.reports.intake import Receipt, Submission, submit
from forms_api.reports.lifecycle import Status
from forms_api.reports.links import LinkKind, link
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.service import ReportService, utc_now
from forms_api.store import audit
from forms_api.store import samples as rows
from forms_api.store.database import Database
from forms_api.vault.receipts import SubmissionId, report_id

_LEASE = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class SampleReport:
    """A made-up report that the form's judge accepted, and what happens to it next."""

    name: str
    submission: Submission
    steps: Sequence[told.Step]


@dataclass(frozen=True)
class MadeSample:
    """A sample that is there now, with the receipt that its sender would have."""

    name: str
    report_id: str
    receipt: Receipt


@dataclass(frozen=True)
class Sample:
    """A sample as lists name it."""

    report_id: str
    reference: str
    status: Status
    category: str | None


@dataclass(frozen=True)
class _Case:
    """A sample at work: who acts, and the references of the samples made so far."""

    service: ReportService
    actor: Actor
    made: MadeSample
    references: Mapping[str, str]


def add_samples(
    service: ReportService, reports: Sequence[SampleReport], *, actor: Actor
) -> list[MadeSample]:
    """Make the samples and return them in their order, with receipts.

    Raises ForbiddenError, ConflictError when samples are there already, StorageError; what was made
    until then stays, and is removed like the others.
    """
    actor.need(Permission.ADMIT)
    there = len(list_samples(service.database, actor=actor))
    if there:
        raise ConflictError(f"{there} sample reports")
    made: dict[str, MadeSample] = {}
    for report in reports:
        sample = made[report.name] = _send(service, report, actor)
        references = {name: other.receipt.reference for name, other in made.items()}
        case = _Case(service, actor, sample, references)
        for step in report.steps:
            _STEPS[step.do](case, step)
        service.database.write(partial(rows.drop_notices, report_ids=[sample.report_id]))
    return list(made.values())


def list_samples(database: Database, *, actor: Actor) -> list[Sample]:
    """Return the samples that the actor sees, oldest first. Raises ForbiddenError."""
    actor.need(Permission.LIST)
    with database.read() as connection:
        found = rows.sample_rows(connection)
    return [
        Sample(row["id"], row["reference"], Status(row["status"]), row["category"])
        for row in found
        if actor.sees(row)
    ]


def remove_samples(database: Database, *, actor: Actor) -> int:
    """Erase every sample with all that belongs to it and return how many; the log stays.

    Raises ForbiddenError.
    """
    actor.need(Permission.TRASH)

    def store(connection: Connection) -> int:
        ids = [row["id"] for row in rows.sample_rows(connection)]
        rows.erase(connection, ids)
        events = [audit.Event(actor.name, "sample removed", id_) for id_ in ids]
        audit.append(connection, events, at=utc_now())
        return len(ids)

    return database.write(store)


def _send(service: ReportService, report: SampleReport, actor: Actor) -> MadeSample:
    """Send one sample and mark it.

    1. It is taken in as one kept apart: nobody can claim it, no number holds it.
    2. In one transaction it gets its mark, joins the queue, and its notice is taken back.
    """
    apart = replace(report.submission, quarantined=rows.SAMPLE)
    receipt = submit(service, apart)
    id_ = report_id(SubmissionId(apart.submission_id))

    def mark(connection: Connection) -> None:
        rows.mark(connection, id_)
        rows.drop_notices(connection, [id_])
        event = audit.Event(actor.name, "sample added", id_)
        audit.append(connection, [event], at=utc_now())

    service.database.write(mark)
    return MadeSample(report.name, id_, receipt)


def _receive(case: _Case, _: told.Receive) -> None:
    database, id_ = case.service.database, case.made.report_id
    queue.claim_one(database, actor=case.actor, report_id=id_, lease=_LEASE)
    queue.acknowledge(database, actor=case.actor, report_ids=[id_])


def _move(case: _Case, step: told.MoveOn) -> None:
    handed_to = None
    if step.body is not None:
        handed_to = casework.OutsideNumber(NumberKind.BODY, step.body)
    with case.service.database.read() as connection:
        version = rows.version_of(connection, case.made.report_id)
    move = casework.Move(
        to=Status(step.to),
        version=version,
        reason=step.reason,
        answer=step.answer,
        handed_to=handed_to,
    )
    casework.transition(case.service, actor=case.actor, report_id=case.made.report_id, move=move)


def _say(case: _Case, step: told.Say) -> None:
    say = {"answer": casework.answer, "ask": casework.ask, "note": casework.add_note}[step.do]
    say(case.service, actor=case.actor, report_id=case.made.report_id, text=step.text)


def _hear(case: _Case, step: told.Say) -> None:
    code = case.made.receipt.code
    followup.add_message(case.service, code, text=step.text, message_id=step.text)


def _link(case: _Case, step: told.Link) -> None:
    link(
        case.service.database,
        actor=case.actor,
        report_id=case.made.report_id,
        reference=case.references[step.to],
        kind=LinkKind(step.kind),
    )


def _rate(case: _Case, step: told.Rate) -> None:
    satisfaction = followup.Satisfaction(step.satisfaction)
    followup.rate(case.service, case.made.receipt.code, satisfaction)


_STEPS: Mapping[str, Callable[[_Case, Any], None]] = {
    "receive": _receive,
    "move": _move,
    "answer": _say,
    "ask": _say,
    "note": _say,
    "reporter": _hear,
    "link": _link,
    "rate": _rate,
}
