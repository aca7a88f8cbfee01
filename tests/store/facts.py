"""The smallest write there is, and what a stranger then finds."""

from __future__ import annotations

from sqlalchemy import Connection, select

from forms_api.store.database import Database, Work
from forms_api.store.installation import QUEUE_RECIPIENT, write_fact
from forms_api.store.schema import facts


def keep(name: str) -> Work[str]:
    """Return a write that keeps a fact of this name and returns the name."""

    def work(connection: Connection) -> str:
        write_fact(connection, name, "kept")
        return name

    return work


def kept(database: Database) -> set[str]:
    """Return the names of the facts that a new connection finds."""
    fresh = Database(database.url.render_as_string(hide_password=False))
    with fresh.read() as connection:
        names = set(connection.execute(select(facts.c.name)).scalars())
    fresh.close()
    return names - {QUEUE_RECIPIENT}
