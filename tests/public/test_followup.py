"""Following a report up with its code."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, event, func, select, text

from forms_api.reports.followup import NewMessage, write_message
from forms_api.reports.lifecycle import Status
from forms_api.reports.service import ReportService, utc_now
from forms_api.settings import Settings
from forms_api.store import reports as rows
from forms_api.store.schema import messages, reports
from forms_api.vault.receipts import parse_code
from forms_api.vault.sealing import seal
from forms_api.web.states import STATUS_TEXTS
from tests.public.residents import GOOD, Resident, code_of, hidden, reference_of


def message_count(service: ReportService) -> int:
    """Return how many messages are kept."""
    with service.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(messages)).scalar_one())


def without_what_varies(page: str) -> str:
    """Return a page without tokens and without what was typed into it."""
    return re.sub(r'value="[^"]*"', "", page)


def test_the_code_opens_the_report_however_it_is_typed(resident: Resident) -> None:
    receipt = resident.report()
    typed = code_of(receipt).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    reply = resident.follow(typed)

    assert reply.status_code == 200
    assert reference_of(receipt) in reply.text
    assert "đang chờ cán bộ nhận" in reply.text
    assert "24/11/2026 lúc 09:00" in reply.text


def test_the_fields_of_vneid_are_named_in_order_and_what_was_told_stays_sealed(
    resident: Resident,
) -> None:
    reply = resident.follow(code_of(resident.report()))

    assert "<ol><li>Hành vi</li><li>Tóm tắt diễn biến</li></ol>" in reply.text
    assert GOOD["ke"] not in reply.text


def test_texts_for_vneid_that_were_kept_stand_beside_their_fields_until_they_are_deleted(
    resident: Resident,
) -> None:
    receipt = resident.report(hand_off="1")
    reply = resident.follow(code_of(receipt))
    deleted = resident.follow(code_of(receipt), action="forget")
    later = resident.follow(code_of(receipt))

    assert "gõ mã theo dõi là có lại các phần này" in receipt.text
    for field, told in (("Hành vi", "Tiếng ồn"), ("Tóm tắt diễn biến", GOOD["ke"])):
        assert f"<dt>{field}</dt>" in reply.text
        assert re.search(rf'id="vneid-\d">{re.escape(told)}</span>', reply.text)
    assert 'data-copy="#vneid-2"' in reply.text
    assert "Đã xóa phần để chép sang VNeID" in deleted.text
    for page in (deleted, later):
        assert page.status_code == 200
        assert GOOD["ke"] not in page.text
        assert "<ol><li>Hành vi</li><li>Tóm tắt diễn biến</li></ol>" in page.text


@pytest.mark.parametrize("status", list(Status))
def test_every_state_says_what_it_means_and_what_comes_next(
    resident: Resident, service: ReportService, status: Status
) -> None:
    code = code_of(resident.report())
    service.database.write(lambda c: c.execute(reports.update().values(status=status.value)))
    reply = resident.follow(code)

    told = STATUS_TEXTS[status]
    assert told.name in reply.text
    assert told.meaning in reply.text
    assert told.next in reply.text


def test_a_wrong_code_and_an_unknown_one_are_answered_alike(resident: Resident) -> None:
    resident.report()
    unknown = resident.follow("ABCD-EFGH-JKMN-PQRS-TVWX-YZ23")
    malformed = resident.follow("abc")
    empty = resident.follow("")

    assert {unknown.status_code, malformed.status_code, empty.status_code} == {404}
    assert without_what_varies(unknown.text) == without_what_varies(malformed.text)
    assert without_what_varies(unknown.text) == without_what_varies(empty.text)


def test_a_wrong_code_and_an_unknown_one_take_the_same_steps(
    resident: Resident, service: ReportService
) -> None:
    resident.report()
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(service.database.engine, "before_cursor_execute", note)
    taken = []
    for typed in ("ABCD-EFGH-JKMN-PQRS-TVWX-YZ23", "abc", ""):
        statements.clear()
        resident.follow(typed)
        taken.append([one for one in statements if "lookup_key" in one])

    assert taken[0]
    assert taken == [taken[0]] * 3


def test_a_message_is_added_once_however_often_it_is_sent(
    resident: Resident, service: ReportService
) -> None:
    code = code_of(resident.report())
    fields = hidden(resident.follow(code).text)
    said = {**fields, "message": "Tối nay vẫn tái diễn.\r\nTo hơn.", "action": "message"}
    first = resident.client.post("/tra-cuu/", data=said)
    second = resident.client.post("/tra-cuu/", data=said)

    assert (first.status_code, second.status_code) == (200, 200)
    assert "Tối nay vẫn tái diễn.\nTo hơn." in first.text
    assert hidden(first.text)["message_id"] != fields["message_id"]
    assert message_count(service) == 1


def test_an_officer_s_answer_is_shown_without_the_officer_s_name(
    resident: Resident, service: ReportService
) -> None:
    code = code_of(resident.report())
    parsed = parse_code(code)
    assert parsed is not None
    sealed = seal(
        b'{"text": "We have been there."}', [service.recipient, parsed.identity.recipient]
    )

    def answer(connection: Connection) -> None:
        report = rows.find_by_lookup_key(connection, parsed.lookup_key)
        assert report is not None
        words = NewMessage("answer", "canbo-hoa", sealed)
        write_message(connection, report, words, at=utc_now())

    service.database.write(answer)
    reply = resident.follow(code)

    assert "Cán bộ trả lời" in reply.text
    assert "We have been there." in reply.text
    assert "canbo-hoa" not in reply.text


def test_a_full_conversation_takes_no_more_and_keeps_what_was_typed(
    resident: Resident, service: ReportService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forms_api.reports.followup.MAX_MESSAGES", 1)
    code = code_of(resident.report())
    fields = hidden(resident.follow(code).text)
    first = {**fields, "message": "Một.", "action": "message"}
    page = resident.client.post("/tra-cuu/", data=first).text
    reply = resident.client.post(
        "/tra-cuu/", data={**first, **hidden(page), "message": "Hai lần rồi."}
    )

    assert reply.status_code == 422
    assert "đã đủ 1 lời nhắn" in reply.text
    assert "Hai lần rồi.</textarea>" in reply.text
    assert message_count(service) == 1


def test_a_database_that_does_not_answer_keeps_code_and_words(
    resident: Resident, service: ReportService
) -> None:
    code = code_of(resident.report())
    fields = hidden(resident.follow(code).text)
    service.database.write(lambda c: c.execute(text("ALTER TABLE messages RENAME TO away")))
    said = {**fields, "message": "Vẫn tái diễn.", "action": "message"}
    reply = resident.client.post("/tra-cuu/", data=said)
    service.database.write(lambda c: c.execute(text("ALTER TABLE away RENAME TO messages")))

    assert reply.status_code == 503
    assert "CHƯA được nhận" in reply.text
    assert "Vẫn tái diễn.</textarea>" in reply.text
    assert f'value="{code}"' in reply.text


@pytest.mark.parametrize("typed", ["", "  \n ", "a" * 5001])
def test_an_empty_or_endless_message_is_refused_and_kept(
    resident: Resident, service: ReportService, typed: str
) -> None:
    code = code_of(resident.report())
    fields = hidden(resident.follow(code).text)
    reply = resident.client.post(
        "/tra-cuu/", data={**fields, "message": typed, "action": "message"}
    )

    assert reply.status_code == 422
    assert typed.strip() in reply.text
    assert message_count(service) == 0


def test_an_old_page_keeps_the_code_and_the_words(
    resident: Resident, service: ReportService
) -> None:
    code = code_of(resident.report())
    fields = hidden(resident.follow(code).text)
    resident.clock.shift(25 * 60 * 60)
    said = {**fields, "message": "Vẫn tái diễn.", "action": "message"}
    stale = resident.client.post("/tra-cuu/", data=said)
    again = {**hidden(stale.text), "code": code, "message": "Vẫn tái diễn.", "action": "message"}
    reply = resident.client.post("/tra-cuu/", data=again)

    assert stale.status_code == 400
    assert f'value="{code}"' in stale.text
    assert "\nVẫn tái diễn.</textarea>" in stale.text
    assert reply.status_code == 200
    assert message_count(service) == 1


def test_a_code_in_an_address_opens_nothing(resident: Resident) -> None:
    receipt = resident.report()
    reply = resident.client.get(f"/tra-cuu/?code={code_of(receipt)}")

    assert reference_of(receipt) not in reply.text


def test_a_code_in_the_address_of_a_post_opens_nothing_and_stands_on_no_page(
    resident: Resident,
) -> None:
    code = code_of(resident.report())
    address, tokens = f"/tra-cuu/?code={code}", hidden(resident.client.get("/tra-cuu/").text)

    posted, opened = resident.client.post(address, data=tokens), resident.client.get(address)

    assert posted.status_code == 404
    assert code not in posted.text + opened.text


def end_every_report(service: ReportService) -> None:
    """Let every report stand as resolved."""
    ended = reports.update().values(status=Status.RESOLVED.value)
    service.database.write(lambda c: c.execute(ended))


def test_a_finished_report_asks_whether_the_reporter_is_content_and_keeps_the_last_word(
    resident: Resident, service: ReportService
) -> None:
    code = code_of(resident.report())
    assert "có hài lòng" not in resident.follow(code).text
    end_every_report(service)

    assert "có hài lòng" in resident.follow(code).text
    for answer in ("khong", "mot-phan"):
        assert resident.follow(code, action="rate", satisfaction=answer).status_code == 200
    with service.database.read() as connection:
        assert connection.execute(select(reports.c.satisfaction)).scalar_one() == "mot-phan"


@pytest.mark.parametrize("answer", ["", "rất hài lòng"])
def test_an_answer_that_was_not_offered_is_not_kept(
    resident: Resident, service: ReportService, answer: str
) -> None:
    code = code_of(resident.report())
    end_every_report(service)

    assert resident.follow(code, action="rate", satisfaction=answer).status_code == 422
    with service.database.read() as connection:
        assert connection.execute(select(reports.c.satisfaction)).scalar_one() is None


def test_an_open_report_cannot_be_rated_yet(resident: Resident) -> None:
    code = code_of(resident.report())

    assert resident.follow(code, action="rate", satisfaction="co").status_code == 422


@pytest.mark.parametrize("switched_on", [False, True])
def test_a_deadline_is_shown_only_where_the_ward_says_so(
    settings: Settings,
    make_app: Callable[[Settings], Flask],
    clock: time_machine.Traveller,
    service: ReportService,
    *,
    switched_on: bool,
) -> None:
    file = settings.content_dir / "data" / "deadlines.yml"
    words = file.read_text(encoding="utf-8")
    switch = f"shown_to_residents: {str(switched_on).lower()}"
    file.write_text(words.replace("shown_to_residents: false", switch), encoding="utf-8")
    resident = Resident(make_app(settings).test_client(), clock)
    code = code_of(resident.report())
    due = dt.datetime(2026, 12, 1, 4, tzinfo=dt.UTC)
    service.database.write(lambda c: c.execute(reports.update().values(due_at=due)))

    assert ("01/12/2026 lúc 11:00" in resident.follow(code).text) is switched_on


def state_of(service: ReportService) -> str:
    """Return where the only report stands."""
    with service.database.read() as connection:
        return str(connection.execute(select(reports.c.status)).scalar_one())


def test_a_finished_report_is_opened_again_by_one_button_with_or_without_words(
    resident: Resident, service: ReportService
) -> None:
    code = code_of(resident.report())
    assert "Việc vẫn tái diễn" not in resident.follow(code).text
    for typed, shown in (("", "Việc vẫn tái diễn."), ("Tối qua\r\nlại hát.", "Tối qua\nlại hát.")):
        end_every_report(service)
        page = resident.follow(code).text
        assert 'value="recur">Việc vẫn tái diễn</button>' in page
        said = {**hidden(page), "action": "recur", "message": typed}
        replies = [resident.client.post("/tra-cuu/", data=said) for _ in range(2)]

        assert [reply.status_code for reply in replies] == [200, 200]
        assert "Phiếu đã được mở lại" in replies[0].text
        assert f'<p class="message__text">{shown}</p>' in replies[0].text
        assert STATUS_TEXTS[Status.VERIFYING].name in replies[0].text
        assert state_of(service) == "xac_minh"
    assert message_count(service) == 2


def test_a_report_that_is_open_already_keeps_the_words_and_says_where_they_go(
    resident: Resident, service: ReportService
) -> None:
    code = code_of(resident.report())
    reply = resident.follow(code, action="recur", message="Lại hát.")

    assert reply.status_code == 422
    assert "đang được xử lý" in reply.text
    assert "Lại hát.</textarea>" in reply.text
    assert (state_of(service), message_count(service)) == ("moi", 0)


def test_words_too_long_for_opening_again_stay_where_they_were_typed(
    resident: Resident, service: ReportService
) -> None:
    code = code_of(resident.report())
    end_every_report(service)
    reply = resident.follow(code, action="recur", message="a" * 5001)

    assert reply.status_code == 422
    assert reply.text.count("a" * 5001) == 1
    assert state_of(service) == "da_giai_quyet"


@pytest.mark.parametrize("typed", ["", "Lại hát."])
def test_an_old_page_still_opens_the_report_again(
    resident: Resident, service: ReportService, typed: str
) -> None:
    code = code_of(resident.report())
    end_every_report(service)
    fields = hidden(resident.follow(code).text)
    resident.clock.shift(25 * 60 * 60)
    said = {**fields, "message": typed, "action": "recur"}
    stale = resident.client.post("/tra-cuu/", data=said)
    again = {**hidden(stale.text), "code": code, "message": typed, "action": "recur"}
    reply = resident.client.post("/tra-cuu/", data=again)

    assert stale.status_code == 400
    assert 'value="recur">Báo việc vẫn tái diễn</button>' in stale.text
    assert reply.status_code == 200
    assert state_of(service) == "xac_minh"
