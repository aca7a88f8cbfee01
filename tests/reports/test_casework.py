"""Words among officers stay among officers; acts keep to versions; links tell nobody too much."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import ConflictError, NotFoundError, OvertakenError, TransitionError
from forms_api.officer_app.words import ACTIONS, action_text, actor_text
from forms_api.reports import assignment, casework, links, queue, trash
from forms_api.reports.casework import Move, OutsideNumber
from forms_api.reports.filters import Filter
from forms_api.reports.followup import follow
from forms_api.reports.lifecycle import Status
from forms_api.reports.links import LinkKind
from forms_api.reports.listing import list_page
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.reading import RevealReason, open_case, reveal_identity
from forms_api.reports.service import ReportService
from forms_api.store.schema import events, messages, metadata
from forms_api.vault.sealing import Identity, unseal
from tests.reports.cases import HOUR, OnReport, hire, received, send
from tests.reports.people import IN_CHARGE, OTHER, standing

CANARY = "CHIM-HOANG-YEN-0319"


def speak_among_officers(service: ReportService, report_id: str, keys: list[Identity]) -> None:
    """Put the canary wherever officers may write for each other, in one report's life."""
    of_report = OnReport(actor=IN_CHARGE, report_id=report_id)
    casework.add_note(service, text=CANARY, **of_report)
    version = standing(service, report_id)[1]
    assignment.take_over(service, actor=OTHER, report_id=report_id, version=version, reason=CANARY)
    reveal_identity(service, keys=keys, reason=RevealReason.VERIFY, note=CANARY, **of_report)
    casework.add_number(
        service, number=OutsideNumber(NumberKind.VNEID, CANARY, CANARY), **of_report
    )
    other = send(service)[0]
    links.link(service.database, reference=other.reference, kind=LinkKind.DUPLICATE, **of_report)
    version = standing(service, report_id)[1]
    body = OutsideNumber(NumberKind.BODY, CANARY, CANARY)
    handed = Move(Status.HANDED_OVER, version, CANARY, "Đã chuyển nơi có thẩm quyền", body)
    version = casework.transition(service, move=handed, **of_report)
    again = Move(Status.VERIFYING, version, CANARY)
    casework.transition(service, move=again, **of_report)


def test_what_officers_say_among_themselves_reaches_no_reader_but_officers(
    service: ReportService, queue_identity: Identity
) -> None:
    receipt, report_id = received(service)

    speak_among_officers(service, report_id, [queue_identity])

    shown = repr(dataclasses.asdict(follow(service, receipt.code)))
    assert "Đã chuyển nơi có thẩm quyền" in shown
    assert CANARY not in shown
    with service.database.read() as connection:
        for table in metadata.sorted_tables:
            kept = repr(connection.execute(select(table)).all())
            assert CANARY not in kept, table.name
        sent = connection.execute(select(messages.c.sealed)).scalars().all()
    code = receipt.code.identity
    assert [json.loads(unseal(one, code))["text"] for one in sent] == [
        "Đã chuyển nơi có thẩm quyền"
    ]
    for listed in list_page(service.database, actor=OTHER, wanted=Filter()).reports:
        assert CANARY not in repr(dict(listed))
    case = open_case(service, actor=OTHER, report_id=report_id, keys=[queue_identity])
    assert [note.text for note in case.notes] == [CANARY] * 5
    assert {(number.body, number.number) for number in case.numbers} == {(CANARY, CANARY)}


def test_an_answer_or_question_written_to_an_older_state_is_refused(
    service: ReportService,
) -> None:
    receipt, report_id = received(service)
    casework.add_note(service, actor=OTHER, report_id=report_id, text="đang xem")

    for act in (casework.answer, casework.ask):
        with pytest.raises(OvertakenError) as caught:
            act(service, actor=IN_CHARGE, report_id=report_id, text="chào", version=2)

    assert (caught.value.by, caught.value.action) == (OTHER.name, "note added")
    assert follow(service, receipt.code).messages == ()


def test_nobody_moves_or_answers_a_report_while_another_s_lease_runs(
    service: ReportService,
) -> None:
    receipt, report_id = send(service)
    queue.claim_one(service.database, actor=IN_CHARGE, report_id=report_id, lease=HOUR)
    version = standing(service, report_id)[1]
    received_now = Move(Status.RECEIVED, version)

    with pytest.raises(OvertakenError):
        casework.transition(service, actor=OTHER, report_id=report_id, move=received_now)
    for act in (casework.answer, casework.ask):
        with pytest.raises(OvertakenError):
            act(service, actor=OTHER, report_id=report_id, text="chào", version=version)

    assert standing(service, report_id) == (Status.NEW, version)
    assert follow(service, receipt.code).messages == ()


