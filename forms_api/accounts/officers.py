"""Officers: people of the model with a role, a part of the work, and terms of office."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update

from forms_api.accounts.permissions import Actor, Role, officer_actor
from forms_api.accounts.queue_keys import end_invitations, officer_holder, take_keys_from
from forms_api.errors import ConflictError, NotFoundError
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.schema import (
    credentials,
    officers,
    recovery_codes,
    sessions,
    terms,
    tokens,
)


@dataclass(frozen=True)
class Officer:
    """A person who may sign in. `areas` and `categories` bound what is seen; None means all."""

    id: str
    name: str
    role: Role
    created_at: dt.datetime
    disabled_at: dt.datetime | None = None
    full_name: str | None = None
    areas: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    has_signed_up: bool = False

    @property
    def actor(self) -> Actor:
        """Who this officer is to every use case."""
        return officer_actor(self.name, self.role, areas=self.areas, categories=self.categories)


@dataclass(frozen=True)
class Term:
    """A time in a seat (Quy chế, Điều 4 khoản 4): who proposed it, the decision's number, the days."""

    proposed_by: str
    starts_on: dt.date
    seat: str | None = None
    decision: str | None = None
    ends_on: dt.date | None = None
    dismissal_proposed_by: str | None = None
    dismissal_decision: str | None = None


@dataclass(frozen=True)
class NewOfficer:
    """What is told of a person who is to be invited."""

    name: str
    role: Role
    full_name: str | None = None
    areas: Collection[str] | None = None
    categories: Collection[str] | None = None
    term: Term | None = field(default=None)


def insert_officer(
    connection: Connection, new: NewOfficer, *, id_: str, actor: str, at: dt.datetime
) -> Officer:
    """Insert an officer who cannot sign in yet. Raises ConflictError when the name is taken."""
    name = normal_name(new.name)
    if connection.execute(select(officers.c.id).where(officers.c.name == name)).first():
        raise ConflictError(name)
    connection.execute(
        insert(officers).values(
            id=id_,
            name=name,
            full_name=new.full_name,
            role=new.role.value,
            areas=_ids(new.areas),
            categories=_ids(new.categories),
            created_at=at,
        )
    )
    officer = find_by_id(connection, id_)
    if new.term is not None:
        begin_term(connection, id_, new.term)
    note(connection, actor, "officer added", officer, at=at)
    return officer


def change_officer(
    database: Database,
    *,
    officer_id: str,
    role: Role,
    areas: Collection[str] | None,
    categories: Collection[str] | None,
    actor: str,
) -> Officer:
    """Change what an officer may do and sees; sessions end, so that nothing old goes on.

    Raises NotFoundError.
    """

    def store(connection: Connection) -> Officer:
        find_by_id(connection, officer_id)
        connection.execute(
            update(officers)
            .where(officers.c.id == officer_id)
            .values(role=role.value, areas=_ids(areas), categories=_ids(categories))
        )
        connection.execute(delete(sessions).where(sessions.c.officer_id == officer_id))
        officer = find_by_id(connection, officer_id)
        note(connection, actor, "officer changed", officer, at=_now())
        return officer

    return database.write(store)


def disable_officer(
    database: Database, *, name: str, actor: str, dismissal: Term | None = None
) -> Officer:
    """Shut an officer out at once: sessions, tokens, password, second factor and keys are gone.

    `dismissal` closes the running term. Raises NotFoundError.
    """

    def store(connection: Connection) -> Officer:
        now = _now()
        officer = _of_name(connection, name)
        end_access(connection, officer.id, at=now)
        end_invitations(connection, at=now, officer_id=officer.id)
        for table in (credentials, recovery_codes):
            connection.execute(delete(table).where(table.c.officer_id == officer.id))
        take_keys_from(connection, officer_holder(officer.id))
        connection.execute(
            update(officers).where(officers.c.id == officer.id).values(disabled_at=now)
        )
        if dismissal is not None:
            _end_term(connection, officer.id, dismissal)
        note(connection, actor, "officer disabled", officer, at=now)
        return find_by_id(connection, officer.id)

    return database.write(store)


