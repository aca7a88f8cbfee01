"""Who may do what, by every door: each page × role, each call of the API × scope × owner, each command.

What is expected is computed from the one table of rights and from the rule that each page carries;
what a page should ask for stands here a second time, so that a wrong rule is found too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click
import pytest
from flask import Flask
from werkzeug.routing import Rule

from forms_api.accounts.officers import find_officer
from forms_api.accounts.permissions import ROLE_PERMISSIONS, Permission, Role, Scope
from forms_api.accounts.tokens import add_token
from forms_api.cli import main
from forms_api.officer_app import access
from forms_api.officer_app.access import API_PREFIX, OPEN_ENDPOINTS, rule_of
from forms_api.officer_app.api_v1 import ENDPOINTS
from forms_api.reports.service import ReportService
from tests.cli.conftest import _no_settings_from_outside, made_once, operator
from tests.cli.operators import Operator
from tests.officers.conftest import SignInAs
from tests.officers.desk import A_YEAR, Caller
from tests.officers.signed_in import OfficerAtDesk

__all__ = [
    "_no_settings_from_outside",
    "made_once",
    "operator",
]  # the installation that operators' tests use

UNKNOWN = "0" * 32
SAMPLE = {"report_id": UNKNOWN, "officer_id": UNKNOWN, "export_id": UNKNOWN, "number": 1}
SAMPLE |= {"name": "x", "kind": "docx", "form_id": "phan-anh-antt", "code": "000000"}

Permissions = frozenset[Permission]
ASKED_FOR: dict[str, Permissions | None] = {
    "/can-bo/": frozenset(),
    "/can-bo/vao/": None,
    "/can-bo/loi-moi/": None,
    "/can-bo/tep/": None,
    "/can-bo/ra/": frozenset(),
    "/can-bo/xac-nhan/": frozenset(),
    "/can-bo/tai-khoan/": frozenset(),
    "/can-bo/so-tay/": frozenset(),
    "/can-bo/ngay-dau/": frozenset(),
    "/can-bo/thong-bao/": frozenset(),
    "/can-bo/thong-bao/gui-lai/": frozenset({Permission.KEYS}),
    "/can-bo/thong-bao/bo/": frozenset({Permission.KEYS}),
    "/can-bo/dem.json": frozenset({Permission.LIST}),
    "/can-bo/phieu/": frozenset({Permission.LIST}),
    "/can-bo/phieu/tiep/": frozenset({Permission.CLAIM}),
    "/can-bo/phieu/nhieu/": frozenset({Permission.CLAIM}),
    "/can-bo/phieu/<report_id:report_id>/": frozenset({Permission.READ}),
    "/can-bo/phieu/<report_id:report_id>/danh-tinh/": frozenset({Permission.REVEAL}),
    "/can-bo/phieu/<report_id:report_id>/nhan/": frozenset({Permission.CLAIM}),
    "/can-bo/phieu/<report_id:report_id>/tiep-nhan/": frozenset({Permission.CLAIM}),
    "/can-bo/phieu/<report_id:report_id>/gia-han/": frozenset({Permission.CLAIM}),
    "/can-bo/phieu/<report_id:report_id>/tra/": frozenset({Permission.CLAIM}),
    "/can-bo/phieu/<report_id:report_id>/lay/": frozenset({Permission.ASSIGN}),
    "/can-bo/phieu/<report_id:report_id>/giao/": frozenset({Permission.CLAIM}),
    "/can-bo/phieu/<report_id:report_id>/chuyen/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/tra-loi/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/hoi/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/so/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/lien-ket/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/bo-lien-ket/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/da-doc/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/xet/": frozenset({Permission.ADMIT}),
    "/can-bo/phieu/<report_id:report_id>/that/": frozenset({Permission.ADMIT}),
    "/can-bo/phieu/<report_id:report_id>/thung-rac/": frozenset({Permission.TRASH}),
    "/can-bo/phieu/<report_id:report_id>/yeu-cau-da-nhan/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/yeu-cau-da-xong/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/yeu-cau-khong-lam-duoc/": frozenset({Permission.DECIDE}),
    "/can-bo/phieu/<report_id:report_id>/yeu-cau-them-ngay/": frozenset({Permission.DECIDE}),
    "/can-bo/yeu-cau/": frozenset({Permission.DECIDE}),
    "/can-bo/nhap-phieu/": frozenset({Permission.ENTER}),
    "/can-bo/tim/": frozenset({Permission.READ}),
    "/can-bo/so-lieu/": frozenset({Permission.STATISTICS}),
    "/can-bo/so-lieu/xuat/": frozenset({Permission.EXPORT}),
    "/can-bo/so-lieu/tep/": frozenset({Permission.EXPORT}),
    "/can-bo/nguoi/": frozenset({Permission.PEOPLE}),
    "/can-bo/nguoi/quyen/": frozenset(),
    "/can-bo/thung-rac/": frozenset({Permission.TRASH}),
    "/can-bo/nhat-ky/": frozenset({Permission.AUDIT}),
    "/can-bo/khoa/": frozenset({Permission.KEYS}),
    "/can-bo/buoi/": frozenset({Permission.TALK}),
    "/can-bo/buoi/xoa-phieu-thu/": frozenset({Permission.TRASH}),
}
"""What each part of the desk asks for: nothing of a stranger (None), a session, or a permission. A
page is judged by the longest of these addresses that its own begins with; `/can-bo/` is itself alone."""

FRESH = {
    "/can-bo/tai-khoan/ma-giay/",
    "/can-bo/nguoi/moi/",
    "/can-bo/nguoi/<officer_id>/vai-tro/",
    "/can-bo/nguoi/<officer_id>/ma-moi/",
    "/can-bo/nguoi/<officer_id>/nghi/",
    "/can-bo/thung-rac/dong-y/",
    "/can-bo/khoa/doi/",
    "/can-bo/khoa/khoi-phuc/",
    "/can-bo/khoa/bo-khoi-phuc/",
    "/can-bo/khoa/may/",
}
"""Where password and code must have been typed a short while ago."""


@dataclass(frozen=True)
class Route:
    """One page and method of the desk, with its rule and an address that leads there."""

    endpoint: str
    pattern: str
    method: str
    path: str
    rule: access.Rule


def path_of(rule: Rule) -> str:
    """Return a path that the rule matches, to something that is not there."""
    _, path = rule.build({name: SAMPLE[name] for name in rule.arguments}) or ("", "")
    assert path, rule
    return path


def routes(app: Flask) -> Iterator[Route]:
    """Give every page of the desk with each method that it takes."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(API_PREFIX) or rule.endpoint in OPEN_ENDPOINTS:
            continue
        found = rule_of(app, rule.endpoint)
        assert found is not None, f"nobody says who may see {rule.rule}"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(rule.endpoint, rule.rule, method, path_of(rule), found)


