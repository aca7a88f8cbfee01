"""Filters that an officer gave a name, to come back to with one tap."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import LimitError, NotFoundError
from forms_api.reports.filters import PARAMETERS, Choices, Filter
from forms_api.reports.reach import officer_id
from forms_api.store import casework
from forms_api.store.database import Database

MAX_VIEWS = 20
MAX_NAME_LENGTH = 60


@dataclass(frozen=True)
class SavedView:
    """A filter that an officer gave a name, as the parameters of an address."""

    name: str
    query: str


def save_view(database: Database, *, actor: Actor, name: str, wanted: Filter) -> None:
    """Keep a filter under a name for the officer who acts; the same name again replaces it.

    Raises LimitError for a name too long, without signs, or one view too many.
    """
    actor.need(Permission.LIST)
    called = " ".join(unicodedata.normalize("NFC", name).split())
    if not 0 < len(called) <= MAX_NAME_LENGTH:
        raise LimitError(MAX_NAME_LENGTH)
    query = urlencode([pair for pair in wanted.to_query() if pair[0] != PARAMETERS["after"].name])

    def store(connection: Connection) -> None:
        officer = officer_id(connection, actor)
        others = {row["name"] for row in casework.views_of(connection, officer)} - {called}
        if len(others) >= MAX_VIEWS:
            raise LimitError(MAX_VIEWS)
        casework.put_view(connection, officer_id=officer, name=called, query=query)

    database.write(store)


def drop_view(database: Database, *, actor: Actor, name: str) -> None:
    """Forget a view of the officer who acts. Raises NotFoundError."""
    actor.need(Permission.LIST)

    def store(connection: Connection) -> None:
        if not casework.drop_view(connection, officer_id=officer_id(connection, actor), name=name):
            raise NotFoundError(name)

    database.write(store)


def list_views(database: Database, *, actor: Actor) -> list[SavedView]:
    """Return the views of the officer who acts, by name. Raises NotFoundError for no officer."""
    actor.need(Permission.LIST)
    with database.read() as connection:
        found = casework.views_of(connection, officer_id(connection, actor))
    return [SavedView(row["name"], row["query"]) for row in found]


def view_filter(view: SavedView, *, choices: Choices) -> Filter:
    """Return the filter of a saved view, without what the ward's content no longer has."""
    return Filter.from_query(parse_qs(view.query), choices=choices)
