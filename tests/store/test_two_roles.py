"""On PostgreSQL the residents' face may run under a role that cannot read what it put in."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Executable, Update, delete, select, text, update
from sqlalchemy.engine import make_url

from forms_api.accounts.permissions import operator_actor
from forms_api.errors import StorageError
from forms_api.public_app.limit_storage import DatabaseStorage
from forms_api.reports.campaigns import NewCampaign, add_campaign
from forms_api.reports.followup import (
    Satisfaction,
    add_message,
    follow,
    forget_hand_off,
    rate,
)
from forms_api.reports.intake import stage_files, submit
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.new_codes import change_code
from forms_api.reports.outside_numbers import NumberKind, tell_number
from forms_api.reports.recurring import recur
from forms_api.reports.request_acts import refuse
from forms_api.reports.request_record import Refusal, RequestKind
from forms_api.reports.service import ReportService
from forms_api.reports.short_links import CampaignPages, VisitCounter
from forms_api.reports.talks import open_talk
from forms_api.reports.trials import TALK, is_talk_open
from forms_api.store.database import Database
from forms_api.store.reports import received_at
from forms_api.store.schema import events, external_numbers, reports
from forms_api.vault.receipts import new_code
from tests.public.links import written_visits
from tests.reports.asked import ask_for, last_asked
from tests.reports.samples import a_photo, a_submission
from tests.reports.stubs import a_stub, answer_to, enter_by

pytestmark = pytest.mark.parametrize("engine", ["postgresql"])

DAY = dt.date(2026, 11, 24)
GRANTS = Path(__file__).resolve().parents[2] / "deploy" / "postgres-roles.sql"


@pytest.fixture
def roles(service: ReportService) -> Iterator[dict[str, str]]:
    """The names of the two roles that the deployment gives to the faces."""
    owner = service.database
    roles = {"public_role": f"public_{uuid.uuid4().hex}", "officers_role": f"of_{uuid.uuid4().hex}"}
    with owner.engine.begin() as connection:
        for role in roles.values():
            connection.execute(text(f"CREATE ROLE {role} LOGIN"))
        grants = re.sub(r":(\w+)", lambda name: roles[name[1]], GRANTS.read_text(encoding="utf-8"))
        connection.exec_driver_sql(re.sub(r"(?m)^--.*$", "", grants))
    yield roles
    with owner.engine.begin() as connection:
        for role in roles.values():
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))


@contextmanager
def seen_by(service: ReportService, role: str) -> Iterator[ReportService]:
    """Give the same queue through a role."""
    url = make_url(service.database.url).set(username=role)
    with closing(Database(url.render_as_string(hide_password=False))) as database:
        yield dataclasses.replace(service, database=database)


def is_denied(service: ReportService, statement: Executable) -> bool:
    """Tell whether the server refuses a statement for want of a right (42501)."""
    try:
        with service.database.read() as connection:
            connection.execute(statement)
    except StorageError as error:
        return "42501" in str(error)
    return False


def changed_rows(service: ReportService, statement: Update) -> int:
    """Run a statement under the service's own role and return how many rows it changed."""
    return service.database.write(lambda connection: connection.execute(statement).rowcount)


@pytest.fixture
def public_service(service: ReportService, roles: dict[str, str]) -> Iterator[ReportService]:
    """The same queue, through the role that the deployment gives to the residents' face."""
    with seen_by(service, roles["public_role"]) as seen:
        yield seen


@pytest.mark.parametrize("role", ["public_role", "officers_role"])
@pytest.mark.parametrize("change", [update(events).values(action="khác"), delete(events)])
def test_either_role_adds_to_the_audit_log_and_changes_nothing_in_it(
    service: ReportService, roles: dict[str, str], role: str, change: Executable
) -> None:
    with seen_by(service, roles[role]) as seen:
        submit(seen, a_submission())

        with pytest.raises(StorageError, match="42501"):
            seen.database.write(lambda connection: connection.execute(change))


def test_the_residents_role_takes_a_report_in_and_follows_it_up(
    public_service: ReportService,
) -> None:
    submission = a_submission()
    stage_files(public_service, submission.submission_id, [a_photo("a")])
    receipt = submit(public_service, dataclasses.replace(submission, files=[a_photo("b")]))
    add_message(public_service, receipt.code, text="chào", message_id="1")

    assert submit(public_service, dataclasses.replace(submission, files=[a_photo("b")])).repeated
    assert [m.text for m in follow(public_service, receipt.code).messages] == ["chào"]


