"""Reports with answers as forms give them, and officers who may be given reports."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypedDict

from sqlalchemy import insert, select, update

from forms_api.accounts.permissions import Actor, Role, officer_actor
from forms_api.reports.intake import Receipt, submit
from forms_api.reports.queue import acknowledge, claim_one
from forms_api.reports.service import ReportService, utc_now
from forms_api.store.database import Database
from forms_api.store.schema import events, officers, reports
from tests.reports.people import IN_CHARGE, id_of
from tests.reports.samples import a_submission

HOUR = dt.timedelta(hours=1)
NAME = "Trần Thị Canary"
PHONE = "0999000111"
STORY = "Có người tố giác nhóm đua xe ở đầu ngõ"


class OnReport(TypedDict):
    """The arguments that most acts share: who acts, on which report."""

    actor: Actor
    report_id: str


def an_answer(field_id: str, kind: str, text: str, **more: object) -> dict[str, Any]:
    """Return an answer as the form's judge keeps it."""
    label = field_id.replace("-", " ")
    return {"field_id": field_id, "kind": kind, "label": label, "value": text, "text": text, **more}


def answers(story: str = STORY) -> dict[str, Any]:
    """Return what a reporter who gives a name sends."""
    return {
        "form_title": "Phiếu phản ánh",
        "answers": [
            an_answer("ho-ten", "text", NAME, personal=True),
            an_answer("dien-thoai", "phone", PHONE),
            an_answer("dien-bien", "paragraph", story, vneid="Tóm tắt diễn biến"),
        ],
    }


def send(service: ReportService, story: str = STORY, **clear: Any) -> tuple[Receipt, str]:  # noqa: ANN401 - fields
    """Send a report with this story; return its receipt and id."""
    fields: dict[str, Any] = {"content": answers(story), **clear}
    receipt = submit(service, a_submission(**fields))
    return receipt, id_of(service, receipt)


def received(service: ReportService, story: str = STORY, **clear: object) -> tuple[Receipt, str]:
    """Send a report that the officer in charge has received; its version is 2."""
    receipt, report_id = send(service, story, **clear)
    claim_one(service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)
    acknowledge(service.database, actor=IN_CHARGE, report_ids=[report_id])
    return receipt, report_id


def hire(database: Database, name: str, role: Role = Role.MEMBER, **scope: list[str]) -> Actor:
    """Add an officer who may sign in, and return who that is."""
    row = {"id": f"id-{name}", "name": name, "role": role.value, "created_at": utc_now(), **scope}
    database.write(lambda connection: connection.execute(insert(officers).values(**row)).rowcount)
    return officer_actor(name, role, **scope)


def dismiss(database: Database, name: str) -> None:
    """Shut an officer's account."""
    shut = update(officers).where(officers.c.name == name).values(disabled_at=utc_now())
    database.write(lambda connection: connection.execute(shut).rowcount)


def put(database: Database, report_id: str, **values: object) -> None:
    """Change columns of a report without anybody's act."""
    changed = update(reports).where(reports.c.id == report_id).values(**values)
    database.write(lambda connection: connection.execute(changed).rowcount)


def row_of(database: Database, report_id: str) -> Any:  # noqa: ANN401 - a row of any columns
    """Return a report's row."""
    with database.read() as connection:
        return connection.execute(select(reports).where(reports.c.id == report_id)).one()


def log_of(database: Database, report_id: str | None) -> list[tuple[str, str, str]]:
    """Return who did what to a report, with the facts as JSON, in order."""
    with database.read() as connection:
        query = select(events.c.actor, events.c.action, events.c.details)
        query = query.where(events.c.report_id.is_not_distinct_from(report_id))
        found = connection.execute(query.order_by(events.c.sequence))
        return [(row.actor, row.action, row.details) for row in found]


def actions_of(database: Database, report_id: str) -> list[str]:
    """Return what was done to a report, in order."""
    return [action for _, action, _ in log_of(database, report_id)]
