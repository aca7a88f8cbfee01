"""`/s/<slug>` leads to an own page whatever happens, counts the visit, and keeps nothing of the visitor."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from hypothesis import HealthCheck, example, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import select, text, update
from werkzeug.test import Client, TestResponse

from forms_api.accounts.permissions import operator_actor
from forms_api.content.share import SharedPage, ShortLink, load_share
from forms_api.documents.link_numbers import link_lines
from forms_api.documents.names import Names
from forms_api.errors import ContentError
from forms_api.reports.campaigns import remove_campaign
from forms_api.reports.period import month_of
from forms_api.reports.service import ReportService
from forms_api.reports.short_links import CampaignPages, ShortLinks
from forms_api.settings import Settings
from forms_api.store.database import Database
from forms_api.store.schema import campaign_links, metadata, reports
from forms_api.web.headers import SecurityHeaders
from tests.conftest import ROOT
from tests.public.links import OPERATOR, add_link, counted, face_of
from tests.public.residents import FORM, GOOD, Resident, code_of, hidden

GUIDE = "/huong-dan/gui-phan-anh-vneid/"
LINK = "/s/bao-tin"
TODAY = dt.date(2026, 11, 24)
MARK = "TRINH-DUYET-RIENG-1102"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
)
OWN = re.compile(r"/([a-z0-9-]+/)*\?tu=[a-z0-9-]+")
HOSTILE_PAGES = (
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/huong-dan/\n",
    "/huong-dan/\r\nLocation: https://evil.example/",
    "/%2f%2fevil.example/",
    "/.evil.example/",
    "/@evil.example/",
    "/huong-dan/?tu=khac",
    "/huong-dan/#x",
    "/../",
    "",
    " /",
    "/\t/evil.example/",
)


def follow(resident: Resident, address: str = LINK, **headers: str) -> TestResponse:
    """Open a short link as a phone does."""
    sent = {"User-Agent": PHONE, **{name.replace("_", "-"): v for name, v in headers.items()}}
    return resident.client.get(address, headers=sent)


def test_a_link_of_the_share_kit_leads_to_its_page_and_names_itself(resident: Resident) -> None:
    of_the_ward, of_an_area = follow(resident), follow(resident, "/s/bao-tin-tdp-vi-du-1")

    assert (of_the_ward.status_code, of_an_area.status_code) == (302, 302)
    assert of_the_ward.headers["Location"] == f"{GUIDE}?tu=bao-tin"
    assert of_an_area.headers["Location"] == f"{GUIDE}?tu=bao-tin-tdp-vi-du-1"


@pytest.mark.parametrize("typed", ["/s/Bao-tin", "/s/BAO-TIN", "/s/bao-tin/"])
def test_people_may_type_it_as_phones_write_it(app: Flask, resident: Resident, typed: str) -> None:
    assert follow(resident, typed).headers["Location"] == f"{GUIDE}?tu=bao-tin"
    assert counted(app) == {("2026-11-24", "bao-tin"): 1}


def test_visits_are_counted_by_link_and_by_vietnams_day(
    app: Flask, resident: Resident, clock: time_machine.Traveller
) -> None:
    clock.move_to(dt.datetime(2026, 11, 24, 16, 59, 59, tzinfo=dt.UTC))
    follow(resident)
    follow(resident, "/s/bao-tin-tdp-vi-du-1")
    clock.shift(1)
    for _ in range(2):
        follow(resident)

    assert counted(app) == {
        ("2026-11-24", "bao-tin"): 1,
        ("2026-11-24", "bao-tin-tdp-vi-du-1"): 1,
        ("2026-11-25", "bao-tin"): 2,
    }


def test_forty_visits_at_once_are_forty(app: Flask, clock: time_machine.Traveller) -> None:
    def visit(_: int) -> int:
        return app.test_client().get(LINK).status_code

    with ThreadPoolExecutor(40) as pool:
        statuses = set(pool.map(visit, range(40)))
        counted(app)
        statuses |= set(pool.map(visit, range(40)))

    assert statuses == {302}
    assert counted(app) == {("2026-11-24", "bao-tin"): 80}


@pytest.mark.parametrize(
    "browser",
    [
        PHONE,
        "",
        "Mozilla/5.0 (Linux; Android 8.0.0; CUBOT_P20) AppleWebKit/537.36 Chrome/70.0 Mobile",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Zalo iOS/600 ZaloTheme/light",
        "Mozilla/5.0 (Linux; Android 13) Chrome/120.0 [FB_IAB/FB4A;FBAV/445.0.0.34.118;]",
    ],
    ids=["phone", "unnamed", "Cubot", "Zalo", "Facebook"],
)
def test_people_are_counted_in_whatever_app_they_open_it(
    app: Flask, resident: Resident, browser: str
) -> None:
    assert follow(resident, User_Agent=browser).status_code == 302
    assert counted(app) == {("2026-11-24", "bao-tin"): 1}


@pytest.mark.parametrize(
    "headers",
    [
        {"User_Agent": "facebookexternalhit/1.1"},
        {"User_Agent": "WhatsApp/2.23.18.78 i"},
        {"User_Agent": "TelegramBot (like TwitterBot)"},
        {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User_Agent": "SkypeUriPreview Preview/0.5"},
        {"Sec_Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
    ids=str,
)
def test_what_only_looks_ahead_is_led_on_and_not_counted(
    app: Flask, resident: Resident, headers: dict[str, str]
) -> None:
    assert follow(resident, **headers).headers["Location"] == f"{GUIDE}?tu=bao-tin"
    assert counted(app) == {}


def test_a_look_without_a_page_is_not_counted(app: Flask, resident: Resident) -> None:
    reply = resident.client.head(LINK)

    assert (reply.status_code, reply.text) == (302, "")
    assert counted(app) == {}


def test_nothing_of_the_visitor_stays_anywhere(
    app: Flask,
    service: ReportService,
    clock: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    marks = {"User-Agent": MARK, "Referer": f"https://{MARK}/", "X-Forwarded-For": MARK}
    visitor = Client(app)
    reply = visitor.get(
        f"{LINK}?fbclid={MARK}",
        headers={**marks, "Cookie": f"x={MARK}"},
        environ_base={"REMOTE_ADDR": "203.0.113.77"},
    )
    counted(app)

    with service.database.read() as connection:
        rows = [
            repr(row)
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
    everything = "\n".join([*rows, caplog.text, str(reply.headers), reply.text])
    assert "bao-tin" in everything
    assert MARK not in everything
    assert "203.0.113.77" not in everything
    assert "Set-Cookie" not in reply.headers


def test_a_redirect_stays_out_of_caches_and_tells_no_other_site(
    app: Flask, clock: time_machine.Traveller
) -> None:
    visitor = Client(SecurityHeaders(app, https=True))
    for reply in (visitor.get(LINK), visitor.get("/s/khong-co")):
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Referrer-Policy"] == "no-referrer"


def test_no_limit_stands_before_a_link(app: Flask, resident: Resident) -> None:
    assert {follow(resident).status_code for _ in range(1100)} == {302}
    assert counted(app) == {("2026-11-24", "bao-tin"): 1100}


def test_a_report_sent_through_a_campaign_link_is_counted_for_it(
    app: Flask, resident: Resident, service: ReportService
) -> None:
    add_link(app, "loa-thang-11", FORM)
    led_to = follow(resident, "/s/loa-thang-11").headers["Location"]
    resident.open(led_to)
    assert code_of(resident.send(**GOOD))
    counted(app)

    assert led_to == f"{FORM}?tu=loa-thang-11"
    with service.database.read() as connection:
        assert connection.execute(select(reports.c.link)).scalar_one() == "loa-thang-11"
    [line] = link_lines(service.database, operator_actor("x"), month_of(TODAY), Names())
    assert (line.slug, line.visits, line.reports) == ("loa-thang-11", 1, 1)


def test_a_page_that_a_link_opened_hands_it_on_to_the_form(resident: Resident) -> None:
    page = resident.client.get(f"{FORM}?tu=bao-tin").text

    assert hidden(page)["link"] == "bao-tin"


def test_a_link_ends_after_its_last_day(
    app: Flask, resident: Resident, clock: time_machine.Traveller
) -> None:
    add_link(app, "tet", GUIDE, until=TODAY)
    clock.move_to(dt.datetime(2026, 11, 24, 16, 59, 59, tzinfo=dt.UTC))
    on_the_day = follow(resident, "/s/tet")
    clock.shift(1)
    after = follow(resident, "/s/tet")

    assert (on_the_day.status_code, after.status_code) == (302, 404)
    assert counted(app) == {("2026-11-24", "tet"): 1}


def test_a_removed_link_leads_nowhere(
    app: Flask, resident: Resident, service: ReportService
) -> None:
    add_link(app, "tet", GUIDE)
    remove_campaign(service.database, "tet", actor=OPERATOR)
    face_of(app).links.campaigns.reload()

    assert follow(resident, "/s/tet").status_code == 404


def test_the_share_kit_comes_before_a_campaign(app: Flask, resident: Resident) -> None:
    add_link(app, "khac", "/lien-he/")
    with face_of(app).service.database.transaction() as connection:
        connection.execute(update(campaign_links).values(slug="bao-tin"))
    face_of(app).links.campaigns.reload()

    assert follow(resident).headers["Location"].startswith(GUIDE)


@pytest.mark.parametrize(
    "slug",
    [
        "khong-co",
        "a" * 5000,
        "-",
        "bao-tin-",
        "bao--tin",
        "bao_tin",
        "<img src=x onerror=alert(1)>",
        "' OR 1=1 --",
        "bao-tin\r\nSet-Cookie: x=1",
        "bao-tin\0",
        "evil.example",
        "phản-ánh",
        "İ",
        "{{ 7 * 7 }}",
    ],
)
def test_what_is_no_link_gets_a_page_that_helps(app: Flask, resident: Resident, slug: str) -> None:
    reply = follow(resident, f"/s/{quote(slug, safe='')}")

    assert reply.status_code == 404
    assert "Không có đường dẫn ngắn này" in reply.text
    for number in ("113", "114", "115"):
        assert f'href="tel:{number}"' in reply.text
    assert 'href="/"' in reply.text
    assert slug == "-" or slug not in reply.text
    assert counted(app) == {}


@pytest.mark.parametrize("address", ["/s", "/s/", "/s/bao-tin/khac", "/s//evil.example"])
def test_other_addresses_beside_it_are_no_pages(resident: Resident, address: str) -> None:
    reply = resident.client.get(address, follow_redirects=True)

    assert reply.status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_only_opened(app: Flask, resident: Resident, method: str) -> None:
    assert resident.client.open(LINK, method=method).status_code == 405
    assert counted(app) == {}


def test_a_database_that_takes_no_count_is_logged_and_the_link_leads_on(
    app: Flask, resident: Resident, service: ReportService, caplog: pytest.LogCaptureFixture
) -> None:
    service.database.write(lambda c: c.execute(text("ALTER TABLE link_visits RENAME TO away")))
    before = [follow(resident, User_Agent=f"Mozilla {MARK}").status_code for _ in range(3)]
    face_of(app).visits.flush()
    service.database.write(lambda c: c.execute(text("ALTER TABLE away RENAME TO link_visits")))
    follow(resident)

    assert before == [302, 302, 302]
    assert "3 visits of short links are lost" in caplog.text
    assert MARK not in caplog.text
    assert counted(app) == {("2026-11-24", "bao-tin"): 1}


def test_campaign_links_lead_on_while_the_database_is_away(
    app: Flask, resident: Resident, service: ReportService
) -> None:
    add_link(app, "tet", GUIDE)
    service.database.write(lambda c: c.execute(text("ALTER TABLE campaign_links RENAME TO away")))
    face_of(app).links.campaigns.reload()
    during = follow(resident, "/s/tet")
    service.database.write(lambda c: c.execute(text("ALTER TABLE away RENAME TO campaign_links")))

    assert during.headers["Location"] == f"{GUIDE}?tu=tet"


def test_a_closed_database_stops_no_link(
    app: Flask, resident: Resident, service: ReportService
) -> None:
    add_link(app, "tet", GUIDE)
    service.database.close()

    assert [follow(resident, f"/s/{slug}").status_code for slug in ("tet", "bao-tin")] == [302, 302]
    face_of(app).visits.flush()


PAGES = st.one_of(
    st.sampled_from(HOSTILE_PAGES),
    st.text(max_size=30),
    st.from_regex(r"[/\\]{1,3}[a-z.:@?#%\s-]{0,12}[/\\]?"),
    st.from_regex(r"/([a-z0-9-]{1,5}/){0,3}", fullmatch=True),
)


@pytest.mark.parametrize("engine", ["sqlite"])  # PostgreSQL takes no NUL, and could hold less
@trying(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(page=PAGES)
@example(page="/huong-dan/\n")
def test_no_page_in_the_database_leads_elsewhere(app: Flask, resident: Resident, page: str) -> None:
    face = face_of(app)
    if face.links.campaigns.page("thu", TODAY) is None:
        add_link(app, "thu", GUIDE)
    stored = page.encode("utf-8", "replace").decode()
    face.service.database.write(
        lambda c: c.execute(update(campaign_links).values(page=stored)).rowcount
    )
    face.links.campaigns.reload()

    check_stays_here(follow(resident, "/s/thu"), stored)


@pytest.fixture(scope="module")
def no_campaigns(tmp_path_factory: pytest.TempPathFactory) -> CampaignPages:
    """No campaign link: there is no database to read them from."""
    return CampaignPages(
        Database(f"sqlite:///{tmp_path_factory.mktemp('none')}/none/forms.sqlite3")
    )


@trying(max_examples=300, deadline=None)
@given(page=PAGES)
@example(page="/huong-dan/\n")
def test_no_page_in_the_share_kit_leads_elsewhere(no_campaigns: CampaignPages, page: str) -> None:
    known = load_share(ROOT / "content").pages[0]
    try:
        shared = SharedPage(**{**known.model_dump(), "page": page})
    except ValidationError:
        # Whatever came past the model would still lead nowhere.
        shared = known.model_copy(update={"page": page})
    link = ShortLink("thu", shared, None)

    address = ShortLinks({"thu": link}, no_campaigns).address("thu", TODAY)

    assert address is None or OWN.fullmatch(address)
    assert address is None or address == f"{page}?tu=thu"


def check_stays_here(reply: TestResponse, page: str) -> None:
    """Check that a reply leads to this own page or says that there is none."""
    location = reply.headers.get("Location")
    if location is None:
        assert reply.status_code == 404
    else:
        assert reply.status_code == 302
        assert OWN.fullmatch(location)
        assert location == f"{page}?tu=thu"


def test_the_host_that_a_visitor_names_changes_no_redirect(resident: Resident) -> None:
    reply = follow(resident, Host="evil.example", X_Forwarded_Host="evil.example")

    assert reply.headers["Location"] == f"{GUIDE}?tu=bao-tin"


def test_a_mistake_in_the_share_kit_is_named_when_the_face_starts(
    settings: Settings, make_app: Callable[[Settings], Flask]
) -> None:
    long = "a" * 60
    areas = f"example: true\nareas:\n  - {{id: {long}, name: Tổ dài}}\n"
    (settings.content_dir / "data" / "areas.yml").write_text(areas, encoding="utf-8")

    with pytest.raises(ContentError, match=r"share\.yml:1: .*dài quá 60 ký tự"):
        make_app(settings)
