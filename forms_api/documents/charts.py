"""Bar charts as SVG that a screen reader can read and a strict content security policy lets through.

A chart never stands alone: the page shows its table too, and names it with `aria-describedby`.
Bars grow from left to right below their label, so that long Vietnamese labels keep their words and
a phone of 360 px shows everything. Colours come from the page (`currentColor`) and hold on light and
dark alike; the value stands in figures beside every bar, so that no colour carries a meaning.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from html import escape

from forms_api.documents.tables import NumberRow, NumberTable, cell

WIDTH = 320
"""The chart's width in pixels: it fits a phone, and its words keep their size on a wide screen."""

_BAR_HEIGHT = 14
_LINE_HEIGHT = 18
_GAP = 10
_VALUE_WIDTH = 56  # room for "12.345" behind the longest bar
_LABEL_SIGNS = 44
_TEXT_SIZE = 14
_SHADES = (("chart-bar", "0.9"), ("chart-bar-before", "0.5"))
# half of black on white, or of white on black, still has three times the other's light (WCAG 1.4.11)


def bar_chart(table: NumberTable, *, chart_id: str, described_by: str | None = None) -> str:
    """Return the table's counts as an SVG element; an empty string when there is nothing to draw.

    Nothing is drawn of noughts alone, and of rows that count different things.
    `chart_id` must be unique on the page; `described_by` is the id of the table behind the chart.
    The newest period's bar is strong, the one before it faint. Style sheets may use the classes
    `chart`, `chart-label`, `chart-bar`, `chart-bar-before` and `chart-value`.
    """
    greatest = max((count or 0 for row in table.rows for count in row.counts), default=0)
    if greatest == 0 or not table.is_comparable:
        return ""
    parts = list(_legend(table.headings[1:]))
    top = len(parts) // 2 * _LINE_HEIGHT + (_GAP if parts else 0)
    for row in table.rows:
        parts += _row(row, top, greatest)
        top += _row_height(row)
    described = "" if described_by is None else f' aria-describedby="{escape(described_by)}"'
    return (
        f'<svg class="chart" role="img" aria-labelledby="{chart_id}-title {chart_id}-desc"{described}'
        f' width="{WIDTH}" height="{top}" viewBox="0 0 {WIDTH} {top}" font-size="{_TEXT_SIZE}"'
        ' fill="currentColor" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{chart_id}-title">{escape(table.title)}</title>'
        f'<desc id="{chart_id}-desc">{escape(_description(table))}</desc>{"".join(parts)}</svg>'
    )


def _legend(periods: Sequence[str]) -> Iterator[str]:
    """Give a mark and a name for each period, where there are several to tell apart."""
    for place, period in enumerate(periods if len(periods) > 1 else ()):
        top = place * _LINE_HEIGHT
        yield _rect(_SHADES[place], top + 2, _BAR_HEIGHT)
        yield f'<text class="chart-label" x="20" y="{top + 14}">{escape(period)}</text>'


def _row(row: NumberRow, top: int, greatest: float) -> Iterator[str]:
    for line in _lines(row.label):
        top += _LINE_HEIGHT
        yield f'<text class="chart-label" x="0" y="{top - 4}">{escape(line)}</text>'
    for shade, count in zip(_SHADES, row.counts, strict=False):
        length = round((count or 0) / greatest * (WIDTH - _VALUE_WIDTH), 1)
        yield _rect(shade, top, length)
        yield (
            f'<text class="chart-value" x="{length + 6}" y="{top + _BAR_HEIGHT - 2}">'
            f"{cell(count)}</text>"
        )
        top += _BAR_HEIGHT + 2


def _rect(shade: tuple[str, str], top: int, length: float) -> str:
    name, opacity = shade
    return (
        f'<rect class="{name}" x="0" y="{top}" width="{length}" height="{_BAR_HEIGHT}"'
        f' fill-opacity="{opacity}"/>'
    )


def _row_height(row: NumberRow) -> int:
    return len(_lines(row.label)) * _LINE_HEIGHT + len(row.counts) * (_BAR_HEIGHT + 2) + _GAP


def _lines(label: str) -> list[str]:
    return textwrap.wrap(label, _LABEL_SIGNS) or [""]


def _description(table: NumberTable) -> str:
    """Return the chart in words: every bar with its figures, as the table behind it says them."""
    heads = table.headings[1:]
    return "; ".join(
        f"{row.label}: "
        + ", ".join(f"{cell(n)} ({head})" for n, head in zip(row.counts, heads, strict=True))
        for row in table.rows
    )