def test_the_residents_role_keeps_what_a_sender_says_of_a_finished_report(
    public_service: ReportService, service: ReportService
) -> None:
    receipt = submit(public_service, a_submission())
    finished = update(reports).values(status=Status.RESOLVED.value)
    service.database.write(lambda connection: connection.execute(finished).rowcount)
    rate(public_service, receipt.code, Satisfaction.PARTLY)

    assert follow(public_service, receipt.code).satisfaction is Satisfaction.PARTLY


@pytest.mark.parametrize("end", sorted(END_STATES))
def test_the_residents_role_opens_a_finished_report_again(
    public_service: ReportService, service: ReportService, end: Status
) -> None:
    receipt = submit(public_service, a_submission())
    finished = update(reports).values(status=end.value, satisfaction="khong")
    service.database.write(lambda connection: connection.execute(finished).rowcount)
    recur(public_service, receipt.code, text="tối qua lại có", message_id="1")

    followed = follow(public_service, receipt.code)
    assert (followed.status, followed.satisfaction) == (Status.VERIFYING, None)
    assert [message.text for message in followed.messages] == ["tối qua lại có"]


def test_the_residents_role_moves_a_report_nowhere_else_and_the_desk_does(
    public_service: ReportService, service: ReportService
) -> None:
    submit(public_service, a_submission())
    for before, after in itertools.product(Status, Status):
        if before in END_STATES and after is Status.VERIFYING:
            continue  # the one move that is the reporter's
        put, moved = (update(reports).values(status=state.value) for state in (before, after))
        changed_rows(service, put)

        assert is_denied(public_service, moved), (before, after)
        assert changed_rows(service, moved) == 1, (before, after)


def test_the_residents_role_keeps_a_copy_for_the_code_and_deletes_it_for_good(
    public_service: ReportService, service: ReportService
) -> None:
    texts = (("Hành vi", "Tiếng ồn"),)
    receipt = submit(public_service, a_submission(hand_off=texts))
    assert follow(public_service, receipt.code).hand_off == texts
    forget_hand_off(public_service, receipt.code)
    assert follow(public_service, receipt.code).hand_off == ()

    for role in (public_service, service):
        with pytest.raises(StorageError, match="42501"), role.database.read() as connection:
            connection.execute(text("UPDATE reports SET hand_off = '\\x00'"))


def test_the_residents_role_asks_about_its_data_and_reads_how_it_ended(
    public_service: ReportService, service: ReportService
) -> None:
    receipt = submit(public_service, a_submission())
    for _ in range(2):
        ask_for(public_service, receipt, RequestKind.CORRECT)
    ask_for(public_service, receipt, RequestKind.DELETE, request_id="2")
    refuse(
        service,
        actor=operator_actor("lan"),
        asking=last_asked(service),
        reason=Refusal.LAW_KEEPS,
        text="phải giữ",
    )

    asked = follow(public_service, receipt.code).requests
    assert [request.kind for request in asked] == [RequestKind.CORRECT, RequestKind.DELETE]
    assert [request.refusal for request in asked] == [None, Refusal.LAW_KEEPS]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT answered_by FROM data_requests",
        "SELECT ended_by FROM data_requests",
        "UPDATE data_requests SET ended_at = 0",
        "DELETE FROM data_requests",
        "INSERT INTO data_requests (outcome) VALUES ('da-xong')",
    ],
)
def test_the_residents_role_neither_ends_a_request_nor_learns_who_did(
    public_service: ReportService, statement: str
) -> None:
    ask_for(public_service, submit(public_service, a_submission()), RequestKind.DELETE)

    with pytest.raises(StorageError, match="42501"), public_service.database.read() as connection:
        connection.execute(text(statement))


def test_the_residents_role_ends_the_waiting_for_an_answer(
    public_service: ReportService, service: ReportService
) -> None:
    receipt = submit(public_service, a_submission())
    asked = update(reports).values(waiting_since=dt.datetime.now(dt.UTC))
    service.database.write(lambda connection: connection.execute(asked).rowcount)
    add_message(public_service, receipt.code, text="đây ạ", message_id="1")

    with service.database.read() as connection:
        assert connection.execute(select(reports.c.waiting_since)).scalar_one() is None


def test_the_residents_role_follows_short_links_and_counts_visits(
    public_service: ReportService, service: ReportService
) -> None:
    new = NewCampaign("tet", "/lien-he/", "Tết", until=DAY)
    add_campaign(service.database, new, actor=operator_actor("test"), taken=())
    counter = VisitCounter(public_service.database)
    for _ in range(2):
        counter.count("tet", DAY)
        counter.flush()

    assert CampaignPages(public_service.database).page("tet", DAY) == "/lien-he/"
    assert written_visits(service.database) == {(str(DAY), "tet"): 2}