def test_a_report_that_is_kept_apart_is_not_moved_before_somebody_admits_it(
    service: ReportService,
) -> None:
    _, report_id = send(service, quarantined="trap")
    act = OnReport(actor=IN_CHARGE, report_id=report_id)

    with pytest.raises(OvertakenError):
        casework.transition(service, move=Move(Status.RECEIVED, 1), **act)
    queue.admit(service.database, **act)
    casework.transition(service, move=Move(Status.RECEIVED, 2), **act)

    assert standing(service, report_id)[0] is Status.RECEIVED


def test_a_finished_report_is_asked_nothing(service: ReportService) -> None:
    _, report_id = received(service)
    done = Move(Status.RESOLVED, 2, reason="xong")
    casework.transition(service, actor=IN_CHARGE, report_id=report_id, move=done)

    with pytest.raises(TransitionError):
        casework.ask(service, actor=IN_CHARGE, report_id=report_id, text="Mấy giờ?")


def test_a_link_is_shown_from_both_sides_and_made_once(
    service: ReportService, queue_identity: Identity
) -> None:
    one, first = received(service)
    two, second = received(service)
    database = service.database
    links.link(
        database, actor=OTHER, report_id=second, reference=f" {one.reference.lower()}",
        kind=LinkKind.REPEAT,
    )  # fmt: skip

    def shown(report_id: str) -> list[tuple[str, bool]]:
        case = open_case(service, actor=OTHER, report_id=report_id, keys=[queue_identity])
        return [(link.reference, link.points_here) for link in case.links.shown]

    assert shown(second) == [(one.reference, False)]
    assert shown(first) == [(two.reference, True)]
    for report_id, reference in (
        (second, one.reference),
        (first, two.reference),
        (first, one.reference),
    ):
        with pytest.raises(ConflictError):
            links.link(
                database, actor=OTHER, report_id=report_id, reference=reference,
                kind=LinkKind.RELATED,
            )  # fmt: skip
    links.unlink(database, actor=OTHER, report_id=first, reference=two.reference)
    assert (shown(first), shown(second)) == ([], [])


def test_of_a_linked_report_that_somebody_may_not_see_only_the_number_of_links_is_told(
    service: ReportService, queue_identity: Identity
) -> None:
    _, near_id = received(service, area="to-1")
    far, far_id = received(service, area="to-2")
    links.link(
        service.database, actor=OTHER, report_id=near_id, reference=far.reference,
        kind=LinkKind.RELATED,
    )  # fmt: skip
    local = Actor("officer:local", frozenset(Permission), areas=frozenset({"to-1"}))

    case = open_case(service, actor=local, report_id=near_id, keys=[queue_identity])

    assert (case.links.shown, case.links.hidden) == ((), 1)
    shown = repr(dataclasses.asdict(case)["timeline"])
    assert far.reference not in shown
    assert far_id not in shown
    with pytest.raises(NotFoundError):
        links.unlink(service.database, actor=local, report_id=near_id, reference=far.reference)


def act_in_every_way(service: ReportService, key: Identity) -> Iterator[str]:
    """Do everything at the desk and give the actions that the log then has."""
    hire(service.database, "lan")
    _, report_id = received(service)
    speak_among_officers(service, report_id, [key])
    casework.ask(service, actor=IN_CHARGE, report_id=report_id, text="Mấy giờ?")
    casework.mark_words_seen(service.database, actor=IN_CHARGE, report_id=report_id)
    version = standing(service, report_id)[1]
    version = assignment.assign(
        service.database, actor=OTHER, report_id=report_id, to_name="lan", version=version
    )
    assignment.give_back(service.database, actor=OTHER, report_id=report_id, version=version)
    _, spam = send(service, quarantined="trap")
    queue.admit(service.database, actor=OTHER, report_id=spam)
    trash.put_in_trash(
        service.database, actor=OTHER, report_id=spam, version=2, reason=trash.TrashReason.SPAM
    )
    with service.database.read() as connection:
        for row in connection.execute(select(events).order_by(events.c.sequence)).mappings():
            assert action_text(row["actor"], row["action"], json.loads(row["details"]))
            yield row["action"]


def test_everything_that_the_desk_logs_has_its_words(
    service: ReportService, queue_identity: Identity
) -> None:
    done = set(act_in_every_way(service, queue_identity))

    assert done <= ACTIONS.keys()
    assert len(done) >= 16


def test_words_of_an_event_name_people_and_states_not_ids() -> None:
    assert action_text("x", "moved", {"from": "moi", "to": "tiep_nhan"}) == (
        "Chuyển từ “Mới” sang “Tiếp nhận”"
    )
    assert action_text("x", "taken over", {"holder": None}).endswith("chưa ai")
    assert action_text("x", "assigned", {"to": "officer:lan"}) == "Giao phiếu cho: lan"
    assert action_text("x", "identity revealed", {"reason": "lien-lac"}).endswith(
        "cần liên lạc với người gửi"
    )
    assert action_text("x", "number added", {}) == "Ghi số: –"
    assert [actor_text(name) for name in ("reporter", "token:may", "cli:root", "worker")] == [
        "Người gửi",
        "Chương trình may",
        "Người trông máy root",
        "Máy chủ",
    ]
