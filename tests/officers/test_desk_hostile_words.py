"""Whatever is typed at the desk or sent to it comes back as the words that they are."""

from __future__ import annotations

import pytest
from flask import Flask
from markupsafe import escape
from sqlalchemy import func, select

from forms_api.accounts.permissions import Role
from forms_api.officer_app.desk_form import clean_text
from forms_api.reports.reading import RevealReason
from forms_api.reports.service import ReportService
from forms_api.store.schema import metadata, reports
from tests.officers.conftest import SignInAs
from tests.officers.desk import send_report
from tests.officers.signed_in import OfficerAtDesk
from tests.officers.test_rights_matrix import routes

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</textarea></title><script>alert(1)</script>",
    '<a href="javascript:alert(1)">xem</a>',
    "{{ 7 * 7 }}{% include 'base.html' %}{# #}",
    "' OR '1'='1' --",
    "'; DROP TABLE reports; --",
    '"; DELETE FROM officers; SELECT "',
    "1) UNION SELECT value FROM facts --",
    "%' ESCAPE '\\' OR name LIKE '%",
    "\\'; SELECT pg_sleep(9); --",
    "\u202egnud gnohk\u2066 𝔘𝔫𝔦 Tô\u0302́",
]
SHORT = 60


@pytest.fixture
def officers(sign_in_as: SignInAs) -> tuple[OfficerAtDesk, OfficerAtDesk]:
    """Who works on reports, and who keeps the machine."""
    return sign_in_as(role=Role.STANDING, name="lan"), sign_in_as(role=Role.ADMIN, name="may")


def take_report(desk: OfficerAtDesk, words: str) -> str:
    """Send a report with these words and let the officer take it over; return its page's address."""
    reference = send_report(desk.service, words).reference
    with desk.service.database.read() as connection:
        found = select(reports.c.id).where(reports.c.reference == reference)
        report_id = connection.execute(found).scalar_one()
    page = f"/can-bo/phieu/{report_id}/"
    for act in ("nhan", "tiep-nhan"):
        assert desk.post(f"{page}{act}/").status_code == 303
    return page


def version_of(desk: OfficerAtDesk, page: str) -> int:
    """Return the version of the report on this page."""
    report_id = page.split("/")[3]
    with desk.service.database.read() as connection:
        found = select(reports.c.version).where(reports.c.id == report_id)
        return int(connection.execute(found).scalar_one())


def write_everywhere(desk: OfficerAtDesk, page: str, text: str) -> None:
    """Type the text into every field of a report's page that takes words."""
    acts: list[tuple[str, dict[str, object]]] = [
        ("ghi-chu", {"text": text}),
        ("tra-loi", {"text": text, "step": "send"}),
        ("hoi", {"text": text, "step": "send"}),
        ("so", {"kind": "khac", "body": text, "number": text}),
        ("so", {"kind": "vneid", "body": text, "number": text}),
        ("chuyen", {"to": "xac_minh", "reason": text, "answer": text, "step": "send"}),
        ("lien-ket", {"reference": text[:20], "kind": "trung"}),
        ("bo-lien-ket", {"reference": text}),
        ("giao", {"to": text}),
        ("danh-tinh", {"reason": RevealReason.VERIFY.value, "note": text}),
        ("danh-tinh", {"reason": text, "note": text}),
        ("thung-rac", {"reason": text}),
    ]
    for act, typed in acts:
        answer = desk.post(f"{page}{act}/", {"version": version_of(desk, page), **typed})
        assert answer.status_code < 500, (act, answer.text)
        assert is_harmless(answer.text, text), act


def is_harmless(page: str, text: str) -> bool:
    """Tell whether the text stands in a page, if it does, without its force."""
    typed = clean_text(text) or ""
    return escape(typed) == typed or typed not in page