def may(role: Role, rule: access.Rule) -> bool:
    """Tell by the table of rights whether this role is let in by the rule."""
    needs_nothing = rule.is_open or not rule.permissions
    return needs_nothing or bool(rule.permissions & ROLE_PERMISSIONS[role])


def test_every_page_says_whom_it_lets_in(app: Flask) -> None:
    assert len(list(routes(app))) > 60


def test_every_page_asks_for_what_its_part_of_the_desk_asks_for(app: Flask) -> None:
    for route in routes(app):
        parts = [
            part for part in ASKED_FOR if part != "/can-bo/" and route.pattern.startswith(part)
        ]
        expected = ASKED_FOR[max(parts, key=len, default="/can-bo/")]
        assert parts or route.pattern == "/can-bo/", f"{route.pattern} belongs to no part"
        if expected is None:
            assert route.rule.is_open, route.pattern
        else:
            assert not route.rule.is_open, route.pattern
            assert route.rule.permissions == expected, route.pattern


def test_password_and_code_are_asked_for_again_where_it_matters_and_nowhere_else(
    app: Flask,
) -> None:
    assert {route.pattern for route in routes(app) if route.rule.fresh} == FRESH


def test_a_stranger_gets_to_no_page_but_the_open_ones(app: Flask) -> None:
    for route in routes(app):
        answer = app.test_client().open(route.path, method=route.method)

        if route.rule.is_open:
            assert answer.status_code in {200, 400, 404}, route  # 400: without a CSRF token
        elif route.method == "GET":
            assert answer.status_code == 303, route
            assert answer.location.startswith("/can-bo/vao/"), route
        else:
            assert answer.status_code == 401, route


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_to_the_pages_that_its_permissions_open(
    app: Flask, sign_in_as: SignInAs, role: Role
) -> None:
    desk = sign_in_as(role=role)
    for route in routes(app):
        if route.method != "GET":
            continue
        answer = desk.get(route.path)

        if may(role, route.rule):
            assert answer.status_code in {200, 302, 404}, (route, answer.text)
            assert not (answer.location or "").startswith("/can-bo/vao/"), route
        else:
            assert answer.status_code == 403, route


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("token", [None, "", "x", "of another session"])
def test_no_form_is_taken_without_its_session_s_token_whoever_sends_it(
    app: Flask, sign_in_as: SignInAs, role: Role, token: str | None
) -> None:
    desk = sign_in_as(role=role)
    others = sign_in_as(role=role).token
    data = {} if token is None else {"csrf_token": others if " " in token else token}
    for route in routes(app):
        if route.method != "POST":
            continue
        answer = desk.client.post(route.path, data=data)

        # Who may not come in hears that first.
        assert answer.status_code == (400 if may(role, route.rule) else 403), route


