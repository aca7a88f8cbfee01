"""Whoever acts sees the own part of the work alone, by every use case there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import ForbiddenError, NotFoundError
from forms_api.reports import (
    assignment,
    bulk,
    casework,
    links,
    listing,
    queue,
    reading,
    sealed,
    trash,
)
from forms_api.reports.casework import Move, OutsideNumber
from forms_api.reports.filters import Filter
from forms_api.reports.lifecycle import Status
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.reach import colleagues_for
from forms_api.reports.reading import RevealReason
from forms_api.reports.search import search
from forms_api.reports.service import ReportService
from forms_api.store import queue as queue_rows
from forms_api.store.schema import reports
from forms_api.vault.sealing import Identity
from tests.reports.cases import HOUR, OnReport, actions_of, hire, put, received, row_of, send
from tests.reports.samples import a_photo

EVERYTHING = frozenset(Permission)
ELSEWHERE = Actor("officer:elsewhere", EVERYTHING, areas=frozenset({"to-9"}))
POWERLESS = Actor("officer:powerless", frozenset())


@dataclass(frozen=True)
class Try:
    """What an act needs: the service, who acts, on which report, with which keys."""

    service: ReportService
    actor: Actor
    report_id: str
    keys: tuple[Identity, ...]

    @property
    def on_report(self) -> OnReport:
        """The arguments that most acts share."""
        return OnReport(actor=self.actor, report_id=self.report_id)


Act = Callable[[Try], object]
NUMBER = OutsideNumber(NumberKind.VNEID, number="1")
ACTS: dict[str, Act] = {
    "claim": lambda t: queue.claim_one(t.service.database, lease=HOUR, **t.on_report),
    "renew": lambda t: queue.renew(t.service.database, lease=HOUR, **t.on_report),
    "acknowledge": lambda t: queue.acknowledge(
        t.service.database, actor=t.actor, report_ids=[t.report_id]
    ),
    "release": lambda t: queue.release(t.service.database, **t.on_report),
    "admit": lambda t: queue.admit(t.service.database, **t.on_report),
    "take over": lambda t: assignment.take_over(t.service, version=2, reason="vì", **t.on_report),
    "assign": lambda t: assignment.assign(
        t.service.database, to_name="lan", version=2, **t.on_report
    ),
    "give back": lambda t: assignment.give_back(t.service.database, version=2, **t.on_report),
    "colleagues": lambda t: colleagues_for(t.service.database, **t.on_report),
    "move": lambda t: casework.transition(t.service, move=Move(Status.VERIFYING, 2), **t.on_report),
    "answer": lambda t: casework.answer(t.service, text="chào", **t.on_report),
    "ask": lambda t: casework.ask(t.service, text="mấy giờ?", **t.on_report),
    "note": lambda t: casework.add_note(t.service, text="ghi", **t.on_report),
    "number": lambda t: casework.add_number(t.service, number=NUMBER, **t.on_report),
    "words seen": lambda t: casework.mark_words_seen(t.service.database, **t.on_report),
    "link": lambda t: links.link(
        t.service.database, reference="XG-000000", kind=links.LinkKind.RELATED, **t.on_report
    ),
    "unlink": lambda t: links.unlink(t.service.database, reference="XG-000000", **t.on_report),
    "open": lambda t: reading.open_case(t.service, keys=t.keys, **t.on_report),
    "open a picture": lambda t: reading.open_file(t.service, number=1, keys=t.keys, **t.on_report),
    "reveal": lambda t: reading.reveal_identity(
        t.service, keys=t.keys, reason=RevealReason.VERIFY, **t.on_report
    ),
    "read sealed": lambda t: sealed.open_report(t.service.database, **t.on_report),
    "read a sealed picture": lambda t: sealed.open_attachment(
        t.service.database, number=1, **t.on_report
    ),
    "put in the trash": lambda t: trash.put_in_trash(
        t.service.database, version=2, reason=trash.TrashReason.SPAM, **t.on_report
    ),
    "restore": lambda t: trash.restore(t.service.database, **t.on_report),
    "agree to delete": lambda t: trash.approve(t.service.database, **t.on_report),
}


@pytest.mark.parametrize("act", ACTS)
def test_no_act_reaches_a_report_of_another_part_or_without_the_right(
    service: ReportService, queue_identity: Identity, act: str
) -> None:
    hire(service.database, "lan")
    _, report_id = received(service, area="to-1", files=[a_photo("a")])
    before = row_of(service.database, report_id), actions_of(service.database, report_id)

    with pytest.raises(NotFoundError):
        ACTS[act](Try(service, ELSEWHERE, report_id, (queue_identity,)))
    with pytest.raises(ForbiddenError):
        ACTS[act](Try(service, POWERLESS, report_id, (queue_identity,)))

    assert (row_of(service.database, report_id), actions_of(service.database, report_id)) == before


def test_lists_counts_search_and_claims_leave_out_what_the_actor_does_not_see(
    service: ReportService, queue_identity: Identity
) -> None:
    database = service.database
    send(service, area="to-1")
    _, own = send(service, area="to-9")
    _, nowhere = send(service, area=None)

    page = listing.list_page(database, actor=ELSEWHERE, wanted=Filter())
    changed = listing.list_changed(database, actor=ELSEWHERE, wanted=listing.Changes(), limit=9)
    found = search(service, actor=ELSEWHERE, words="tố giác", keys=[queue_identity])
    [outcome] = bulk.claim_each(
        database, actor=ELSEWHERE, report_ids=[send(service, area="to-1")[1]], lease=HOUR
    )
    counts = queue.count_reports(database, actor=ELSEWHERE)
    claimed = queue.claim(database, actor=ELSEWHERE, limit=9, lease=HOUR)

    assert [row["id"] for row in page.reports] == [own, nowhere]
    assert [row["id"] for row in changed] == [own, nowhere]
    assert [hit.clear["id"] for hit in found.hits] == [nowhere, own]
    assert isinstance(outcome.refusal, NotFoundError)
    assert counts.states[Status.NEW] == 2
    assert [report.clear["id"] for report in claimed] == [own, nowhere]
    assert queue.glance(database, actor=ELSEWHERE).waiting == 0


def test_a_report_that_was_given_to_somebody_is_seen_wherever_it_belongs(
    service: ReportService,
) -> None:
    _, report_id = received(service, area="to-1")
    put(service.database, report_id, claimed_by=ELSEWHERE.name)

    page = listing.list_page(service.database, actor=ELSEWHERE, wanted=Filter(mine=True))

    assert [row["id"] for row in page.reports] == [report_id]
    casework.add_note(service, actor=ELSEWHERE, report_id=report_id, text="ghi")


ids = st.one_of(st.none(), st.sampled_from(["a", "b"]))
parts = st.one_of(st.none(), st.frozensets(st.sampled_from(["a", "b"])))


def test_the_database_s_scope_is_the_actor_s(service: ReportService) -> None:
    _, report_id = send(service)

    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        area=ids,
        category=ids,
        holder=st.sampled_from([None, "me", "you"]),
        areas=parts,
        categories=parts,
    )
    def agree(
        area: str | None,
        category: str | None,
        holder: str | None,
        areas: frozenset[str] | None,
        categories: frozenset[str] | None,
    ) -> None:
        put(service.database, report_id, area=area, category=category, claimed_by=holder)
        actor = Actor("me", EVERYTHING, areas, categories)
        with service.database.read() as connection:
            query = select(reports).where(queue_rows.seen_by(actor))
            found = connection.execute(query).mappings().all()
            row = connection.execute(select(reports)).mappings().one()
        assert bool(found) == actor.sees(row)

    agree()
