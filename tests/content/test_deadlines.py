"""Deadlines and calendar: the shipped ones promise nothing, and every mistake is named with its line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from forms_api.content.deadlines import WorkingTime, load_time_rules, years_without_holidays
from forms_api.errors import ContentError
from forms_api.forms.categories import category_labels
from forms_api.forms.definition import load_definitions
from tests.conftest import ROOT

DEADLINES = """\
shown_to_residents: false
default:
  acknowledge: {hours: 8}
  finish: null
categories:
  trom-cap:
    acknowledge: null
    finish: {days: 3}
data_requests:
  answer_days: 2
  withdraw_days: 15
  withdraw_with_others_days: 20
  correct_days: 10
  delete_days: 10
  extension_days: 15
"""
CALENDAR = """\
example: false
week:
  - weekdays: [thu-2, thu-3, thu-4, thu-5, thu-6]
    hours: [07:30-11:30, 13h30 – 17h00]
holidays:
  - {day: 2027-01-01, name: Nghỉ}
swapped:
  - {day: 2027-01-09, replaces: 2027-01-04, name: Làm bù}
"""


def content(folder: Path, deadlines: str = DEADLINES, calendar: str = CALENDAR) -> Path:
    """Return a content folder with these two files."""
    data = folder / "data"
    data.mkdir()
    (data / "deadlines.yml").write_text(deadlines, encoding="utf-8")
    (data / "calendar.yml").write_text(calendar, encoding="utf-8")
    return folder


def mistakes(content_dir: Path, categories: set[str] | None = None) -> list[tuple[str, int, str]]:
    """Return what is wrong, by file and line."""
    with pytest.raises(ContentError) as caught:
        load_time_rules(content_dir, categories=categories)
    return [(found.file.name, found.line, found.message) for found in caught.value.problems]


def test_the_shipped_files_decide_nothing_and_show_nothing_to_residents() -> None:
    shipped = load_time_rules(
        ROOT / "content", categories=category_labels(load_definitions(ROOT / "content").values())
    )

    assert not shipped.deadlines.decided
    assert not shipped.deadlines.shown_to_residents
    assert shipped.calendar.example
    assert shipped.calendar.holidays == []
    assert shipped.calendar.swapped == []


def test_categories_have_their_labels_in_the_form_s_order() -> None:
    labels = category_labels(load_definitions(ROOT / "content").values())

    assert [mark for mark in labels if mark in {"trom-cap", "cuop-giat", "ma-tuy"}] == [
        "trom-cap",
        "cuop-giat",
        "ma-tuy",
    ]
    assert labels["trom-cap"] == "Trộm cắp"


def test_a_category_that_is_not_named_has_the_default(tmp_path: Path) -> None:
    deadlines = load_time_rules(content(tmp_path)).deadlines

    assert deadlines.of("ma-tuy").acknowledge == WorkingTime(hours=8)
    assert deadlines.of(None).finish is None
    assert deadlines.of("trom-cap").acknowledge is None
    assert deadlines.of("trom-cap").finish == WorkingTime(days=3)
    assert deadlines.decided


def test_hours_may_be_written_as_people_write_them(tmp_path: Path) -> None:
    hours = load_time_rules(content(tmp_path)).calendar.week[0].hours

    assert hours == [(450, 690), (810, 1020)]


def test_mistakes_of_both_files_are_reported_together(tmp_path: Path) -> None:
    wrong = content(
        tmp_path,
        DEADLINES.replace("{hours: 8}", "{hours: 8, days: 1}").replace("days: 3", "days: 0"),
        CALENDAR.replace("thu-6]", "thu-8]").replace("07:30-11:30", "11:30-07:30"),
    )

    found = {(file, line) for file, line, _ in mistakes(wrong, {"ma-tuy"})}

    assert found == {
        ("deadlines.yml", 3),
        ("deadlines.yml", 6),
        ("deadlines.yml", 8),
        ("calendar.yml", 3),
        ("calendar.yml", 4),
    }


def test_a_category_that_no_form_asks_for_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(content(tmp_path), {"ma-tuy"}) == [
        ("deadlines.yml", 6, "không phiếu nào có loại việc “trom-cap”")
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("thu-6]", "thu-6, thu-2]", 3, "“thu-2” viết hai lần"),
        ("07:30-11:30", "07:30-14:00", 3, "không chồng lên nhau"),
        ("07:30-11:30", "sáng", 4, "giờ làm việc phải viết dạng 08:00-12:00"),
        ("07:30-11:30", "07:75-11:30", 4, "giờ làm việc phải viết dạng 08:00-12:00"),
        ("17h00", "25h00", 4, "giờ làm việc phải viết dạng 08:00-12:00"),
        ("day: 2027-01-01,", "day: Tết,", 6, "phải là ngày"),
        ("swapped:", "  - {day: 2027-01-01, name: Nghỉ}\nswapped:", 7, "01/01/2027 viết hai lần"),
        ("day: 2027-01-01,", "day: 2027-01-09,", 6, "vừa là ngày nghỉ vừa là ngày làm bù"),
        ("day: 2027-01-09,", "day: 2027-01-08,", 8, "08/01/2027 vốn đã là ngày làm việc"),
        ("replaces: 2027-01-04", "replaces: 2027-01-03", 8, "vốn không phải ngày làm việc"),
        ("example: false", "example: true", 1, "giờ làm việc phải là giờ thật"),
    ],
)
def test_a_calendar_that_cannot_be_meant_is_named(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    [(file, found_at, message)] = mistakes(content(tmp_path, calendar=CALENDAR.replace(old, new)))

    assert (file, found_at) == ("calendar.yml", line)
    assert words in message


def test_the_times_of_the_law_may_be_cut_and_never_stretched(tmp_path: Path) -> None:
    quicker = content(tmp_path, DEADLINES.replace("answer_days: 2", "answer_days: 1"))
    assert load_time_rules(quicker).deadlines.data_requests.answer_days == 1


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("answer_days: 2", "answer_days: 3", 10, "“answer_days” phải từ 2 trở xuống"),
        ("withdraw_days: 15", "withdraw_days: 16", 11, "“withdraw_days” phải từ 15 trở xuống"),
        ("others_days: 20", "others_days: 21", 12, "phải từ 20 trở xuống"),
        ("correct_days: 10", "correct_days: 0", 13, "“correct_days” phải từ 1 trở lên"),
        ("delete_days: 10", "delete_days: mười", 14, "“delete_days” phải là số nguyên"),
        ("  extension_days: 15\n", "", 9, "thiếu mục “extension_days”"),
        ("extension_days: 15", "extension_days: 30", 15, "“extension_days” phải từ 15 trở xuống"),
    ],
)
def test_times_that_the_law_does_not_give_are_named(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    [(file, found_at, message)] = mistakes(content(tmp_path, DEADLINES.replace(old, new)))

    assert (file, found_at) == ("deadlines.yml", line)
    assert words in message


def test_files_that_are_missing_or_no_mappings_are_mistakes_too(tmp_path: Path) -> None:
    wrong = content(tmp_path, deadlines="- không\n- phải\n")
    (wrong / "data" / "calendar.yml").unlink()

    assert {file for file, _, _ in mistakes(wrong, set())} == {"deadlines.yml", "calendar.yml"}


def test_a_year_whose_days_off_nobody_has_filled_in_is_named(tmp_path: Path) -> None:
    calendar = load_time_rules(content(tmp_path)).calendar

    assert years_without_holidays(calendar, today=dt.date(2027, 6, 1)) == []
    assert years_without_holidays(calendar, today=dt.date(2027, 12, 1)) == [2028]
    assert years_without_holidays(calendar, today=dt.date(2026, 12, 1)) == [2026]
