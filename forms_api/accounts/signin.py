"""Signing in: name, password and a second factor, judged together and refused alike."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from forms_api.accounts import second_factor
from forms_api.accounts.attempts import begin_try, forget_failures, identify, note_failure
from forms_api.accounts.credentials import (
    NewSecrets,
    change_password_columns,
    find_credentials,
    unwrap_own_identity,
)
from forms_api.accounts.officers import Officer, end_access, find_by_id, normal_name, note
from forms_api.accounts.queue_keys import officer_holder, open_keys
from forms_api.errors import SealError, UnauthenticatedError
from forms_api.store.database import Database
from forms_api.store.schema import officers
from forms_api.vault.officer_keys import hash_password, needs_rehash, password_matches
from forms_api.vault.sealing import Identity

# Each check takes 64 MiB: many at once would take the memory that reports need.
_few_at_once = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Door:
    """Where officers come in: the database, the officers' secret, and the network of this try."""

    database: Database
    secret_key: bytes
    network: str = "terminal"


@dataclass(frozen=True)
class SignedIn:
    """Who came in, with the own key that the password opened."""

    officer: Officer
    identity: Identity
    recovery_codes_left: int


def sign_in(door: Door, *, name: str, password: str, code: str) -> SignedIn:
    """Return who this is, when name, password and code are right.

    1. Too many failures of this account from this network must wait.
    2. The password is checked even for unknown names, so that time tells nothing.
    3. The phone's code, or one from paper, is used up: it never counts twice.

    Raises SlowDownError, and UnauthenticatedError alike for everything that is wrong.
    """
    asked = identify(door.secret_key, name=normal_name(name), network=door.network)
    begin_try(door.database, asked)
    row = _row(door.database, name)
    identity = _own_identity(row, password)
    if row is None or identity is None:
        note_failure(door.database)
        raise UnauthenticatedError
    officer_id = row["officer_id"]
    renewed = _renewed(row, password, identity)

    def store(connection: Connection) -> int | None:
        now = _now()
        if not _second_factor_holds(connection, row, code, key=door.secret_key, at=now):
            return None
        if renewed is not None:
            change_password_columns(connection, officer_id, renewed, at=now)
        forget_failures(connection, asked)
        officer = find_by_id(connection, officer_id)
        note(connection, officer.actor.name, "signed in", officer, at=now)
        return second_factor.recovery_codes_left(connection, officer_id)

    left = door.database.write(store)
    if left is None:
        note_failure(door.database)
        raise UnauthenticatedError
    with door.database.read() as connection:
        return SignedIn(find_by_id(connection, officer_id), identity, left)


def unlock_queue_keys(door: Door, *, name: str, password: str, code: str) -> tuple[Identity, ...]:
    """Return the queue's private keys to an officer who signs in at a terminal.

    Raises as `sign_in`, and SealError when this officer holds no key.
    """
    who = sign_in(door, name=name, password=password, code=code)
    with door.database.read() as connection:
        keys = open_keys(connection, who.identity, holder=officer_holder(who.officer.id))
    if not keys:
        raise SealError("this officer holds no key of the queue")
    return keys


def change_password(door: Door, officer: Officer, *, present: str, new: str) -> None:
    """Replace an officer's password; the present one must be known; sessions and tokens end.

    Raises UnauthenticatedError, SlowDownError.
    """
    asked = identify(door.secret_key, name=officer.name, network=door.network)
    begin_try(door.database, asked)
    identity = _own_identity(_row(door.database, officer.name), present)
    if identity is None:
        note_failure(door.database)
        raise UnauthenticatedError
    fresh = NewSecrets.of(officer.id, new, identity=identity)

    def store(connection: Connection) -> None:
        now = _now()
        change_password_columns(connection, officer.id, fresh, at=now)
        end_access(connection, officer.id, at=now)
        forget_failures(connection, asked)
        note(connection, officer.actor.name, "password changed", officer, at=now)

    door.database.write(store)


def _row(database: Database, name: str) -> RowMapping | None:
    """Return the credentials of an account that is open, else None."""
    query = select(officers.c.id).where(
        officers.c.name == normal_name(name), officers.c.disabled_at.is_(None)
    )
    with database.read() as connection:
        officer_id = connection.execute(query).scalar()
        return None if officer_id is None else find_credentials(connection, officer_id)


def _own_identity(row: RowMapping | None, password: str) -> Identity | None:
    """Return the key that the password opens, else None; every answer costs two hashes."""
    with _few_at_once:
        if row is None or not password_matches(password, row["password_hash"]):
            hash_password(password)
            if row is None:
                hash_password(password)
            return None
        try:
            return unwrap_own_identity(row, password)
        except SealError:
            return None


def _renewed(row: RowMapping, password: str, identity: Identity) -> NewSecrets | None:
    """Return secrets at today's cost where the kept hash is cheaper, else None."""
    if not needs_rehash(row["password_hash"]):
        return None
    return NewSecrets.of(row["officer_id"], password, identity=identity)


def _second_factor_holds(
    connection: Connection, row: RowMapping, code: str, *, key: bytes, at: dt.datetime
) -> bool:
    """Tell whether `code` counts, and use it up. Without a second factor nobody comes in."""
    sealed = row["totp_secret"]
    return sealed is not None and second_factor.use_up(
        connection, row["officer_id"], code, sealed=sealed, key=key, at=at
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
