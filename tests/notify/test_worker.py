"""Notices go out at least once, never say what a report says, and wait where they cannot go."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import time_machine
from sqlalchemy import select

from forms_api.errors import SettingsError, StorageError
from forms_api.notify.messages import FOOTER, TITLE, TOPICS, digest
from forms_api.notify.worker import Round, open_channel, run_forever, run_round
from forms_api.reports.followup import add_message
from forms_api.reports.intake import stage_files, submit
from forms_api.reports.service import ReportService
from forms_api.store import outbox
from forms_api.store.database import Database
from forms_api.store.schema import attachments
from forms_api.store.schema import outbox as outbox_rows
from forms_api.vault.receipts import new_submission_id
from tests.notify.channels import FakeChannel
from tests.reports.samples import a_photo, a_submission

pytestmark = pytest.mark.both_engines

CANARY = "CHIM-HOANG-YEN-5521"
START = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
APPRISE_S_OWN = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until a test moves it."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def state(database: Database) -> list[tuple[int, dt.datetime, bool]]:
    """Return each notice's attempts, when it is due and whether it was sent."""
    query = select(outbox_rows.c.attempts, outbox_rows.c.due_at, outbox_rows.c.sent_at)
    with database.read() as connection:
        rows = connection.execute(query.order_by(outbox_rows.c.sequence)).all()
    return [(row.attempts, row.due_at, row.sent_at is not None) for row in rows]


def test_one_notice_tells_of_all_that_waits_and_of_none_of_its_content(
    service: ReportService,
) -> None:
    channel = FakeChannel()
    words = {"answers": {"noi_dung": CANARY}}
    receipts = [submit(service, a_submission(content=words)) for _ in range(2)]
    add_message(service, receipts[0].code, text=CANARY, message_id="1")
    submit(service, a_submission(content=words, quarantined="trap"))

    assert run_round(service.database, channel) == Round(sent=4)
    assert len(channel.taken) == 1
    said = " ".join(channel.taken[0])
    assert f"2 {TOPICS['report.waiting']}" in said
    assert f"1 {TOPICS['message.waiting']}" in said
    assert f"1 {TOPICS['report.quarantined']}" in said
    assert FOOTER in said
    assert CANARY not in said
    assert not any(receipt.reference in said for receipt in receipts)


def test_a_notice_is_the_digest_of_its_topics_and_nothing_else(service: ReportService) -> None:
    channel = FakeChannel()
    submit(service, a_submission(area="to-1", link="bao-tin"))
    submit(service, a_submission(urgent=True))

    run_round(service.database, channel)

    assert channel.taken == [(TITLE, digest(["report.waiting", "report.urgent"]))]


def test_what_was_sent_is_not_sent_again(service: ReportService) -> None:
    submit(service, a_submission())
    channel = FakeChannel()
    run_round(service.database, channel)

    assert run_round(service.database, channel) == Round()
    assert len(channel.taken) == 1


def test_every_topic_that_is_posted_has_its_words(service: ReportService) -> None:
    receipt = submit(service, a_submission())
    submit(service, a_submission(quarantined="trap"))
    add_message(service, receipt.code, text="thêm", message_id="1")

    with service.database.read() as connection:
        posted = set(connection.execute(select(outbox_rows.c.topic)).scalars())
    assert posted
    assert posted <= set(TOPICS)


@pytest.mark.parametrize("channel", [FakeChannel(works=False), FakeChannel(breaks=True)])
def test_a_failing_channel_is_tried_again_after_twice_as_long_each_time(
    clock: time_machine.Traveller, service: ReportService, channel: FakeChannel
) -> None:
    submit(service, a_submission())
    waits = []
    for attempt in range(1, 4):
        assert run_round(service.database, channel) == Round(failed=1)
        assert run_round(service.database, channel) == Round()
        [(attempts, due_at, sent)] = state(service.database)
        assert (attempts, sent) == (attempt, False)
        waits.append(due_at - dt.datetime.now(dt.UTC))
        clock.move_to(due_at)

    assert waits == [outbox.FIRST_RETRY, outbox.FIRST_RETRY * 2, outbox.FIRST_RETRY * 4]
    assert run_round(service.database, FakeChannel()) == Round(sent=1)


def test_a_broken_channel_s_own_words_stand_in_no_log(
    service: ReportService, caplog: pytest.LogCaptureFixture
) -> None:
    submit(service, a_submission())
    run_round(service.database, FakeChannel(breaks=True))

    assert "ConnectionResetError" in caplog.text
    assert "mat-khau" not in caplog.text