def shown(text: str) -> str:
    """Return the text as a page must hold it."""
    return str(escape(clean_text(text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_words_about_a_report_come_back_as_words(
    app: Flask, officers: tuple[OfficerAtDesk, OfficerAtDesk], text: str
) -> None:
    lead, _ = officers
    page = take_report(lead, text)

    write_everywhere(lead, page, text)

    told = lead.get(page).text
    assert told.count(shown(text)) >= 5  # story, note, answer, question, reason
    crawl(app, lead, text)


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_labels_come_back_as_words(
    app: Flask, officers: tuple[OfficerAtDesk, OfficerAtDesk], text: str
) -> None:
    lead, admin = officers
    name = text[:SHORT]
    person = {"name": "nguoi-moi", "role": "thanh-vien", "reach": "tat-ca", "full_name": name}
    lead.post("/can-bo/nguoi/moi/", {**person, "proposed_by": name, "decision": name})
    lead.post("/can-bo/phieu/khung-nhin/", {"name": name, "cua-toi": "1"})
    admin.post("/can-bo/khoa/khoi-phuc/", {"label": name})
    admin.post("/can-bo/khoa/may/", {"name": name, "scopes": ["read"], "days": "9", "owner": ""})

    for desk, path in (
        (lead, "/can-bo/nguoi/"),
        (lead, "/can-bo/phieu/"),
        (admin, "/can-bo/khoa/"),
        (admin, "/can-bo/nhat-ky/"),
    ):
        assert shown(name) in desk.get(path).text, path
    crawl(app, lead, name)
    crawl(app, admin, name)


@pytest.mark.parametrize("text", HOSTILE)
def test_questions_in_addresses_and_searches_are_words_too(
    service: ReportService, officers: tuple[OfficerAtDesk, OfficerAtDesk], text: str
) -> None:
    lead, admin = officers
    take_report(lead, "Có tiếng ồn")
    before = rows(service)
    names = [
        "nguoi",
        "viec",
        "phieu",
        "tu",
        "den",
        "sau",
        "trang-thai",
        "loai",
        "to",
        "kenh",
        "xep",
        "loi-moi",
        "thieu-so",
        "chua-co-so-vneid",
        "ky",
        "tiep",
    ]

    answers = [
        lead.post("/can-bo/tim/", {"words": text}),
        lead.post("/can-bo/phieu/nhieu/", {"act": text, "report": text, "to": text}),
        lead.post("/can-bo/phieu/nhieu/", {"act": "giao", "report": text, "to": text}),
        lead.post("/can-bo/phieu/khung-nhin/xoa/", {"name": text}),
        lead.post("/can-bo/so-lieu/xuat/", {"kind": text, "ky": text}),
        admin.post("/can-bo/khoa/thu-hoi/", {"name": text}),
        admin.post("/can-bo/khoa/bo-khoi-phuc/", {"id": text}),
        *(
            desk.get(path, query_string=dict.fromkeys(names, text))
            for desk, path in (
                (lead, "/can-bo/phieu/"),
                (lead, "/can-bo/so-lieu/"),
                (admin, "/can-bo/nhat-ky/"),
                (admin, "/can-bo/khoa/"),
            )
        ),
        lead.get(f"/can-bo/nguoi/{'0' * 32}/"),
    ]

    for answer in answers:
        assert answer.status_code < 500, (answer.request.path, answer.text)
        assert is_harmless(answer.text, text), answer.request.path
    assert rows(service) == before


def test_a_null_sign_is_refused_wherever_it_stands(
    app: Flask, officers: tuple[OfficerAtDesk, OfficerAtDesk]
) -> None:
    for desk in officers:
        token = desk.token
        for route in routes(app):
            data = {"csrf_token": token, "name": "a\x00b"}
            if route.method == "POST":
                answers = [desk.client.post(route.path, data=data)]
            else:
                answers = [desk.get(route.path, query_string={"name": "\x00"})]
            if "<officer_id>" in route.pattern:
                path = route.path.replace("0" * 32, "a%00b")
                answers.append(desk.client.open(path, method=route.method, data=data))

            for answer in answers:
                assert answer.status_code in {303, 400, 403}, route


def crawl(app: Flask, desk: OfficerAtDesk, text: str) -> None:
    """Open every page of the desk: none fails, and none holds the text with its force."""
    for route in routes(app):
        if route.method == "GET":
            answer = desk.get(route.path)
            assert answer.status_code < 500, route
            assert is_harmless(answer.text, text), route


def rows(service: ReportService) -> dict[str, int]:
    """Return how many rows each table has, but for what is written down about asking."""
    told = {"events", "sessions", "signin_failures", "exports"}
    with service.database.read() as connection:
        return {
            table.name: int(
                connection.execute(select(func.count()).select_from(table)).scalar_one()
            )
            for table in metadata.sorted_tables
            if table.name not in told
        }
