"""`numbers` prints and writes what a period brought, and what everybody may read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from forms_api.store.schema import events
from tests.cli.operators import Operator
from tests.documents import reading
from tests.reports.histories import NOON, History, write_histories


@pytest.fixture
def counting(operator: Operator) -> Operator:
    """An operator of an installation with seven reports, one of them finished."""
    database = operator.open_database()
    write_histories(database, [*[History()] * 6, History(category="co-bac").finished(days=1)])
    database.close()
    return operator


def test_text_shows_every_table_beside_the_period_before(counting: Operator) -> None:
    done = counting.run("numbers", "--period", "2026-W47")

    assert done.exit_code == 0
    assert "Tuần 47 (16/11/2026–22/11/2026); Tuần 46 (09/11/2026–15/11/2026)" in done.stdout
    received = next(line for line in done.stdout.splitlines() if "Nhận trong kỳ" in line)
    assert received.split()[-2:] == ["7", "0"]


def test_json_is_printed_for_a_program(counting: Operator) -> None:
    done = counting.run("numbers", "--period", "2026-11", "--format", "json")

    assert json.loads(done.stdout)["period"]["code"] == "2026-11"


@pytest.mark.parametrize(
    ("form", "read"),
    [("csv", reading.from_csv), ("xlsx", reading.from_xlsx), ("docx", reading.from_docx)],
)
def test_a_file_is_written_and_noted_in_the_log(
    counting: Operator, tmp_path: Path, form: str, read: Callable[[bytes], list[reading.Table]]
) -> None:
    file = tmp_path / f"so-lieu.{form}"

    done = counting.run("numbers", "--period", "2026-Q4", "--format", form, "--out", str(file))

    assert done.stdout == f"Quý IV/2026: {file}\n"
    totals = read(file.read_bytes())[0][1]
    assert totals[0] == ("Nhận trong kỳ", (7, 0))
    database = counting.open_database()
    with database.read() as connection:
        query = select(events.c.details).where(events.c.action == "export made")
        details = json.loads(connection.execute(query).scalar_one())
    database.close()
    assert details == {"kind": f"numbers-{form}", "period": "2026-Q4"}


def test_a_period_that_is_none_is_wrong_use(operator: Operator) -> None:
    done = operator.run("numbers", "--period", "2026-13")

    assert done.exit_code == 2
    assert "2026-W47" in done.stderr


def test_public_counters_are_printed_and_written(counting: Operator, tmp_path: Path) -> None:
    database = counting.open_database()
    write_histories(database, [History(received_at=NOON.replace(year=2025)) for _ in range(12)])
    database.close()
    page = tmp_path / "so-lieu.html"

    as_json = counting.data("numbers", "public")
    html = counting.run("numbers", "public").stdout
    written = counting.run("numbers", "public", "--out", str(page))

    assert as_json["all_time"]["received"] >= 10
    assert "<table>" in html
    assert written.stdout.split() == [str(page), str(page.with_suffix(".json"))]
    assert page.read_text(encoding="utf-8").strip() == html.strip()


def test_before_init_numbers_names_init(before_init: Operator) -> None:
    assert "run `python -m forms_api init`" in before_init.refusal("numbers")
