"""Versions of the regulation are kept, and what changed can be read word by word and without colour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from lxml import html
from playwright.sync_api import Browser

from forms_api.content.yaml_source import load
from forms_api.errors import ContentError
from site_builder.build import BuildReport, build_site, check_site
from site_builder.regulation import Regulation
from site_builder.regulation_diff import Change, compare
from tests.e2e.axe import found_by_axe
from tests.site.conftest import PROJECT, BuildShared
from tests.site.made_up import NEW_ARTICLE, SIGNED, add_version, second_version
from tests.site.small_project import copy_small_project
from tests.site.test_regulation import built_paragraphs, source_paragraphs

Edit = Callable[[str, str, str], int]


@pytest.fixture(scope="module")
def two_versions(build_shared: BuildShared) -> Path:
    """The site of a project with a second version that nobody ever signed."""

    def build(root: Path) -> BuildReport:
        data = copy_small_project(root) / "content/data"
        add_version(data, second_version(data))
        return build_site(root, share_kit=False)

    return build_shared("two-versions", build)


@pytest.fixture
def first() -> Regulation:
    """The regulation of 2024."""
    return load(PROJECT / "content/data/regulation.yml", Regulation)


@pytest.fixture
def second(tmp_path: Path) -> Regulation:
    """The made-up version."""
    path = tmp_path / "second.yml"
    path.write_text(yaml.safe_dump(second_version(PROJECT / "content/data")), encoding="utf-8")
    return load(path, Regulation)


def page(site: Path, address: str) -> html.HtmlElement:
    """Return a built page."""
    path = str(site / address / "index.html")
    return html.parse(path, html.HTMLParser(encoding="utf-8")).getroot()


def text(element: html.HtmlElement) -> str:
    """Return an element's text with single spaces."""
    return " ".join(element.text_content().split())


def test_with_one_version_the_list_says_so(built_site: Path) -> None:
    tree = page(built_site, "quy-che/phien-ban")

    assert "chỉ có một bản của Quy chế" in text(tree.xpath("//main")[0])
    assert tree.xpath("//ol[@class='version-list']//a/@href") == [
        "/quy-che/",
        "/quy-che/quy-che-2024-04-22.pdf",
    ]
    assert not list((built_site / "quy-che/phien-ban").glob("*/"))


def test_no_version_is_made_up_in_the_content_itself() -> None:
    assert not (PROJECT / "content/data/regulation").exists()


def test_a_new_version_takes_the_old_addresses_and_the_old_one_is_kept_word_for_word(
    two_versions: Path,
) -> None:
    current = text(page(two_versions, "quy-che").xpath("//article")[0])

    assert "ngày 01 tháng 3 năm 2027" in current
    assert NEW_ARTICLE in current
    assert (two_versions / "quy-che/dieu-12/index.html").is_file()
    assert built_paragraphs(two_versions / "quy-che/phien-ban/1/index.html") == source_paragraphs()


def test_the_old_version_says_that_it_is_old_and_stays_out_of_search(two_versions: Path) -> None:
    tree = page(two_versions, "quy-che/phien-ban/1")

    assert "Đây là bản cũ" in text(tree.xpath("//main")[0])
    assert tree.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert "/quy-che/phien-ban/1/" not in (two_versions / "search.json").read_text(encoding="utf-8")


def test_each_version_has_its_own_paper(two_versions: Path) -> None:
    papers = sorted(path.name for path in (two_versions / "quy-che").glob("*.pdf"))

    assert papers == ["quy-che-2024-04-22.pdf", f"quy-che-{SIGNED}.pdf"]


def test_the_list_tells_what_each_version_changed(two_versions: Path) -> None:
    items = page(two_versions, "quy-che/phien-ban").xpath("//ol[@class='version-list']/li")

    assert [text(item)[:21] for item in items] == ["Bản 2, ngày 01/03/202", "Bản 1, ngày 22/04/202"]
    assert "Khác bản 1 ở đâu (sửa 4, thêm 1, bỏ 1, chỉ đổi số 3)" in text(items[0])


def test_the_comparison_sums_up_what_changed(two_versions: Path) -> None:
    tree = page(two_versions, "quy-che/phien-ban/1-2")

    told = [text(item) for item in tree.xpath("//section[@aria-labelledby='tom-tat']//li")]

    assert told[0].startswith("Sửa (4): Phần đầu; Điều 3. Tổ chức hoạt động (trước là Điều 4);")
    assert told[1] == "Thêm mới (1): Điều 9. Rà soát định kỳ."
    assert told[2] == "Bỏ (1): Điều 3. Nguyên tắc hoạt động."
    assert told[3].startswith("Chỉ đổi số điều, chữ giữ nguyên (3): Điều 5.")
    assert "Điều 1. Tên gọi" in told[4]


