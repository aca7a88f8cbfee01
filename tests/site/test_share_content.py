"""What is shared: the project's own words keep their rules, an editor's mistakes are named with their line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from forms_api.content.share import SMS_CHARACTERS, SharedPage, load_share, short_links
from forms_api.content.ward import load_areas
from tests.content.test_prose import NEVER_SAY
from tests.site.conftest import PROJECT
from tests.site.test_content_mistakes import Edit, mistakes

SHARE = load_share(PROJECT / "content")
FILE = "content/data/share.yml"
LINK = "https://phuong.example/s/gui-phieu-tdp-vi-du-1"
AREA = "Tổ dân phố ví dụ 1"


def words_of(page: SharedPage) -> str:
    """Return every word that is printed, sent or read aloud of a page."""
    slides = [part for slide in page.slides for part in (slide.title, *slide.points)]
    texts = page.texts.by_name().values()
    return "\n".join([page.headline, page.lead, page.note or "", *page.points, *slides, *texts])


def test_the_four_pages_are_shared() -> None:
    assert {page.id: page.page for page in SHARE.pages} == {
        "bao-tin": "/huong-dan/gui-phan-anh-vneid/",
        "lua-dao": "/huong-dan/lua-dao-mao-danh/",
        "cai-vneid": "/huong-dan/cai-vneid-an-toan/",
        "gui-phieu": "/gui/phan-anh-antt/",
    }


def test_a_script_for_the_loudspeaker_takes_about_two_minutes() -> None:
    lengths = {
        page.id: len(page.text("loudspeaker", link=LINK, area=AREA, note=None).split())
        for page in SHARE.pages
    }

    assert lengths
    assert {page: length for page, length in lengths.items() if not 250 <= length <= 300} == {}


def test_a_text_message_stays_short_with_everything_filled_in() -> None:
    lengths = {
        page.id: len(page.text("sms", link=LINK, area=AREA, note=page.note)) for page in SHARE.pages
    }

    assert lengths
    assert {page: length for page, length in lengths.items() if length > SMS_CHARACTERS} == {}


def test_a_ready_text_has_no_place_left_open() -> None:
    texts = [
        (page, name, page.text(name, link=LINK, area=AREA, note=page.note))
        for page in SHARE.pages
        for name in ("zalo", "facebook", "sms", "loudspeaker")
    ]

    assert texts
    assert [(page.id, name) for page, name, text in texts if re.search(r"[{}]", text)] == []
    linked = {(page.id, name) for page, name, text in texts if LINK in text}
    assert linked == {(page.id, name) for page, name, _ in texts if name != "loudspeaker"}
    assert [(page.id, name) for page, name, text in texts if (page.note or "") not in text] == []


def test_danger_comes_with_everything_that_is_about_reporting() -> None:
    reporting = [page for page in SHARE.pages if page.id in {"bao-tin", "gui-phieu"}]
    texts = {page.id: page.texts.by_name() for page in reporting}

    assert len(reporting) == 2
    written = [(page, name) for page in texts for name in ("zalo", "facebook", "sms")]
    assert [(page, name) for page, name in written if "113" not in texts[page][name]] == []
    assert [page for page in texts if "một, một, ba" not in texts[page]["loudspeaker"]] == []


def test_nothing_is_promised_that_nobody_signed() -> None:
    words = {page.id: words_of(page).casefold() for page in SHARE.pages}

    said = [(page, phrase) for page in words for phrase in NEVER_SAY if phrase in words[page]]
    assert words
    assert said == []


def test_a_talk_has_about_eight_slides() -> None:
    counts = {page.id: len(page.slides) + 2 for page in SHARE.pages}

    assert counts
    assert {page: count for page, count in counts.items() if not 7 <= count <= 9} == {}


def test_no_text_invents_a_number_of_the_ward() -> None:
    known = {"111", "113", "114", "115", "144", "2015"}
    for page in SHARE.pages:
        assert set(re.findall(r"\d{3,}", words_of(page))) <= known


def test_the_form_is_not_called_official_while_the_site_is_a_demonstration() -> None:
    page = next(page for page in SHARE.pages if page.id == "gui-phieu")

    assert page.note
    assert "chưa công bố" in page.note
    assert "{note}" in page.texts.zalo


def test_a_line_that_holds_only_the_note_goes_with_it() -> None:
    page = next(page for page in SHARE.pages if page.id == "gui-phieu")

    with_note = page.text("zalo", link=LINK, area=AREA, note=page.note).split("\n")
    without = page.text("zalo", link=LINK, area=AREA, note=None).split("\n")

    assert [line for line in with_note if line not in without] == [page.note]


def test_every_page_and_every_area_has_a_link_of_its_own() -> None:
    areas = load_areas(PROJECT / "content")

    links = short_links(SHARE, areas)

    assert len(links) == len(SHARE.pages) * (1 + len(areas.areas))
    assert links["bao-tin"].path == "/s/bao-tin"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "page: /huong-dan/lua-dao-mao-danh/",
            "page: /huong-dan/khong-co/",
            "không có trang nào ở “/huong-dan/khong-co/”",
        ),
        (
            "page: /huong-dan/lua-dao-mao-danh/",
            "page: /so-tay-can-bo/",
            "không có trang nào ở “/so-tay-can-bo/”",
        ),
        (
            "page: /huong-dan/lua-dao-mao-danh/",
            "page: /huong-dan/gui-phan-anh-vneid/",
            "trang “/huong-dan/gui-phan-anh-vneid/” đã được chia sẻ ở trên",
        ),
        ("page: /gui/phan-anh-antt/", "page: /gui/khong-co/", "không có trang nào ở"),
        (
            "headline: Ai gọi hỏi mã OTP, mật khẩu? Tắt máy ngay",
            f"headline: {'Dài ' * 20}",
            "“headline” quá dài, nhiều nhất 60 ký tự",
        ),
        ("check_words: null", "check_word: null", "không có mục nào tên “check_word”"),
    ],
)
def test_a_mistake_in_what_is_shared_is_named_with_its_line(
    project: Path, edit: Edit, old: str, new: str, words: str
) -> None:
    line = edit(FILE, old, new)

    found = mistakes(project)

    assert words in found["data/share.yml", line]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('Cách gửi: {link}"', 'Cách gửi: ở đây"', "thiếu “{link}” trong: sms"),
        (
            "Kính thưa bà con {area}. Sau đây là hướng dẫn báo",
            "Vào {link} để báo",
            "không đọc được",
        ),
        ("Kính thưa bà con {area}. Sau đây là hướng dẫn báo", "Bà con {to} báo", "{to}"),
        (' Đang nguy hiểm gọi 113. {note}"', ' Đang nguy hiểm gọi 113."', "{note}” trong: sms"),
    ],
)
def test_a_ready_text_without_its_places_is_refused(
    project: Path, edit: Edit, old: str, new: str, words: str
) -> None:
    edit(FILE, old, new)

    assert any(words in said for (file, _), said in mistakes(project).items() if "share" in file)


def test_two_links_of_one_name_are_refused(project: Path, edit: Edit) -> None:
    edit("content/data/areas.yml", "id: tdp-vi-du-1", "id: moi-tdp")
    edit("content/data/areas.yml", "id: tdp-vi-du-2", "id: tdp")
    edit(FILE, "id: lua-dao", "id: bao-tin-moi")
    line = edit(FILE, "id: bao-tin-moi", "id: bao-tin-moi")

    found = mistakes(project)

    assert found == {
        ("data/share.yml", line): "hai đường dẫn ngắn cùng là “bao-tin-moi-tdp”: "
        "hãy đổi mã trang chia sẻ"
    }


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("areas.yml", "name: Tổ dân phố ví dụ 2", f"name: {'Tổ ' * 30}"),
        ("ward.yml", "site_name: An ninh phường qua VNeID", f"site_name: {'An ninh ' * 12}"),
        ("ward.yml", "ward: Phường Bắc Giang", f"ward: {'Phường ' * 14}"),
    ],
)
def test_a_name_that_fits_on_no_paper_is_refused(
    project: Path, edit: Callable[[str, str, str], int], file: str, old: str, new: str
) -> None:
    line = edit(f"content/data/{file}", old, new)

    assert "không in vừa tờ giấy" in mistakes(project)[f"data/{file}", line]
