"""An operator sees what does not go out, sends it again or drops it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import update

from forms_api.store import outbox
from forms_api.store.schema import outbox as outbox_rows
from tests.cli.operators import Operator
from tests.conftest import ROOT


def given_up(operator: Operator, number: int = 2) -> list[int]:
    """Let so many notices be given up; return their numbers."""
    database = operator.open_database()
    now = dt.datetime.now(dt.UTC)
    for _ in range(number):
        database.write(lambda c: outbox.post(c, "report.waiting", report_id=None, at=now))
    database.write(lambda c: c.execute(update(outbox_rows).values(attempts=20)).rowcount)
    database.close()
    return [notice["number"] for notice in operator.data("notices", "list")]


def test_a_fresh_installation_has_none(operator: Operator) -> None:
    assert operator.data("notices", "list") == []
    assert operator.run("notices", "list").stdout == ""


def test_the_list_says_what_is_given_up(operator: Operator) -> None:
    number, _ = given_up(operator)

    [first, _] = operator.data("notices", "list")
    lines = operator.run("notices", "list").stdout.splitlines()

    assert first["dead"] is True
    assert first["topic"] == "report.waiting"
    assert lines[0] == f"{number}\treport.waiting\t20 tries\tgiven up\t"


def test_one_is_tried_again_and_the_rest_dropped(operator: Operator) -> None:
    first, second = given_up(operator)

    assert operator.data("notices", "retry", str(first)) == {"retried": [first]}
    assert operator.data("notices", "drop", "--all") == {"dropped": [second]}
    [left] = operator.data("notices", "list")
    assert (left["number"], left["dead"], left["attempts"]) == (first, False, 0)
    assert "next try" in operator.run("notices", "list").stdout
    assert operator.run("audit", "verify").exit_code == 0


def test_a_person_is_told_how_many(operator: Operator) -> None:
    given_up(operator, 3)

    assert operator.run("notices", "retry", "--all").stdout == "retried: 3\n"


@pytest.mark.parametrize("words", ["retry", "drop"])
def test_a_number_that_is_no_dead_letter_is_one_line(operator: Operator, words: str) -> None:
    assert operator.refusal("notices", words, "99") == "Error: there is no “99”\n"


@pytest.mark.parametrize("words", ["retry", "drop", "retry 1 --all", "drop x"])
def test_none_or_both_ways_to_choose_is_wrong_use(operator: Operator, words: str) -> None:
    assert operator.run("notices", *words.split()).exit_code == 2


def problems(operator: Operator, check: str) -> list[str]:
    """Return what one of the checks says."""
    found = json.loads(operator.run("check", "--json").stdout)
    said: list[str] = next(item["problems"] for item in found if item["check"] == check)
    return said


def test_check_says_when_nobody_sends_what_waits(operator: Operator) -> None:
    database = operator.open_database()
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    database.write(lambda c: outbox.post(c, "report.waiting", report_id=None, at=long_ago))
    database.close()

    [said] = problems(operator, "notices")
    assert "the notice loop is dead: the worker was never at work" in said

    operator.run("worker", "--once")
    assert problems(operator, "notices") == []


def test_check_says_when_the_worker_was_last_seen(operator: Operator) -> None:
    operator.run("worker", "--once")
    database = operator.open_database()
    with database.transaction() as connection:
        connection.exec_driver_sql(
            "UPDATE facts SET value = '2026-01-02T03:04:05+00:00' WHERE name = 'worker_seen_at'"
        )
    database.close()

    [said] = problems(operator, "notices")

    assert "the worker was last at work 2026-01-02 03:04 UTC" in said


def replace(path: Path, old: str, new: str) -> None:
    """Edit a file as the ward would."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_check_names_the_year_whose_holidays_are_missing(operator: Operator) -> None:
    content = operator.folder / "content"
    shutil.copytree(ROOT / "content", content)
    operator.settings["FORMS_CONTENT_DIR"] = str(content)
    assert problems(operator, "deadlines") == []
    replace(content / "data" / "deadlines.yml", "finish: null", "finish: {days: 3}")
    assert "giờ làm việc phải là giờ thật" in "".join(problems(operator, "deadlines"))
    replace(content / "data" / "calendar.yml", "example: true", "example: false")

    said = problems(operator, "deadlines")

    assert said
    assert "calendar.yml names no holiday of 20" in said[0]
