"""Keys at the desk: shown once, replaced for all who stay, refused to whoever does not keep the machine."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
import time_machine
from flask import Flask

from forms_api.accounts import queue_keys as keys
from forms_api.accounts.permissions import Role, Scope
from forms_api.accounts.sessions import queue_keys_of, resume
from forms_api.accounts.tokens import list_tokens
from forms_api.officer_app.access import SESSION_KEY
from forms_api.reports.service import ReportService
from forms_api.vault.sealing import Identity, identity_from_text
from tests.officers.conftest import SignInAs
from tests.officers.desk import Caller
from tests.officers.signed_in import OfficerAtDesk

PAGE = "/can-bo/khoa/"
RECOVERY_KEY = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]+")
TOKEN = re.compile(r'id="ma-may">(xg_[\w-]+)<')


def keys_held_by(desk: OfficerAtDesk) -> set[str]:
    """Return the public halves of the queue's keys that the signed-in officer opens."""
    with desk.client.session_transaction() as cookie:
        session = resume(desk.service.database, cookie[SESSION_KEY])
    return {key.recipient for key in queue_keys_of(desk.service.database, session)}


def add_paper(desk: OfficerAtDesk, label: str = "két sắt tầng hai") -> Identity:
    """Make a recovery key at the desk and return what was printed."""
    page = desk.post(f"{PAGE}khoi-phuc/", {"label": label})
    assert page.status_code == 200
    return identity_from_text(RECOVERY_KEY.findall(page.text)[0])


def ask_for_token(desk: OfficerAtDesk, **changes: object) -> str:
    """Send the form of a new token and return the page."""
    typed = {"name": "máy bàn phòng trực", "scopes": ["queue", "read"], "days": 30, "owner": ""}
    return desk.post(f"{PAGE}may/", {**typed, **changes}).text


def test_a_second_recovery_key_is_shown_once_and_opens_the_queue(
    service: ReportService, admin: OfficerAtDesk
) -> None:
    paper = add_paper(admin)

    listed = admin.get(PAGE).text
    assert keys.present_keys(service.database, paper)[0].recipient == service.recipient
    assert "két sắt tầng hai" in listed
    assert paper.reveal() not in listed
    assert not RECOVERY_KEY.search(listed)


@pytest.mark.parametrize("label", ["", "   ", "\x07", "a" * 101])
def test_a_recovery_key_without_a_usable_label_is_not_made(
    service: ReportService, admin: OfficerAtDesk, label: str
) -> None:
    answer = admin.post(f"{PAGE}khoi-phuc/", {"label": label})

    assert answer.status_code == 422
    assert len(keys.list_recovery_keys(service.database)) == 1


def test_a_removed_recovery_key_opens_nothing_any_more(
    service: ReportService, admin: OfficerAtDesk
) -> None:
    paper = add_paper(admin)
    id_ = keys.list_recovery_keys(service.database)[-1].id

    answer = admin.post(f"{PAGE}bo-khoi-phuc/", {"id": id_}, follow_redirects=True)

    assert "hãy hủy tờ giấy rồi đổi khóa" in answer.text
    with service.database.read() as connection:
        assert keys.open_keys(connection, paper) == ()


def test_the_last_recovery_key_stays(service: ReportService, admin: OfficerAtDesk) -> None:
    id_ = keys.list_recovery_keys(service.database)[0].id

    answer = admin.post(f"{PAGE}bo-khoi-phuc/", {"id": id_}, follow_redirects=True)

    assert "khóa khôi phục cuối cùng" in answer.text
    assert len(keys.list_recovery_keys(service.database)) == 1


def test_an_overdue_drill_is_told_and_a_single_paper_too(admin: OfficerAtDesk) -> None:
    early = admin.get(PAGE).text
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=91)

    with time_machine.travel(later, tick=True):
        admin.sign_in()
        late = admin.get(PAGE).text

    assert "Mới có một khóa khôi phục" in early
    assert "chưa thử khóa khôi phục" not in early
    assert "Đã hơn 90 ngày chưa thử khóa khôi phục" in late


def test_a_new_queue_key_reaches_everybody_and_says_what_is_left_to_do(
    service: ReportService, admin: OfficerAtDesk, lead: OfficerAtDesk
) -> None:
    explained = admin.get(f"{PAGE}doi/").text

    answer = admin.post(f"{PAGE}doi/", follow_redirects=True)

    present, older = keys.list_queue_keys(service.database)
    assert older.recipient == service.recipient
    assert keys_held_by(lead) == keys_held_by(admin) == {present.recipient, older.recipient}
    assert "python -m forms_api keys show" in explained
    assert "Khởi động lại máy chủ" in explained
    # This server still seals with the key it started with.
    assert "máy chủ chưa khởi động lại" in answer.text


