"""Whoever changes, removes or reorders an audit event is found out, at the right place."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest
from sqlalchemy import Connection, delete, select, text, update

from forms_api.errors import AuditError
from forms_api.store import audit
from forms_api.store.database import Database, Work
from forms_api.store.schema import events

AT = dt.datetime(2026, 11, 3, 8, 30, tzinfo=dt.UTC)
COUNT = 6


@pytest.fixture
def chain(database: Database) -> audit.ChainHead:
    """The head of a chain of six events, written in three transactions."""
    for number in range(0, COUNT, 2):
        database.write(_append(_event(number), _event(number + 1)))
    with database.read() as connection:
        return audit.read_head(connection)


def _append(*new: audit.Event) -> Work[None]:
    return lambda connection: audit.append(connection, new, at=AT)


def _event(number: int) -> audit.Event:
    return audit.Event(f"officer:{number}", "opened", f"report {number}", {"number": number})


def broken_at(database: Database) -> int:
    """Return the sequence of the first event that the check refuses."""
    with database.read() as connection, pytest.raises(AuditError) as caught:
        audit.verify(connection)
    return caught.value.sequence


def test_an_untouched_chain_is_whole_and_its_head_is_the_last_event(
    database: Database, chain: audit.ChainHead
) -> None:
    with database.read() as connection:
        assert audit.verify(connection) == chain == audit.read_head(connection)
    assert chain.sequence == COUNT


def test_an_empty_log_is_whole(database: Database) -> None:
    with database.read() as connection:
        assert audit.verify(connection) == audit.ChainHead(0, audit.GENESIS)


@pytest.mark.parametrize("sequence", [1, 3, COUNT])
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", AT + dt.timedelta(microseconds=1)),
        ("actor", "officer:other"),
        ("action", "acknowledged"),
        ("report_id", "report x"),
        ("report_id", None),
        ("details", "{}"),
        ("chain_hash", bytes(32)),
    ],
)
def test_a_changed_value_is_found_where_it_stands(
    database: Database, chain: audit.ChainHead, column: str, value: object, sequence: int
) -> None:
    changed = update(events).where(events.c.sequence == sequence).values({column: value})
    database.write(lambda c: c.execute(changed).rowcount)

    assert broken_at(database) == sequence


def test_every_column_of_an_event_is_one_that_the_test_above_changes() -> None:
    changed = {"at", "actor", "action", "report_id", "details", "chain_hash"}

    assert {column.name for column in events.c} == changed | {"sequence"}


@pytest.mark.parametrize("sequence", range(1, COUNT))
def test_a_removed_event_is_missed(
    database: Database, chain: audit.ChainHead, sequence: int
) -> None:
    removed = delete(events).where(events.c.sequence == sequence)
    database.write(lambda c: c.execute(removed).rowcount)

    assert broken_at(database) == sequence


def test_a_removed_event_whose_place_is_closed_up_is_found(
    database: Database, chain: audit.ChainHead
) -> None:
    def close_up(connection: Connection) -> None:
        connection.execute(delete(events).where(events.c.sequence == 3))
        for sequence in range(4, COUNT + 1):
            moved = update(events).where(events.c.sequence == sequence)
            connection.execute(moved.values(sequence=sequence - 1))

    database.write(close_up)

    assert broken_at(database) == 3


def test_an_event_changed_together_with_its_own_hash_breaks_the_next_one(
    database: Database, chain: audit.ChainHead
) -> None:
    def rewrite(connection: Connection) -> None:
        rows = connection.execute(select(events).order_by(events.c.sequence)).mappings().all()
        changed = {**rows[2], "actor": "officer:other"}
        own = audit._chain_hash(rows[1]["chain_hash"], changed)
        values = {"actor": changed["actor"], "chain_hash": own}
        connection.execute(update(events).where(events.c.sequence == 3).values(values))

    database.write(rewrite)

    assert broken_at(database) == 4


def test_two_events_that_changed_places_are_found(
    database: Database, chain: audit.ChainHead
) -> None:
    def swap(connection: Connection) -> None:
        for old, new in ((2, 99), (4, 2), (99, 4)):
            connection.execute(update(events).where(events.c.sequence == old).values(sequence=new))

    database.write(swap)

    assert broken_at(database) == 2


def test_an_event_put_before_the_first_is_found(database: Database, chain: audit.ChainHead) -> None:
    def put_before(connection: Connection) -> None:
        first = connection.execute(select(events).order_by(events.c.sequence)).mappings().first()
        assert first is not None
        connection.execute(events.insert().values({**first, "sequence": 0}))

    database.write(put_before)

    assert broken_at(database) == 1


def test_a_shortened_chain_shows_against_a_head_kept_elsewhere(
    database: Database, chain: audit.ChainHead
) -> None:
    database.write(lambda c: c.execute(delete(events).where(events.c.sequence > 4)).rowcount)

    with database.read() as connection:
        head = audit.verify(connection)
    assert head != chain
    assert head.sequence < chain.sequence


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(
    ("column", "value"), [("at", "'soon'"), ("at", str(2**62)), ("actor", "x'ff'"), ("at", "1.5")]
)
def test_a_value_of_the_wrong_type_is_found_like_any_other(
    database: Database, chain: audit.ChainHead, column: str, value: str
) -> None:
    changed = text(f"UPDATE events SET {column} = {value} WHERE sequence = 2")
    database.write(lambda c: c.execute(changed).close())

    assert broken_at(database) == 2


APPENDING = """
import datetime as dt, sys, threading
from forms_api.store import audit
from forms_api.store.database import Database

database = Database(sys.argv[1])

def append(name):
    for number in range(25):
        event = audit.Event(name, "opened", None, {"number": number})
        database.write(lambda c: audit.append(c, [event], at=dt.datetime.now(dt.UTC)))

threads = [threading.Thread(target=append, args=(f"{sys.argv[2]}.{n}",)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
database.close()
"""


def test_two_processes_append_to_one_chain(database: Database) -> None:
    address = database.url.render_as_string(hide_password=False)

    running = [subprocess.Popen([sys.executable, "-c", APPENDING, address, name]) for name in "ab"]

    assert [process.wait(120) for process in running] == [0, 0]
    with database.read() as connection:
        assert audit.verify(connection).sequence == 200
        actors = connection.execute(select(events.c.actor)).scalars().all()
    assert {actor: actors.count(actor) for actor in set(actors)} == {
        f"{process}.{thread}": 25 for process in "ab" for thread in range(4)
    }
