"""A talk: what is sent with its code is a trial and says so; what is sent without it never is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, text

from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.store.schema import outbox, reports
from tests.public.residents import FORM, GOOD, Resident, code_of, hidden, photo, reference_of
from tests.public.talks import begin_talk, stop_talk
from tests.public.test_sending import box_for_vneid, count

MakeApp = Callable[[Settings], Flask]
BANNER = "Buổi hướng dẫn: phiếu này là phiếu thử"
PEOPLE, POSTS_EACH = 40, 8


def trials(service: ReportService) -> list[str | None]:
    """Return the mark of every report, oldest first."""
    with service.database.read() as connection:
        query = select(reports.c.trial).order_by(reports.c.sequence)
        return list(connection.execute(query).scalars())


def at(code: str) -> str:
    """Return the form's address at the talk with this code."""
    return f"{FORM}?buoi={code}"


def send_at(resident: Resident, address: str, *, seconds: int = 30, **answers: object) -> str:
    """Send the open form to an address and return the page that answers."""
    resident.clock.shift(seconds)
    return str(resident.client.post(address, data={**resident.fields, **answers}).text)


def actions(page: str) -> set[str]:
    """Return every address that a form's button of the page sends to."""
    found = re.findall(r'(?:form)?action="([^"]+)"', page)
    return {unescape(address).partition("#")[0] for address in found}


def test_a_form_opened_with_the_code_says_that_it_is_a_trial_on_every_page_and_is_one(
    resident: Resident, service: ReportService
) -> None:
    code = begin_talk(service)
    blank = resident.open(at(code))
    unchecked = {name: value for name, value in GOOD.items() if name != "checked"}
    mistaken = send_at(resident, at(code), ke="", dongy="co")
    resident.fields = hidden(mistaken)
    stopped = send_at(resident, at(code), **{**unchecked, "loai": "chay"})
    review = send_at(resident, at(code), **unchecked)
    receipt = send_at(resident, at(code), **GOOD, hand_off="1")

    assert all(BANNER in page for page in (blank, mistaken, stopped, review, receipt))
    assert "Đã nhận phiếu thử" in receipt
    assert trials(service) == ["talk"]
    assert box_for_vneid(review) == ""
    with service.database.read() as connection:
        assert connection.execute(select(reports.c.hand_off)).scalar_one() is None


def test_every_button_of_a_trial_keeps_the_code_but_the_one_that_makes_it_real(
    resident: Resident, service: ReportService
) -> None:
    code = begin_talk(service)
    blank = resident.open(at(code))
    unchecked = {name: value for name, value in GOOD.items() if name != "checked"}
    review = send_at(resident, at(code), **unchecked)
    stopped = send_at(resident, at(code), **{**unchecked, "loai": "chay"})

    assert actions(blank) == actions(review) == {at(code), FORM}
    assert actions(stopped) == {at(code)}
    for page in (blank, review):
        real = re.search(rf'<button[^>]*formaction="{FORM}"[^>]*>([^<]+)', page)
        assert real
        assert real[1] == "Đây là việc thật: chuyển thành phiếu thật"


def test_without_the_code_in_that_very_post_a_report_is_real_whatever_was_opened_before(
    resident: Resident, service: ReportService
) -> None:
    resident.open(at(begin_talk(service)))
    receipt = send_at(resident, FORM, **GOOD)

    assert BANNER not in receipt
    assert trials(service) == [None]


def test_a_trial_can_be_made_real_with_everything_that_was_typed(
    resident: Resident, service: ReportService
) -> None:
    resident.open(at(begin_talk(service)))
    page = send_at(resident, FORM, **GOOD, form_action="edit")
    resident.fields = hidden(page)

    assert GOOD["ke"] in page
    assert BANNER not in page
    send_at(resident, FORM, **GOOD)
    assert trials(service) == [None]


def test_the_same_form_sent_as_a_trial_and_in_earnest_is_two_reports(
    resident: Resident, service: ReportService
) -> None:
    code = begin_talk(service)
    resident.open(at(code))
    trial = send_at(resident, at(code), **GOOD)
    again = send_at(resident, at(code), **GOOD)
    in_earnest = send_at(resident, FORM, **GOOD)
    resident.fields = hidden(in_earnest)
    send_at(resident, FORM, **GOOD)

    assert "Đã nhận phiếu thử" in again
    assert trial.count("phiếu thử") == again.count("phiếu thử")
    assert "đã được nhận trước đó" in in_earnest
    assert GOOD["ke"] in in_earnest
    assert trials(service) == ["talk", None]


def test_a_code_of_a_talk_that_ended_sends_nothing_and_says_what_the_next_press_does(
    resident: Resident, service: ReportService
) -> None:
    code = begin_talk(service)
    resident.open(at(code))
    stop_talk(service, code)
    page = send_at(resident, at(code), **GOOD)
    resident.fields = hidden(page)

    assert "buổi hướng dẫn đã kết thúc" in page
    assert GOOD["ke"] in page
    assert BANNER not in page
    assert actions(page) == {FORM}
    assert count(service) == 0
    send_at(resident, FORM, **GOOD)
    assert trials(service) == [None]


def test_a_photo_of_a_form_whose_talk_ended_is_kept_with_its_words(
    resident: Resident, service: ReportService
) -> None:
    code, form = begin_talk(service), "/gui/phieu-tep/"
    resident.open(f"{form}?buoi={code}")
    stop_talk(service, code)
    page = send_at(resident, f"{form}?buoi={code}", ke="Viết thử", tep=(BytesIO(photo()), "a.jpg"))

    assert "buổi hướng dẫn đã kết thúc" in page
    assert "Đã giữ 1 tệp" in page
    assert "Viết thử" in page


