"""What an editor is told about a definition that cannot be used."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from forms_api.errors import ContentError
from forms_api.forms.definition import check_forms, load_definitions, read_definition
from tests.forms.small_forms import CONTENT, DEFINITIONS, KNOWN, expected_mistakes

WRONG = sorted((DEFINITIONS / "wrong").glob("*.yml"))


@pytest.fixture
def content_dir(tmp_path: Path) -> Path:
    """The ward's own facts, and no form yet."""
    shutil.copytree(CONTENT / "data", tmp_path / "data")
    (tmp_path / "forms").mkdir()
    return tmp_path


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_every_mistake_is_reported_at_once_and_on_its_line(path: Path) -> None:
    with pytest.raises(ContentError) as refused:
        read_definition(path, KNOWN)

    reported = [(problem.line, problem.message) for problem in refused.value.problems]
    expected = expected_mistakes(path)
    assert [line for line, _ in reported] == [line for line, _ in expected], reported
    for (_, message), (_, words) in zip(reported, expected, strict=True):
        assert words in message


def test_mistakes_of_all_files_come_together(content_dir: Path) -> None:
    for name in ("many-at-once", "not-yaml", "references"):
        shutil.copy(DEFINITIONS / "wrong" / f"{name}.yml", content_dir / "forms")
    (content_dir / "data" / "areas.yml").write_text("example: perhaps\n", encoding="utf-8")

    problems = check_forms(content_dir)

    assert {problem.file.name for problem in problems} == {
        "many-at-once.yml",
        "not-yaml.yml",
        "references.yml",
        "areas.yml",
    }


def test_a_folder_without_forms_is_a_mistake(content_dir: Path) -> None:
    with pytest.raises(ContentError, match="chưa có phiếu nào"):
        load_definitions(content_dir)


def test_a_form_is_named_by_its_file(content_dir: Path) -> None:
    shutil.copy(DEFINITIONS / "kind-text.yml", content_dir / "forms" / "hoi-tham.yml")

    definitions = load_definitions(content_dir)

    assert definitions["hoi-tham"].form_id == "hoi-tham"
    assert not definitions["hoi-tham"].is_public


def test_what_names_a_person_or_a_number_is_never_guessed(content_dir: Path) -> None:
    shutil.copy(DEFINITIONS / "kind-note.yml", content_dir / "forms")
    ward = content_dir / "data" / "ward.yml"
    ward.write_text(ward.read_text(encoding="utf-8").replace('"113":', '"118":'), encoding="utf-8")

    problems = check_forms(content_dir)

    assert ["113" in problem.message for problem in problems] == [True]
