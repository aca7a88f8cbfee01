"""The desk's doors: cookies, limits, leaving, coming back, what is refused and how it is told."""

from __future__ import annotations

import datetime as dt
import html
import logging
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import time_machine
from flask import Flask
from werkzeug.test import Client

from forms_api.accounts.permissions import Role
from forms_api.officer_app.access import SESSION_KEY, open_to_all
from forms_api.officer_app.app import create_officer_app
from forms_api.public_app.app import create_public_app
from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.vault.sealing import Identity
from forms_api.web.headers import CONTENT_SECURITY_POLICY, SecurityHeaders
from tests.officers.conftest import SignInAs
from tests.officers.desk import Caller, send_report
from tests.officers.signed_in import ACCOUNT, CONFIRM, SIGN_IN, OfficerAtDesk, a_desk, csrf_token
from tests.officers.test_rights_matrix import routes

HTTPS = "https://can-bo.example"
START = dt.datetime(2026, 11, 24, 1, tzinfo=dt.UTC)
LONG_ANSWER = "Kính gửi bà con, tổ công tác đã xuống tận nơi <b>kiểm tra</b> và nhắc nhở."

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "https://evil.example/can-bo/",
    "http:evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "\\\\evil.example",
    "/\\evil.example",
    "/can-bo/\\evil.example",
    "/can-bo/../../evil",
    "/can-bo/%2e%2e/%2f/evil.example",
    "/can-bo//evil.example/@",
    "/can-bo/@evil.example",
    "/can-bo/\r\nSet-Cookie: a=b",
    "/can-bo/?x=<script>",
    "/can-bo/#x",
    "/gui/phan-anh-antt/",
    "/can-bo",
    "can-bo/",
    " /can-bo/phieu/",
    "/can-bo/phieu/\n",
    "／can-bo/",
    "",
]
"""Where no sign-in may lead: other sites, other schemes, other parts of this site."""


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands until a test moves it."""
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def is_in(desk: OfficerAtDesk) -> bool:
    """Tell whether the desk still knows this browser."""
    return desk.get(ACCOUNT).status_code == 200


def secret_of(desk: OfficerAtDesk) -> str:
    """Return the session's secret in this browser's cookie."""
    with desk.client.session_transaction() as cookie:
        return str(cookie.get(SESSION_KEY, ""))


# Cookies


def test_the_session_s_cookie_is_for_this_site_alone_and_out_of_reach_of_scripts(
    sign_in_as: SignInAs,
) -> None:
    cookie = sign_in_as().sign_in().headers["Set-Cookie"]

    assert cookie.startswith("officer=")
    assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; ")[1:])
    assert "Domain" not in cookie
    assert "Expires" not in cookie


@pytest.fixture
def https_app(settings: Settings, service: ReportService) -> Flask:
    """The officers' face behind HTTPS."""
    return create_officer_app(replace(settings, https=True), service=service)


def test_behind_https_people_come_in_although_browsers_send_no_referrer_and_the_cookie_is_bound(
    https_app: Flask, service: ReportService, queue_identity: Identity
) -> None:
    desk = a_desk(https_app, service, queue=queue_identity, base_url=HTTPS)

    cookie = desk.sign_in().headers["Set-Cookie"]

    assert cookie.startswith("__Host-officer=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; ")[1:])
    assert "Domain" not in cookie
    assert is_in(desk)


def test_a_session_that_somebody_planted_is_gone_after_signing_in(
    app: Flask, sign_in_as: SignInAs
) -> None:
    attacker = sign_in_as(role=Role.MEMBER)
    planted = secret_of(attacker)
    desk = sign_in_as(role=Role.STANDING)
    with desk.client.session_transaction() as cookie:
        cookie[SESSION_KEY] = planted
        cookie["more"] = "planted"
    token = csrf_token(app.test_client().get(SIGN_IN).text)

    desk.sign_in()

    assert secret_of(desk) != planted
    with desk.client.session_transaction() as cookie:
        assert "more" not in cookie
    assert desk.name not in attacker.get(ACCOUNT).text
    # A token for forms that was taken before signing in opens none after it.
    assert desk.client.post("/can-bo/ra/", data={"csrf_token": token}).status_code == 400


