"""Migrations make exactly the schema that the code describes, once, whoever runs them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pyotp
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from forms_api.accounts.invitations import InvitationKind, accept, invite_again
from forms_api.accounts.queue_keys import (
    FIRST_LABEL,
    check_recovery_key,
    list_queue_keys,
    list_recovery_keys,
    present_keys,
    rotate,
)
from forms_api.accounts.second_factor import new_secret
from forms_api.accounts.signin import Door, sign_in, unlock_queue_keys
from forms_api.errors import NotInitialisedError, UnauthenticatedError
from forms_api.reports.followup import follow
from forms_api.reports.service import ReportService
from forms_api.store.database import Database
from forms_api.store.installation import (
    migrate,
    migrate_to,
    queue_recipient,
    schema_is_current,
    schema_revision,
)
from forms_api.store.schema import metadata
from forms_api.vault.sealing import unseal
from tests.conftest import ROOT
from tests.store.facts import keep, kept
from tests.store.old_rows import OldDatabase, contents, fill


def differences(database: Database) -> list[object]:
    """Return what a new migration would have to change."""
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))


def test_migrations_from_nothing_give_the_schema_of_the_code(empty_database_url: str) -> None:
    opened = Database(empty_database_url)
    assert not schema_is_current(opened)

    migrate(opened)

    assert schema_is_current(opened)
    assert differences(opened) == []
    opened.close()


def test_the_schema_is_current_at_the_last_migration_alone(empty_database_url: str) -> None:
    opened = Database(empty_database_url)
    newest_first = list(ScriptDirectory(str(ROOT / "forms_api/store/migrations")).walk_revisions())
    for migration in reversed(newest_first):
        migrate_to(opened, migration.revision)

        with opened.read() as connection:
            assert schema_revision(connection) == migration.revision
        assert schema_is_current(opened) is migration.is_head
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


def test_two_processes_may_migrate_at_once(empty_database_url: str) -> None:
    command = [sys.executable, "-c", MIGRATING, empty_database_url]
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
    opened = Database(empty_database_url)
    assert differences(opened) == []
    opened.close()


def test_a_database_before_init_says_so(empty_database_url: str) -> None:
    opened = Database(empty_database_url)

    with pytest.raises(NotInitialisedError):
        queue_recipient(opened)
    migrate(opened)
    with pytest.raises(NotInitialisedError):
        queue_recipient(opened)
    opened.close()


SECRET_COLUMNS = {"password_hash", "wrap_salt", "wrap_cost", "wrapped_identity"}


@pytest.fixture
def old() -> OldDatabase:
    """What stood in a database of the first release."""
    return OldDatabase()


@pytest.fixture
def new(empty_database_url: str, old: OldDatabase) -> Iterator[Database]:
    """The same database, brought up to date."""
    opened = Database(empty_database_url)
    fill(opened, old.rows)
    migrate(opened)
    yield opened
    opened.close()


def test_a_populated_database_of_the_first_release_gets_the_schema_of_the_code(
    new: Database,
) -> None:
    assert schema_is_current(new)
    assert differences(new) == []


def test_an_upgrade_keeps_every_row_and_value(new: Database, old: OldDatabase) -> None:
    now = contents(new)

    for table, rows in old.rows.items():
        moved = SECRET_COLUMNS if table == "officers" else set()
        names = rows[0].keys() - moved
        kept, before = (
            [{name: row[name] for name in names} for row in version]
            for version in (now[table], rows)
        )
        assert kept == before, table


def test_an_upgrade_gives_the_officers_in_office_their_credentials_and_no_other(
    new: Database, old: OldDatabase
) -> None:
    found = contents(new)["credentials"]

    assert sorted(row["officer_id"] for row in found) == ["1", "2"]
    assert {row["totp_secret"] for row in found} == {None}
    before = {row["id"]: row for row in old.rows["officers"]}
    for row in found:
        assert all(row[name] == before[row["officer_id"]][name] for name in SECRET_COLUMNS)


def test_after_an_upgrade_the_printed_key_is_the_first_recovery_key(
    new: Database, old: OldDatabase
) -> None:
    (paper,) = list_recovery_keys(new)

    assert (paper.label, paper.recipient) == (FIRST_LABEL, old.queue.recipient)
    assert [key.recipient for key in list_queue_keys(new)] == [old.queue.recipient]
    assert present_keys(new, old.queue) == (old.queue,)
    assert check_recovery_key(new, old.queue, actor="admin").label == FIRST_LABEL


def test_after_an_upgrade_an_old_password_alone_opens_nothing(new: Database) -> None:
    door = Door(new, bytes(32))

    for code in ("", "000000"):
        with pytest.raises(UnauthenticatedError):
            sign_in(door, name="Lan", password="Lan", code=code)


@pytest.mark.parametrize("kind", InvitationKind)
def test_after_an_upgrade_an_officer_is_invited_with_the_printed_key_and_reads_old_reports(
    new: Database, old: OldDatabase, kind: InvitationKind
) -> None:
    code = invite_again(
        new, name="Lan", kind=kind, keys=present_keys(new, old.queue), actor="admin"
    )
    phone, password = new_secret(), "mật khẩu mới của Lan"
    papers = accept(
        new,
        code,
        password=password,
        totp_secret=phone,
        typed=pyotp.TOTP(phone).now(),
        secret_key=bytes(32),
    )
    door = Door(new, bytes(32))
    keys = unlock_queue_keys(door, name="Lan", password=password, code=papers[0])

    (report,) = contents(new)["reports"]
    assert unseal(report["sealed"], keys[0]).decode() == "điều đã gửi"


def test_after_an_upgrade_a_new_key_reaches_who_is_in_office_and_the_printed_key(
    new: Database, old: OldDatabase
) -> None:
    rotate(new, keys=present_keys(new, old.queue), actor="admin")

    (paper,) = list_recovery_keys(new)
    holders = {row["holder"] for row in contents(new)["queue_key_copies"]}
    assert holders == {"officer:1", "officer:2", f"recovery:{paper.id}"}
    assert len(present_keys(new, old.queue)) == 2


def test_after_an_upgrade_a_sender_s_code_still_opens_the_report(
    new: Database, old: OldDatabase
) -> None:
    service = ReportService(new, old.queue.recipient, bytes(32), "XG")

    followed = follow(service, old.code)
    assert (followed.reference, [message.text for message in followed.messages]) == (
        "XG-7K3M92",
        ["ok"],
    )


def test_an_upgrade_of_a_database_before_init_makes_no_key(empty_database_url: str) -> None:
    opened = Database(empty_database_url)
    migrate_to(opened, "0001")
    migrate(opened)

    assert list_queue_keys(opened) == []
    assert list_recovery_keys(opened) == []
    opened.close()
