"""Reports typed at the desk: judged by the residents' own form, kept once, a receipt to hand over."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy import text as sql
from werkzeug.test import TestResponse

from forms_api.accounts.permissions import Role
from forms_api.attachments.scanning import Scan
from forms_api.forms import messages
from forms_api.forms.definition import load_definitions
from forms_api.officer_app.entry_forms import STUB_TAKEN, STUB_UNKNOWN
from forms_api.reports.followup import follow
from forms_api.reports.new_codes import must_change
from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.store.schema import attachments, events, reports
from forms_api.vault.receipts import parse_code
from forms_api.vault.sealing import Identity, unseal
from tests.officers.conftest import SignInAs
from tests.officers.signed_in import OfficerAtDesk
from tests.public.residents import code_of, hidden, photo
from tests.public.test_photos import upload
from tests.reports.stubs import a_stub

PAGE = "/can-bo/nhap-phieu/"
FORM = f"{PAGE}phan-anh-antt/"
STORY = "Người gọi kể: ba tối liền quán đầu ngõ hát tới nửa đêm."
TOLD: dict[str, Any] = {
    "channel": "dien-thoai",
    "dang-xay-ra": "khong",
    "an-danh": "co",
    "hanh-vi": "tieng-on-karaoke",
    "ngay-xay-ra": "2024-05-20",
    "dia-diem": "Đầu ngõ",
    "dien-bien": STORY,
    "dong-y": "noi",
}


@dataclass
class Typist:
    """A member with a form open on the desk."""

    desk: OfficerAtDesk
    fields: dict[str, str]

    def send(self, **changes: object) -> TestResponse:
        """Send what was told, with changes; None leaves a field out."""
        told = {**self.fields, **TOLD, **changes}
        return self.desk.post(
            FORM, {name: value for name, value in told.items() if value is not None}
        )


@pytest.fixture
def member(sign_in_as: SignInAs) -> OfficerAtDesk:
    """A member of the model, as the regulation names them."""
    return sign_in_as(role=Role.MEMBER, name="hoa", full_name="Nguyễn Thị Hoa")


@pytest.fixture
def typist(member: OfficerAtDesk) -> Typist:
    """The member with the ward's report form open."""
    return Typist(member, hidden(member.get(f"{FORM}?kenh=dien-thoai").text))


def stored(service: ReportService) -> list[Any]:
    """Return the reports that are kept."""
    with service.database.read() as connection:
        return list(connection.execute(select(reports).order_by(reports.c.sequence)).mappings())


