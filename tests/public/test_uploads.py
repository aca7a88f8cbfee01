"""Files of every kind: sent with the form or one by one before it, long ones in parts, originals by wish."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, func, select
from werkzeug.test import TestResponse

from forms_api.attachments import cleaning
from forms_api.reports.retention import drop_abandoned_files
from forms_api.reports.sealed_files import PART_BYTES
from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.store import reports as rows
from forms_api.store.schema import attachment_parts, attachments, reports
from forms_api.vault.sealing import Identity, unseal
from tests.attachments import films
from tests.public.residents import Resident, code_of, hidden, photo

FORM = "/gui/phieu-tep/"
GOOD = {"ke": "Xe máy tụ tập nẹt pô suốt đêm.", "dongy": "co", "checked": "1"}


@dataclass
class Sender(Resident):
    """A resident at the form that takes files."""

    def upload(self, data: bytes, **more: str) -> TestResponse:
        """Send one file before the form."""
        sent = {**self.fields, **more, "tep": (BytesIO(data), "tệp của tôi.bin")}
        return self.client.post(f"{FORM}tep/", data=sent)

    def finish(self, **more: object) -> TestResponse:
        """Send the form after some time of writing."""
        self.clock.shift(30)
        return self.client.post(FORM, data={**self.fields, **GOOD, **more})


@pytest.fixture
def sender(app: Flask, clock: time_machine.Traveller) -> Sender:
    """A resident who has opened the form."""
    somebody = Sender(app.test_client(), clock)
    somebody.open(FORM)
    return somebody


def kept(service: ReportService) -> list[tuple[int, str, int | None]]:
    """Return number, media type and `original_of` of every file."""
    columns = attachments.c
    with service.database.read() as connection:
        query = select(columns.number, columns.media_type, columns.original_of)
        return [tuple(row) for row in connection.execute(query.order_by(columns.number))]


def part_count(service: ReportService) -> int:
    with service.database.read() as connection:
        return connection.execute(select(func.count()).select_from(attachment_parts)).scalar_one()


def test_files_sent_one_by_one_become_the_report_s_own(
    sender: Sender, service: ReportService, queue_identity: Identity
) -> None:
    first = sender.upload(films.film())
    second = sender.upload(photo())
    reply = sender.finish()

    assert first.json == {"kept": [{"number": 1, "label": "Bỏ phim 1"}]}
    assert second.json is not None
    assert [file["label"] for file in second.json["kept"]] == ["Bỏ phim 1", "Bỏ ảnh 2"]
    assert code_of(reply)
    assert kept(service) == [(1, "video/mp4", None), (2, "image/jpeg", None)]
    with service.database.read() as connection:
        report = connection.execute(select(reports)).mappings().one()
        query = select(attachments.c.sealed_facts).order_by(attachments.c.number)
        facts = connection.execute(query).scalars().first()
    assert report["attachment_count"] == 2
    assert facts is not None
    assert json.loads(unseal(facts, queue_identity))["seconds"] == 2.0


def test_a_file_that_comes_twice_is_kept_once_and_one_taken_back_is_gone(
    sender: Sender, service: ReportService
) -> None:
    sound = films.sound("mp3", "libmp3lame")
    sender.upload(sound)
    again = sender.upload(sound)
    sender.upload(photo())
    sender.finish(drop_file="1")

    assert again.json is not None
    assert len(again.json["kept"]) == 1
    assert kept(service) == [(2, "image/jpeg", None)]


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 30, "²", "-1", "", "1.0"])
def test_a_number_that_no_file_has_takes_nothing_back(
    sender: Sender, service: ReportService, number: str
) -> None:
    sender.upload(photo())

    sent = sender.finish(drop_file=number)

    assert sent.status_code == 200
    assert len(kept(service)) == 1


def test_a_refused_file_says_why_and_the_others_stay(
    sender: Sender, service: ReportService
) -> None:
    sender.upload(photo())
    refused = sender.upload(b"MZ" + bytes(100))

    assert refused.status_code == 422
    assert refused.json is not None
    assert "là một chương trình" in refused.json["error"]
    assert refused.json["again"] is False
    assert len(kept(service)) == 1


def test_one_file_too_many_is_not_kept(sender: Sender, service: ReportService) -> None:
    replies = [sender.upload(photo(colour=colour)) for colour in ("red", "green", "blue")]

    assert [reply.status_code for reply in replies] == [200, 200, 422]
    assert len(kept(service)) == 2


@pytest.mark.parametrize("missing", ["csrf_token", "submission"])
def test_a_file_without_the_form_s_own_tokens_is_not_kept(
    sender: Sender, service: ReportService, missing: str
) -> None:
    sender.fields.pop(missing)
    reply = sender.upload(photo())

    assert reply.status_code == 400
    assert kept(service) == []


def test_a_form_that_takes_no_files_and_one_that_is_not_there_keep_none(sender: Sender) -> None:
    assert sender.client.post("/gui/khong-co/tep/", data=sender.fields).status_code == 404


def test_another_browser_can_add_nothing_to_a_form(
    sender: Sender, app: Flask, clock: time_machine.Traveller, service: ReportService
) -> None:
    stranger = Sender(app.test_client(), clock)
    stranger.open(FORM)
    stranger.fields["submission"] = sender.fields["submission"][:-3] + "xyz"

    assert stranger.upload(photo()).status_code == 400
    assert kept(service) == []


def test_the_original_is_kept_by_wish_alone(
    sender: Sender, service: ReportService, queue_identity: Identity
) -> None:
    original = films.film()
    sender.upload(original, keep_original="1")
    reply = sender.finish(keep_original="1")

    assert code_of(reply)
    assert kept(service) == [(1, "video/mp4", None), (2, "video/mp4", 1)]
    with service.database.read() as connection:
        report_id = connection.execute(select(reports.c.id)).scalar_one()
        sealed = rows.attachment_content(connection, report_id, 2)
    assert sealed is not None
    assert unseal(sealed, queue_identity) == original


def test_without_the_wish_no_original_is_kept_however_a_file_comes(
    sender: Sender, service: ReportService
) -> None:
    sender.upload(photo())
    before_it_goes = kept(service)
    sender.finish(tep=(BytesIO(photo(colour="blue")), "b.jpg"))

    assert before_it_goes == [(1, "image/jpeg", None)]
    assert kept(service) == [(1, "image/jpeg", None), (2, "image/jpeg", None)]


def test_who_thinks_better_of_it_leaves_no_original(sender: Sender, service: ReportService) -> None:
    sender.upload(films.film(), keep_original="1")
    sender.finish()

    assert kept(service) == [(1, "video/mp4", None)]


def test_an_original_goes_with_the_file_made_from_it(
    sender: Sender, service: ReportService
) -> None:
    sender.upload(photo(), keep_original="1")
    sender.upload(photo(colour="blue"), keep_original="1")
    page = sender.client.post(FORM, data={**sender.fields, "ke": "ngắn", "keep_original": "1"}).text
    sender.fields = hidden(page)
    sender.finish(drop_file="1", keep_original="1")

    assert "Đã giữ 2 tệp" in page
    assert page.count('name="drop_file"') == 2
    assert [(number, of) for number, _, of in kept(service)] == [(3, None), (4, 3)]


@pytest.fixture
def long_files(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Let every film clean to a long file; return its bytes."""
    data = secrets.token_bytes(2 * PART_BYTES + 12345)
    cleaner = lambda _data, media_type: (data, media_type, {"seconds": 1})  # noqa: E731
    monkeypatch.setitem(cleaning._CLEANERS, "video/mp4", cleaner)
    return data


