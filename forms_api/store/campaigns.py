"""Rows of campaign links as officers keep them, and of visits as officers count them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from forms_api.store.links import DayOfLink, add_visits
from forms_api.store.schema import campaign_links, link_visits


def find_campaign(connection: Connection, slug: str) -> RowMapping | None:
    """Return the row of a link, also of a removed one, or None."""
    query = select(campaign_links).where(campaign_links.c.slug == slug)
    return connection.execute(query).mappings().first()


def all_campaigns(connection: Connection) -> list[RowMapping]:
    """Return every row, removed ones too, by slug."""
    return list(
        connection.execute(select(campaign_links).order_by(campaign_links.c.slug)).mappings()
    )


def put_campaign(connection: Connection, row: Mapping[str, Any]) -> None:
    """Keep a link, in place of a removed one of that slug."""
    connection.execute(delete(campaign_links).where(campaign_links.c.slug == row["slug"]))
    connection.execute(insert(campaign_links).values(**row))


def end_campaign(connection: Connection, slug: str, *, at: dt.datetime) -> bool:
    """Note that a link is removed and tell whether there was one in force."""
    ended = connection.execute(
        update(campaign_links)
        .where(campaign_links.c.slug == slug, campaign_links.c.removed_at.is_(None))
        .values(removed_at=at)
    )
    return ended.rowcount == 1


def visits_between(
    connection: Connection, first: dt.date, last: dt.date
) -> list[tuple[dt.date, str, int]]:
    """Return day, slug and visits of each count from `first` to `last`, both of them included."""
    query = select(link_visits.c.day, link_visits.c.slug, link_visits.c.visits).where(
        link_visits.c.day >= first, link_visits.c.day <= last
    )
    return [(day, slug, visits) for day, slug, visits in connection.execute(query)]


def count_single_days(connection: Connection, before: dt.date) -> int:
    """Return how many counts `fold_visits` would move."""
    query = select(func.count()).select_from(link_visits).where(_single_days(before))
    return int(connection.execute(query).scalar_one())


def fold_visits(connection: Connection, before: dt.date) -> int:
    """Add counts of days before `before` to the first of their month; return how many were moved."""
    old = _single_days(before)
    query = select(link_visits.c.day, link_visits.c.slug, link_visits.c.visits).where(old)
    found = connection.execute(query).all()
    months: Counter[DayOfLink] = Counter()
    for day, slug, visits in found:
        months[day.replace(day=1), slug] += visits
    connection.execute(delete(link_visits).where(old))
    add_visits(connection, months)
    return len(found)


def _single_days(before: dt.date) -> ColumnElement[bool]:
    """Choose the counts of earlier days that are not the first of their month."""
    return and_(link_visits.c.day < before, func.substr(link_visits.c.day, 9, 2) != "01")