def test_after_its_last_attempt_a_notice_is_a_dead_letter(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    submit(service, a_submission())
    for _ in range(outbox.MAX_ATTEMPTS):
        assert run_round(service.database, FakeChannel(works=False)).failed == 1
        clock.move_to(state(service.database)[0][1])

    assert run_round(service.database, FakeChannel()) == Round()
    with service.database.read() as connection:
        assert outbox.dead_letters(connection) == 1


def test_one_notice_that_fails_does_not_hold_up_a_later_one(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    submit(service, a_submission())
    run_round(service.database, FakeChannel(works=False))
    submit(service, a_submission())

    assert run_round(service.database, FakeChannel()) == Round(sent=1)


def test_a_crash_between_sending_and_noting_sends_it_again(
    service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(service, a_submission())
    channel = FakeChannel()

    def crash(*_: object, **__: object) -> None:
        raise StorageError("the machine went down here")

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "mark_sent", crash)
        with pytest.raises(StorageError):
            run_round(service.database, channel)
    run_round(service.database, channel)

    assert len(channel.taken) == 2
    assert [sent for _, _, sent in state(service.database)] == [True]


def test_without_a_channel_notices_wait_for_one(service: ReportService) -> None:
    submit(service, a_submission())

    assert run_round(service.database, None) == Round()
    assert run_round(service.database, FakeChannel()) == Round(sent=1)


def test_pictures_of_a_form_that_was_never_sent_go_after_a_day(
    clock: time_machine.Traveller, service: ReportService
) -> None:
    stage_files(service, new_submission_id(), [a_photo("left behind")])
    submit(service, a_submission(files=[a_photo("sent")]))
    clock.move_to(START + dt.timedelta(hours=23))
    run_round(service.database, None)
    assert pictures(service.database) == 2
    clock.move_to(START + dt.timedelta(hours=25))
    run_round(service.database, None)

    assert pictures(service.database) == 1


def pictures(database: Database) -> int:
    """Return how many pictures are kept."""
    with database.read() as connection:
        return len(connection.execute(select(attachments.c.sequence)).all())


def test_a_chore_that_fails_stops_neither_the_others_nor_the_notices(
    service: ReportService, caplog: pytest.LogCaptureFixture
) -> None:
    submit(service, a_submission())
    done: list[str] = []

    def fail() -> None:
        raise RuntimeError("a defect")

    sent = run_round(service.database, FakeChannel(), [fail, lambda: done.append("second")])

    assert sent == Round(sent=1)
    assert done == ["second"]
    assert "a chore failed" in caplog.text


def test_chores_are_done_where_no_channel_is_set_too(service: ReportService) -> None:
    done: list[str] = []
    run_round(service.database, None, [lambda: done.append("first")])

    assert done == ["first"]


def test_a_round_that_fails_is_followed_by_another(
    service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(service, a_submission())
    stop = threading.Event()
    channel = FakeChannel()
    first = True

    def due(*arguments: object, **named: object) -> list[object]:
        nonlocal first
        if first:
            first = False
            raise RuntimeError("a defect")
        stop.set()
        return []

    monkeypatch.setattr(outbox, "due", due)
    monkeypatch.setattr("forms_api.notify.worker.PAUSE_SECONDS", 0)
    run_forever(service.database, channel, stop)

    assert stop.is_set()


@APPRISE_S_OWN
def test_a_real_webhook_hears_of_a_report(service: ReportService) -> None:
    heard: list[dict[str, str]] = []

    class Webhook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep no log."""

    submit(service, a_submission(content={"answers": {"noi_dung": CANARY}}))
    with HTTPServer(("127.0.0.1", 0), Webhook) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        channel = open_channel([f"json://127.0.0.1:{server.server_port}/"])
        done = run_round(service.database, channel)
        thread.join()

    assert done == Round(sent=1)
    assert TOPICS["report.waiting"] in heard[0]["message"]
    assert CANARY not in str(heard)


@APPRISE_S_OWN
def test_a_webhook_that_nobody_answers_keeps_the_notice_waiting(service: ReportService) -> None:
    submit(service, a_submission())

    assert run_round(service.database, open_channel(["json://127.0.0.1:1/"])) == Round(failed=1)


@APPRISE_S_OWN
def test_addresses_that_nobody_knows_are_named_by_their_places() -> None:
    with pytest.raises(SettingsError) as refused:
        open_channel(["json://127.0.0.1/", "nonsense-mat-khau"])

    assert "number 2" in str(refused.value)
    assert "mat-khau" not in str(refused.value)


def test_no_address_is_no_channel() -> None:
    assert open_channel([]) is None
