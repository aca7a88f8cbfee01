"""Sample reports: the real use cases, a mark from the first moment, and no trace but the log."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, insert, select

from forms_api.accounts.permissions import Role, officer_actor, operator_actor
from forms_api.content.samples import Link, MoveOn, Rate, Receive, Say, Step
from forms_api.errors import ConflictError, ForbiddenError
from forms_api.reports import queue
from forms_api.reports.followup import Satisfaction, follow
from forms_api.reports.intake import submit
from forms_api.reports.lifecycle import Status
from forms_api.reports.links import LinkKind, link
from forms_api.reports.queue import glance
from forms_api.reports.samples import (
    MadeSample,
    SampleReport,
    add_samples,
    list_samples,
    remove_samples,
)
from forms_api.reports.service import ReportService
from forms_api.store import samples as sample_rows
from forms_api.store.audit import verify
from forms_api.store.schema import events, metadata, outbox, reports
from tests.reports.people import a_received_report, id_of
from tests.reports.samples import a_submission

OPERATOR = operator_actor("root")
LEASE = dt.timedelta(minutes=1)
LEAD = officer_actor("lead", Role.HEAD)
MEMBER = officer_actor("member", Role.MEMBER, areas=["tdp-2"])
FINISHED: tuple[Step, ...] = (
    Receive(do="receive"),
    Say(do="note", text="Ghi chú"),
    MoveOn(do="move", to="xac_minh"),
    Say(do="ask", text="Ở đâu?"),
    Say(do="reporter", text="Đầu ngõ."),
    MoveOn(do="move", to="chuyen_co_quan", answer="Đã chuyển.", body="Nơi khác"),
    Rate(do="rate", satisfaction="mot-phan"),
)


def a_sample(name: str, *steps: Step, area: str | None = None) -> SampleReport:
    """Return a sample to be made."""
    return SampleReport(name, a_submission(area=area), steps)


def add(service: ReportService, *samples: SampleReport) -> list[MadeSample]:
    """Make these samples as the operator."""
    return add_samples(service, samples, actor=OPERATOR)


def count(service: ReportService, table_name: str) -> int:
    """Return how many rows a table has."""
    table = metadata.tables[table_name]
    with service.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_sample_goes_the_way_its_steps_tell(service: ReportService) -> None:
    [made] = add(service, a_sample("tram", *FINISHED))

    followed = follow(service, made.receipt.code)
    assert followed.reference == made.receipt.reference
    assert followed.status is Status.HANDED_OVER
    assert [message.text for message in followed.messages] == ["Ở đâu?", "Đầu ngõ.", "Đã chuyển."]
    assert followed.satisfaction is Satisfaction.PARTLY


def test_every_sample_carries_the_mark_and_waits_in_the_queue(service: ReportService) -> None:
    add(service, a_sample("mot"), a_sample("hai", Receive(do="receive")))

    with service.database.read() as connection:
        query = select(reports.c.trial, reports.c.quarantined).order_by(reports.c.sequence)
        marks = [tuple(row) for row in connection.execute(query)]
    assert marks == [("sample", None)] * 2
    assert glance(service.database, actor=LEAD).waiting == 1


def test_a_sample_names_an_earlier_one(service: ReportService) -> None:
    duplicate = Link(do="link", to="mot", kind="trung")
    add(service, a_sample("mot"), a_sample("hai", duplicate))

    assert count(service, "report_links") == 1


def test_nobody_is_told_of_samples_by_a_notice(service: ReportService) -> None:
    add(service, a_sample("mot"), a_sample("hai", *FINISHED))

    assert count(service, "outbox") == 0


def test_a_notice_of_a_real_report_stays(service: ReportService) -> None:
    submit(service, a_submission())

    add(service, a_sample("mot"))

    assert count(service, "outbox") == 1


def test_samples_are_added_once(service: ReportService) -> None:
    add(service, a_sample("mot"))

    with pytest.raises(ConflictError):
        add(service, a_sample("mot"))
    assert count(service, "reports") == 1


def test_removing_leaves_every_table_but_the_log_as_it_was(service: ReportService) -> None:
    _, real = a_received_report(service)
    before = {name: count(service, name) for name in metadata.tables}
    made = add(service, a_sample("mot", *FINISHED), a_sample("hai"))
    link(
        service.database,
        actor=LEAD,
        report_id=real,
        reference=made[1].receipt.reference,
        kind=LinkKind.RELATED,
    )

    removed = remove_samples(service.database, actor=OPERATOR)

    after = {name: count(service, name) for name in metadata.tables}
    assert removed == 2
    assert {name for name in before if before[name] != after[name]} == {"events"}


def test_no_table_that_names_reports_is_forgotten() -> None:
    naming = {
        table.name
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table is reports
    }

    erased = {table.name for table in sample_rows.PARTS} | {"attachments", "report_links"}
    assert naming == erased


def test_what_was_done_with_samples_stays_in_the_log(service: ReportService) -> None:
    [made] = add(service, a_sample("mot"))

    remove_samples(service.database, actor=OPERATOR)

    with service.database.read() as connection:
        query = select(events.c.action).where(events.c.report_id == made.report_id)
        actions = list(connection.execute(query.order_by(events.c.sequence)).scalars())
        verify(connection)
    assert actions == ["received", "sample added", "sample removed"]


def test_a_sample_whose_making_ended_half_way_is_removed_too(service: ReportService) -> None:
    submit(service, a_submission(quarantined="sample"))

    assert glance(service.database, actor=LEAD).waiting == 0
    assert remove_samples(service.database, actor=OPERATOR) == 1
    assert count(service, "outbox") == 0


def test_a_report_that_looked_like_spam_is_no_sample(service: ReportService) -> None:
    receipt = submit(service, a_submission(quarantined="trap"))

    assert remove_samples(service.database, actor=OPERATOR) == 0
    assert id_of(service, receipt)


def test_a_trial_of_a_talk_is_no_sample(service: ReportService) -> None:
    receipt = submit(service, a_submission())
    report_id = id_of(service, receipt)
    service.database.write(
        lambda c: c.execute(reports.update().where(reports.c.id == report_id).values(trial="talk"))
    )

    assert remove_samples(service.database, actor=OPERATOR) == 0


def test_an_officer_sees_the_samples_of_the_own_part(service: ReportService) -> None:
    add(service, a_sample("mot", area="tdp-1"), a_sample("hai", area="tdp-2"))

    assert len(list_samples(service.database, actor=LEAD)) == 2
    assert len(list_samples(service.database, actor=MEMBER)) == 1


def test_a_member_neither_adds_nor_removes_samples(service: ReportService) -> None:
    with pytest.raises(ForbiddenError):
        add_samples(service, [a_sample("mot")], actor=MEMBER)
    with pytest.raises(ForbiddenError):
        remove_samples(service.database, actor=MEMBER)


def test_a_claimed_sample_is_removed_like_the_others(service: ReportService) -> None:
    [made] = add(service, a_sample("mot"))
    queue.claim_one(service.database, actor=LEAD, report_id=made.report_id, lease=LEASE)

    assert remove_samples(service.database, actor=OPERATOR) == 1


def test_notices_that_went_out_are_no_obstacle(service: ReportService) -> None:
    [made] = add(service, a_sample("mot"))
    now = made.receipt.received_at
    notice = {"topic": "report.late", "report_id": made.report_id, "attempts": 1, "sent_at": now}
    service.database.write(
        lambda c: c.execute(insert(outbox).values(created_at=now, due_at=now, **notice))
    )

    remove_samples(service.database, actor=OPERATOR)

    assert count(service, "outbox") == 0
