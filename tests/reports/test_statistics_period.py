"""Periods are whole local days, know their name, and follow one another without gap or overlap."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.reports.period import (
    Period,
    local_day,
    month_of,
    parse_period,
    quarter_of,
    range_of,
    week_of,
    year_of,
)

DAYS = st.dates(dt.date(2001, 1, 10), dt.date(2998, 1, 1))
PERIODS = st.one_of(
    *(DAYS.map(of) for of in (week_of, month_of, quarter_of, year_of)),
    st.builds(
        lambda day, more: range_of(day, day + more * dt.timedelta(days=1)),
        DAYS,
        st.integers(0, 400),
    ),
)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("2026-W47", "Tuần 47 (16/11/2026–22/11/2026)"),
        ("2026-11", "Tháng 11/2026"),
        ("2026-Q4", "Quý IV/2026"),
        ("2026", "Năm 2026"),
        ("2026-11-01..2026-11-15", "Từ 01/11/2026 đến 15/11/2026"),
        ("2026-11-05..2026-11-05", "Ngày 05/11/2026"),
        (" 2026-w01 ", "Tuần 1 (29/12/2025–04/01/2026)"),
    ],
)
def test_a_code_gives_a_period_with_its_vietnamese_name(code: str, name: str) -> None:
    period = parse_period(code)

    assert period is not None
    assert period.name == name


@pytest.mark.parametrize(
    "code",
    [
        "", "x", "2026-13", "2026-00", "2026-W54", "2026-W00", "2026-Q5", "2026-Q0", "26-11", "2026-1",
        "2026-02-30..2026-03-01", "2026-11-02..2026-11-01", "0001", "9999", "1999-12", "٢٠٢٦",
    ],
)  # fmt: skip
def test_what_names_no_period_is_none(code: str) -> None:
    assert parse_period(code) is None


@given(PERIODS)
def test_a_period_is_found_again_by_its_code(period: Period) -> None:
    assert parse_period(period.code) == period


@given(PERIODS)
def test_a_period_follows_the_one_before_without_gap_or_overlap(period: Period) -> None:
    before = period.previous

    assert before.kind is period.kind
    assert before.last + dt.timedelta(days=1) == period.first
    assert before.ends_at == period.starts_at


@given(DAYS)
def test_a_day_lies_in_its_week_month_quarter_and_year(day: dt.date) -> None:
    for of in (week_of, month_of, quarter_of, year_of):
        assert of(day).first <= day <= of(day).last
    assert (week_of(day).first.weekday(), week_of(day).last.weekday()) == (0, 6)


def test_a_day_begins_at_midnight_in_vietnam() -> None:
    day = range_of(dt.date(2026, 11, 24), dt.date(2026, 11, 24))

    assert day.starts_at == dt.datetime(2026, 11, 23, 17, tzinfo=dt.UTC)
    assert day.ends_at == dt.datetime(2026, 11, 24, 17, tzinfo=dt.UTC)
    assert local_day(day.starts_at) == day.first
    assert local_day(day.ends_at) == dt.date(2026, 11, 25)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="is after"):
        range_of(dt.date(2026, 11, 2), dt.date(2026, 11, 1))
