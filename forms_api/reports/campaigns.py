"""Campaign links as the ward keeps them: added, listed, removed; old counts of visits folded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.content.share import landing_address
from forms_api.errors import ConflictError, NotFoundError
from forms_api.reports.period import local_day
from forms_api.reports.service import utc_now
from forms_api.store import audit
from forms_api.store import campaigns as rows
from forms_api.store.database import Database

FOLD_AFTER = dt.timedelta(days=400)
"""Visits are kept by day for thirteen months, so that a day can be held against the year before."""


@dataclass(frozen=True)
class NewCampaign:
    """A link to be added: `until` is its last day. Raises ValueError for what is no slug or own page."""

    slug: str
    page: str
    title: str | None = None
    area: str | None = None
    until: dt.date | None = None

    def __post_init__(self) -> None:
        if landing_address(self.page, self.slug) is None:
            raise ValueError(f"no link: {self.slug!r} to {self.page!r}")


@dataclass(frozen=True)
class Campaign:
    """A campaign link; a removed one leads nowhere any more and stays for its numbers."""

    slug: str
    page: str
    title: str | None
    area: str | None
    until: dt.date | None
    added_at: dt.datetime
    added_by: str
    removed_at: dt.datetime | None


def add_campaign(
    database: Database, new: NewCampaign, *, actor: Actor, taken: Container[str]
) -> None:
    """Let a link lead to its page, from about a second later on.

    A removed link may be added again, to the same page or another; its counts go on. Raises
    ForbiddenError, ConflictError when the slug is in force already or among `taken`.
    """
    actor.need(Permission.KEYS)
    if new.slug in taken:
        raise ConflictError(new.slug)

    def store(connection: Connection) -> None:
        now = utc_now()
        found = rows.find_campaign(connection, new.slug)
        if found is not None and found["removed_at"] is None:
            raise ConflictError(new.slug)
        row = {
            "slug": new.slug,
            "page": new.page,
            "title": new.title,
            "area": new.area,
            "until": new.until,
            "added_at": now,
            "added_by": actor.name,
            "removed_at": None,
        }
        rows.put_campaign(connection, row)
        details = {"slug": new.slug, "page": new.page}
        audit.append(connection, [audit.Event(actor.name, "link added", None, details)], at=now)

    database.write(store)


def remove_campaign(database: Database, slug: str, *, actor: Actor) -> None:
    """Let a link lead nowhere any more; what was counted stays.

    Raises ForbiddenError, NotFoundError when there is none in force.
    """
    actor.need(Permission.KEYS)

    def store(connection: Connection) -> None:
        now = utc_now()
        if not rows.end_campaign(connection, slug, at=now):
            raise NotFoundError(slug)
        event = audit.Event(actor.name, "link removed", None, {"slug": slug})
        audit.append(connection, [event], at=now)

    database.write(store)


def list_campaigns(database: Database) -> list[Campaign]:
    """Return all campaign links by slug, removed ones too. They hold nothing that is secret."""
    with database.read() as connection:
        return [Campaign(**row) for row in rows.all_campaigns(connection)]


def foldable_visits(database: Database) -> int:
    """Return how many counts of single days `fold_visits` would move now."""
    with database.read() as connection:
        return rows.count_single_days(connection, _first_day_kept())


def fold_visits(database: Database) -> int:
    """Add counts of days that are over their time to the first of their month; return how many."""
    return database.write(lambda connection: rows.fold_visits(connection, _first_day_kept()))


def _first_day_kept() -> dt.date:
    """Return the first day of the first month that is kept by day: months are folded whole."""
    return (local_day(utc_now()) - FOLD_AFTER).replace(day=1)
