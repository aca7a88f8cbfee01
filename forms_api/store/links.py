"""What the residents' face needs of short links: where campaign links lead, and counting visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, insert, select, update

from forms_api.store.schema import campaign_links, link_visits

DayOfLink = tuple[dt.date, str]


def campaign_pages(connection: Connection) -> dict[str, tuple[str, dt.date | None]]:
    """Return page and last day of every campaign link in force, by slug."""
    found = connection.execute(_PAGES)
    return {slug: (page, until) for slug, page, until in found}


def add_visits(connection: Connection, visits: Mapping[DayOfLink, int]) -> None:
    """Add to the counts, in the caller's transaction, a `Database.write`: they come one after the other."""
    for (day, slug), number in visits.items():
        values = {"on_day": day, "of_slug": slug, "more": number}
        if connection.execute(_ADD, values).rowcount == 0:
            connection.execute(_FIRST, {"day": day, "slug": slug, "visits": number})


_PAGES = select(campaign_links.c.slug, campaign_links.c.page, campaign_links.c.until).where(
    campaign_links.c.removed_at.is_(None)
)
_ADD = (
    update(link_visits)
    .where(link_visits.c.day == bindparam("on_day"), link_visits.c.slug == bindparam("of_slug"))
    .values(visits=link_visits.c.visits + bindparam("more"))
)
_FIRST = insert(link_visits)