def words(page: TestResponse) -> str:
    """Return a page's text on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_every_form_for_everybody_is_offered_by_each_way(
    member: OfficerAtDesk, settings: Settings
) -> None:
    page = member.get(PAGE).text

    for form_id, definition in load_definitions(settings.content_dir).items():
        for channel in ("dien-thoai", "truc-tiep", "giay"):
            assert (f'href="{PAGE}{form_id}/?kenh={channel}"' in page) == definition.is_public
    # What may be urgent is what a caller waits for.
    assert re.findall(r'id="phieu-([a-z-]+)"', page)[0] == "phan-anh-antt"
    assert member.get(f"{PAGE}khong-co/").status_code == 404


def test_the_way_that_was_chosen_is_ticked_on_the_form(member: OfficerAtDesk) -> None:
    for channel in ("dien-thoai", "truc-tiep", "giay"):
        page = member.get(f"{FORM}?kenh={channel}").text
        assert re.findall(r'name="channel" value="([^"]+)" checked', page) == [channel]
    assert "checked" not in member.get(f"{FORM}?kenh=xyz").text


def test_a_report_is_kept_with_its_way_and_handed_over_with_its_code(
    typist: Typist, service: ReportService, queue_identity: Identity
) -> None:
    reply = typist.send()

    assert reply.status_code == 200
    code = parse_code(code_of(reply))
    assert code is not None
    (row,) = stored(service)
    assert (row["channel"], row["link"], row["quarantined"]) == ("dien-thoai", None, None)
    assert row["reference"] in reply.text
    assert follow(service, code).reference == row["reference"]
    answers = json.loads(unseal(row["sealed"], queue_identity))["answers"]
    consent = next(answer for answer in answers if answer["kind"] == "consent")
    assert consent["value"] == "noi"
    assert consent["text"] == "Người gửi nói đồng ý, tôi đã đọc cho nghe"
    assert reply.headers["Cache-Control"] == "no-store"


def test_the_receipt_can_be_printed_and_carries_the_stamp_of_a_true_one(
    typist: Typist, lead: OfficerAtDesk, service: ReportService
) -> None:
    reply = typist.send()
    stamp = re.search(r"Dấu xác nhận: ([0-9A-Z]{4}-[0-9A-Z]{4})", words(reply))

    assert stamp
    assert "data-print" in reply.text
    assert "/tra-cuu/" in words(reply)
    (row,) = stored(service)
    assert f"Dấu trên giấy biên nhận thật: {stamp[1]}" in words(
        lead.get(f"/can-bo/phieu/{row['id']}/")
    )


def test_the_log_and_the_report_s_page_tell_who_typed_it_and_how_consent_was_given(
    typist: Typist, lead: OfficerAtDesk, service: ReportService
) -> None:
    typist.send(channel="giay", **{"dong-y": "ky"})

    (row,) = stored(service)
    page = words(lead.get(f"/can-bo/phieu/{row['id']}/"))
    assert "Nhập phiếu thay người gửi (Viết trên giấy, ký trên giấy) Nguyễn Thị Hoa" in page
    with service.database.read() as connection:
        found = connection.execute(select(events.c.actor).where(events.c.action == "entered"))
        assert found.scalars().all() == ["officer:hoa"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"dien-bien": "ngắn"}, "cần ít nhất 10 ký tự"),
        ({"ngay-xay-ra": "2999-01-01"}, "chưa tới"),
        ({"hanh-vi": "khong-co-viec-nay"}, "Hãy chọn lại mục"),
        ({"khong-co": "x"}, messages.MALFORMED),
        ({"dong-y": None}, messages.CONSENT_WAY_MISSING),
        ({"dong-y": "co"}, messages.CONSENT_WAY_MISSING),
        ({"channel": None}, "Hãy chọn người gửi báo bằng cách nào."),
        ({"channel": "web"}, "Hãy chọn một trong các lựa chọn."),
    ],
)
def test_the_same_form_judges_it_and_everything_typed_comes_back(
    typist: Typist, service: ReportService, changes: dict[str, object], told: str
) -> None:
    reply = typist.send(**{"quanh-do": "Cạnh chợ", **changes})

    assert reply.status_code == 422
    assert told in words(reply)
    assert f"\n{changes.get('dien-bien', STORY)}</textarea>" in reply.text
    assert stored(service) == []


def test_all_mistakes_are_told_at_once_each_beside_its_field(typist: Typist) -> None:
    reply = typist.send(channel=None, **{"dien-bien": "", "dong-y": None, "dia-diem": ""})

    summary = re.findall(r'<li><a href="#([^"]+)"', reply.text)
    assert summary == ["channel", "dia-diem", "dien-bien", "dong-y"]
    for field_id in summary:
        assert f'id="{field_id}"' in reply.text
        assert f'id="{field_id}--error"' in reply.text


@pytest.mark.parametrize("act", ["chay-no", "khieu-nai-to-cao"])
def test_a_stop_screen_is_advice_that_is_given_once_and_no_wall(
    typist: Typist, service: ReportService, act: str
) -> None:
    advised = typist.send(**{"hanh-vi": act})
    assert advised.status_code == 200
    assert "Phiếu chưa được nhận. Nhắc người gửi điều này trước" in words(advised)
    assert stored(service) == []

    taken = typist.send(**{"hanh-vi": act}, stop_seen=hidden(advised.text)["stop_seen"])

    assert code_of(taken)
    assert [row["category"] for row in stored(service)] == [act]


def test_advice_is_given_together_with_what_is_to_mend(typist: Typist) -> None:
    reply = typist.send(**{"hanh-vi": "chay-no", "dang-xay-ra": "co", "dong-y": None})

    assert reply.status_code == 422
    assert "Cháy, nổ thì gọi 114" in words(reply)
    assert "Việc đang xảy ra thì gọi 113" in words(reply)
    assert re.findall(r'name="stop_seen" value="([^"]+)"', reply.text) == [
        "dang-xay-ra:co",
        "hanh-vi:chay-no",
    ]


def test_pressing_twice_gives_one_report_and_the_same_receipt(
    typist: Typist, service: ReportService
) -> None:
    first, second = typist.send(), typist.send()

    assert code_of(first) == code_of(second)
    assert "Máy chỉ giữ một phiếu" in words(second)
    assert len(stored(service)) == 1


def test_other_words_in_a_form_that_was_taken_become_a_report_of_their_own_when_sent_again(
    typist: Typist, service: ReportService
) -> None:
    typist.send()
    other = typist.send(**{"dien-bien": f"{STORY} Thêm một điều."})
    assert other.status_code == 409
    assert f"Phiếu {stored(service)[0]['reference']} đã được nhận trước đó" in words(other)

    typist.fields = hidden(other.text)
    assert code_of(typist.send(**{"dien-bien": f"{STORY} Thêm một điều."}))

    assert len(stored(service)) == 2


def test_a_form_of_another_secret_comes_back_with_everything_in_it(
    typist: Typist, service: ReportService
) -> None:
    reply = typist.send(submission="x")

    assert reply.status_code == 400
    assert f"\n{STORY}</textarea>" in reply.text
    typist.fields = hidden(reply.text)
    assert code_of(typist.send())
    assert len(stored(service)) == 1


def test_a_database_that_does_not_answer_keeps_the_words_on_the_page(
    typist: Typist, service: ReportService
) -> None:
    service.database.write(lambda c: c.execute(sql("ALTER TABLE outbox RENAME TO away")))
    failed = typist.send()
    service.database.write(lambda c: c.execute(sql("ALTER TABLE away RENAME TO outbox")))

    assert failed.status_code == 503
    assert "CHƯA được nhận" in failed.text
    assert f"\n{STORY}</textarea>" in failed.text
    typist.fields = hidden(failed.text)
    assert code_of(typist.send())
    assert len(stored(service)) == 1


def test_a_disk_that_is_nearly_full_takes_no_report_and_says_so(
    typist: Typist, service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_api.web.health.free_disk_bytes", lambda _: 0)
    reply = typist.send()

    assert reply.status_code == 503
    assert f"\n{STORY}</textarea>" in reply.text
    assert stored(service) == []


def test_files_are_cleaned_kept_through_mistakes_and_sealed_with_the_report(
    typist: Typist, service: ReportService
) -> None:
    sent = photo()
    wrong = typist.send(anh=upload(sent), **{"dong-y": None})
    assert "Đã giữ 1 tệp" in words(wrong)
    again = typist.send(anh=upload(sent), **{"dong-y": None})
    assert "Đã giữ 1 tệp" in words(again)

    assert code_of(typist.send())

    with service.database.read() as connection:
        kept = connection.execute(select(attachments)).mappings().all()
    assert [(row["media_type"], row["report_id"]) for row in kept] == [
        ("image/jpeg", stored(service)[0]["id"])
    ]
    assert stored(service)[0]["attachment_count"] == 1
    assert sent not in kept[0]["sealed"]


def test_a_file_of_an_unknown_kind_is_refused_in_words(
    typist: Typist, service: ReportService
) -> None:
    reply = typist.send(anh=upload(b"MZ program", name="la.exe"))

    assert reply.status_code == 422
    assert "la.exe" in words(reply)
    assert stored(service) == []


def test_what_a_silent_scanner_did_not_judge_waits_apart(
    typist: Typist, service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_api.attachments.scanning.Scanner.scan", lambda *_: Scan.FAILED)
    typist.send(anh=upload(photo()))

    assert [row["quarantined"] for row in stored(service)] == ["scan"]


def test_a_report_on_paper_takes_its_stub_s_number_and_shows_no_code(
    typist: Typist, service: ReportService
) -> None:
    stub = a_stub(service)
    typed = stub.reference.lower().replace("-", " ")

    first = typist.send(channel="giay", stub_number=typed)
    second = typist.send(channel="giay", stub_number=typed)

    assert [row["reference"] for row in stored(service)] == [stub.reference]
    for reply in (first, second):
        assert stub.reference in words(reply)
        assert "mã in trên cuống mà người gửi đang giữ" in words(reply)
        assert not re.search(r"(?:[0-9A-Z]{4}-){5}", re.sub(r"<[^>]+>", "", reply.text))
    assert must_change(service, stub.code)


def test_a_stub_s_number_that_cannot_be_is_told_beside_its_field(
    typist: Typist, service: ReportService
) -> None:
    used = a_stub(service)
    typist.send(channel="giay", stub_number=used.reference)
    typist.fields = hidden(typist.desk.get(FORM).text)

    answers = {
        number: typist.send(channel="giay", stub_number=number)
        for number in (used.reference, "XG-A2B3C4", "x" * 300)
    }
    phone = typist.send(channel="dien-thoai", stub_number=a_stub(service).reference)

    assert {answer.status_code for answer in (*answers.values(), phone)} == {422}
    assert STUB_TAKEN in words(answers[used.reference])
    assert STUB_UNKNOWN in words(answers["XG-A2B3C4"])
    assert STUB_UNKNOWN in words(answers["x" * 300])
    assert "Người gọi điện không cầm cuống" in words(phone)
    assert len(stored(service)) == 1


def test_who_does_not_see_the_report_s_part_gets_a_receipt_and_no_way_in(
    sign_in_as: SignInAs, service: ReportService
) -> None:
    member = sign_in_as(role=Role.MEMBER, areas=["tdp-vi-du-1"])
    for area, is_there in (("tdp-vi-du-2", False), ("tdp-vi-du-1", True)):
        typist = Typist(member, hidden(member.get(FORM).text))
        reply = typist.send(**{"to-dan-pho": area})

        row = stored(service)[-1]
        assert row["area"] == area
        assert (f"/can-bo/phieu/{row['id']}/" in reply.text) == is_there


def test_today_leads_there_and_to_reports_without_a_number_those_who_may(
    sign_in_as: SignInAs, member: OfficerAtDesk
) -> None:
    keeper = sign_in_as(role=Role.ADMIN)

    for address in (PAGE, "/can-bo/phieu/?chua-co-so-vneid=1"):
        assert f'href="{address}"' in member.get("/can-bo/").text
        assert f'href="{address}"' not in keeper.get("/can-bo/").text


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What all loggers say when they talk as much as they can."""
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="sqlalchemy"):
        yield caplog


@pytest.mark.parametrize("engine", ["sqlite"])
def test_nothing_that_was_told_stands_in_clear_on_disk_or_in_a_log(
    app: Flask,
    typist: Typist,
    service: ReportService,
    everything_logged: pytest.LogCaptureFixture,
) -> None:
    canary = "CHIM-HOÀNG-YẾN-5512"
    stub = a_stub(service)
    marked = {"dien-bien": f"{canary} kêu suốt đêm", "dia-diem": canary}
    typist.send(**marked, **{"dong-y": None})
    handed = typist.send(**marked)
    typist.fields = hidden(typist.desk.get(FORM).text)
    typist.send(**marked, channel="giay", stub_number=stub.reference)
    assert len(stored(service)) == 2

    file = service.database.file
    assert file is not None
    disk = b"".join(
        path.read_bytes() for path in file.parent.iterdir() if path.name.startswith(file.name)
    )
    for secret in (canary, code_of(handed), stub.code.reveal(), stub.code.identity.reveal()):
        assert secret.encode() not in disk
        assert secret.replace("-", "").encode() not in disk
        assert secret not in everything_logged.text
    assert app.config["SECRET_KEY"] not in disk