def test_a_long_file_is_kept_in_parts_and_comes_back_whole(
    sender: Sender, service: ReportService, queue_identity: Identity, long_files: bytes
) -> None:
    sender.upload(films.film())
    sender.finish()

    assert part_count(service) == 2
    with service.database.read() as connection:
        row = connection.execute(select(attachments)).mappings().one()
        sealed = rows.attachment_content(connection, row["report_id"], 1)
    assert sealed is not None
    assert len(row["sealed"]) == PART_BYTES
    assert row["sealed_bytes"] == len(sealed)
    assert unseal(sealed, queue_identity) == long_files


def test_parts_go_with_their_file(
    sender: Sender, service: ReportService, clock: time_machine.Traveller, long_files: bytes
) -> None:
    del long_files
    sender.upload(films.film())
    sender.upload(photo())
    assert part_count(service) == 2
    sender.finish(drop_file="1")

    assert part_count(service) == 0


def test_parts_that_got_no_file_are_cleared_away_after_a_day(
    sender: Sender, service: ReportService, clock: time_machine.Traveller, long_files: bytes
) -> None:
    del long_files
    sender.upload(films.film())
    service.database.write(lambda connection: connection.execute(delete(attachments)))
    drop_abandoned_files(service.database)
    assert part_count(service) == 2
    clock.shift(25 * 60 * 60)
    drop_abandoned_files(service.database)
    assert part_count(service) == 0


