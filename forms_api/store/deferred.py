"""Rows that a transaction inserts at its end, one statement for all the work that shares a commit.

A statement costs most of what storing a report costs, and each one lets every other thread of the
process in between. What nothing in the transaction reads back can wait for the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection

Insert = Callable[[Connection, list[Any]], None]

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