def test_every_sign_in_and_every_new_password_begins_another_session(lead: OfficerAtDesk) -> None:
    first = secret_of(lead)
    lead.sign_in()
    second = secret_of(lead)
    new = "trâu cày ruộng sâu ngày mưa"
    lead.post(
        f"{ACCOUNT}mat-khau/",
        {"password": lead.password, "new_password": new, "again": new},
    )
    third = secret_of(lead)

    assert len({first, second, third}) == 3
    assert min(map(len, (first, second, third))) >= 43  # 256 bits in base64
    assert is_in(lead)


def test_a_role_that_was_changed_ends_the_session_that_had_the_old_one(
    lead: OfficerAtDesk, sign_in_as: SignInAs
) -> None:
    member = sign_in_as(role=Role.MEMBER)

    lead.post(
        f"/can-bo/nguoi/{member.officer_id}/vai-tro/",
        {"role": Role.POLICE.value, "reach": "tat-ca"},
    )

    assert not is_in(member)


def test_a_cookie_that_was_changed_or_made_elsewhere_opens_nothing(
    app: Flask, lead: OfficerAtDesk
) -> None:
    cookie = lead.client.get_cookie("officer")
    assert cookie is not None
    forged = app.test_client()
    body, _, signature = cookie.value.rpartition(".")
    for value in (f"x{cookie.value}", f"{body}.{signature.swapcase()}", body, "x", ""):
        forged.set_cookie("officer", value)

        assert forged.get(ACCOUNT).status_code == 303


def test_the_residents_face_neither_takes_nor_touches_the_officer_s_cookie(
    settings: Settings, tmp_path: Path, service: ReportService, lead: OfficerAtDesk
) -> None:
    shell = tmp_path / "site" / "_shell" / "page.html.j2"
    shell.parent.mkdir(parents=True)
    shell.write_text("{% block content %}{% endblock %}", encoding="utf-8")
    residents = create_public_app(
        replace(settings, site_dir=tmp_path / "site", public_secret=secrets.token_bytes(32)),
        service=service,
    )
    cookie = lead.client.get_cookie("officer")
    assert cookie is not None
    browser = residents.test_client()
    for name in ("officer", "phieu"):
        browser.set_cookie(name, cookie.value)

    answer = browser.get("/tra-cuu/")

    assert answer.status_code == 200
    assert not any(made.startswith("officer") for made in answer.headers.getlist("Set-Cookie"))
    with browser.session_transaction() as session:
        assert SESSION_KEY not in session
    assert is_in(lead)


# Limits and leaving


def test_half_an_hour_without_a_click_ends_the_session(
    clock: time_machine.Traveller, lead: OfficerAtDesk
) -> None:
    clock.shift(dt.timedelta(minutes=29))
    at_work = is_in(lead)
    clock.shift(dt.timedelta(minutes=30))

    assert at_work
    assert not is_in(lead)


def test_a_page_left_open_that_counts_what_waits_keeps_no_session_alive(
    clock: time_machine.Traveller, lead: OfficerAtDesk
) -> None:
    statuses = []
    for _ in range(30):
        clock.shift(dt.timedelta(minutes=1))
        statuses.append(lead.get("/can-bo/dem.json").status_code)

    assert statuses == [200] * 29 + [303]
    assert not is_in(lead)


def test_twelve_hours_end_the_session_of_who_never_stops(
    clock: time_machine.Traveller, lead: OfficerAtDesk
) -> None:
    stayed = []
    for _ in range(36):
        clock.shift(dt.timedelta(minutes=20))
        stayed.append(is_in(lead))

    assert stayed == [True] * 35 + [False]


def test_the_limits_are_told_where_sessions_are_listed(lead: OfficerAtDesk) -> None:
    assert "Không bấm gì trong 30 phút, hoặc sau 12 giờ, máy tự thoát" in lead.get(ACCOUNT).text


def test_leaving_ends_the_session_empties_the_cookie_and_clears_the_browser(
    app: Flask, lead: OfficerAtDesk
) -> None:
    cookie = lead.client.get_cookie("officer")
    assert cookie is not None

    answer = lead.post("/can-bo/ra/")

    assert answer.location == f"{SIGN_IN}?da-ra=1"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert secret_of(lead) == ""
    stolen = app.test_client()
    stolen.set_cookie("officer", cookie.value)
    assert stolen.get(ACCOUNT).status_code == 303


def test_leaving_is_offered_on_every_page_and_by_a_form_alone(
    app: Flask, lead: OfficerAtDesk
) -> None:
    assert lead.get("/can-bo/ra/").status_code == 405
    assert is_in(lead)
    for route in routes(app):
        page = lead.get(route.path) if route.method == "GET" and not route.rule.is_open else None
        if page is not None and page.status_code == 200 and page.mimetype == "text/html":
            assert 'action="/can-bo/ra/"' in page.text, route


