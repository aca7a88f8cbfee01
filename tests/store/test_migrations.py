"""Migrations make exactly the schema that the code describes, once, whoever runs them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from forms_api.errors import NotInitialisedError
from forms_api.store.database import Database
from forms_api.store.installation import migrate, queue_recipient, schema_is_current
from forms_api.store.schema import metadata
from tests.store.facts import keep, kept


def differences(database: Database) -> list[object]:
    """Return what a new migration would have to change."""
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))


def test_migrations_from_nothing_give_the_schema_of_the_code(database_url: str) -> None:
    opened = Database(database_url)
    assert not schema_is_current(opened)

    migrate(opened)

    assert schema_is_current(opened)
    assert differences(opened) == []
    opened.close()


def test_migrating_again_changes_nothing(database: Database) -> None:
    database.write(keep("before"))

    migrate(database)

    assert differences(database) == []
    assert kept(database) == {"before"}


MIGRATING = """
import sys
from forms_api.store.database import Database
from forms_api.store.installation import migrate, schema_is_current

database = Database(sys.argv[1])
sys.stdin.read(1)
migrate(database)
sys.exit(0 if schema_is_current(database) else 3)
"""


def test_two_processes_may_migrate_at_once(database_url: str) -> None:
    command = [sys.executable, "-c", MIGRATING, database_url]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    for process in running:
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
    spoken = [process.communicate(timeout=120)[1] for process in running]

    assert [process.returncode for process in running] == [0, 0], spoken
    opened = Database(database_url)
    assert differences(opened) == []
    opened.close()


def test_a_database_before_init_says_so(database_url: str) -> None:
    opened = Database(database_url)

    with pytest.raises(NotInitialisedError):
        queue_recipient(opened)
    migrate(opened)
    with pytest.raises(NotInitialisedError):
        queue_recipient(opened)
    opened.close()