def test_the_residents_role_changes_the_code_of_a_stub_and_takes_numbers_in(
    public_service: ReportService, service: ReportService
) -> None:
    stub = a_stub(service)
    enter_by(service, stub)
    answer_to(service, stub, "đã đến xem")
    new = new_code()

    change_code(public_service, stub.code, new)
    for _ in range(2):
        tell_number(public_service, new, kind=NumberKind.VNEID, number="123", number_id="1")

    assert [message.text for message in follow(public_service, new).messages] == ["đã đến xem"]
    with service.database.read() as connection:
        assert len(connection.execute(select(external_numbers)).all()) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reports SET reply_recipient = 'age1another'",
        "UPDATE reports SET lookup_key = '\\x00'",
        "UPDATE messages SET sealed = '\\x00'",
    ],
)
def test_no_role_changes_the_code_or_the_words_of_a_report_that_came_by_no_stub(
    public_service: ReportService, service: ReportService, statement: str
) -> None:
    a_stub(service)
    receipt = submit(public_service, a_submission())
    add_message(public_service, receipt.code, text="chào", message_id="1")

    for role in (public_service, service):
        with (
            pytest.raises(StorageError, match="42501"),
            role.database.read() as connection,
        ):
            connection.execute(text(statement))


def test_the_residents_role_counts_limits_and_looks_up_a_talk(
    public_service: ReportService, service: ReportService
) -> None:
    code = open_talk(service.database, actor=operator_actor("lan")).code
    storage = DatabaseStorage(database=public_service.database)
    receipt = submit(public_service, dataclasses.replace(a_submission(), trial=TALK))

    assert [storage.incr("k", 60), storage.incr("k", 60), storage.get("k")] == [1, 2, 2]
    assert is_talk_open(public_service.database, code)
    assert follow(public_service, receipt.code).is_trial
    with public_service.database.read() as connection:
        assert received_at(connection, from_newest=1) is None


FORBIDDEN = [
    "SELECT sealed FROM reports",
    "SELECT sealed FROM attachments",
    "SELECT sealed_facts FROM attachments",
    "SELECT sealed FROM notes",
    "SELECT name FROM officers",
    "SELECT wrapped_identity FROM credentials",
    "SELECT id FROM invitations",
    "SELECT id FROM sessions",
    "SELECT account FROM signin_failures",
    "SELECT code_hash FROM recovery_codes",
    "SELECT sealed FROM queue_key_copies",
    "SELECT recipient FROM queue_keys",
    "SELECT recipient FROM recovery_keys",
    "SELECT proposed_by FROM terms",
    "SELECT content FROM exports",
    "SELECT query FROM saved_views",
    "SELECT sealed FROM external_numbers",
    "SELECT reply_recipient FROM stubs",
    "UPDATE stubs SET entered_at = 0",
    "SELECT kind FROM report_links",
    "SELECT reason FROM deletions",
    "SELECT token_hash FROM tokens",
    "SELECT actor FROM events",
    "SELECT opened_by FROM talks",
    "UPDATE talks SET ends_at = 0",
    "UPDATE reports SET trial = NULL",
    "UPDATE reports SET status = 'trung_lap'",
    "UPDATE reports SET trashed_at = NULL",
    "UPDATE reports SET claimed_by = 'nobody'",
    "UPDATE facts SET value = 'age1another'",
    "INSERT INTO queue_keys (recipient, created_at) VALUES ('age1another', 0)",
    "INSERT INTO officers (id, name, role, created_at) VALUES ('1', 'x', 'quan-tri', 0)",
    "UPDATE events SET actor = 'nobody'",
    "DELETE FROM events",
    "DELETE FROM reports",
    "SELECT title FROM campaign_links",
    "SELECT added_by FROM campaign_links",
    "INSERT INTO campaign_links (slug, page, added_at, added_by) VALUES ('x', '/', 0, 'x')",
    "UPDATE campaign_links SET page = '/khac/'",
    "DELETE FROM campaign_links",
    "UPDATE link_visits SET slug = 'khac'",
    "DELETE FROM link_visits",
]


def test_the_residents_role_can_neither_read_content_nor_change_the_record(
    public_service: ReportService,
) -> None:
    submit(public_service, a_submission())

    assert [words for words in FORBIDDEN if not is_denied(public_service, text(words))] == []