def test_changed_words_are_marked_and_said_aloud(two_versions: Path) -> None:
    tree = page(two_versions, "quy-che/phien-ban/1-2")
    article = tree.xpath("//section[h2[@id='dieu-3']]")[0]

    marked = article.xpath(".//p[contains(@class, 'diff__text--changed')]")[0]

    assert [text(word) for word in marked.xpath(".//del")] == ["[bỏ: 4]", "[bỏ: 14]"]
    assert [text(word) for word in marked.xpath(".//ins")] == ["[thêm: 3]", "[thêm: 16]"]


def test_without_the_added_words_the_old_text_stands_there_and_the_other_way_round(
    first: Regulation, second: Regulation
) -> None:
    result = compare(first, second)

    for dropped, regulation in ((Change.ADDED, first), (Change.REMOVED, second)):
        told = [
            "".join(piece.text for piece in paragraph.pieces if piece.change is not dropped)
            for part in result.parts
            for paragraph in part.paragraphs
        ]
        wanted = " ".join(regulation.paragraphs()).replace("*", "").split()
        assert sorted(" ".join(told).split()) == sorted(wanted)


def test_a_version_compared_with_itself_changed_nothing(first: Regulation) -> None:
    result = compare(first, first)

    assert result.told == []
    assert result.words(Change.ADDED) == result.words(Change.REMOVED) == 0
    assert {part.change for part in result.parts} == {Change.SAME}


def test_emphasis_alone_is_no_change(first: Regulation) -> None:
    chapter = first.chapters[-1]
    plain = [line.replace("*", "") for line in chapter.heading]
    changed = [*first.chapters[:-1], chapter.model_copy(update={"heading": plain})]

    assert compare(first, first.model_copy(update={"chapters": changed})).told == []


def test_a_third_version_is_compared_with_the_second_and_the_first(project: Path) -> None:
    data = project / "content/data"
    add_version(data, second_version(data))
    add_version(data, second_version(data) | {"signed": "2028-01-05"})

    site = build_site(project, share_kit=False).site_dir

    made = sorted(path.name for path in (site / "quy-che/phien-ban").glob("*/"))
    assert made == ["1", "1-2", "1-3", "2", "2-3"]
    assert "Hai bản giống nhau từng chữ" in text(
        page(site, "quy-che/phien-ban/2-3").xpath("//main")[0]
    )


@pytest.mark.parametrize(
    ("signed", "name", "words"),
    [
        (SIGNED, "ban-hai", f"tên tệp phải là ngày ký: {SIGNED}.yml"),
        ("2023-01-01", None, "ngày ký phải sau ngày ký của các bản trước"),
    ],
)
def test_a_version_that_is_out_of_its_place_is_told_with_its_line(
    project: Path, signed: str, name: str | None, words: str
) -> None:
    data = project / "content/data"
    path = add_version(data, second_version(data) | {"signed": signed}, name=name)

    with pytest.raises(ContentError) as caught:
        check_site(project)

    lines = path.read_text(encoding="utf-8").splitlines()
    problems = [(problem.file, problem.line, problem.message) for problem in caught.value.problems]
    assert problems == [(path, 1 + lines.index(f"signed: '{signed}'"), words)]


def test_mistakes_in_every_version_are_told_at_once(project: Path, edit: Edit) -> None:
    data = project / "content/data"
    version = second_version(data)
    version["chapters"][0]["articles"][0]["headig"] = "x"
    version["notes"][0]["sources"] = ["S9999"]
    add_version(data, version)
    edit("content/data/regulation.yml", "articles: [10]", "articles: [13]")

    with pytest.raises(ContentError) as caught:
        check_site(project)

    told = " ".join(problem.message for problem in caught.value.problems)
    assert "headig" in told
    assert "S9999" in told
    assert "so-ket-tong-ket" in told


@pytest.mark.browser
def test_the_comparison_is_accessible_and_fits_a_phone(
    two_versions: Path, browser: Browser, serve: Callable[[Path], str]
) -> None:
    tab = browser.new_page(reduced_motion="reduce")  # colours change at once
    tab.goto(f"{serve(two_versions)}/quy-che/phien-ban/1-2/")

    assert found_by_axe(tab) == []
    lines = "el => getComputedStyle(el).textDecorationLine"
    assert tab.locator("main ins").first.evaluate(lines) == "underline"
    assert tab.locator("main del").first.evaluate(lines) == "line-through"
    tab.close()
