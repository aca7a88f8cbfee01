"""Charts say in words what they draw, and hold to the content security policy."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.documents.charts import WIDTH, bar_chart
from forms_api.documents.tables import NumberRow, NumberTable, cell

SVG = "{http://www.w3.org/2000/svg}"
LONG = "Mất an toàn giao thông, đua xe, lạng lách đánh võng quanh trường học giờ tan lớp"
TABLE = NumberTable(
    "loai-viec",
    "Loại việc",
    ("Loại", "Kỳ này", "Kỳ trước"),
    (NumberRow("Cờ bạc <b>&", (12, 3)), NumberRow(LONG, (0, 1234)), NumberRow("Ngày", (None, 2.5))),
)
TABLES = st.builds(
    lambda rows: NumberTable("x", "Bảng", ("Mục", "Kỳ này"), tuple(rows)),
    st.lists(
        st.builds(
            lambda label, count: NumberRow(label, (count,)),
            st.text(st.characters(exclude_categories=["C"])),
            st.one_of(st.none(), st.integers(0, 10**6), st.floats(0, 9999)),
        ),
        min_size=1,
        max_size=8,
    ),
)


def drawn(table: NumberTable) -> ET.Element:
    """Return the chart's SVG element."""
    return ET.fromstring(bar_chart(table, chart_id="c", described_by="bang-c"))


def test_a_screen_reader_gets_title_and_every_figure() -> None:
    chart = drawn(TABLE)

    described = chart.findtext(f"{SVG}desc") or ""
    assert chart.get("role") == "img"
    assert chart.get("aria-labelledby") == "c-title c-desc"
    assert chart.get("aria-describedby") == "bang-c"
    assert chart.findtext(f"{SVG}title") == "Loại việc"
    for row in TABLE.rows:
        assert row.label in described
        assert all(cell(count) in described for count in row.counts)


def test_every_figure_stands_beside_its_bar() -> None:
    texts = [text.text for text in drawn(TABLE).iter(f"{SVG}text")]

    assert [text for text in texts if text in {"12", "3", "0", "1.234", "–", "2,5"}] == [
        "12", "3", "0", "1.234", "–", "2,5",
    ]  # fmt: skip


def test_both_periods_are_named_where_two_are_shown() -> None:
    texts = {text.text for text in drawn(TABLE).iter(f"{SVG}text")}

    assert {"Kỳ này", "Kỳ trước"} <= texts


def test_nothing_in_it_needs_an_exception_from_the_policy() -> None:
    chart = bar_chart(TABLE, chart_id="c")

    assert not re.search(r"<style|<script|\bstyle=|\bon\w+=|href", chart)
    assert 'fill="currentColor"' in chart
    assert not re.search(r"#[0-9a-f]{3,6}\b|rgb\(", chart)


@given(TABLES)
def test_bars_and_figures_stay_within_the_width_of_a_phone(table: NumberTable) -> None:
    if not bar_chart(table, chart_id="c"):
        assert not any(count for row in table.rows for count in row.counts)
        return
    chart = drawn(table)

    height = float(chart.get("height", "0"))
    assert chart.get("width") == str(WIDTH) == "320"
    for bar in chart.iter(f"{SVG}rect"):
        assert 0 <= float(bar.get("width", "-1")) <= WIDTH
        assert float(bar.get("y", "0")) + float(bar.get("height", "0")) <= height
    for text in chart.iter(f"{SVG}text"):
        assert len(text.text or "") <= 44
        assert float(text.get("y", "0")) <= height


@pytest.mark.parametrize("rows", [(), (NumberRow("Không có gì", (0,)), NumberRow("Ngày", (None,)))])
def test_nothing_is_drawn_where_there_is_nothing(rows: tuple[NumberRow, ...]) -> None:
    empty = NumberTable("x", "Bảng", ("Mục", "Kỳ này"), rows)

    assert bar_chart(empty, chart_id="c") == ""


def test_rows_that_count_different_things_are_not_drawn_side_by_side() -> None:
    mixed = replace(TABLE, is_comparable=False)

    assert bar_chart(mixed, chart_id="c") == ""
