"""When many people send at once, in a real browser: the proof of work on a slow phone, and without a script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from tests.e2e.axe import found_by_axe
from tests.e2e.browsing import (
    PHONE,
    a_photo,
    fill_in,
    receipt,
    tell,
    watch,
)
from tests.e2e.installation import Installation, Server, install
from tests.e2e.senders import FORM, Sender, is_receipt

pytestmark = pytest.mark.browser

SLOW_PHONE = 4
"""So many times slower than this machine's processor."""

CROWDED = "Lúc này có nhiều người cùng gửi"
LOOKED_AT_FIRST = "cán bộ xem riêng phiếu này trước"
PATIENCE_MS = 30_000
_PREFIX = re.compile(r"(keyPrefix&#34;:&#34;)[0-9a-f]+")


@pytest.fixture(scope="module")
def crowded(
    tmp_path_factory: pytest.TempPathFactory, site_dir: Path
) -> Iterator[tuple[Installation, Server]]:
    """An installation at which the ceiling is reached, and its server."""
    installation = install(
        tmp_path_factory.mktemp("crowded") / "installation",
        site_dir,
        FORMS_RATELIMIT_ENABLED="1",
        FORMS_CROWD_LIMIT="1/day",
    )
    with installation.serving() as server, closing(Sender(server.url)) as first:
        first.write()
        assert is_receipt(first.send())
        yield installation, server


@pytest.fixture
def installation(crowded: tuple[Installation, Server]) -> Installation:
    """The crowded installation."""
    return crowded[0]


@pytest.fixture
def server(crowded: tuple[Installation, Server]) -> Server:
    """Its server."""
    return crowded[1]


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone with JavaScript."""
    with closing(browser.new_context(viewport=PHONE, reduced_motion="reduce")) as opened:
        yield opened


@pytest.fixture
def plain_context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose browser runs no JavaScript."""
    with closing(
        browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en-US")
    ) as opened:
        yield opened


def why_apart(installation: Installation, reference: str) -> object:
    """Return why the report waits apart, None where it does not."""
    [(why,)] = installation.rows(f"SELECT quarantined FROM reports WHERE reference = '{reference}'")
    return why


def test_a_slow_phone_works_the_proof_out_and_the_report_joins_the_queue(
    context: BrowserContext, installation: Installation, server: Server
) -> None:
    seen, page = watch(context), context.new_page()
    fill_in(page, server.url)
    slow = context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PHONE})
    page.reload()  # the work begins anew, on the slow processor
    expect(page.get_by_role("main")).to_contain_text(CROWDED)
    page.get_by_role("button", name="Gửi phiếu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu", timeout=PATIENCE_MS)
    reference, _ = receipt(page)

    expect(page.get_by_role("main")).not_to_contain_text(LOOKED_AT_FIRST)
    assert why_apart(installation, reference) is None
    assert seen.complaints == []
    assert len(seen.hosts) == 1


def test_without_a_script_the_report_is_taken_in_at_the_first_press_and_looked_at_first(
    plain_context: BrowserContext, installation: Installation, server: Server
) -> None:
    page = plain_context.new_page()
    fill_in(page, server.url)
    expect(page.get_by_role("main")).to_contain_text("Máy không làm được thì phiếu vẫn được nhận")
    page.get_by_role("button", name="Gửi phiếu").click()
    reference, _ = receipt(page)

    expect(page.get_by_role("main")).to_contain_text(LOOKED_AT_FIRST)
    assert why_apart(installation, reference) == "crowd"


def never_solved(route: Route) -> None:
    """Give the page with a challenge that no phone works out."""
    reply = route.fetch()
    route.fulfill(response=reply, body=_PREFIX.sub(r"\g<1>" + "f" * 32, reply.text()))


@pytest.mark.slow
def test_who_does_not_want_to_wait_sends_without_a_proof(
    context: BrowserContext, installation: Installation, server: Server
) -> None:
    page = context.new_page()
    page.route(f"**{FORM}", never_solved)
    fill_in(page, server.url)
    page.get_by_role("button", name="Gửi phiếu").click()
    expect(page.get_by_role("status")).to_contain_text("Máy đang tính")
    page.get_by_role("button", name="Gửi luôn, không chờ").click(timeout=PATIENCE_MS)
    reference, _ = receipt(page)

    assert why_apart(installation, reference) == "crowd"


def test_going_back_while_the_proof_is_worked_out_sends_nothing(
    context: BrowserContext, installation: Installation, server: Server
) -> None:
    page = context.new_page()
    page.route(f"**{FORM}", never_solved)
    fill_in(page, server.url)
    before = len(installation.references())
    page.get_by_role("button", name="Gửi phiếu").click()
    page.get_by_role("button", name="Quay lại sửa phiếu").click()
    expect(page.get_by_role("main")).to_contain_text("Những điều đã viết vẫn còn nguyên")

    assert len(installation.references()) == before


def test_the_page_that_asks_is_free_of_barriers(context: BrowserContext, server: Server) -> None:
    page = context.new_page()
    page.route(f"**{FORM}", never_solved)
    fill_in(page, server.url)
    page.get_by_role("button", name="Gửi phiếu").click()
    expect(page.get_by_role("progressbar")).to_be_visible()

    assert found_by_axe(page) == []


def test_at_a_talk_a_phone_sends_files_and_form_with_the_code_and_is_asked_for_no_proof(
    context: BrowserContext, installation: Installation, server: Server
) -> None:
    seen, page = watch(context), context.new_page()
    code = installation.run("talk", "open").stdout.split()[0]
    page.goto(f"{server.url}{FORM}buoi/")
    page.get_by_label("Mã buổi").fill(f"{code[:3]} {code[3:]}")
    page.get_by_role("button", name="Mở phiếu thử").click()
    expect(page.get_by_role("main")).to_contain_text("Buổi hướng dẫn: phiếu này là phiếu thử")
    barriers = found_by_axe(page)
    page.set_viewport_size(PHONE)
    tell(page)
    page.get_by_label("Ảnh").set_input_files(a_photo())
    expect(page.get_by_role("main")).to_contain_text("Đã giữ 1 tệp")
    page.get_by_role("button", name="Xem lại rồi gửi thử").click()
    expect(page.get_by_role("main")).not_to_contain_text(CROWDED)
    page.get_by_role("button", name="Gửi phiếu (thử)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đã nhận phiếu thử")

    [(count,)] = installation.rows(
        "SELECT attachment_count FROM reports WHERE trial = 'talk' ORDER BY sequence DESC LIMIT 1"
    )
    assert count == 1
    assert barriers == []
    assert seen.complaints == []
    installation.run("talk", "end", code)