def test_a_leaver_and_a_person_who_is_ended_by_a_colleague_are_out_at_once(
    lead: OfficerAtDesk, sign_in_as: SignInAs
) -> None:
    leaver, guest = sign_in_as(role=Role.MEMBER), sign_in_as(role=Role.POLICE)

    lead.post(f"/can-bo/nguoi/{leaver.officer_id}/nghi/")
    lead.post(f"/can-bo/nguoi/{guest.officer_id}/phien/")

    assert not is_in(leaver)
    assert not is_in(guest)


def test_other_computers_are_signed_out_by_one_button_and_this_one_is_not(
    lead: OfficerAtDesk,
) -> None:
    elsewhere = lead.another_browser()
    elsewhere.sign_in()

    lead.post(f"{ACCOUNT}phien/")

    assert is_in(lead)
    assert not is_in(elsewhere)


# Typing password and code again; where to go on


def test_a_dangerous_page_asks_again_and_leads_back(
    clock: time_machine.Traveller, lead: OfficerAtDesk
) -> None:
    clock.shift(dt.timedelta(minutes=11))

    asked = lead.get("/can-bo/nguoi/moi/")
    back = lead.confirm(asked.location)

    assert asked.status_code == 303
    assert asked.location == f"{CONFIRM}?tiep=%2Fcan-bo%2Fnguoi%2Fmoi%2F"
    assert back.location == "/can-bo/nguoi/moi/"
    assert lead.get(back.location).status_code == 200


def test_a_dangerous_act_is_not_done_by_confirming_but_its_page_is_shown_again(
    clock: time_machine.Traveller, lead: OfficerAtDesk, sign_in_as: SignInAs
) -> None:
    member = sign_in_as(role=Role.MEMBER)
    clock.shift(dt.timedelta(minutes=11))

    asked = lead.post(f"/can-bo/nguoi/{member.officer_id}/nghi/")
    back = lead.confirm(asked.location)

    assert back.location == f"/can-bo/nguoi/{member.officer_id}/"
    page = lead.get(back.location).text
    assert "Việc vừa bấm chưa được làm" in html.unescape(page)
    assert is_in(member)


def test_a_wrong_code_confirms_nothing(clock: time_machine.Traveller, lead: OfficerAtDesk) -> None:
    clock.shift(dt.timedelta(minutes=11))

    answer = lead.post(CONFIRM, {"password": lead.password, "code": "000000"})

    assert answer.status_code == 422
    assert lead.get("/can-bo/nguoi/moi/").status_code == 303


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_neither_signing_in_nor_confirming_leads_elsewhere(
    lead: OfficerAtDesk, wanted: str
) -> None:
    query = f"tiep={quote(wanted)}"
    browser = lead.another_browser()
    typed = {"name": lead.name, "password": lead.password, "code": lead.papers.pop()}
    typed["csrf_token"] = csrf_token(browser.get(f"{SIGN_IN}?{query}").text)

    came = browser.client.post(f"{SIGN_IN}?{query}", data=typed)
    confirmed = lead.confirm(f"{CONFIRM}?{query}")

    assert came.location == "/can-bo/"
    assert confirmed.location == "/can-bo/"


@pytest.mark.parametrize(
    "address", ["/can-bo/phieu/?trang-thai=moi&xep=moi-nhat", "/can-bo/nhat-ky/?nguoi=cli%3A"]
)
def test_who_opens_a_page_without_a_session_is_led_to_it_after_signing_in(
    lead: OfficerAtDesk, address: str
) -> None:
    browser = lead.another_browser()
    sent_away = browser.get(address)
    typed = {"name": lead.name, "password": lead.password, "code": lead.papers.pop()}
    typed["csrf_token"] = csrf_token(browser.get(sent_away.location).text)

    came = browser.client.post(sent_away.location, data=typed)

    assert came.location == address


# What was typed is not lost


def test_a_long_answer_typed_into_an_ended_session_is_shown_to_be_copied(
    clock: time_machine.Traveller, lead: OfficerAtDesk
) -> None:
    token = lead.token
    clock.shift(dt.timedelta(minutes=31))

    answer = lead.client.post(
        f"/can-bo/phieu/{'0' * 32}/tra-loi/", data={"csrf_token": token, "text": LONG_ANSWER}
    )

    assert answer.status_code == 401
    assert html.escape(LONG_ANSWER) in answer.text
    assert "<b>kiểm tra" not in answer.text
    assert "chưa được thực hiện" in answer.text