def test_a_talk_ends_by_itself(resident: Resident, service: ReportService) -> None:
    code = begin_talk(service, minutes=120)
    resident.open(at(code))
    page = send_at(resident, at(code), seconds=121 * 60, **GOOD)

    assert "buổi hướng dẫn đã kết thúc" in page
    assert count(service) == 0


@pytest.mark.parametrize("typed", ["000000", "khong-co", "12345678901234567890", "%00", "' OR 1=1"])
def test_a_code_that_is_none_opens_a_real_form_that_says_so(
    resident: Resident, service: ReportService, typed: str
) -> None:
    begin_talk(service)
    page = resident.open(at(typed))

    assert "Mã buổi hướng dẫn này không dùng được" in page
    assert "PHIẾU THẬT" in page
    assert BANNER not in page
    assert "buoi=" not in page
    assert 'href="tel:113"' in page


def test_a_code_is_typed_as_it_is_shown_and_asked_for_on_a_page_of_its_own(
    resident: Resident, service: ReportService
) -> None:
    code = begin_talk(service)
    asking = resident.client.get(f"{FORM}buoi/").text
    spaced = resident.client.get(FORM, query_string={"buoi": f" {code[:3]} {code[3:]} "}).text

    assert f'action="{FORM}"' in asking
    assert 'name="buoi"' in asking
    assert 'method="get"' in asking
    assert BANNER in spaced
    assert f'href="{FORM}buoi/"' in resident.open()
    assert resident.client.get("/gui/khong-co/buoi/").status_code == 404


def test_nobody_is_told_of_a_trial_nor_of_words_about_it_and_its_sender_sees_what_it_is(
    resident: Resident, service: ReportService
) -> None:
    code = begin_talk(service)
    resident.open(at(code))
    resident.clock.shift(30)
    receipt = resident.client.post(at(code), data={**resident.fields, **GOOD})
    followed = resident.follow(code_of(receipt), action="message", message="Viết thêm cho quen.")

    assert "Đây là phiếu thử" in followed.text
    assert "Viết thêm cho quen." in followed.text
    with service.database.read() as connection:
        assert connection.execute(select(outbox.c.topic)).scalars().all() == []


def test_forty_people_behind_one_address_try_the_form_out_and_the_usual_limit_is_untouched(
    settings: Settings, make_app: MakeApp, resident: Resident, service: ReportService
) -> None:
    app = make_app(replace(settings, send_limit="20/hour", talk_limit="1000/hour"))
    code = begin_talk(service)
    for _ in range(PEOPLE):
        resident.client = app.test_client()
        resident.open(at(code))
        for _ in range(POSTS_EACH - 1):
            assert BANNER in send_at(resident, at(code), seconds=5, **{**GOOD, "ke": ""})
        assert "Đã nhận phiếu thử" in send_at(resident, at(code), seconds=5, **GOOD)

    assert trials(service) == ["talk"] * PEOPLE
    resident.open()
    assert reference_of(resident.send(**GOOD))


@pytest.mark.parametrize("typed", ["000000", "khong-co"])
def test_a_code_that_counts_nowhere_lifts_no_limit(
    settings: Settings, make_app: MakeApp, resident: Resident, service: ReportService, typed: str
) -> None:
    app = make_app(replace(settings, send_limit="3/hour", upload_limit="3/hour"))
    resident.client = app.test_client()
    begin_talk(service)
    resident.open()
    for address in (FORM, f"{FORM}tep/"):
        posts = [resident.client.post(f"{address}?buoi={typed}") for _ in range(4)]

        assert [post.status_code == 429 for post in posts] == [False, False, False, True]


def test_a_flood_with_the_code_stops_too_and_harms_nobody_without_it(
    settings: Settings, make_app: MakeApp, resident: Resident, service: ReportService
) -> None:
    resident.client = make_app(replace(settings, talk_limit="3/hour")).test_client()
    code = begin_talk(service)
    resident.open(at(code))
    pages = [send_at(resident, at(code), **{**GOOD, "ke": ""}) for _ in range(4)]

    assert "quá nhiều phiếu từ cùng một mạng" in pages[-1]
    assert actions(pages[-1]) == {at(code), FORM}
    resident.open()
    assert reference_of(resident.send(**GOOD))
    assert trials(service) == [None]


def test_files_sent_one_by_one_at_a_talk_count_by_its_limit(
    settings: Settings, make_app: MakeApp, resident: Resident, service: ReportService
) -> None:
    resident.client = make_app(replace(settings, upload_limit="1/hour")).test_client()
    code = begin_talk(service)
    form = "/gui/phieu-tep/"
    resident.open(f"{form}?buoi={code}")

    def upload(query: str) -> int:
        files = {"tep": (BytesIO(photo()), "a.jpg")}
        address = f"{form}tep/{query}"
        return resident.client.post(address, data={**resident.fields, **files}).status_code

    assert [upload(f"?buoi={code}") for _ in range(3)] != [429] * 3
    assert 429 not in [upload(f"?buoi={code}") for _ in range(2)]
    assert 429 in [upload("") for _ in range(2)]


def test_while_the_talks_cannot_be_looked_up_nothing_is_sent_and_the_code_stays(
    resident: Resident, service: ReportService
) -> None:
    code = begin_talk(service)
    resident.open(at(code))
    service.database.write(lambda c: c.execute(text("ALTER TABLE talks RENAME TO away")))
    failed = send_at(resident, at(code), **GOOD)
    service.database.write(lambda c: c.execute(text("ALTER TABLE away RENAME TO talks")))
    resident.fields = hidden(failed)

    assert "CHƯA được nhận" in failed
    assert GOOD["ke"] in failed
    assert at(code) in actions(failed)
    assert "Đã nhận phiếu thử" in send_at(resident, at(code), **GOOD)
