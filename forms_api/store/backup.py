"""The whole database as one file, and back, on either engine.

A backup is gzip-compressed JSON lines: a header, a row a line (bytes in base64), and a last line
with counts and the SHA-256 of all lines before it. Reports stay sealed in it; password hashes
and wrapped keys are in it, so the file is for the administrator's eyes alone (mode 0600).
Restoring on the other engine is how an installation moves between SQLite and PostgreSQL.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select, text

from forms_api.errors import BackupError, ConflictError, StorageError
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.installation import migrate_to, schema_revision
from forms_api.store.schema import metadata

FORMAT = 1
_BATCH = 500
_PASSING = frozenset({"limit_counters"})
"""What no backup holds: keyed hashes of networks last a day, and backups far longer."""


@dataclass(frozen=True)
class BackupSummary:
    """What a backup holds."""

    made_at: dt.datetime
    revision: str
    counts: dict[str, int]
    sha256: str


def back_up(database: Database, target: Path, *, prove: bool = False) -> BackupSummary:
    """Write one consistent state of `database` to `target`, which appears whole or not at all.

    With `prove` it appears only when a restore of it went through; until then an earlier file stays.
    Raises StorageError, and where it is to be proven what `restore` raises.
    """
    if target.exists() and not target.is_file():
        raise StorageError(f"not a file: {target}")
    try:
        descriptor, name = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)  # 0600
        partial = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as raw:
                with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as out:
                    summary = _write_lines(database, out)
                raw.flush()
                os.fsync(raw.fileno())
            if prove:
                _prove(partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        raise StorageError(f"{error.strerror or 'write failed'}: {target}") from error
    return summary


def _prove(source: Path) -> None:
    """Restore `source` into a database beside it that nobody uses, verify that, and drop it."""
    with (
        tempfile.TemporaryDirectory(prefix=f"{source.name}.", dir=source.parent) as folder,  # 0700
        closing(Database(f"sqlite:///{folder}/scratch.sqlite3")) as scratch,
    ):
        restore(scratch, source)


def restore(database: Database, source: Path) -> BackupSummary:
    """Fill an empty database from `source` in one transaction, then bring its schema up to date.

    1. Read the file whole: a damaged or foreign one changes nothing.
    2. Refuse a database that holds anything.
    3. Make the tables as they were when the backup was made, and fill them.
    4. Migrate to the newest schema, verify the audit chain.

    Raises ConflictError when the database is not empty, BackupError for a damaged or foreign file,
    AuditError when the chain was broken already in the backup (all of it is restored).
    """
    summary = check_backup(source)
    with database.read() as connection:
        _refuse_unless_empty(connection)
    try:
        migrate_to(database, summary.revision)
    except CommandError as error:
        raise BackupError("the backup was made by a newer version of this software") from error
    with database.transaction() as connection:
        _refuse_unless_empty(connection)
        if schema_revision(connection) != summary.revision:
            raise ConflictError("the database has tables of another version")
        tables = _tables(connection)
        for name, rows in _batches(source):
            connection.execute(insert(tables[name]), rows)
        if connection.dialect.name == "postgresql":
            _advance_sequences(connection, tables)
    migrate_to(database, "head")
    with database.read() as connection:
        audit.verify(connection)
    return summary


def check_backup(source: Path) -> BackupSummary:
    """Return what a backup holds after reading all of it. Raises BackupError."""
    try:
        return _check(source)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"{source} is no backup of this software") from error


def _check(source: Path) -> BackupSummary:
    """Read every line as `restore` will.

    Raises ValueError, KeyError, TypeError or AttributeError where a line is not of this format.
    """
    digest = hashlib.sha256()
    lines = _lines(source)
    first = next(lines, b"")
    digest.update(first)
    header = json.loads(first)
    if header["format"] > FORMAT:
        raise BackupError("the backup was made by a newer version of this software")
    made_at, revision = dt.datetime.fromisoformat(header["made_at"]), str(header["revision"])
    counts = dict.fromkeys(header["tables"], 0)
    if not counts.keys() <= metadata.tables.keys() or not revision:
        raise ValueError("other tables")
    end: dict[str, Any] = {}
    for line in lines:
        if end:
            raise ValueError("something follows the end")
        record = json.loads(line)
        if "end" in record:
            end = record
            continue
        _decoded(record["row"])
        counts[record["table"]] += 1
        digest.update(line)
    if not end:
        raise BackupError("the backup is incomplete")
    if end["sha256"] != digest.hexdigest() or end["counts"] != counts:
        raise BackupError("the backup is damaged")
    return BackupSummary(made_at, revision, counts, digest.hexdigest())


def _write_lines(database: Database, out: gzip.GzipFile) -> BackupSummary:
    digest = hashlib.sha256()
    counts: dict[str, int] = {}
    made_at = dt.datetime.now(dt.UTC)

    def write(record: dict[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=False).encode() + b"\n"
        digest.update(line)
        out.write(line)

    with database.read() as connection:
        if connection.dialect.name == "postgresql":
            # The first statement: every later one sees the same state.
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        revision = schema_revision(connection) or ""
        tables = _tables(connection)
        write(
            {
                "format": FORMAT,
                "made_at": made_at.isoformat(),
                "revision": revision,
                "tables": list(tables),
            }
        )
        for name, table in tables.items():
            counts[name] = 0
            stream = connection.execution_options(yield_per=_BATCH).execute(select(table))
            for row in stream.mappings():
                values = {key: _encode(value) for key, value in row.items()}
                write({"table": name, "row": values})
                counts[name] += 1
    summary = BackupSummary(made_at, revision, counts, digest.hexdigest())
    write({"end": True, "counts": counts, "sha256": summary.sha256})
    return summary


def _tables(connection: Connection) -> dict[str, Table]:
    """Return the tables as they stand in this database, referred-to ones first, values raw."""
    reflected = MetaData()
    kept = metadata.tables.keys() - _PASSING
    reflected.reflect(connection, only=lambda name, _: name in kept)
    return {table.name: table for table in reflected.sorted_tables}


def _batches(source: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    name = ""
    rows: list[dict[str, Any]] = []
    for line in _lines(source):
        record = json.loads(line)
        if "row" not in record:
            continue
        if rows and (record["table"] != name or len(rows) >= _BATCH):
            yield name, rows
            rows = []
        name = record["table"]
        rows.append(_decoded(record["row"]))
    if rows:
        yield name, rows


def _lines(source: Path) -> Iterator[bytes]:
    try:
        with gzip.open(source, "rb") as lines:
            yield from lines
    except (OSError, EOFError, zlib.error) as error:
        raise BackupError(f"cannot read the backup: {error}") from error


def _encode(value: object) -> object:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _decoded(row: dict[str, Any]) -> dict[str, Any]:
    return {column: _decode(value) for column, value in row.items()}


def _decode(value: Any) -> Any:  # noqa: ANN401 - any column's value
    is_bytes = isinstance(value, dict) and set(value) == {"base64"}
    return base64.b64decode(value["base64"], validate=True) if is_bytes else value


def _refuse_unless_empty(connection: Connection) -> None:
    present = set(inspect(connection).get_table_names())
    for table in metadata.sorted_tables:
        if table.name in present and connection.execute(select(table).limit(1)).first():
            raise ConflictError("the database is not empty")


def _advance_sequences(connection: Connection, tables: dict[str, Table]) -> None:
    """Let PostgreSQL number new rows behind the restored ones."""
    for table in tables.values():
        column = table.c.get("sequence")
        sequence = (
            column is not None
            and connection.execute(
                select(func.pg_get_serial_sequence(table.name, "sequence"))
            ).scalar()
        )
        if column is not None and sequence:
            highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            connection.execute(select(func.setval(sequence, highest, False)))  # noqa: FBT003


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
