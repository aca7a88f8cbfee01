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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select, text

from forms_api.errors import ConflictError, StorageError
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.installation import migrate_to, schema_revision
from forms_api.store.schema import facts, metadata

FORMAT = 1
_BATCH = 500


@dataclass(frozen=True)
class BackupSummary:
    """What a backup holds."""

    made_at: dt.datetime
    revision: str
    counts: dict[str, int]
    sha256: str


def back_up(database: Database, target: Path) -> BackupSummary:
    """Write one consistent state of `database` to `target`, which appears whole or not at all.

    Raises StorageError.
    """
    partial = target.with_name(target.name + ".partial")
    try:
        with _private_file(partial) as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as out:
            summary = _write_lines(database, out)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise StorageError(error.strerror or "write failed") from error
    return summary


def restore(database: Database, source: Path) -> BackupSummary:
    """Fill an empty database from `source` in one transaction, then bring its schema up to date.

    The file is checked whole before anything is written. Raises ConflictError when the database
    is not empty, StorageError for a damaged file.
    """
    summary = check_backup(source)
    with database.read() as connection:
        if inspect(connection).has_table(facts.name) and _count(connection, facts):
            raise ConflictError("the database is not empty")
    migrate_to(database, summary.revision)
    with database.transaction() as connection:
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
    """Return what a backup holds after reading all of it. Raises StorageError for a damaged file."""
    digest = hashlib.sha256()
    counts: dict[str, int] = {}
    header: dict[str, Any] = {}
    for line in _lines(source):
        record = json.loads(line)
        if "end" in record:
            if record["sha256"] != digest.hexdigest() or record["counts"] != counts:
                break
            made_at = dt.datetime.fromisoformat(header["made_at"])
            return BackupSummary(made_at, header["revision"], counts, record["sha256"])
        if "format" in record:
            header = record
            counts = dict.fromkeys(record["tables"], 0)
        else:
            counts[record["table"]] += 1
        digest.update(line)
    raise StorageError("the backup is damaged or incomplete")


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
    reflected.reflect(connection, only=lambda name, _: name in metadata.tables)
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
        rows.append({key: _decode(value) for key, value in record["row"].items()})
    if rows:
        yield name, rows


def _lines(source: Path) -> Iterator[bytes]:
    try:
        with gzip.open(source, "rb") as lines:
            yield from lines
    except (OSError, EOFError) as error:
        raise StorageError(f"cannot read the backup: {error}") from error


def _encode(value: object) -> object:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _decode(value: Any) -> Any:  # noqa: ANN401 - any column's value
    is_bytes = isinstance(value, dict) and set(value) == {"base64"}
    return base64.b64decode(value["base64"]) if is_bytes else value


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


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _private_file(path: Path) -> Any:  # noqa: ANN401 - a binary file, as GzipFile takes it
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "wb")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
