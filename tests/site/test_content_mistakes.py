"""An editor's mistakes are all named at once, each with its file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forms_api.errors import ContentError
from site_builder.build import check_site

Edit = Callable[[str, str, str], int]


def mistakes(project: Path) -> dict[tuple[str, int], str]:
    """Return what `check` says, by file and line."""
    with pytest.raises(ContentError) as caught:
        check_site(project)
    content = project / "content"
    return {
        (problem.file.relative_to(content).as_posix(), problem.line): problem.message
        for problem in caught.value.problems
    }


def test_mistakes_in_several_files_are_reported_together(project: Path, edit: Edit) -> None:
    ward = edit("content/data/ward.yml", "status: demonstration", "status: offical")
    team = edit("content/data/team.yml", "      - {role: Trưởng ban, holder: null}\n", "")
    page = edit("content/lien-he.md", "owner:", "ower:")
    regulation = edit("content/data/regulation.yml", "'2. Chức năng", "'3. Chức năng")

    found = mistakes(project)

    assert {file for file, _ in found} == {
        "data/ward.yml",
        "data/team.yml",
        "lien-he.md",
        "data/regulation.yml",
    }
    assert "chỉ nhận một trong" in found["data/ward.yml", ward]
    assert "không có mục nào tên “ower”" in found["lien-he.md", page]
    assert any("3 vị trí" in words for words in found.values())
    assert any("Điều 2 phải đánh số liền nhau" in words for words in found.values())
    assert team
    assert regulation


def test_mistakes_in_a_page_body_are_reported_with_their_lines(project: Path, edit: Edit) -> None:
    page = "content/lien-he.md"
    path = project / page
    path.write_text(
        path.read_text(encoding="utf-8")
        + '\n{{ call("117") }}\n\n{{ number("118") }}\n{{ picture("khong-co.svg", alt="Hình") }}\n'
        + '[Xem](/khong-co/)\n[Xem](khong-co.md)\n{{ picture("giu-ma.svg") }}\n',
        encoding="utf-8",
    )
    last = path.read_text(encoding="utf-8").count("\n")

    found = mistakes(project)

    assert {line: words for (_, line), words in found.items()} == {
        last - 6: "ward.yml không có số “117”",
        last - 4: "ward.yml không có số “118”",
        last - 3: "không có hình SVG “khong-co.svg” trong content/images",
        last - 2: "liên kết tới “/khong-co/” không dẫn tới trang nào",
        last - 1: "liên kết tới “khong-co.md” không dẫn tới trang nào",
        last: 'hình “giu-ma.svg” cần lời mô tả: alt="…"',
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ wrd.current.ward }}", "không có tên “wrd”; hãy kiểm tra chính tả"),
        ("{{ ward.current.name }}", "không hiểu được chỗ {{ … }} hay {% … %}"),
        ("{% endif %}", "không hiểu được chỗ {{ … }} hay {% … %}"),
        ("{{ number(113 }}", "không hiểu được chỗ {{ … }} hay {% … %}"),
        ("{{ number() }}", "không hiểu được chỗ {{ … }} hay {% … %}"),
    ],
)
def test_a_name_or_sign_that_nobody_knows_is_reported(
    project: Path, edit: Edit, text: str, words: str
) -> None:
    line = edit("content/lien-he.md", "## Số cần gọi", f"{text}\n\n## Số cần gọi")

    found = mistakes(project)

    assert found["lien-he.md", line].startswith(words)


def test_a_source_that_is_not_listed_is_reported_where_it_is_named(
    project: Path, edit: Edit
) -> None:
    line = edit("content/huong-dan/mo-hinh.md", "sources: [quy-che,", "sources: [S9999,")
    number = edit("content/data/ward.yml", "sources: [S27]", "sources: [S9998]")

    assert mistakes(project) == {
        ("huong-dan/mo-hinh.md", line): "sources.yml không có nguồn “S9999”",
        ("data/ward.yml", number): "sources.yml không có nguồn “S9998”",
    }


def test_a_page_that_every_frame_links_to_must_exist(project: Path) -> None:
    (project / "content/khong-tim-thay.md").unlink()

    assert "thiếu trang này" in mistakes(project)["khong-tim-thay.md", 1]


def test_a_page_without_front_matter_is_reported(project: Path) -> None:
    (project / "content/huong-dan/moi.md").write_text("Chào bà con.\n", encoding="utf-8")

    assert "giữa hai dòng ---" in mistakes(project)["huong-dan/moi.md", 1]


def test_a_page_must_be_checked_again_after_it_was_checked(project: Path, edit: Edit) -> None:
    edit("content/lien-he.md", "check_again: 2027-02-24", "check_again: 2026-02-24")

    assert any("phải sau ngày" in words for words in mistakes(project).values())


def test_a_name_in_the_team_needs_the_day_the_ward_confirmed_it(project: Path, edit: Edit) -> None:
    edit(
        "content/data/team.yml", "{role: Trưởng ban, holder: null}", "{role: Trưởng ban, holder: X}"
    )

    assert any("ngày phường xác nhận" in words for words in mistakes(project).values())


def test_a_note_on_an_article_that_does_not_exist_is_reported(project: Path, edit: Edit) -> None:
    edit("content/data/regulation.yml", "articles: [10]", "articles: [13]")

    assert any("so-ket-tong-ket" in words for words in mistakes(project).values())


def test_mistakes_in_a_form_are_reported_with_those_in_pages(project: Path, edit: Edit) -> None:
    form = edit("content/forms/phan-anh-antt.yml", "\ntitle:", "\ntitel:") + 1
    page = edit("content/lien-he.md", "title:", "titel:")

    found = mistakes(project)

    assert "“titel”" in found["lien-he.md", page]
    assert "“titel”" in found["forms/phan-anh-antt.yml", form]


def test_a_link_to_a_form_that_does_not_exist_is_reported(project: Path, edit: Edit) -> None:
    line = edit("content/lien-he.md", "## Số cần gọi", "[Phiếu](/gui/la/)\n\n## Số cần gọi")

    assert mistakes(project)["lien-he.md", line].startswith("liên kết tới “/gui/la/”")