def test_a_token_is_shown_once_and_calls_the_api(
    app: Flask, service: ReportService, admin: OfficerAtDesk
) -> None:
    secret = TOKEN.findall(ask_for_token(admin))[0]

    listed = admin.get(PAGE).text
    token = list_tokens(service.database)[0]
    assert Caller(app, secret).get("/queue").status_code == 200
    assert token.scopes == {Scope.QUEUE, Scope.READ}
    assert token.owner is None
    assert token.expires_at - token.created_at == dt.timedelta(days=30)
    assert secret not in listed
    assert "máy bàn phòng trực" in listed
    assert token.prefix in listed


def test_a_token_in_somebody_s_name_does_no_more_than_that_person_and_ends_with_the_account(
    app: Flask, service: ReportService, admin: OfficerAtDesk, sign_in_as: SignInAs
) -> None:
    keeper = sign_in_as(role=Role.ADMIN, name="nguoi-giu-may")
    secret = TOKEN.findall(ask_for_token(admin, owner=keeper.officer_id))[0]
    caller = Caller(app, secret)

    refused = caller.get("/queue")
    admin.post(f"/can-bo/nguoi/{keeper.officer_id}/nghi/")
    ended = caller.get("/queue")

    # The keeper reads no reports, and so the keeper's program does not.
    assert refused.status_code == 403
    assert ended.status_code == 401


def test_a_token_bound_to_a_network_counts_only_from_there(
    app: Flask, admin: OfficerAtDesk
) -> None:
    page = ask_for_token(admin, networks="192.0.2.0/24 2001:db8::/48")
    secret = TOKEN.findall(page)[0]

    assert Caller(app, secret).get("/queue").status_code == 401  # from 127.0.0.1
    assert "chỉ từ 192.0.2.0/24, 2001:db8::/48" in admin.get(PAGE).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Hãy đặt tên."),
        ({"name": "\x07"}, "Hãy đặt tên."),
        ({"name": "a" * 101}, "Không quá 100 chữ."),
        ({"scopes": []}, "Hãy chọn ít nhất một việc."),
        ({"scopes": ["admin"]}, "Chưa đúng."),
        ({"scopes": ["decide"]}, "phải đứng tên một cán bộ"),
        ({"days": "0"}, "Từ 1 đến 3650 ngày."),
        ({"days": "99999999999999999999"}, "Từ 1 đến 3650 ngày."),
        ({"days": "một năm"}, "Hãy gõ một con số."),
        ({"owner": "nobody"}, "Hãy chọn"),
        ({"networks": "192.0.2.0/99"}, "không phải địa chỉ mạng"),
    ],
)
def test_a_token_that_is_not_described_well_is_not_made_and_says_why(
    service: ReportService, admin: OfficerAtDesk, changes: dict[str, object], said: str
) -> None:
    page = html.unescape(ask_for_token(admin, **changes))

    assert said in page
    assert list_tokens(service.database) == []


def test_a_name_that_was_used_is_refused_because_the_log_holds_it(admin: OfficerAtDesk) -> None:
    ask_for_token(admin)

    assert "Tên này đã dùng rồi" in ask_for_token(admin)


def test_a_revoked_token_is_refused_at_once_and_listed_so(app: Flask, admin: OfficerAtDesk) -> None:
    secret = TOKEN.findall(ask_for_token(admin))[0]

    answer = admin.post(f"{PAGE}thu-hoi/", {"name": "máy bàn phòng trực"}, follow_redirects=True)

    assert Caller(app, secret).get("/queue").status_code == 401
    assert "Mã đã hết hiệu lực (1)" in answer.text


@pytest.mark.parametrize("act", ["doi", "khoi-phuc", "may", "bo-khoi-phuc"])
def test_making_and_replacing_keys_asks_for_password_and_code_again(
    admin: OfficerAtDesk, service: ReportService, act: str
) -> None:
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=11)

    with time_machine.travel(later, tick=True):
        answer = admin.post(f"{PAGE}{act}/", {"label": "x", "name": "x"})

    assert answer.location.startswith("/can-bo/xac-nhan/?tiep=%2Fcan-bo%2Fkhoa%2F")
    assert len(keys.list_queue_keys(service.database)) == 1
    assert len(keys.list_recovery_keys(service.database)) == 1
