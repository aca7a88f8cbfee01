"""What is past its day of checking says so: to editors in `check`, to readers on the page itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from lxml import html
from playwright.sync_api import Browser, expect

import build
from site_builder.build import build_site, check_site
from site_builder.freshness import NUMBER_DAYS, duties
from site_builder.kept import Kept
from site_builder.stage import stage_site
from tests.e2e.axe import found_by_axe

Edit = Callable[[str, str, str], int]
Run = Callable[[str], tuple[int, str, str]]

CHECKED_AGAIN = "2027-02-24"
LAST_DAY = dt.date(2027, 2, 24)


@pytest.fixture
def check(project: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs `build.py check` on a day and returns exit code, stdout, stderr."""

    def run(day: str) -> tuple[int, str, str]:
        with time_machine.travel(f"{day}T05:00:00Z", tick=False):
            code = build.main(["check", "--root", str(project)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def staged(project: Path, today: dt.date) -> dict[str, html.HtmlElement]:
    """Return the banners that the pages carry when they are built on `today`, by address."""
    content, _ = check_site(project)
    kept = Kept(project / ".build/papers")
    stage = stage_site(content, project / "templates", kept, today=today)
    banners = {}
    for page in stage.pages:
        body = page.text.partition("---")[2].partition("---")[2]
        tree: Any = html.fromstring(f"<div>{body}</div>")
        for banner in tree.xpath("//aside[contains(@class, 'overdue')]"):
            banners[page.address] = banner
    return banners


def test_nothing_is_due_when_everything_was_checked_today(check: Run) -> None:
    code, out, err = check("2026-11-24")

    assert code == 0
    assert "Nội dung không có lỗi" in out
    assert "Chưa chỗ nào đến hạn kiểm tra; gần nhất:" in out
    assert err == ""


def test_what_is_due_within_thirty_days_is_listed_with_file_line_and_owner(
    check: Run, edit: Edit
) -> None:
    line = edit("content/lien-he.md", f"check_again: {CHECKED_AGAIN}", "check_again: 2026-12-24")

    code, out, err = check("2026-11-24")

    assert code == 0
    assert "Đến hạn kiểm tra trong 30 ngày tới: 1 chỗ:" in out
    assert f"content/lien-he.md:{line}: Liên hệ: đến hạn kiểm tra ngày 24/12/2026" in out
    assert "phụ trách: Cơ quan Thường trực của mô hình" in out
    assert err == ""


def test_what_is_overdue_is_a_warning_and_no_failure(check: Run, edit: Edit) -> None:
    line = edit("content/lien-he.md", f"check_again: {CHECKED_AGAIN}", "check_again: 2026-12-24")

    code, out, err = check("2026-12-25")

    assert code == 0
    assert "Cảnh báo: 1 chỗ đã quá hạn kiểm tra:" in err
    assert f"content/lien-he.md:{line}: Liên hệ: quá hạn kiểm tra từ 24/12/2026" in err
    assert "quá hạn" not in out


def test_a_mistake_still_fails_however_fresh_the_pages_are(check: Run, edit: Edit) -> None:
    edit("content/lien-he.md", "owner:", "ower:")

    code, _, err = check("2027-12-25")

    assert code == 1
    assert "ower" in err


def test_half_past_midnight_in_vietnam_is_a_day_later(
    project: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("content/lien-he.md", f"check_again: {CHECKED_AGAIN}", "check_again: 2026-12-24")

    with time_machine.travel("2026-12-24T17:30:00Z", tick=False):
        build.main(["check", "--root", str(project)])

    assert "quá hạn kiểm tra từ 24/12/2026" in capsys.readouterr().err


def test_numbers_and_the_ward_s_own_contacts_are_due_too(project: Path, edit: Edit) -> None:
    line = edit("content/data/ward.yml", "checked: 2026-11-24", "checked: 2026-06-01")
    edit("content/data/ward.yml", "confirmed: null", "confirmed: 2026-06-02")

    content, _ = check_site(project)
    first, second, *_ = duties(content)

    assert (first.what, first.line) == ("số 113", line)
    assert first.due == dt.date(2026, 6, 1) + dt.timedelta(days=NUMBER_DAYS)
    assert second.what == "liên hệ của Công an phường Bắc Giang"


def test_every_page_with_a_source_box_carries_its_banner_hidden_until_the_day(
    project: Path,
) -> None:
    banners = staged(project, LAST_DAY)

    assert {"/", "/lien-he/", "/quy-che/", "/quy-che/dieu-4/", "/huong-dan/mo-hinh/"} <= set(
        banners
    )
    assert {banner.get("data-check-again") for banner in banners.values()} == {CHECKED_AGAIN}
    assert all("hidden" in banner.attrib for banner in banners.values())


def test_a_page_built_after_the_day_shows_the_banner_at_once(project: Path) -> None:
    banners = staged(project, LAST_DAY + dt.timedelta(days=1))

    assert banners
    for banner in banners.values():
        assert "hidden" not in banner.attrib
        assert "Trang này quá hạn kiểm tra từ 24/02/2027." in banner.text_content()
        assert "Điều ghi ở đây có thể đã cũ." in banner.text_content()


def test_the_banner_is_no_text_that_the_search_finds(built_site: Path) -> None:
    assert "quá hạn kiểm tra" not in (built_site / "search.json").read_text(encoding="utf-8")


def test_without_a_script_the_day_can_be_read_in_the_source_box(built_site: Path) -> None:
    tree: Any = html.parse(str(built_site / "lien-he/index.html")).getroot()

    assert "24/02/2027" in tree.xpath("string(//aside[@class='source-box'])")


@pytest.mark.browser
def test_a_page_shows_the_banner_by_itself_when_its_day_has_passed(
    project: Path, edit: Edit, browser: Browser, serve: Callable[[Path], str]
) -> None:
    edit("content/moi.md", f"check_again: {CHECKED_AGAIN}", "check_again: 2099-03-01")
    address = f"{serve(build_site(project, share_kit=False).site_dir)}/moi/"
    tab = browser.new_page(reduced_motion="reduce")  # colours change at once

    tab.clock.set_fixed_time(dt.datetime(2099, 3, 1, 16, 59, tzinfo=dt.UTC))
    tab.goto(address)
    expect(tab.locator(".overdue")).to_be_hidden()

    tab.clock.set_fixed_time(dt.datetime(2099, 3, 1, 17, 0, tzinfo=dt.UTC))  # midnight in Vietnam
    tab.reload()
    expect(tab.locator(".overdue")).to_be_visible()
    assert found_by_axe(tab) == []
    tab.close()


@pytest.mark.browser
def test_a_phone_whose_clock_lags_does_not_hide_what_the_build_showed(
    project: Path, edit: Edit, browser: Browser, serve: Callable[[Path], str]
) -> None:
    edit("content/moi.md", "checked: 2026-11-24", "checked: 2020-01-01")
    edit("content/moi.md", f"check_again: {CHECKED_AGAIN}", "check_again: 2020-02-01")
    address = f"{serve(build_site(project, share_kit=False).site_dir)}/moi/"
    tab = browser.new_page()

    tab.clock.set_fixed_time(dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    tab.goto(address)

    expect(tab.locator(".overdue")).to_be_visible()
    tab.close()