def list_officers(database: Database) -> list[Officer]:
    """Return all officers, by name."""
    with database.read() as connection:
        return [_officer(row) for row in connection.execute(_query()).mappings()]


def find_officer(database: Database, name: str) -> Officer:
    """Return the officer of that name. Raises NotFoundError."""
    with database.read() as connection:
        return _of_name(connection, name)


def find_by_id(connection: Connection, officer_id: str) -> Officer:
    """Return the officer with this id. Raises NotFoundError."""
    row = connection.execute(_query().where(officers.c.id == officer_id)).mappings().first()
    if row is None:
        raise NotFoundError(officer_id)
    return _officer(row)


def end_access(connection: Connection, officer_id: str, *, at: dt.datetime) -> None:
    """End all that an officer is signed in with, at browsers and in programs."""
    connection.execute(delete(sessions).where(sessions.c.officer_id == officer_id))
    connection.execute(
        update(tokens)
        .where(tokens.c.owner_id == officer_id, tokens.c.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def begin_term(connection: Connection, officer_id: str, term: Term) -> None:
    """Keep that an officer was recognised in a seat."""
    connection.execute(
        insert(terms).values(
            officer_id=officer_id,
            seat=term.seat,
            proposed_by=term.proposed_by,
            decision=term.decision,
            starts_on=term.starts_on.isoformat(),
        )
    )


def list_terms(database: Database, officer_id: str) -> Sequence[Term]:
    """Return an officer's terms, newest first."""
    query = select(terms).where(terms.c.officer_id == officer_id).order_by(terms.c.sequence.desc())
    with database.read() as connection:
        return [_term(row) for row in connection.execute(query).mappings()]


def normal_name(name: str) -> str:
    """Return the name in NFC: keyboards send Vietnamese letters in either form."""
    return unicodedata.normalize("NFC", name).strip()


def note(
    connection: Connection, actor: str, action: str, officer: Officer, *, at: dt.datetime
) -> None:
    """Keep in the audit log what was done about an officer."""
    details = {"officer": officer.name, "role": officer.role.value}
    audit.append(connection, [audit.Event(actor, action, None, details)], at=at)


def _end_term(connection: Connection, officer_id: str, dismissal: Term) -> None:
    ends_on = dismissal.ends_on or dismissal.starts_on
    connection.execute(
        update(terms)
        .where(terms.c.officer_id == officer_id, terms.c.ends_on.is_(None))
        .values(
            ends_on=ends_on.isoformat(),
            dismissal_proposed_by=dismissal.dismissal_proposed_by,
            dismissal_decision=dismissal.dismissal_decision,
        )
    )


def _query() -> Select[Any]:
    """Select officers with whether they can sign in: with a password and a second factor."""
    signed_up = credentials.c.totp_secret.is_not(None).label("has_signed_up")
    return (
        select(officers, signed_up)
        .outerjoin(credentials, credentials.c.officer_id == officers.c.id)
        .order_by(officers.c.name)
    )


def _of_name(connection: Connection, name: str) -> Officer:
    query = _query().where(officers.c.name == normal_name(name))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError(name)
    return _officer(row)


def _officer(row: RowMapping) -> Officer:
    return Officer(
        id=row["id"],
        name=row["name"],
        role=Role(row["role"]),
        created_at=row["created_at"],
        disabled_at=row["disabled_at"],
        full_name=row["full_name"],
        areas=None if row["areas"] is None else tuple(row["areas"]),
        categories=None if row["categories"] is None else tuple(row["categories"]),
        has_signed_up=bool(row["has_signed_up"]),
    )


def _term(row: RowMapping) -> Term:
    ends_on = row["ends_on"]
    return Term(
        proposed_by=row["proposed_by"],
        starts_on=dt.date.fromisoformat(row["starts_on"]),
        seat=row["seat"],
        decision=row["decision"],
        ends_on=None if ends_on is None else dt.date.fromisoformat(ends_on),
        dismissal_proposed_by=row["dismissal_proposed_by"],
        dismissal_decision=row["dismissal_decision"],
    )


def _ids(values: Collection[str] | None) -> list[str] | None:
    return None if values is None else sorted(values)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
