"""Rows that a transaction inserts at its end, one statement for all the work that shares a commit.

A statement costs most of what storing a report costs, and each one lets every other thread of the
process in between. What nothing in the transaction reads back can wait for the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect

Insert = Callable[[Connection, list[Any]], None]
Converter = Callable[[Any], Any]

# A `Connection` lives for one transaction.
_waiting: WeakKeyDictionary[Connection, dict[Insert, list[Any]]] = WeakKeyDictionary()


def at_commit(connection: Connection, insert: Insert, rows: Sequence[Any]) -> None:
    """Let `insert` have `rows` at the end of the transaction, together with all others it is given.

    Different inserts run in the order in which they were first named.
    """
    _waiting.setdefault(connection, {}).setdefault(insert, []).extend(rows)


def insert_deferred(connection: Connection) -> None:
    """Insert what waits; called once, before the commit."""
    for insert, rows in _waiting.pop(connection, {}).items():
        insert(connection, rows)


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows`, one or more with the same columns, with a statement that returns nothing.

    SQLAlchemy's own insert of many rows is run row by row, or stepped through for what it returns:
    at each step the driver lets other threads in, while all writers wait for this one's lock. So
    SQLite gets one statement for all rows. PostgreSQL gets the same short one for each, which it
    plans once; psycopg sends them all before it waits for an answer.
    """
    names = tuple(rows[0])
    is_sqlite = connection.dialect.name == "sqlite"
    text, converters = _insert_text(connection.dialect, table, names, len(rows) if is_sqlite else 1)
    columns = tuple(zip(names, converters, strict=True))
    values = [
        tuple(row[name] if convert is None else convert(row[name]) for name, convert in columns)
        for row in rows
    ]
    connection.exec_driver_sql(text, tuple(chain.from_iterable(values)) if is_sqlite else values)


@lru_cache(maxsize=256)
def _insert_text(
    dialect: Dialect, table: Table, names: tuple[str, ...], count: int
) -> tuple[str, tuple[Converter | None, ...]]:
    """Return the statement for `count` rows, and what makes of each column's value the driver's."""
    quote = dialect.identifier_preparer.quote
    sign = "?" if dialect.paramstyle == "qmark" else "%s"
    row = f"({', '.join(sign for _ in names)})"
    columns, rows = ", ".join(map(quote, names)), ", ".join([row] * count)
    # It holds names of our schema alone; values go to the driver beside it.
    text = f"INSERT INTO {quote(table.name)} ({columns}) VALUES {rows}"  # noqa: S608
    return text, tuple(
        table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    )
