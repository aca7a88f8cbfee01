"""Dashboard, CSV, XLSX, JSON and the report document say the same numbers, for any data and range."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_api.accounts.permissions import operator_actor
from forms_api.documents.export_files import ExportKind, make_file
from forms_api.documents.names import Names
from forms_api.documents.period_report import period_report
from forms_api.documents.spreadsheets import numbers_csv, numbers_json, numbers_xlsx
from forms_api.documents.tables import NumberTable, cell, tables
from forms_api.reports.counted import CountedReport
from forms_api.reports.lifecycle import END_STATES, Status
from forms_api.reports.period import Period, range_of, week_of
from forms_api.reports.statistics import Numbers, count, count_periods
from forms_api.store.database import Database
from forms_api.store.links import add_visits
from tests.documents import reading
from tests.documents.samples import MADE, NAMES, SOURCES, WARD
from tests.reports.histories import NOON, History, write_histories

DAY = dt.timedelta(days=1)
MOMENTS = st.floats(-40, 40).map(lambda days: NOON + days * DAY)

# Whatever somebody may have called a thing, formulas and markup included. What openpyxl would read
# as an escape of Excel's ("_x0041_") is not what is tried here.
LABELS = st.text(min_size=1, max_size=30).filter(lambda text: "_x" not in text)
IDS = ("a", "b", "c")

REPORTS = st.builds(
    CountedReport,
    id=st.uuids().map(str),
    reference=st.just("XG"),
    form_id=st.just("form"),
    channel=st.sampled_from(IDS),
    category=st.sampled_from(("", *IDS)),
    area=st.sampled_from(("", *IDS)),
    link=st.sampled_from(("", *IDS)),
    anonymous=st.booleans(),
    urgent=st.booleans(),
    status=st.sampled_from(Status),
    received_at=MOMENTS,
    due_at=st.none(),
    satisfaction=st.sampled_from([None, "co", "mot-phan", "khong"]),
    kept_apart=st.sampled_from([None, None, None, "trashed", "trial", "quarantined"]),
    finished_at=st.one_of(st.none(), MOMENTS),
    finished_as=st.sampled_from(sorted(END_STATES)),
    reopened_at=st.lists(MOMENTS, max_size=2).map(tuple),
    reporter_wrote_at=st.lists(MOMENTS, max_size=2).map(tuple),
    officer_wrote_at=st.lists(MOMENTS, max_size=2).map(tuple),
)
VISITS = st.tuples(
    MOMENTS.map(lambda moment: moment.date()), st.sampled_from(IDS), st.integers(1, 10**6)
)
NAMINGS = st.builds(
    Names,
    categories=st.dictionaries(st.sampled_from(IDS), LABELS),
    areas=st.dictionaries(st.sampled_from(IDS), LABELS),
    channels=st.dictionaries(st.sampled_from(IDS), LABELS),
    links=st.dictionaries(st.sampled_from(IDS), LABELS),
)
RANGES = st.builds(
    lambda start, days: range_of(NOON.date() + start * DAY, NOON.date() + (start + days) * DAY),
    st.integers(-40, 40),
    st.integers(0, 60),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(REPORTS, max_size=25),
    st.lists(VISITS, max_size=12),
    RANGES,
    NAMINGS,
    st.booleans(),
)
def test_every_form_of_the_numbers_says_the_same(
    found: list[CountedReport],
    visits: list[tuple[dt.date, str, int]],
    period: Period,
    names: Names,
    has_deadlines: bool,
) -> None:
    dues = {report.id: NOON for report in found} if has_deadlines else {}
    numbers, before = (
        count(found, days, dues=dues, visits=visits) for days in (period, period.previous)
    )
    shown = tables(numbers, names, before=before)

    expected = contents(shown)
    document = period_report(numbers, before, names=names, ward=WARD, made=MADE)
    assert reading.from_csv(numbers_csv(numbers.period, shown)) == filled(expected)
    assert reading.from_json(numbers_json(numbers.period, shown)) == expected
    assert lines(reading.from_xlsx(numbers_xlsx(shown))) == lines(expected)
    assert reading.from_docx(document) == expected
    assert totals(shown) == (numbers.received, numbers.finished)


def contents(shown: Sequence[NumberTable]) -> list[reading.Table]:
    """Return the tables as the dashboard shows them, read back from its words."""
    return [
        (
            table.title,
            [
                (row.label, tuple(reading.vietnamese_number(cell(n)) for n in row.counts))
                for row in table.rows
            ],
        )
        for table in shown
    ]


def filled(found: list[reading.Table]) -> list[reading.Table]:
    """Return the tables that have lines: CSV has no others."""
    return [table for table in found if table[1]]


def lines(found: list[reading.Table]) -> list[object]:
    """Return the lines of each table without its title: the names of sheets are cut short."""
    return [rows for _, rows in found]


def totals(shown: Sequence[NumberTable]) -> tuple[object, object]:
    """Return how many came and how many were finished, as the first table says it."""
    counts = {row.label: row.counts[0] for row in shown[0].rows}
    return counts["Nhận trong kỳ"], counts["Xong trong kỳ"]


def test_the_list_of_reports_has_as_many_rows_as_the_dashboard_says(database: Database) -> None:
    kept_apart = [History(trial="sample"), History(quarantined="x"), History(trashed_at=NOON)]
    outside = [History(received_at=NOON - 9 * DAY), History(received_at=NOON + 9 * DAY)]
    write_histories(database, [*[History()] * 7, *kept_apart, *outside])
    week = week_of(NOON.date())
    everybody = operator_actor("test")

    numbers = count_periods(database, everybody, [week])[0]
    made = make_file(
        database, everybody, kind=ExportKind.REPORTS_XLSX, period=week, sources=SOURCES
    )

    rows = reading.sheet_rows(made.content)
    assert numbers.received == 7 == len(rows) - 1


def test_a_file_holds_the_numbers_of_the_database(database: Database) -> None:
    write_histories(database, [History(category="co-bac").finished(days=1), History()])
    database.write(
        lambda connection: add_visits(connection, {(week_of(NOON.date()).first, "a"): 7})
    )
    week = week_of(NOON.date())
    everybody = operator_actor("test")
    numbers, before = count_periods(database, everybody, [week, week.previous])
    expected = contents(tables(numbers, NAMES, before=before))

    readers = {
        ExportKind.NUMBERS_CSV: reading.from_csv,
        ExportKind.NUMBERS_JSON: reading.from_json,
        ExportKind.NUMBERS_DOCX: reading.from_docx,
    }
    for kind, read in readers.items():
        made = make_file(database, everybody, kind=kind, period=week, sources=SOURCES)
        assert filled(read(made.content)) == filled(expected)


def test_without_the_period_before_there_is_one_column_of_counts() -> None:
    numbers: Numbers = count([], week_of(NOON.date()), dues={})

    shown = tables(numbers, NAMES)

    assert {len(row.counts) for table in shown for row in table.rows} == {1}
    assert all(len(table.headings) == 2 for table in shown)