def test_a_password_typed_into_an_ended_session_is_shown_to_nobody(
    clock: time_machine.Traveller, lead: OfficerAtDesk
) -> None:
    clock.shift(dt.timedelta(minutes=31))
    data = {"password": lead.password, "new_password": "mật khẩu mới của tôi", "again": "m m m m"}

    answer = lead.client.post(f"{ACCOUNT}mat-khau/", data=data)

    assert answer.status_code == 401
    for typed in data.values():
        assert typed not in html.unescape(answer.text)


def test_an_answer_sent_with_a_stale_page_s_token_is_shown_to_be_copied(
    lead: OfficerAtDesk,
) -> None:
    answer = lead.client.post(
        f"/can-bo/phieu/{'0' * 32}/tra-loi/", data={"csrf_token": "old", "text": LONG_ANSWER}
    )

    assert answer.status_code == 400
    assert html.escape(LONG_ANSWER) in answer.text


# Every answer


def test_every_page_carries_the_security_headers_and_stays_out_of_caches(
    app: Flask, lead: OfficerAtDesk, admin: OfficerAtDesk
) -> None:
    shielded = SecurityHeaders(app, https=True)
    for desk in (lead, admin):
        cookie = desk.client.get_cookie("officer")
        assert cookie is not None
        browser = Client(shielded)
        browser.set_cookie("officer", cookie.value)
        for route in routes(app):
            answer = browser.open(route.path, method=route.method)

            assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
            assert answer.headers["Cache-Control"] == "no-store", route
            if answer.mimetype == "text/html":
                assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
                assert not re.search(r"<script(?! src=)|<style| style=| on\w+=", answer.text), route


def test_an_unknown_address_is_not_found_in_words(lead: OfficerAtDesk) -> None:
    answer = lead.get("/can-bo/khong-co/")

    assert answer.status_code == 404
    assert "Không có trang hoặc phiếu này" in answer.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_methods_that_nobody_uses_are_refused_with_those_that_are(
    lead: OfficerAtDesk, method: str
) -> None:
    answer = lead.client.open("/can-bo/phieu/", method=method)

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_failure_of_ours_has_a_number_that_the_log_explains_and_tells_nothing_else(
    app: Flask, sign_in_as: SignInAs, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/can-bo/hong/")
    @open_to_all
    def broken() -> str:
        raise RuntimeError("words of the inside")

    desk = sign_in_as()
    with caplog.at_level(logging.ERROR):
        answer = desk.get("/can-bo/hong/")

    assert answer.status_code == 500
    number = re.search(r"Số lỗi: <code>([0-9a-f]{8})</code>", answer.text)
    assert number
    assert number.group(1) in caplog.text
    for inside in ("words of the inside", "Traceback", "RuntimeError", ".py"):
        assert inside not in answer.text


# Other sites


@pytest.mark.parametrize("site", ["cross-site", "same-site", "x"])
def test_a_form_that_another_site_sends_is_refused_even_with_a_token(
    lead: OfficerAtDesk, site: str
) -> None:
    answer = lead.post("/can-bo/ra/", headers={"Sec-Fetch-Site": site})

    assert answer.status_code == 400
    assert is_in(lead)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://localhost",
        "https://localhost.evil.example",
        "file://",
    ],
)
def test_no_other_origin_may_call_the_api_from_a_browser(
    app: Flask, service: ReportService, officer: Caller, lead: OfficerAtDesk, origin: str
) -> None:
    send_report(service)
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }

    preflight = app.test_client().options("/api/v1/queue/claim", headers=asked)
    with_token = app.test_client().get(
        "/api/v1/queue", headers={**officer.headers, "Origin": origin}
    )
    with_cookie = lead.get("/api/v1/queue", headers={"Origin": origin})

    assert preflight.status_code == 401
    assert with_cookie.status_code == 401
    for answer in (preflight, with_token, with_cookie):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


def test_no_page_leads_to_another_site(app: Flask, lead: OfficerAtDesk) -> None:
    for route in routes(app):
        page = lead.get(route.path).text if route.method == "GET" and not route.rule.fresh else ""
        for address in re.findall(r'(?:href|src|action)="([^"]*)"', page):
            assert urlsplit(html.unescape(address)).netloc == "", (route, address)
