"""Help at the desk: the way to the handbook, and a first day on sample reports."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from forms_api.accounts import second_factor, sessions
from forms_api.accounts.invitations import accept, invite
from forms_api.accounts.officers import NewOfficer, find_officer
from forms_api.accounts.permissions import Role, operator_actor
from forms_api.accounts.signin import Door, sign_in
from forms_api.officer_app.access import SESSION_KEY
from forms_api.officer_app.app import create_officer_app
from forms_api.reports.samples import MadeSample, SampleReport, add_samples
from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.vault.sealing import Identity
from site_builder.pagewriter import DESK_ADDRESSES
from tests.reports.samples import a_submission

PASSWORD = "mật khẩu của cán bộ 1"
NewClient = Callable[[Role], FlaskClient]


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a site of the test's own, which has no handbook yet."""
    return dataclasses.replace(settings, site_dir=tmp_path / "site")


@pytest.fixture
def app(settings: Settings, service: ReportService) -> Flask:
    """The officers' face over that site."""
    return create_officer_app(settings, service=service)


@pytest.fixture
def signed_in(
    app: Flask, settings: Settings, service: ReportService, queue_identity: Identity
) -> NewClient:
    """A function that returns the browser of somebody of a role who has signed in."""
    database = service.database

    def come(role: Role) -> FlaskClient:
        assert settings.officers_secret is not None
        code = invite(database, NewOfficer(role.value, role), keys=[queue_identity], actor="test")
        phone = second_factor.new_secret()
        papers = accept(
            database,
            code,
            password=PASSWORD,
            totp_secret=phone,
            typed=pyotp.TOTP(phone).now(),
            secret_key=settings.officers_secret,
        )
        door = Door(database, settings.officers_secret)
        came = sign_in(door, name=role.value, password=PASSWORD, code=papers[0])
        officer = find_officer(database, role.value)
        cookie = sessions.begin(database, officer, came.identity, device="máy bàn")
        client = app.test_client()
        with client.session_transaction() as session:
            session[SESSION_KEY] = cookie
        return client

    return come


def links(page: str) -> set[str]:
    """Return where the links of a page lead."""
    tree: Any = html.document_fromstring(page)
    return set(tree.xpath("//main//a/@href"))


def add_a_sample(service: ReportService) -> MadeSample:
    """Add one waiting sample and return it."""
    report = SampleReport("mot", a_submission(), ())
    [made] = add_samples(service, [report], actor=operator_actor("root"))
    return made


def test_the_handbook_is_on_the_site_that_stands_beside_the_desk(
    signed_in: NewClient, settings: Settings
) -> None:
    page = settings.site_dir / "so-tay-can-bo" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("<!doctype html>", encoding="utf-8")

    reply = signed_in(Role.MEMBER).get("/can-bo/so-tay/")

    assert (reply.status_code, reply.location) == (302, "/so-tay-can-bo/")


def test_without_a_site_the_tour_says_so(signed_in: NewClient) -> None:
    reply = signed_in(Role.MEMBER).get("/can-bo/so-tay/", follow_redirects=True)

    assert reply.request.path == "/can-bo/ngay-dau/"
    assert "chưa mở được sổ tay" in reply.text


def test_the_tour_opens_a_sample(signed_in: NewClient, service: ReportService) -> None:
    made = add_a_sample(service)

    page = signed_in(Role.MEMBER).get("/can-bo/ngay-dau/").text

    assert f"/can-bo/phieu/{made.report_id}/" in links(page)
    assert made.receipt.reference in page


def test_without_samples_the_tour_says_how_to_get_some(signed_in: NewClient) -> None:
    page = signed_in(Role.MEMBER).get("/can-bo/ngay-dau/").text

    assert "Chưa có phiếu mẫu" in page
    assert "python -m forms_api samples add" in page


def test_who_reads_no_reports_sees_no_sample(signed_in: NewClient, service: ReportService) -> None:
    made = add_a_sample(service)

    page = signed_in(Role.ADMIN).get("/can-bo/ngay-dau/").text

    assert made.receipt.reference not in page
    assert "Cất khóa khôi phục" in page


@pytest.mark.parametrize("path", ["/can-bo/so-tay/", "/can-bo/ngay-dau/"])
def test_a_stranger_is_sent_to_the_door(app: Flask, path: str) -> None:
    reply = app.test_client().get(path)

    assert reply.status_code == 303
    assert reply.location.startswith("/can-bo/vao/")


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ADMIN])
def test_every_link_of_the_tour_leads_to_a_page(
    signed_in: NewClient, app: Flask, role: Role
) -> None:
    paths = links(signed_in(role).get("/can-bo/ngay-dau/").text)

    routes = {rule.rule for rule in app.url_map.iter_rules()}
    assert paths - routes <= {"/can-bo/khoa/"}


def test_every_page_of_the_desk_that_the_handbook_may_link_to_exists(app: Flask) -> None:
    assert {str(rule) for rule in app.url_map.iter_rules()} >= DESK_ADDRESSES
