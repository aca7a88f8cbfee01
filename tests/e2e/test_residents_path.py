"""A resident's whole path in a real browser, and the officer's answer to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browsing import (
    DAY,
    PHONE,
    PLACE,
    REVIEW,
    WORDS,
    Watch,
    a_photo,
    agree,
    confirm,
    fill_in,
    go_on,
    open_form_from_home,
    receipt,
    send,
    tell,
    tell_what_happened,
    wait_as_people_do,
    watch,
)
from tests.e2e.installation import Installation, Server
from tests.e2e.officers import Officer, new_officer
from tests.e2e.senders import CAMERA
from tests.store.waiting import wait_until

pytestmark = pytest.mark.browser

MESSAGE = "Tối qua vẫn tái diễn, từ 22 giờ."
ANSWER = "Công an phường đã làm việc với chủ quán."
REFUSED_STATUSES = re.compile(r"Failed to load resource: .* status of (422|413)")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone with JavaScript."""
    with closing(browser.new_context(viewport=PHONE)) as opened:
        yield opened


@pytest.fixture
def wide_context(browser: Browser) -> Iterator[BrowserContext]:
    """A wide screen, on which the form is one page."""
    with closing(browser.new_context(viewport={"width": 1280, "height": 800})) as opened:
        yield opened


@pytest.fixture
def plain_context(browser: Browser) -> Iterator[BrowserContext]:
    """A phone whose browser runs no JavaScript."""
    # The language decides in which order a date is typed.
    with closing(
        browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en-US")
    ) as opened:
        yield opened


@pytest.fixture
def officer(tmp_path: Path, installation: Installation, server: Server) -> Officer:
    """An officer with a computer of their own."""
    return new_officer(tmp_path / "officer", installation, server.url)


def typed(code: str) -> str:
    """Return the code as people type it."""
    return code.lower().replace("-", "")


def follow_up(page: Page, url: str, code: str) -> None:
    """Open the report behind the code, from the page that asks for it."""
    page.goto(f"{url}/tra-cuu/")
    page.get_by_label("Mã theo dõi").fill(typed(code))
    page.get_by_role("button", name="Mở phiếu").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Phiếu")


def check_officer_holds(officer: Officer, reference: str) -> None:
    """Check that the pulled folder holds the words, and the photo without its place."""
    folder = officer.out / reference
    text = (folder / "report.txt").read_text(encoding="utf-8")
    for words in (WORDS, PLACE, "Tiếng ồn, karaoke", "20/05/2024"):
        assert words in text
    photo = folder / "anh-1.jpg"
    assert CAMERA.encode() not in photo.read_bytes()
    with Image.open(photo) as opened:
        assert opened.size == (320, 240)
        assert not opened.getexif()


def check_code_travelled_in_bodies_alone(seen: Watch, code: str) -> None:
    """Check that no address that was asked for holds the code, in any spelling."""
    addresses = "\n".join(seen.addresses).lower()
    assert addresses
    for spelled in (code, typed(code), code[:9]):
        assert spelled.lower() not in addresses


