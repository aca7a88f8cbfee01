"""What officers and operators do about notices that do not go out: look, try again, give up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from forms_api.accounts.permissions import Actor, Permission
from forms_api.errors import NotFoundError
from forms_api.reports.service import utc_now
from forms_api.store import audit, outbox
from forms_api.store.database import Database


@dataclass(frozen=True)
class UnsentNotice:
    """A notice that has not gone out. `dead`: after its last attempt nobody tries again by itself."""

    number: int
    topic: str
    created_at: dt.datetime
    due_at: dt.datetime
    attempts: int
    failure: str | None
    dead: bool


def list_unsent(database: Database, actor: Actor) -> list[UnsentNotice]:
    """Return the notices that have not gone out, oldest first. Raises ForbiddenError."""
    actor.need(Permission.KEYS)
    with database.read() as connection:
        return _unsent(connection)


def count_dead_letters(database: Database) -> int:
    """Return how many notices were given up: a number that everybody at the desk may see."""
    with database.read() as connection:
        return outbox.dead_letters(connection)


def retry(database: Database, actor: Actor, numbers: Collection[int] | None = None) -> list[int]:
    """Let these dead letters, of None all, go out anew; return their numbers.

    Raises ForbiddenError, NotFoundError for a number that is no dead letter.
    """
    actor.need(Permission.KEYS)

    def store(connection: Connection) -> list[int]:
        now = utc_now()
        chosen = _chosen_dead(connection, numbers)
        outbox.revive(connection, [notice.number for notice in chosen], at=now)
        _note(connection, actor, "notice retried", chosen, at=now)
        return [notice.number for notice in chosen]

    return database.write(store)


def drop(database: Database, actor: Actor, numbers: Collection[int] | None = None) -> list[int]:
    """Delete these dead letters, of None all; return their numbers. The reports stay as they are.

    Raises ForbiddenError, NotFoundError for a number that is no dead letter.
    """
    actor.need(Permission.KEYS)

    def store(connection: Connection) -> list[int]:
        chosen = _chosen_dead(connection, numbers)
        outbox.discard(connection, [notice.number for notice in chosen])
        _note(connection, actor, "notice dropped", chosen, at=utc_now())
        return [notice.number for notice in chosen]

    return database.write(store)


def _unsent(connection: Connection) -> list[UnsentNotice]:
    return [
        UnsentNotice(
            number=row["sequence"],
            topic=row["topic"],
            created_at=row["created_at"],
            due_at=row["due_at"],
            attempts=row["attempts"],
            failure=row["failure"],
            dead=row["attempts"] >= outbox.MAX_ATTEMPTS,
        )
        for row in outbox.unsent(connection)
    ]


def _chosen_dead(connection: Connection, numbers: Collection[int] | None) -> list[UnsentNotice]:
    dead = {notice.number: notice for notice in _unsent(connection) if notice.dead}
    if numbers is None:
        return list(dead.values())
    for number in numbers:
        if number not in dead:
            raise NotFoundError(str(number))
    return [dead[number] for number in sorted(set(numbers))]


def _note(
    connection: Connection,
    actor: Actor,
    action: str,
    chosen: Collection[UnsentNotice],
    *,
    at: dt.datetime,
) -> None:
    events = [
        audit.Event(actor.name, action, None, {"number": notice.number, "topic": notice.topic})
        for notice in chosen
    ]
    audit.append(connection, events, at=at)
