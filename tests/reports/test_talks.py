"""Talks: held for a while, each with a code of its own; trials stand apart and are removed as one."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from forms_api.accounts.permissions import Actor, Role, officer_actor
from forms_api.errors import (
    ConflictError,
    DifferentSubmissionError,
    ForbiddenError,
    LimitError,
    NotFoundError,
    OvertakenError,
)
from forms_api.reports import queue, talks
from forms_api.reports.filters import Filter
from forms_api.reports.followup import add_message, follow
from forms_api.reports.intake import submit
from forms_api.reports.listing import Changes, list_changed, list_page
from forms_api.reports.period import parse_period
from forms_api.reports.service import ReportService, utc_now
from forms_api.reports.statistics import count_period
from forms_api.reports.trials import TALK, is_talk_open
from forms_api.store.database import Database
from forms_api.store.schema import events, metadata, outbox, reports
from forms_api.store.schema import talks as rows
from tests.reports.people import a_received_report, id_of
from tests.reports.samples import a_photo, a_submission

LEAD = officer_actor("lead", Role.HEAD)
MEMBER = officer_actor("member", Role.MEMBER)
ADMIN = officer_actor("admin", Role.ADMIN)
FAR_MEMBER = officer_actor("far", Role.MEMBER, areas=["tdp-2"])
FAR_LEAD = officer_actor("far-lead", Role.HEAD, areas=["tdp-2"])
LEASE = dt.timedelta(minutes=5)


def a_trial(service: ReportService, **changes: Any) -> str:  # noqa: ANN401 - any field
    """Send a report at a talk and return its id."""
    return id_of(service, submit(service, a_submission(trial=TALK, **changes)))


def count(database: Database, table: str) -> int:
    """Return how many rows a table has."""
    with database.read() as connection:
        query = select(func.count()).select_from(metadata.tables[table])
        return int(connection.execute(query).scalar_one())


def told(database: Database) -> list[tuple[str, str]]:
    """Return who did what, by the log, oldest first."""
    with database.read() as connection:
        query = select(events.c.actor, events.c.action).order_by(events.c.sequence)
        return [(row.actor, row.action) for row in connection.execute(query)]


def test_a_talk_is_held_for_two_hours_and_ends_by_itself(database: Database) -> None:
    talk = talks.open_talk(database, actor=MEMBER)
    held = is_talk_open(database, talk.code)
    over = update(rows).values(ends_at=utc_now())
    database.write(lambda connection: connection.execute(over).rowcount)

    assert talk.ends_at - talk.opened_at == dt.timedelta(hours=2)
    assert held
    assert not is_talk_open(database, talk.code)
    assert told(database) == [("officer:member", "talk opened")]


def test_anybody_who_may_open_one_ends_it_and_only_once(database: Database) -> None:
    talk = talks.open_talk(database, actor=MEMBER)
    talks.end_talk(database, actor=LEAD, code=talk.code)

    assert not is_talk_open(database, talk.code)
    assert [(one.code, one.ended_by) for one in talks.list_talks(database, actor=LEAD)] == [
        (talk.code, "officer:lead")
    ]
    assert told(database)[1:] == [("officer:lead", "talk ended")]
    with pytest.raises(NotFoundError):
        talks.end_talk(database, actor=LEAD, code=talk.code)


def test_a_code_is_six_digits_and_never_given_out_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = iter([123_456, 123_456, 123_456, 654_321])
    monkeypatch.setattr(secrets, "choice", lambda _codes: next(given))
    first = talks.open_talk(database, actor=MEMBER)
    talks.end_talk(database, actor=MEMBER, code=first.code)

    assert first.code == "123456"
    assert talks.open_talk(database, actor=MEMBER).code == "654321"


@pytest.mark.parametrize("lasting", [dt.timedelta(), dt.timedelta(hours=8, seconds=1)])
def test_a_talk_has_a_length(database: Database, lasting: dt.timedelta) -> None:
    with pytest.raises(LimitError):
        talks.open_talk(database, actor=MEMBER, lasting=lasting)
    assert count(database, "talks") == 0


def test_so_many_talks_are_held_at_once(database: Database) -> None:
    for _ in range(talks.MOST_AT_ONCE):
        talks.open_talk(database, actor=MEMBER)

    with pytest.raises(LimitError):
        talks.open_talk(database, actor=MEMBER)


def test_old_talks_leave_the_list_and_those_held_never_do(database: Database) -> None:
    long = talks.open_talk(database, actor=MEMBER, lasting=talks.LONGEST)
    for _ in range(talks.SHOWN + 3):
        short = talks.open_talk(database, actor=MEMBER)
        talks.end_talk(database, actor=MEMBER, code=short.code)

    listed = talks.list_talks(database, actor=MEMBER)
    assert len(listed) == talks.SHOWN + 1
    assert long in listed


def test_a_trial_is_in_no_list_count_or_claim_but_its_own(service: ReportService) -> None:
    database = service.database
    before = queue.glance(database, actor=LEAD)
    trial = a_trial(service)
    apart = a_trial(service, quarantined="trap")

    assert queue.glance(database, actor=LEAD) == before
    assert not any(queue.count_reports(database, actor=LEAD).states.values())
    assert queue.count_reports(database, actor=LEAD).quarantined == 0
    for wanted in (Filter(), Filter(quarantined=True)):
        assert list_page(database, actor=LEAD, wanted=wanted).reports == ()
    for quarantined in (False, True):
        changes = Changes(quarantined=quarantined)
        assert list_changed(database, actor=LEAD, wanted=changes, limit=9) == []
    claimed = queue.claim(database, actor=LEAD, limit=9, lease=LEASE, with_trials=True)
    assert claimed == []
    shown = list_page(database, actor=LEAD, wanted=Filter(at_talks=True)).reports
    assert [row["id"] for row in shown] == [trial, apart]


def test_a_trial_is_in_no_number(service: ReportService) -> None:
    _, _ = a_received_report(service)
    a_trial(service)
    period = parse_period(f"{utc_now():%Y}")
    assert period

    numbers = count_period(service.database, actor=LEAD, period=period)
    assert numbers.received == 1
    assert numbers.kept_apart["trial"] == 1


def test_a_teacher_shows_the_hall_how_a_trial_is_taken_and_answered(service: ReportService) -> None:
    trial = a_trial(service)

    queue.claim_one(service.database, actor=MEMBER, report_id=trial, lease=LEASE)
    standing = queue.acknowledge(service.database, actor=MEMBER, report_ids=[trial])
    assert standing[trial].status == "tiep_nhan"


def test_nobody_is_told_of_trials(service: ReportService) -> None:
    receipt = submit(service, a_submission(trial=TALK, urgent=True))
    add_message(service, receipt.code, text="viết thêm", message_id="1")

    assert follow(service, receipt.code).is_trial
    assert count(service.database, "outbox") == 0


def test_removing_leaves_every_table_but_the_log_as_it_was(service: ReportService) -> None:
    database = service.database
    _, real = a_received_report(service)
    talk = talks.open_talk(database, actor=MEMBER)
    talks.end_talk(database, actor=MEMBER, code=talk.code)
    before = {name: count(database, name) for name in metadata.tables}
    receipt = submit(service, a_submission(trial=TALK, files=[a_photo("a")]))
    add_message(service, receipt.code, text="viết thêm", message_id="1")
    a_trial(service)

    removed = talks.remove_trials(database, actor=LEAD)

    after = {name: count(database, name) for name in metadata.tables}
    assert removed == 2
    assert {name for name in before if before[name] != after[name]} == {"events"}
    assert told(database)[-2:] == [("officer:lead", "trial removed")] * 2
    with pytest.raises(NotFoundError):
        follow(service, receipt.code)
    with database.read() as connection:
        assert connection.execute(select(reports.c.id)).scalars().all() == [real]


def test_nothing_is_removed_while_somebody_still_tries(service: ReportService) -> None:
    a_trial(service)
    talks.open_talk(service.database, actor=MEMBER)

    with pytest.raises(ConflictError):
        talks.remove_trials(service.database, actor=LEAD)
    assert talks.count_trials(service.database, actor=LEAD) == 1


def test_a_part_of_the_work_holds_for_trials_too(service: ReportService) -> None:
    mine, others = a_trial(service, area="tdp-2"), a_trial(service, area="tdp-1")

    assert talks.count_trials(service.database, actor=FAR_MEMBER) == 1
    assert talks.remove_trials(service.database, actor=FAR_LEAD) == 1
    with service.database.read() as connection:
        assert connection.execute(select(reports.c.id)).scalars().all() == [others]
    assert mine != others


def test_what_was_real_after_all_joins_the_queue_and_is_told_of(service: ReportService) -> None:
    trial = a_trial(service)
    talks.make_real(service.database, actor=LEAD, report_id=trial)

    assert queue.glance(service.database, actor=LEAD).waiting == 1
    with service.database.read() as connection:
        assert connection.execute(select(outbox.c.topic)).scalars().all() == ["report.waiting"]
    assert told(service.database)[-1] == ("officer:lead", "trial made real")
    with pytest.raises(OvertakenError):
        talks.make_real(service.database, actor=LEAD, report_id=trial)
    assert talks.remove_trials(service.database, actor=LEAD) == 0


def test_the_same_words_as_a_trial_and_in_earnest_are_two_things(service: ReportService) -> None:
    first = a_submission(trial=TALK)
    receipt = submit(service, first)

    assert submit(service, first).reference == receipt.reference
    with pytest.raises(DifferentSubmissionError, match=receipt.reference):
        submit(service, replace(first, trial=None))


@pytest.mark.parametrize("actor", [ADMIN, Actor("token:may", frozenset())])
def test_who_does_not_teach_opens_no_talk(database: Database, actor: Actor) -> None:
    for act in (
        lambda: talks.open_talk(database, actor=actor),
        lambda: talks.end_talk(database, actor=actor, code="123456"),
        lambda: talks.list_talks(database, actor=actor),
        lambda: talks.count_trials(database, actor=actor),
    ):
        with pytest.raises(ForbiddenError):
            act()


def test_a_member_teaches_and_removes_nothing(service: ReportService) -> None:
    trial = a_trial(service)
    for act in (
        lambda: talks.remove_trials(service.database, actor=MEMBER),
        lambda: talks.make_real(service.database, actor=MEMBER, report_id=trial),
    ):
        with pytest.raises(ForbiddenError):
            act()