def test_while_the_disk_is_left_to_words_a_report_is_taken_and_its_files_are_not(
    settings: Settings,
    make_app: Callable[[Settings], Flask],
    clock: time_machine.Traveller,
    service: ReportService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    somebody = Sender(make_app(replace(settings, min_free_bytes=1000)).test_client(), clock)
    somebody.open(FORM)
    monkeypatch.setattr("forms_api.web.health.free_disk_bytes", lambda _: 2000)

    refused = somebody.upload(photo())
    taken = somebody.finish()

    assert refused.json is not None
    assert "chỉ nhận chữ" in refused.json["error"]
    assert code_of(taken)
    assert kept(service) == []


def test_sound_and_place_may_be_asked_for_on_form_pages_alone(
    sender: Sender,
) -> None:
    form = sender.client.get(FORM).headers["Permissions-Policy"]

    assert "microphone=(self)" in form
    assert "camera=()" in form
    assert "Permissions-Policy" not in sender.client.get("/tra-cuu/").headers


def later(
    sender: Sender, code: str, *files: bytes, message_id: str, message: str = ""
) -> TestResponse:
    """Send files after the report, with its code."""
    page = sender.client.post("/tra-cuu/", data={**sender.fields, "code": code}).text
    sent = {**hidden(page), "code": code, "action": "message", "message": message}
    uploads = [(BytesIO(data), "tệp.bin") for data in files]
    return sender.client.post(
        "/tra-cuu/", data={**sent, "message_id": message_id, "later_file": uploads}
    )


def test_files_that_come_later_are_the_report_s_own_and_the_first_ones_still_count(
    sender: Sender, service: ReportService, queue_identity: Identity
) -> None:
    sender.upload(photo())
    code = code_of(sender.finish())
    first = later(sender, code, films.film(), photo(colour="blue"), message_id="a" * 32)
    again = later(sender, code, films.film(), photo(colour="blue"), message_id="a" * 32)

    assert "Đã nhận lời viết thêm" in first.text
    assert again.status_code == 200
    assert [number for number, *_ in kept(service)] == [1, 2, 3]
    with service.database.read() as connection:
        report = connection.execute(select(reports)).mappings().one()
        rows_ = connection.execute(select(attachments).order_by(attachments.c.number)).mappings()
        files = list(rows_)
    assert report["attachment_count"] == 1
    assert [row["message_id"] is not None for row in files] == [False, True, True]
    assert {row["report_id"] for row in files} == {report["id"]}
    facts = [json.loads(unseal(row["sealed_facts"], queue_identity)) for row in files]
    assert {fact["submission"] for fact in facts} == {report["submission_key"].hex()}


def test_a_refused_later_file_keeps_the_words_on_the_page(
    sender: Sender, service: ReportService
) -> None:
    code = code_of(sender.finish())
    reply = later(sender, code, b"MZ" + bytes(90), message_id="b" * 32, message="Thêm ảnh hôm nay.")

    assert reply.status_code == 422
    assert "là một chương trình" in reply.text
    assert "Thêm ảnh hôm nay." in reply.text
    assert kept(service) == []


def test_a_report_can_have_so_many_files_and_no_more(
    sender: Sender, service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_api.reports.followup.MAX_FILES", 1)
    code = code_of(sender.finish())
    later(sender, code, photo(), message_id="c" * 32)
    reply = later(sender, code, photo(colour="blue"), message_id="d" * 32, message="Thêm nữa")

    assert "Phiếu này đã có 1 tệp" in reply.text
    assert "Thêm nữa" in reply.text
    assert len(kept(service)) == 1
