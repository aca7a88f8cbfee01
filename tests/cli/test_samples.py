"""`samples`: the project's own made-up reports, added, listed and removed at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from forms_api.cli.samples import judged_samples
from forms_api.content.samples import MARK
from forms_api.errors import ContentError
from forms_api.reports.lifecycle import Status
from forms_api.store.schema import reports
from forms_api.vault.receipts import parse_code
from tests.cli.operators import Operator
from tests.conftest import ROOT

SMALL = """
form: phan-anh-antt
story: dien-bien
samples:
  - id: mot
    answers:
      dang-xay-ra: khong
      an-danh: co
      hanh-vi: {act}
      ngay-xay-ra: {{days_ago: 1}}
      dia-diem: Đầu ngõ
      to-dan-pho: {{area: {area}}}
      dien-bien: {story}
      dong-y: co
"""


@pytest.fixture
def editor(operator: Operator) -> Operator:
    """An operator whose ward edits its own content."""
    content = operator.folder / "content"
    content.mkdir()
    for name in ("forms", "data"):
        (content / name).symlink_to(ROOT / "content" / name)
    operator.settings["FORMS_CONTENT_DIR"] = str(content)
    return operator


def write_samples(
    editor: Operator, *, act: str = "khac", area: int = 1, story: str = f"{MARK}. Chuyện bịa."
) -> Path:
    """Let the ward have samples of its own, beside the project's other data."""
    data = editor.folder / "content" / "data"
    data.unlink()
    data.mkdir()
    for path in (ROOT / "content" / "data").iterdir():
        (data / path.name).symlink_to(path)
    file = data / "samples.yml"
    file.unlink()
    file.write_text(SMALL.format(act=act, area=area, story=story), encoding="utf-8")
    return file


def test_add_makes_about_a_dozen_in_different_states(operator: Operator) -> None:
    made = operator.data("samples", "add")

    listed = operator.data("samples", "list")
    states = {sample["status"] for sample in listed}
    assert len(made) == len(listed) == 12
    assert states >= {
        Status.NEW,
        Status.VERIFYING,
        Status.RESOLVED,
        Status.HANDED_OVER,
        Status.NOT_ENOUGH,
        Status.DUPLICATE,
    }
    assert [sample["reference"] for sample in listed] == [sample["reference"] for sample in made]


def test_a_code_that_add_prints_is_a_follow_up_code(operator: Operator) -> None:
    made = operator.data("samples", "add")

    assert all(parse_code(sample["code"]) is not None for sample in made)


def test_without_json_a_line_shows_reference_and_code(operator: Operator) -> None:
    lines = operator.run("samples", "add").stdout.splitlines()

    reference, code, name = lines[0].split()
    assert reference.startswith("XG-")
    assert parse_code(code) is not None
    assert name == "karaoke"
    assert operator.run("samples", "list").stdout.splitlines()[0] == f"{reference}  moi"


def test_every_sample_says_in_its_story_what_it_is(operator: Operator) -> None:
    for report in judged_samples(operator.open_settings()):
        answers = {a["field_id"]: a["text"] for a in report.submission.content["answers"]}
        assert answers["dien-bien"].startswith(MARK)


def test_no_sample_holds_a_telephone_number(operator: Operator) -> None:
    for report in judged_samples(operator.open_settings()):
        kinds = {answer["kind"] for answer in report.submission.content["answers"]}
        assert "phone" not in kinds


def test_adding_twice_is_refused(operator: Operator) -> None:
    operator.data("samples", "add")

    assert "12 sample reports" in operator.refusal("samples", "add")


def test_remove_erases_them_and_says_how_many(operator: Operator) -> None:
    operator.data("samples", "add")

    assert operator.data("samples", "remove") == {"removed": 12}
    database = operator.open_database()
    with database.read() as connection:
        left = connection.execute(select(func.count()).select_from(reports)).scalar_one()
    database.close()
    assert left == 0
    assert operator.run("samples", "remove").stdout == "0 sample reports removed\n"


def test_after_removing_they_can_be_added_again(operator: Operator) -> None:
    operator.data("samples", "add")
    operator.data("samples", "remove")

    assert len(operator.data("samples", "add")) == 12


def test_another_wards_list_of_to_dan_pho_serves_as_well(editor: Operator) -> None:
    write_samples(editor, area=99)

    [report] = judged_samples(editor.open_settings())

    assert report.submission.area is not None


@pytest.mark.parametrize(
    ("act", "line"), [("khong-co-loai-nay", 9), ("khieu-nai-to-cao", 9)], ids=["unknown", "stopped"]
)
def test_what_the_form_refuses_is_told_with_its_line(editor: Operator, act: str, line: int) -> None:
    file = write_samples(editor, act=act)

    with pytest.raises(ContentError) as caught:
        judged_samples(editor.open_settings())

    assert [(problem.file, problem.line) for problem in caught.value.problems] == [(file, line)]


def test_a_story_without_the_mark_is_refused(editor: Operator) -> None:
    write_samples(editor, story="Mất một xe đạp.")

    assert MARK in editor.refusal("samples", "add")


def test_before_init_samples_name_init(before_init: Operator) -> None:
    assert "run `python -m forms_api init`" in before_init.refusal("samples", "add")
