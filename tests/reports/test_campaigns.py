"""Campaign links are added once, removed for good, named in the log; old counts keep their sums."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import time_machine
from sqlalchemy import select

from forms_api.accounts.permissions import Actor, Permission, operator_actor
from forms_api.errors import ConflictError, ForbiddenError, NotFoundError
from forms_api.reports.campaigns import (
    NewCampaign,
    add_campaign,
    fold_visits,
    foldable_visits,
    list_campaigns,
    remove_campaign,
)
from forms_api.reports.period import parse_period
from forms_api.reports.statistics import count_period
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.links import add_visits
from forms_api.store.schema import events
from tests.public.links import written_visits

EVERYBODY = operator_actor("test")
STRANGER = Actor("officer:x", frozenset(Permission) - {Permission.KEYS})
TET = NewCampaign("tet", "/lien-he/", "Tết", "tdp-vi-du-1", dt.date(2027, 2, 1))


def test_a_link_is_kept_with_who_added_it(database: Database) -> None:
    add_campaign(database, TET, actor=EVERYBODY, taken=())

    [kept] = list_campaigns(database)
    assert (kept.slug, kept.page, kept.title) == ("tet", "/lien-he/", "Tết")
    assert (kept.area, kept.until) == ("tdp-vi-du-1", dt.date(2027, 2, 1))
    assert (kept.added_by, kept.removed_at) == ("cli:test", None)


def test_a_slug_in_use_is_refused_and_the_first_link_stays(database: Database) -> None:
    add_campaign(database, TET, actor=EVERYBODY, taken=())

    for taken in ((), {"tet"}):
        with pytest.raises(ConflictError):
            add_campaign(database, NewCampaign("tet", "/"), actor=EVERYBODY, taken=taken)
    assert [link.page for link in list_campaigns(database)] == ["/lien-he/"]


def test_a_removed_link_stays_listed_and_may_be_added_again(database: Database) -> None:
    add_campaign(database, TET, actor=EVERYBODY, taken=())
    remove_campaign(database, "tet", actor=EVERYBODY)
    [removed] = list_campaigns(database)
    add_campaign(database, NewCampaign("tet", "/"), actor=EVERYBODY, taken=())

    [again] = list_campaigns(database)
    assert removed.removed_at is not None
    assert (again.page, again.title, again.removed_at) == ("/", None, None)


def test_what_is_not_in_force_cannot_be_removed(database: Database) -> None:
    add_campaign(database, TET, actor=EVERYBODY, taken=())
    remove_campaign(database, "tet", actor=EVERYBODY)

    for slug in ("tet", "khac"):
        with pytest.raises(NotFoundError, match=slug):
            remove_campaign(database, slug, actor=EVERYBODY)


def test_adding_and_removing_stand_in_the_log(database: Database) -> None:
    add_campaign(database, TET, actor=EVERYBODY, taken=())
    remove_campaign(database, "tet", actor=EVERYBODY)

    with database.read() as connection:
        query = select(events.c.actor, events.c.action, events.c.details).where(
            events.c.action.like("link %")
        )
        told = [(who, what, json.loads(facts)) for who, what, facts in connection.execute(query)]
        audit.verify(connection)
    assert told == [
        ("cli:test", "link added", {"page": "/lien-he/", "slug": "tet"}),
        ("cli:test", "link removed", {"slug": "tet"}),
    ]


def test_who_does_not_look_after_the_machine_is_refused(database: Database) -> None:
    with pytest.raises(ForbiddenError):
        add_campaign(database, TET, actor=STRANGER, taken=())
    with pytest.raises(ForbiddenError):
        remove_campaign(database, "tet", actor=STRANGER)


@pytest.mark.parametrize(
    ("slug", "page"), [("Tet", "/"), ("", "/"), ("a" * 61, "/"), ("tet", "//x/"), ("tet", "/a")]
)
def test_what_is_no_link_cannot_even_be_asked_for(slug: str, page: str) -> None:
    with pytest.raises(ValueError, match="no link"):
        NewCampaign(slug, page)


def count(database: Database, *visits: tuple[str, str, int]) -> None:
    """Keep visits: day, slug, number."""
    counts = {(dt.date.fromisoformat(day), slug): number for day, slug, number in visits}
    database.write(lambda connection: add_visits(connection, counts))


def test_old_days_are_added_up_by_month_and_young_ones_stay(database: Database) -> None:
    count(
        database,
        ("2025-09-01", "a", 1),
        ("2025-09-02", "a", 2),
        ("2025-09-30", "a", 3),
        ("2025-09-30", "b", 4),
        ("2025-10-01", "a", 5),
        ("2025-10-02", "a", 6),
        ("2026-11-24", "a", 7),
    )
    with time_machine.travel("2026-11-24 02:00:00+00:00", tick=False):
        assert foldable_visits(database) == 3
        assert (fold_visits(database), fold_visits(database)) == (3, 0)

    assert written_visits(database) == {
        ("2025-09-01", "a"): 6,
        ("2025-09-01", "b"): 4,
        ("2025-10-01", "a"): 5,
        ("2025-10-02", "a"): 6,
        ("2026-11-24", "a"): 7,
    }


def test_folding_changes_no_number_of_a_month_or_a_year(database: Database) -> None:
    count(database, ("2024-02-29", "a", 3), ("2024-02-01", "a", 4), ("2024-12-31", "b", 5))
    periods = [parse_period(code) for code in ("2024-02", "2024-12", "2024-Q4", "2024")]

    def numbers() -> list[object]:
        return [count_period(database, EVERYBODY, p).visits_by_link for p in periods if p]

    before = numbers()
    assert fold_visits(database) == 2
    assert numbers() == before
    assert before[0] == {"a": 7}