def test_a_page_that_nobody_marked_is_shut_for_every_role(app: Flask, sign_in_as: SignInAs) -> None:
    app.add_url_rule("/can-bo/quen-danh-dau/", "forgotten", lambda: "open")

    answers = {role: sign_in_as(role=role).get("/can-bo/quen-danh-dau/") for role in Role}

    assert {answer.status_code for answer in answers.values()} == {403}
    with pytest.raises(AssertionError, match="quen-danh-dau"):
        list(routes(app))


CALLS: dict[str, tuple[Permission, object]] = {
    "count_reports": (Permission.LIST, None),
    "claim": (Permission.CLAIM, {"limit": 1, "lease_seconds": 30}),
    "acknowledge_all": (Permission.CLAIM, {"ids": [UNKNOWN]}),
    "list_reports": (Permission.LIST, None),
    "read_report": (Permission.READ, None),
    "read_attachment": (Permission.READ, None),
    "acknowledge": (Permission.CLAIM, {}),
    "release": (Permission.CLAIM, {}),
    "move": (Permission.DECIDE, {"to": "xac_minh", "version": 1}),
    "send_message": (Permission.DECIDE, {"text": "Chúng tôi đã nhận."}),
    "admit": (Permission.ADMIT, {}),
}
"""What each call of the API needs of a token's owner, and a body that it takes."""


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("role", [None, *Role])
def test_a_token_does_what_its_scope_says_and_never_more_than_its_owner(
    app: Flask, service: ReportService, sign_in_as: SignInAs, role: Role | None, scope: Scope
) -> None:
    owner = None if role is None else find_officer(service.database, sign_in_as(role=role).name)
    secret = add_token(
        service.database, name="m", scopes=[scope], lifetime=A_YEAR, actor="test", owner=owner
    )
    caller = Caller(app, secret)
    assert {endpoint.name for endpoint in ENDPOINTS} == CALLS.keys()
    for endpoint in ENDPOINTS:
        permission, body = CALLS[endpoint.name]
        path = endpoint.path.replace("{id}", UNKNOWN).replace("{n}", "1")
        answer = caller.get(path) if endpoint.method == "GET" else caller.post(path, body)

        is_owners = role is None or permission in ROLE_PERMISSIONS[role]
        expected = {200, 204, 404, 409} if endpoint.scope is scope and is_owners else {403}
        assert answer.status_code in expected, (endpoint.name, answer.text)


def test_a_session_of_the_desk_opens_nothing_of_the_api(lead: OfficerAtDesk) -> None:
    assert lead.get("/api/v1/queue").status_code == 401


def test_a_token_opens_no_page_of_the_desk(app: Flask, officer: Caller) -> None:
    answer = app.test_client().get("/can-bo/phieu/", headers=officer.headers)

    assert answer.location.startswith("/can-bo/vao/")


UNLOCKED = {
    "officers add": ("--name", "moi", "--role", "cong-an"),
    "officers reset": ("--name", "quan-tri"),
    "keys rotate": (),
    "keys add-recovery": ("--label", "két"),
    "keys remove-recovery": ("--id", "x"),
    "keys show": (),
}
"""Commands that hand keys on: a colleague's password and code, or the paper, must unlock them."""

NOT_UNLOCKED = {
    "officers list": "shows no secret",
    "officers disable": "takes away; nobody gains by it",
    "keys list": "public halves alone",
    "keys drill": "the paper itself is what is shown",
    "tokens add": "opens no seal: reports leave the API as they are stored",
    "tokens list": "shows no secret",
    "tokens revoke": "takes away",
}


def commands(group: str) -> dict[str, click.Command]:
    """Return the commands of a group by their whole names."""
    found = main.get_command(click.Context(main), group)
    assert isinstance(found, click.Group)
    return {f"{group} {name}": command for name, command in found.commands.items()}


def test_every_command_about_people_and_keys_is_unlocked_or_says_why_not() -> None:
    every = commands("officers") | commands("keys") | commands("tokens")

    assert every.keys() == UNLOCKED.keys() | NOT_UNLOCKED.keys()
    unlocking = {
        name
        for name, command in every.items()
        if {"identity_file", "by"} <= {parameter.name for parameter in command.params}
    }
    assert unlocking == set(UNLOCKED)


@pytest.mark.parametrize("command", UNLOCKED)
def test_a_command_that_hands_keys_on_does_nothing_before_somebody_unlocks_it(
    operator: Operator, command: str
) -> None:
    before = (operator.data("officers", "list"), operator.data("keys", "list"))

    alone = operator.run(*command.split(), *UNLOCKED[command])
    wrong = operator.run(
        *command.split(), *UNLOCKED[command], "--by", "quan-tri", typed="sai\n000000\n"
    )

    assert (alone.exit_code, wrong.exit_code) == (2, 1)
    assert alone.stdout == wrong.stdout == ""
    assert (operator.data("officers", "list"), operator.data("keys", "list")) == before
