"""The installation's own facts, and the schema brought up to date."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, column, insert, inspect, select, table, update

from forms_api.errors import NotInitialisedError
from forms_api.store.database import Database
from forms_api.store.schema import facts

QUEUE_RECIPIENT = "queue_recipient"
_MIGRATIONS = Path(__file__).parent / "migrations"
_STAND = table("alembic_version", column("version_num"))


def migrate(database: Database) -> None:
    """Bring the schema to the newest revision; a database that is new or current is no special case."""
    migrate_to(database, "head")


def migrate_to(database: Database, revision: str) -> None:
    """Bring the schema forward to `revision`, in one transaction."""
    # 10 MB that only who changes the schema needs; whether it is current is asked without them
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def schema_is_current(database: Database) -> bool:
    """Tell whether every migration has run."""
    with database.read() as connection:
        return schema_revision(connection) == _newest_revision()


def schema_revision(connection: Connection) -> str | None:
    """Return the revision that the schema stands at, None for an empty database."""
    if not inspect(connection).has_table(_STAND.name):
        return None
    return connection.execute(select(_STAND.c.version_num)).scalar()


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
def _newest_revision() -> str:
    """Return the number that begins the name of the last migration's file."""
    last = max(path.name for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    return last.partition("_")[0]
