"""Officers: people with a password, a role, and the queue's key wrapped under that password."""

from __future__ import annotations

import datetime as dt
import secrets
import unicodedata
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, RowMapping, insert, select, update

from forms_api.accounts.permissions import Role
from forms_api.errors import ConflictError, NotFoundError, SealError, UnauthenticatedError
from forms_api.store import audit
from forms_api.store.database import Database, Work
from forms_api.store.installation import QUEUE_RECIPIENT, read_fact
from forms_api.store.schema import officers
from forms_api.vault.officer_keys import (
    WrapCost,
    WrappedIdentity,
    hash_password,
    password_matches,
    unwrap_identity,
    wrap_identity,
)
from forms_api.vault.sealing import Identity


@dataclass(frozen=True)
class Officer:
    """A person who may sign in."""

    id: str
    name: str
    role: Role
    created_at: dt.datetime
    disabled_at: dt.datetime | None


def add_officer(
    database: Database,
    *,
    name: str,
    role: Role,
    password: str,
    queue_identity: Identity,
    actor: str,
) -> Officer:
    """Add an officer who can open the queue with `password`.

    Raises ConflictError when the name is taken, SealError when `queue_identity` is not the
    queue's own key.
    """
    return database.write(
        adding_officer(
            name=name, role=role, password=password, queue_identity=queue_identity, actor=actor
        )
    )


def adding_officer(
    *, name: str, role: Role, password: str, queue_identity: Identity, actor: str
) -> Work[Officer]:
    """Return `add_officer` as a write, for a transaction that does more: the first officer's."""
    name = _normal(name)
    officer = Officer(secrets.token_hex(8), name, role, dt.datetime.now(dt.UTC), None)
    secret_columns = _secret_columns(officer.id, password, queue_identity)

    def store(connection: Connection) -> Officer:
        _check_key(connection, queue_identity)
        if connection.execute(select(officers.c.id).where(officers.c.name == name)).first():
            raise ConflictError(name)
        connection.execute(
            insert(officers).values(
                id=officer.id,
                name=name,
                role=role.value,
                created_at=officer.created_at,
                disabled_at=None,
                **secret_columns,
            )
        )
        _note(connection, actor, "officer added", officer, at=officer.created_at)
        return officer

    return store


def reset_password(
    database: Database, *, name: str, password: str, queue_identity: Identity, actor: str
) -> Officer:
    """Give an officer a new password, with the queue's key wrapped anew, and enable the account.

    Raises NotFoundError, SealError.
    """
    officer = find_officer(database, name)
    secret_columns = _secret_columns(officer.id, password, queue_identity)
    now = dt.datetime.now(dt.UTC)

    def store(connection: Connection) -> None:
        _check_key(connection, queue_identity)
        connection.execute(
            update(officers)
            .where(officers.c.id == officer.id)
            .values(disabled_at=None, **secret_columns)
        )
        _note(connection, actor, "officer password reset", officer, at=now)

    database.write(store)
    return officer


def disable_officer(database: Database, *, name: str, actor: str) -> Officer:
    """Shut an officer out at once. Raises NotFoundError."""
    officer = find_officer(database, name)
    now = dt.datetime.now(dt.UTC)

    def store(connection: Connection) -> None:
        connection.execute(
            update(officers).where(officers.c.id == officer.id).values(disabled_at=now)
        )
        _note(connection, actor, "officer disabled", officer, at=now)

    database.write(store)
    return officer


def list_officers(database: Database) -> list[Officer]:
    """Return all officers, by name."""
    with database.read() as connection:
        found = connection.execute(select(officers).order_by(officers.c.name)).mappings().all()
    return [_officer(row) for row in found]


def find_officer(database: Database, name: str) -> Officer:
    """Return the officer of that name. Raises NotFoundError."""
    return _officer(_row(database, name))


def unlock(database: Database, *, name: str, password: str) -> Identity:
    """Return the queue's private key to an officer who knows the password.

    Raises UnauthenticatedError, alike for an unknown name, a wrong password and a disabled
    account.
    """
    try:
        row = _row(database, name)
    except NotFoundError:
        hash_password(password)  # costs what a check costs, so that time tells nothing
        raise UnauthenticatedError from None
    known = password_matches(password, row["password_hash"])
    if not known or row["disabled_at"] is not None:
        raise UnauthenticatedError
    wrapped = WrappedIdentity(
        row["wrap_salt"], WrapCost(**row["wrap_cost"]), row["wrapped_identity"]
    )
    try:
        return unwrap_identity(wrapped, password=password, officer=row["id"])
    except SealError:
        raise UnauthenticatedError from None


def _secret_columns(officer_id: str, password: str, identity: Identity) -> dict[str, object]:
    wrapped = wrap_identity(identity, password=password, officer=officer_id)
    return {
        "password_hash": hash_password(password),
        "wrap_salt": wrapped.salt,
        "wrap_cost": asdict(wrapped.cost),
        "wrapped_identity": wrapped.sealed,
    }


def _check_key(connection: Connection, identity: Identity) -> None:
    if read_fact(connection, QUEUE_RECIPIENT) != identity.recipient:
        raise SealError("not the queue's key")


def _row(database: Database, name: str) -> RowMapping:
    with database.read() as connection:
        row = (
            connection.execute(select(officers).where(officers.c.name == _normal(name)))
            .mappings()
            .first()
        )
    if row is None:
        raise NotFoundError(name)
    return row


def _normal(name: str) -> str:
    """Return the name in NFC: keyboards send Vietnamese letters in either form."""
    return unicodedata.normalize("NFC", name).strip()


def _officer(row: RowMapping) -> Officer:
    return Officer(row["id"], row["name"], Role(row["role"]), row["created_at"], row["disabled_at"])


def _note(
    connection: Connection, actor: str, action: str, officer: Officer, *, at: dt.datetime
) -> None:
    details = {"officer": officer.name, "role": officer.role.value}
    audit.append(connection, [audit.Event(actor, action, None, details)], at=at)
