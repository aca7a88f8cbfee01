"""Filters that are addresses, pages that hold every report once, views with a name."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_api.accounts.permissions import operator_actor
from forms_api.errors import LimitError, NotFoundError
from forms_api.reports.casework import (
    OutsideNumber,
    add_number,
    answer,
    mark_words_seen,
)
from forms_api.reports.filters import PARAMETERS, Choices, Filter, Sort
from forms_api.reports.followup import add_message
from forms_api.reports.lifecycle import Status
from forms_api.reports.listing import list_page
from forms_api.reports.outside_numbers import NumberKind
from forms_api.reports.service import ReportService, utc_now
from forms_api.reports.views import MAX_VIEWS, drop_view, list_views, save_view, view_filter
from tests.reports.cases import HOUR, hire, put, received, send
from tests.reports.people import IN_CHARGE, OTHER
from tests.reports.samples import a_photo

CHOICES = Choices(
    categories=frozenset({"khac", "chay-no"}),
    areas=frozenset({"to-1", "to-2"}),
    forms=frozenset({"phan-anh-antt"}),
    channels=frozenset({"web", "dien-thoai"}),
)


def maybe(values: frozenset[str]) -> st.SearchStrategy[str | None]:
    """Give one of the values, or None."""
    return st.one_of(st.none(), st.sampled_from(sorted(values)))


filters = st.builds(
    Filter,
    states=st.frozensets(st.sampled_from(Status)),
    category=maybe(CHOICES.categories),
    area=maybe(CHOICES.areas),
    form=maybe(CHOICES.forms),
    channel=maybe(CHOICES.channels),
    lacks=st.one_of(st.none(), st.sampled_from(NumberKind)),
    received_from=st.one_of(st.none(), st.dates()),
    received_until=st.one_of(st.none(), st.dates()),
    sort=st.sampled_from(Sort),
    after=st.one_of(st.none(), st.just("7"), st.just("7.1700000000000000")),
    **{field.name: st.booleans() for field in fields(Filter) if field.default is False},
)


@given(wanted=filters)
def test_a_filter_comes_back_from_its_address(wanted: Filter) -> None:
    query = parse_qs(urlencode(wanted.to_query()))

    assert Filter.from_query(query, choices=CHOICES) == wanted


@given(
    query=st.dictionaries(
        st.sampled_from([p.name for p in PARAMETERS.values()]), st.lists(st.text())
    )
)
def test_whatever_an_address_says_is_a_filter_of_known_values(query: dict[str, list[str]]) -> None:
    wanted = Filter.from_query(query, choices=CHOICES)

    assert wanted.category in {None, *CHOICES.categories}
    assert wanted.area in {None, *CHOICES.areas}
    assert Filter.from_query(parse_qs(urlencode(wanted.to_query())), choices=CHOICES) == wanted


def test_every_field_of_a_filter_has_its_place_in_the_address() -> None:
    assert PARAMETERS.keys() == {field.name for field in fields(Filter)}
    assert len({parameter.name for parameter in PARAMETERS.values()}) == len(PARAMETERS)
    assert Filter().to_query() == []


@pytest.mark.parametrize("wanted", [Filter(after="x' OR 1=1"), Filter(category="'; --")])
def test_a_filter_of_nonsense_finds_nothing_and_breaks_nothing(
    service: ReportService, wanted: Filter
) -> None:
    send(service)

    list_page(service.database, actor=IN_CHARGE, wanted=wanted)


def test_each_filter_finds_its_report(service: ReportService) -> None:
    database, now = service.database, utc_now()
    mine = received(service)[1]
    found: dict[str, tuple[Filter, str]] = {"mine": (Filter(mine=True), mine)}

    def another(name: str, wanted: Filter, **columns: object) -> str:
        report_id = send(service)[1]
        put(database, report_id, **columns)
        found[name] = (wanted, report_id)
        return report_id

    another(
        "state", Filter(states=frozenset({Status.VERIFYING})), status="xac_minh", claimed_by="x"
    )
    another("category", Filter(category="chay-no"), category="chay-no")
    another("area", Filter(area="to-2"), area="to-2")
    another("form", Filter(form="gop-y"), form_id="gop-y")
    another("channel", Filter(channel="dien-thoai"), channel="dien-thoai")
    another("unassigned", Filter(unassigned=True), status="tiep_nhan")
    another("late", Filter(late=True), due_at=now - HOUR)
    another("awaiting", Filter(awaiting_reporter=True), waiting_since=now)
    another("urgent", Filter(urgent=True), urgent=True)
    another("apart", Filter(quarantined=True), quarantined="trap")
    last_year = now - dt.timedelta(days=400)
    day = (now - dt.timedelta(days=399)).date()
    another("days", Filter(received_until=day), received_at=last_year)
    receipt, spoken = send(service)
    add_message(service, receipt.code, text="thêm", message_id="1")
    found["words"] = (Filter(new_words=True), spoken)
    pictured = send(service, files=[a_photo("a")])[1]
    found["pictures"] = (Filter(pictures=True), pictured)

    for name, (wanted, report_id) in found.items():
        page = list_page(database, actor=IN_CHARGE, wanted=wanted)
        assert [row["id"] for row in page.reports] == [report_id], name


def test_reports_without_a_number_of_vneid_are_found(service: ReportService) -> None:
    _, known = received(service)
    _, unknown = received(service)
    for kind in (NumberKind.VNEID, NumberKind.BODY):
        number = OutsideNumber(kind, number="1")
        add_number(service, actor=IN_CHARGE, report_id=known, number=number)
    body = OutsideNumber(NumberKind.BODY, number="2")
    add_number(service, actor=IN_CHARGE, report_id=unknown, number=body)

    page = list_page(service.database, actor=IN_CHARGE, wanted=Filter(lacks=NumberKind.VNEID))

    assert [row["id"] for row in page.reports] == [unknown]


def test_reports_that_neither_vneid_nor_the_police_numbered_are_found(
    service: ReportService,
) -> None:
    for kind in (NumberKind.VNEID, NumberKind.PROFESSIONAL):
        _, known = received(service)
        number = OutsideNumber(kind, number="1")
        add_number(service, actor=IN_CHARGE, report_id=known, number=number)
    _, handed_on = received(service)
    body = OutsideNumber(NumberKind.BODY, number="2")
    add_number(service, actor=IN_CHARGE, report_id=handed_on, number=body)

    wanted = Filter.from_query({"chua-co-so-vneid": ["1"]}, choices=CHOICES)
    page = list_page(service.database, actor=IN_CHARGE, wanted=wanted)

    assert [row["id"] for row in page.reports] == [handed_on]


def test_a_day_is_a_day_in_vietnam(service: ReportService) -> None:
    _, report_id = send(service)
    evening = dt.datetime(2026, 11, 23, 18, 0, tzinfo=dt.UTC)  # one o'clock at night of the 24th
    put(service.database, report_id, received_at=evening)

    def found(day: int) -> int:
        only = Filter(received_from=dt.date(2026, 11, day), received_until=dt.date(2026, 11, day))
        return len(list_page(service.database, actor=IN_CHARGE, wanted=only).reports)

    assert [found(day) for day in (23, 24, 25)] == [0, 1, 0]


@pytest.mark.parametrize("sort", Sort)
def test_pages_hold_every_report_once_in_their_order(service: ReportService, sort: Sort) -> None:
    now = utc_now()
    dues = [None, now, now - HOUR, None, now, now + HOUR, now]
    sent = [send(service)[1] for _ in dues]
    for report_id, due in zip(sent, dues, strict=True):
        put(service.database, report_id, due_at=due)
    wanted, seen = Filter(sort=sort), []
    while True:
        page = list_page(service.database, actor=IN_CHARGE, wanted=wanted, limit=2)
        seen += [row["id"] for row in page.reports]
        if page.next is None:
            break
        wanted = replace(wanted, after=page.next)

    by_due = sorted(range(7), key=lambda n: (dues[n] is None, dues[n] or now, n))
    order = {
        Sort.OLDEST: range(7),
        Sort.NEWEST: reversed(range(7)),
        Sort.DUE: by_due,
    }
    assert seen == [sent[n] for n in order[sort]]


@pytest.mark.parametrize("settle", ["answer", "seen"])
def test_new_words_are_new_until_somebody_answers_or_saw_them(
    service: ReportService, settle: str
) -> None:
    receipt, report_id = received(service)
    put(service.database, report_id, status="da_giai_quyet")

    def is_new() -> bool:
        [row] = list_page(service.database, actor=OTHER, wanted=Filter()).reports
        return bool(row["new_words"])

    before = is_new()
    add_message(service, receipt.code, text="Vẫn tái diễn", message_id="1")
    after = is_new()
    if settle == "answer":
        answer(service, actor=OTHER, report_id=report_id, text="Cảm ơn")
    else:
        mark_words_seen(service.database, actor=OTHER, report_id=report_id)
    settled = is_new()
    add_message(service, receipt.code, text="Lại nữa", message_id="2")

    assert (before, after, settled, is_new()) == (False, True, False, True)


def test_views_are_an_officer_s_own_and_a_name_s_last_filter_counts(
    service: ReportService,
) -> None:
    lan, hoa = hire(service.database, "lan"), hire(service.database, "hoa")
    save_view(service.database, actor=lan, name="  Của tôi ", wanted=Filter(late=True, after="9"))
    save_view(service.database, actor=lan, name="Của tôi", wanted=Filter(mine=True, area="to-1"))

    [view] = list_views(service.database, actor=lan)

    assert view.name == "Của tôi"
    assert view_filter(view, choices=CHOICES) == Filter(mine=True, area="to-1")
    assert list_views(service.database, actor=hoa) == []
    with pytest.raises(NotFoundError):
        drop_view(service.database, actor=hoa, name="Của tôi")
    drop_view(service.database, actor=lan, name="Của tôi")
    assert list_views(service.database, actor=lan) == []


def test_views_are_few_with_short_names_and_officers_alone_have_them(
    service: ReportService,
) -> None:
    lan = hire(service.database, "lan")
    for number in range(MAX_VIEWS):
        save_view(service.database, actor=lan, name=str(number), wanted=Filter())

    for name in ("one more", "", " ", "x" * 61):
        with pytest.raises(LimitError):
            save_view(service.database, actor=lan, name=name, wanted=Filter())
    save_view(service.database, actor=lan, name="0", wanted=Filter(urgent=True))
    with pytest.raises(NotFoundError):
        save_view(service.database, actor=operator_actor("root"), name="a", wanted=Filter())
