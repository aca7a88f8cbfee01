"""The installation's own facts, and the schema brought up to date."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, update

from forms_api.errors import NotInitialisedError
from forms_api.store.database import Database
from forms_api.store.schema import facts

QUEUE_RECIPIENT = "queue_recipient"
_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> None:
    """Bring the schema to the newest revision; a database that is new or current is no special case."""
    migrate_to(database, "head")


def migrate_to(database: Database, revision: str) -> None:
    """Bring the schema forward to `revision`, in one transaction."""
    config = _config()
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def schema_is_current(database: Database) -> bool:
    """Tell whether every migration has run."""
    with database.read() as connection:
        return schema_revision(connection) == _newest_revision()


def schema_revision(connection: Connection) -> str | None:
    """Return the revision that the schema stands at, None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def queue_recipient(database: Database) -> str:
    """Return the public key that reports are sealed to. Raises NotInitialisedError before `init`."""
    with database.read() as connection:
        if not inspect(connection).has_table(facts.name):
            raise NotInitialisedError("no database")
        value = read_fact(connection, QUEUE_RECIPIENT)
    if value is None:
        raise NotInitialisedError("no queue key")
    return value


def read_fact(connection: Connection, name: str) -> str | None:
    """Return the fact, or None."""
    return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()


def write_fact(connection: Connection, name: str, value: str) -> None:
    """Keep a fact that is not there yet."""
    connection.execute(insert(facts).values(name=name, value=value))


def change_fact(connection: Connection, name: str, value: str) -> None:
    """Keep a fact, in place of an earlier one of that name."""
    changed = connection.execute(update(facts).where(facts.c.name == name).values(value=value))
    if changed.rowcount == 0:
        write_fact(connection, name, value)


@cache
def _newest_revision() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config