def test_a_resident_reads_reports_and_hears_back_while_an_officer_pulls_and_answers(
    context: BrowserContext, server: Server, officer: Officer
) -> None:
    seen, page = watch(context), context.new_page()
    page.goto(f"{server.url}/quy-che/dieu-4/")
    expect(page.locator("#dieu-4-khoan-2")).to_be_visible()
    page.goto(f"{server.url}/huong-dan/gui-phan-anh-vneid/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    # The form, and a screen that leads to 113 first.
    opened = open_form_from_home(page, server.url)
    tell_what_happened(page)
    page.get_by_label("Ảnh").set_input_files(a_photo())
    for _ in range(2):
        page.get_by_role("button", name="Quay lại bước trước").click()
    page.get_by_label("Có, đang xảy ra").check()
    for _ in range(2):
        go_on(page)
    agree(page)
    send(page, opened=opened)
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc đang xảy ra thì gọi 113")
    expect(page.get_by_role("main").get_by_role("link", name="113 Công an")).to_have_attribute(
        "href", "tel:113"
    )
    expect(page.get_by_role("main")).to_contain_text("Đã giữ 1 tệp")
    page.get_by_role("button", name="Vẫn gửi phiếu này").click()
    confirm(page)
    reference, code = receipt(page)

    # An officer pulls, before and after the resident adds a word, and answers.
    assert officer.pull().returncode == 0
    check_officer_holds(officer, reference)
    follow_up(page, server.url, code)
    expect(page.get_by_role("heading", name="Tiếp nhận")).to_be_visible()
    page.get_by_label("Viết thêm").fill(MESSAGE)
    page.get_by_role("button", name="Gửi lời viết thêm").click()
    expect(page.get_by_role("status")).to_contain_text("Đã nhận lời viết thêm")
    assert officer.pull().returncode == 0
    assert MESSAGE in (officer.out / reference / "messages.txt").read_text(encoding="utf-8")
    officer.decide(reference, "xac_minh")
    officer.decide(reference, "da_giai_quyet", answer=ANSWER)

    follow_up(page, server.url, code)
    expect(page.get_by_role("heading", name="Đã giải quyết")).to_be_visible()
    expect(page.get_by_text(ANSWER)).to_be_visible()
    check_code_travelled_in_bodies_alone(seen, code)
    assert seen.hosts == {server.url.removeprefix("http://")}
    assert seen.complaints == []


def open_form_of_guide(page: Page) -> None:
    """Go on from a guide to the form."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("VNeID")
    page.locator("summary", has_text="Mục lục").click()
    page.get_by_role("link", name="Gửi phản ánh", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phiếu phản ánh an ninh, trật tự")


def link_of(installation: Installation, reference: str) -> object:
    """Return by which short link a report came."""
    query = f"SELECT link FROM reports WHERE reference = '{reference}'"
    return installation.rows(query)[0][0]


def visits_of(installation: Installation, slug: str) -> int:
    """Return how often a short link was opened, on any day."""
    [(visits,)] = installation.rows(
        f"SELECT coalesce(sum(visits), 0) FROM link_visits WHERE slug = '{slug}'"
    )
    assert isinstance(visits, int)
    return visits


def test_a_poster_s_link_leads_to_its_guide_and_to_a_report_that_counts_for_it(
    context: BrowserContext, server: Server, installation: Installation
) -> None:
    seen, page = watch(context), context.new_page()
    slug = "bao-tin-tdp-vi-du-2"
    before = visits_of(installation, slug)
    page.goto(f"{server.url}/s/{slug}")
    expect(page).to_have_url(f"{server.url}/huong-dan/gui-phan-anh-vneid/?tu={slug}")
    open_form_of_guide(page)
    tell(page)
    send(page)
    reference, _ = receipt(page)

    assert link_of(installation, reference) == slug
    wait_until(lambda: visits_of(installation, slug) == before + 1)
    assert seen.hosts == {server.url.removeprefix("http://")}
    assert seen.complaints == []


def test_without_a_script_a_guide_leads_to_the_form_and_the_report_names_no_link(
    plain_context: BrowserContext, server: Server, installation: Installation
) -> None:
    page = plain_context.new_page()
    page.goto(f"{server.url}/s/bao-tin")
    open_form_of_guide(page)
    tell(page)
    send(page)
    reference, _ = receipt(page)

    assert link_of(installation, reference) is None


def test_a_link_made_up_by_a_visitor_is_not_handed_on(
    context: BrowserContext, server: Server
) -> None:
    page = context.new_page()
    for made_up in ("%22%3E%3Cb%3E", "a--b", "A", "a" * 61, "javascript:alert(1)"):
        page.goto(f"{server.url}/huong-dan/?tu={made_up}")

        links = page.locator('a[href^="/gui/"]').evaluate_all("all => all.map(a => a.search)")
        assert set(links) == {""}


def test_a_form_with_mistakes_lists_them_all_keeps_everything_and_is_mended(
    wide_context: BrowserContext, server: Server
) -> None:
    seen, page = watch(wide_context), wide_context.new_page()
    open_form_from_home(page, server.url)
    page.get_by_label("Có, tôi không ghi tên").check()
    page.get_by_label("Tóm tắt diễn biến").fill(WORDS)
    page.get_by_label("Ảnh").set_input_files(a_photo())
    send(page)

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(5)
    expect(page.get_by_label("Tóm tắt diễn biến")).to_have_value(WORDS)
    expect(page.get_by_label("Có, tôi không ghi tên")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Bỏ ảnh")).not_to_be_checked()
    summary.get_by_role("link", name="Hãy ghi địa điểm xảy ra").click()
    expect(page.get_by_label("Địa điểm xảy ra", exact=True)).to_be_focused()

    tell(page)
    send(page)
    receipt(page)
    assert [one for one in seen.complaints if not REFUSED_STATUSES.match(one)] == []


def test_a_receipt_can_be_copied_printed_and_saved_as_a_picture(
    context: BrowserContext, server: Server, tmp_path: Path
) -> None:
    seen, page = watch(context), context.new_page()
    open_form_from_home(page, server.url)
    tell(page)
    send(page)
    reference, code = receipt(page)

    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Chép mã").click()
    expect(page.get_by_role("button", name="Đã chép")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == code
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="In tờ này").click()
    expect(page).to_have_title("printed")
    with page.expect_download() as download:
        page.get_by_role("button", name="Lưu thành ảnh").click()
    assert download.value.suggested_filename == f"phieu-{reference}.png"
    picture = tmp_path / "receipt.png"
    download.value.save_as(picture)
    with Image.open(picture) as opened:
        assert opened.size == (1080, 1520)
        assert len(opened.getcolors(maxcolors=2**20) or []) > 2
    expect(page.get_by_role("img", name="Giấy biên nhận phiếu phản ánh")).to_be_visible()
    assert seen.complaints == []


def test_who_chose_so_copies_the_texts_for_vneid_again_by_the_code_and_deletes_them(
    context: BrowserContext, server: Server
) -> None:
    seen, page = watch(context), context.new_page()
    fill_in(page, server.url)
    again = page.get_by_label("Cho tôi xem lại lời kể bằng mã theo dõi")
    expect(again).not_to_be_checked()
    again.check()
    confirm(page)
    _, code = receipt(page)
    page.close()

    page = context.new_page()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    follow_up(page, server.url, code)
    page.get_by_text("Muốn gửi việc này cả qua VNeID?").click()
    row = page.locator(".handover__row", has=page.get_by_text("Tóm tắt diễn biến", exact=True))
    row.get_by_role("button", name="Chép").click()
    expect(row.get_by_role("button", name="Đã chép")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == WORDS
    page.get_by_role("button", name="Xóa phần chép này").click()
    expect(page.get_by_role("status").first).to_contain_text("Đã xóa phần để chép sang VNeID")
    expect(page.get_by_text(WORDS)).to_have_count(0)
    check_code_travelled_in_bodies_alone(seen, code)
    assert seen.complaints == []


def test_the_form_answers_to_the_keyboard_alone_without_a_script(
    plain_context: BrowserContext, server: Server, officer: Officer
) -> None:
    seen, page = watch(plain_context), plain_context.new_page()
    opened = open_form_from_home(page, server.url)
    keys = page.keyboard

    def reach(label: str) -> None:
        """Press Tab until the control named so has the focus."""
        wanted = page.get_by_label(label, exact=True)
        for _ in range(120):
            keys.press("Tab")
            if wanted.evaluate("element => element === document.activeElement"):
                return
        pytest.fail(f"the keyboard never reached {label!r}")

    reach("Có, đang xảy ra")
    keys.press("ArrowDown")
    expect(page.get_by_label("Không, đã qua hoặc xảy ra nhiều lần")).to_be_checked()
    reach("Có, tôi không ghi tên")
    keys.press("Space")
    reach("Tiếng ồn, karaoke")
    keys.press("Space")
    reach("Ngày xảy ra")
    year, month, day = DAY.split("-")
    keys.type(f"{month}{day}{year}")
    reach("Địa điểm xảy ra")
    keys.insert_text(PLACE)
    reach("Tóm tắt diễn biến")
    keys.insert_text(WORDS)
    page.get_by_label("Ảnh").set_input_files(a_photo())
    reach("Tôi đồng ý để thông tin trong phiếu này được dùng như trên")
    keys.press("Space")
    send_by_keyboard(page, opened)
    reference, code = receipt(page)
    expect(page.get_by_role("button", name="Lưu thành ảnh")).to_be_hidden()

    assert officer.pull().returncode == 0
    check_officer_holds(officer, reference)
    officer.decide(reference, "xac_minh", answer=ANSWER)
    follow_up(page, server.url, code)
    expect(page.get_by_text(ANSWER)).to_be_visible()
    page.get_by_label("Viết thêm").fill(MESSAGE)
    page.get_by_role("button", name="Gửi lời viết thêm").click()
    expect(page.get_by_text(MESSAGE)).to_be_visible()
    check_code_travelled_in_bodies_alone(seen, code)
    assert seen.hosts == {server.url.removeprefix("http://")}


def send_by_keyboard(page: Page, opened: float) -> None:
    """Press Tab to the button and Enter on it, no sooner than people do."""
    wait_as_people_do(opened)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Xem lại rồi gửi")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(REVIEW)
    last = page.get_by_role("button", name="Gửi phiếu")
    while not last.evaluate("element => element === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def test_without_a_script_mistakes_and_stops_are_said_and_everything_is_kept(
    plain_context: BrowserContext, server: Server
) -> None:
    page = plain_context.new_page()
    open_form_from_home(page, server.url)
    page.get_by_label("Tóm tắt diễn biến").fill(WORDS)
    page.get_by_label("Ảnh").set_input_files(a_photo())
    send(page)
    expect(page.get_by_role("alert").get_by_role("link")).to_have_count(6)
    tell(page)
    page.get_by_label("Có người bị thương, cần cấp cứu").check()
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Có người bị thương thì gọi 115")
    page.get_by_role("button", name="Quay lại sửa phiếu").click()
    expect(page.get_by_label("Có người bị thương, cần cấp cứu")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Bỏ ảnh")).to_be_visible()
    page.get_by_label("Có người bị thương, cần cấp cứu").uncheck()
    send(page)

    receipt(page)


def test_a_browser_that_sends_too_much_shows_the_page_that_names_the_limit(
    plain_context: BrowserContext, server: Server, tmp_path: Path
) -> None:
    page, large = plain_context.new_page(), tmp_path / "phim.jpg"
    large.write_bytes(bytes(46 * 2**20))
    open_form_from_home(page, server.url)
    tell(page)
    page.get_by_label("Ảnh").set_input_files(large)
    send(page)

    expect(page.get_by_role("main")).to_contain_text("không được quá 45 MB")


def test_a_receipt_s_square_opens_the_report_and_its_code_reaches_no_server(
    context: BrowserContext, server: Server
) -> None:
    seen, page = watch(context), context.new_page()
    opened = open_form_from_home(page, server.url)
    tell(page)
    send(page, opened=opened)
    reference, code = receipt(page)
    square = page.locator(".receipt__qr").screenshot()
    (read,) = zxingcpp.read_barcodes(Image.open(BytesIO(square)))
    page.goto(read.text)

    assert read.text == f"{server.url}/tra-cuu/#ma={code}"
    expect(page.get_by_label("Mã theo dõi")).to_have_value(code)
    assert page.url == f"{server.url}/tra-cuu/"
    page.get_by_role("button", name="Mở phiếu").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    check_code_travelled_in_bodies_alone(seen, code)
