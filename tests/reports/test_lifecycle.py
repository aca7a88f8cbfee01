"""One table of moves, and no door around it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import update

from forms_api.accounts.permissions import Actor
from forms_api.errors import ConflictError, NotFoundError, OvertakenError, TransitionError
from forms_api.reports.casework import Move, OutsideNumber, transition
from forms_api.reports.followup import add_message, follow
from forms_api.reports.intake import submit
from forms_api.reports.lifecycle import END_STATES, MOVES, Status, check_move
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.service import ReportService
from forms_api.store import audit
from forms_api.store.schema import reports
from tests.reports.people import IN_CHARGE, OTHER, a_received_report, id_of, standing
from tests.reports.samples import a_submission

# The contract (what residents and officers were told), written out a second time on purpose.
ENDS = {"da_giai_quyet", "chuyen_co_quan", "khong_du_thong_tin", "trung_lap", "ngoai_pham_vi"}
ALLOWED = (
    {("moi", "tiep_nhan"), ("tiep_nhan", "xac_minh")}
    | {(start, end) for start in ("tiep_nhan", "xac_minh") for end in ENDS}
    | {(end, "xac_minh") for end in ENDS}
)


def test_the_table_is_the_contract_s() -> None:
    assert {(start.value, to.value) for start in MOVES for to in MOVES[start]} == ALLOWED
    assert {state.value for state in END_STATES} == ENDS
    assert set(MOVES) == set(Status)


def a_move(to: Status, version: int, **words: Any) -> Move:  # noqa: ANN401 - fields of a Move
    """Return a move that names a body where it must."""
    body = OutsideNumber(NumberKind.BODY, "Công an tỉnh") if to is Status.HANDED_OVER else None
    return Move(to, version, handed_to=body, **words)


def place(service: ReportService, report_id: str, state: Status) -> None:
    """Put a report into a state without a move."""
    placed = update(reports).where(reports.c.id == report_id).values(status=state.value)
    service.database.write(lambda connection: connection.execute(placed).rowcount)


@pytest.mark.parametrize("start", Status)
def test_from_each_state_the_moves_of_the_table_are_made_and_all_others_refused(
    service: ReportService, start: Status
) -> None:
    reached = set()
    for to in Status:
        report_id = id_of(service, submit(service, a_submission()))
        place(service, report_id, start)
        try:
            version = transition(
                service, actor=IN_CHARGE, report_id=report_id, move=a_move(to, 1, reason="vì")
            )
        except TransitionError:
            assert standing(service, report_id) == (start, 1)
        else:
            assert standing(service, report_id) == (to, version) == (to, 2)
            reached.add((start.value, to.value))

    assert reached == {move for move in ALLOWED if move[0] == start}


@pytest.mark.parametrize("end", sorted(END_STATES))
@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_reopening_needs_a_reason(end: Status, reason: str | None) -> None:
    for say_why in (True, False):
        with pytest.raises(TransitionError):
            check_move(end, Status.VERIFYING, reason=reason, answer="có", say_why=say_why)

    check_move(end, Status.VERIFYING, reason="người dân báo vẫn tái diễn", say_why=True)


@pytest.mark.parametrize("end", sorted(END_STATES))
@pytest.mark.parametrize("words", [None, "", "  \n"])
def test_an_officer_closes_with_a_reason_or_an_answer(end: Status, words: str | None) -> None:
    with pytest.raises(TransitionError):
        check_move(Status.VERIFYING, end, reason=words, answer=words, say_why=True)

    check_move(Status.VERIFYING, end, reason="đã rõ", say_why=True)
    check_move(Status.VERIFYING, end, reason=None, answer="Đã xử lý", say_why=True)
    check_move(Status.VERIFYING, end, reason=words, answer=words, say_why=False)


def test_a_report_goes_to_another_body_only_by_its_name(service: ReportService) -> None:
    _, report_id = a_received_report(service)
    _, version = standing(service, report_id)
    unnamed = [None, OutsideNumber(NumberKind.BODY), OutsideNumber(NumberKind.BODY, body=" ")]

    for handed_to in unnamed:
        move = Move(Status.HANDED_OVER, version, reason="vì", handed_to=handed_to)
        with pytest.raises(TransitionError):
            transition(service, actor=IN_CHARGE, report_id=report_id, move=move)

    assert standing(service, report_id) == (Status.RECEIVED, version)


def test_of_two_officers_who_decide_at_once_one_is_told(service: ReportService) -> None:
    _, report_id = a_received_report(service)
    _, version = standing(service, report_id)

    done = Move(Status.RESOLVED, version, answer="Đã xử lý")
    late = Move(Status.DUPLICATE, version, reason="trùng")
    transition(service, actor=IN_CHARGE, report_id=report_id, move=done)
    with pytest.raises(OvertakenError) as caught:
        transition(service, actor=OTHER, report_id=report_id, move=late)

    told = caught.value
    assert (told.report_id, told.by, told.action) == (report_id, IN_CHARGE.name, "message")
    assert told.at is not None
    assert standing(service, report_id)[0] is Status.RESOLVED


def test_a_refused_move_keeps_neither_its_answer_nor_its_event(service: ReportService) -> None:
    receipt, report_id = a_received_report(service)
    _, version = standing(service, report_id)
    with service.database.read() as connection:
        head = audit.read_head(connection)

    with pytest.raises(TransitionError):
        transition(
            service,
            actor=IN_CHARGE,
            report_id=report_id,
            move=Move(Status.NEW, version, reason="vì", answer="không bao giờ gửi"),
        )

    assert follow(service, receipt.code).messages == ()
    with service.database.read() as connection:
        assert audit.read_head(connection) == head


def test_a_report_that_is_not_there_cannot_be_moved(service: ReportService) -> None:
    with pytest.raises(NotFoundError):
        transition(service, actor=IN_CHARGE, report_id="none", move=Move(Status.RECEIVED, 1))


class Desk(RuleBasedStateMachine):
    """Officers and a reporter act on one report in any order; the table always holds."""

    def __init__(self, service: ReportService) -> None:
        super().__init__()
        self.service = service
        self.receipt = submit(service, a_submission())
        self.report_id = id_of(service, self.receipt)
        self.state = Status.NEW
        self.version = 1

    @rule(
        to=st.sampled_from(Status),
        reason=st.sampled_from([None, " ", "vì"]),
        answer=st.sampled_from([None, "trả lời"]),
        actor=st.sampled_from([IN_CHARGE, OTHER]),
        behind=st.sampled_from([0, 0, 0, 1]),
        say_why=st.booleans(),
    )
    def move(
        self,
        to: Status,
        reason: str | None,
        answer: str | None,
        actor: Actor,
        behind: int,
        say_why: bool,
    ) -> None:
        """Try a move, sometimes with a version that is no longer the newest."""
        allowed = (self.state.value, to.value) in ALLOWED
        reopening = self.state in END_STATES
        closing = say_why and to in END_STATES
        explained = reason == "vì" or (closing and answer is not None)
        move = a_move(to, self.version - behind, reason=reason, answer=answer, say_why=say_why)
        try:
            version = transition(self.service, actor=actor, report_id=self.report_id, move=move)
        except ConflictError:
            assert behind
        except TransitionError:
            assert not allowed or ((reopening or closing) and not explained)
        else:
            assert allowed
            assert not behind
            assert not reopening or (to is Status.VERIFYING and reason == "vì")
            assert explained or not closing
            assert version > self.version
            self.state, self.version = to, version

    @rule(number=st.integers(0, 5))
    def write(self, number: int) -> None:
        """The reporter writes, at times the same message again."""
        before = len(follow(self.service, self.receipt.code).messages)
        add_message(self.service, self.receipt.code, text="thêm", message_id=str(number))
        self.version += len(follow(self.service, self.receipt.code).messages) - before

    @invariant()
    def the_row_is_what_the_moves_say(self) -> None:
        """Nothing but an allowed move changed the state, and every change the version."""
        assert standing(self.service, self.report_id) == (self.state, self.version)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_no_order_of_acts_leads_around_the_table(service: ReportService) -> None:
    class ThisDesk(Desk):
        def __init__(self) -> None:
            super().__init__(service)

    run_state_machine_as_test(
        ThisDesk,
        settings=settings(max_examples=30, stateful_step_count=25, deadline=None),
    )

    with service.database.read() as connection:
        audit.verify(connection)
