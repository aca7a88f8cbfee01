"""The piece of a page that tells everybody a few numbers."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from forms_api.documents.counters_page import counters_html, counters_json, write_counters
from forms_api.reports.public_counters import PublicCount, PublicCounters

COUNTERS = PublicCounters(
    until=dt.date(2026, 11, 15),
    all_time=PublicCount(received=1230, handled=1000, median_days=4),
    recent=PublicCount(received=10, handled=None, median_days=None),
)


def test_hidden_numbers_are_said_to_be_small() -> None:
    cells = re.findall(r"<td>(.*?)</td>", counters_html(COUNTERS))

    assert cells == [
        "", "ít nhất 1.230", "ít nhất 10", "ít nhất 1.000", "dưới 5", "khoảng 4 ngày",
        "chưa đủ phiếu để tính",
    ]  # fmt: skip


def test_it_says_up_to_which_day_and_needs_no_style_or_script() -> None:
    html = counters_html(COUNTERS)

    assert "đến hết ngày 15/11/2026" in html
    assert not re.search(r"style|script|\bid=\"(?!counters-title)", html)


def test_a_program_reads_the_same_numbers() -> None:
    read = json.loads(counters_json(COUNTERS))

    assert read["until"] == "2026-11-15"
    assert read["all_time"] == {"received": 1230, "handled": 1000, "median_days": 4}
    assert read["recent"] == {"received": 10, "handled": None, "median_days": None}
    assert read["hidden_below"] == 5


def test_both_files_are_replaced_as_a_whole(tmp_path: Path) -> None:
    page = tmp_path / "so-lieu.html"
    page.write_text("cũ")

    beside = write_counters(COUNTERS, page)

    assert "1.230" in page.read_text(encoding="utf-8")
    assert json.loads(beside.read_text(encoding="utf-8"))["until"] == "2026-11-15"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["so-lieu.html", "so-lieu.json"]
