"""What editors teach the search is checked, published, and made of words that the site really uses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html

from forms_api.errors import ContentError
from site_builder.build import check_site
from site_builder.finish import with_question_ids
from tests.site.conftest import PROJECT

Edit = Callable[[str, str, str], int]
SEARCH = "content/data/search.yml"
WORD = re.compile(r"\w+")


@pytest.fixture(scope="session")
def index(built_site: Path) -> dict[str, Any]:
    """The published index."""
    found: dict[str, Any] = json.loads((built_site / "search.json").read_text(encoding="utf-8"))
    return found


def mistakes(project: Path) -> list[tuple[str, int, str]]:
    """Return what `check` says of search.yml."""
    with pytest.raises(ContentError) as caught:
        check_site(project)
    return [(one.file.name, one.line, one.message) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('call: "114"', 'call: "911"', "ward.yml không có số “911”"),
        (
            "address: /tra-cuu/\n",
            "address: /tra-cu/\n",
            "máy chủ phiếu không có địa chỉ “/tra-cu/”",
        ),
        (
            "address: /huong-dan/chon-kenh/",
            "address: /huong-dan/chon/",
            "liên kết tới “/huong-dan/chon/” không dẫn tới trang nào",
        ),
        ("typed: [app, áp]", "typed: [app, Pass]", "viết hai lần: pass"),
        ("means: mật khẩu", "mean: mật khẩu", "thiếu mục “means”"),
        ("typed: [app, áp]", "typed: [app?]", "không đúng dạng"),
    ],
)
def test_a_mistake_is_told_with_its_place(
    project: Path, edit: Edit, old: str, new: str, words: str
) -> None:
    edit(SEARCH, old, new)

    found = mistakes(project)

    assert any(words in message for _, _, message in found), found
    assert {file for file, _, _ in found} == {"search.yml"}


def test_a_wrong_number_is_told_on_its_line(project: Path, edit: Edit) -> None:
    line = edit(SEARCH, 'call: "114"', 'call: "911"')

    assert mistakes(project) == [("search.yml", line, "ward.yml không có số “911”")]


def test_what_stands_for_typed_words_is_written_on_the_site(index: dict[str, Any]) -> None:
    texts = [
        f"{title} {heading} {text}"
        for _, title, parts in index["pages"]
        for _, heading, text in parts
    ]
    used = {word for text in texts for word in WORD.findall(text.lower())}
    data = yaml.safe_load((PROJECT / SEARCH).read_text(encoding="utf-8"))

    wanted = {word for same in data["same"] for word in WORD.findall(same["means"].lower())}
    assert wanted <= used


def test_every_question_is_found_by_itself_and_in_no_other_text(index: dict[str, Any]) -> None:
    pages = {address: parts for address, _, parts in index["pages"]}
    parts = pages["/huong-dan/hoi-dap/"]
    questions = {heading: text for _, heading, text in parts if heading.endswith(("?", "."))}

    answer = "Không ai lấy lại được, vì máy chủ không lưu mã."
    assert questions["Tôi làm mất mã theo dõi."].startswith(answer)
    assert sum(answer in text for _, _, text in parts) == 1


def test_the_index_holds_no_page_for_officers_and_no_page_for_machines(
    index: dict[str, Any],
) -> None:
    addresses = [address for address, _, _ in index["pages"]]

    assert not any(address.startswith("/so-tay-can-bo/") for address in addresses)
    assert "/khong-co-mang/" not in addresses
    assert {"/gui/phan-anh-antt/", "/tra-cuu/", "/quy-che/", "/quy-che/dieu-4/"} <= {*addresses}
    assert len(addresses) == len({*addresses})


def test_the_list_of_all_pages_leads_to_every_section_that_can_be_found(
    built_site: Path, index: dict[str, Any]
) -> None:
    tree = html.parse(str(built_site / "muc-luc/index.html")).getroot()
    linked = {str(address) for address in tree.xpath("//main//a/@href")}

    wanted = {
        f"{address}#{anchor}" if anchor else address
        for address, _, parts in index["pages"]
        for anchor, _, _ in parts
    }
    assert wanted <= linked
    assert "@@" not in (built_site / "muc-luc/index.html").read_text(encoding="utf-8")


def test_questions_get_ids_of_their_own() -> None:
    page = (
        '<h2 id="co">Có</h2>'
        '<details class="question">\n<summary>Có <b>không</b>?</summary>A</details>'
        '<details class="question"><summary>Có</summary>B</details>'
        '<details class="question"><summary>Có không</summary>C</details>'
        "<details><summary>Nguồn</summary>D</details>"
    )

    ids = html.fragment_fromstring(with_question_ids(page), create_parent=True).xpath("//@id")

    assert ids == ["co", "co-khong", "co-nua", "co-khong-nua"]
