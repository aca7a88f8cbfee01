"""What an officer signs in with: a password's hash, an own key wrapped under it, a second factor."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from forms_api.store.schema import credentials
from forms_api.vault.officer_keys import (
    WrapCost,
    WrappedIdentity,
    hash_password,
    unwrap_identity,
    wrap_identity,
)
from forms_api.vault.sealing import Identity, generate_identity


@dataclass(frozen=True)
class NewSecrets:
    """A new password's columns and the officer's own key that it wraps; slow to make."""

    identity: Identity
    columns: dict[str, Any]

    @classmethod
    def of(cls, officer_id: str, password: str, *, identity: Identity | None = None) -> Self:
        """Return the secrets of a new password, for a new key unless one is given."""
        own = identity or generate_identity()
        wrapped = wrap_identity(own, password=password, officer=officer_id)
        columns = {
            "password_hash": hash_password(password),
            "wrap_salt": wrapped.salt,
            "wrap_cost": asdict(wrapped.cost),
            "wrapped_identity": wrapped.sealed,
            "recipient": own.recipient,
        }
        return cls(own, columns)


def keep_credentials(
    connection: Connection,
    officer_id: str,
    new: NewSecrets,
    *,
    totp_secret: bytes,
    at: dt.datetime,
) -> None:
    """Keep an officer's secrets in place of all earlier ones; a used time step stays used."""
    last_step = connection.execute(
        select(credentials.c.totp_last_step).where(
            credentials.c.officer_id == officer_id, credentials.c.totp_secret == totp_secret
        )
    ).scalar()
    connection.execute(delete(credentials).where(credentials.c.officer_id == officer_id))
    connection.execute(
        insert(credentials).values(
            officer_id=officer_id,
            totp_secret=totp_secret,
            totp_last_step=last_step,
            changed_at=at,
            **new.columns,
        )
    )


def change_password_columns(
    connection: Connection, officer_id: str, new: NewSecrets, *, at: dt.datetime
) -> None:
    """Replace the password; the officer's key and second factor stay."""
    connection.execute(
        update(credentials)
        .where(credentials.c.officer_id == officer_id)
        .values(changed_at=at, **new.columns)
    )


def find_credentials(connection: Connection, officer_id: str) -> RowMapping | None:
    """Return an officer's row, or None before the person signed up."""
    query = select(credentials).where(credentials.c.officer_id == officer_id)
    return connection.execute(query).mappings().first()


def sealed_totp(connection: Connection, officer_id: str) -> bytes | None:
    """Return the second factor as it is kept."""
    query = select(credentials.c.totp_secret).where(credentials.c.officer_id == officer_id)
    return connection.execute(query).scalar()


def unwrap_own_identity(row: RowMapping, password: str) -> Identity:
    """Return the officer's own key. Raises SealError for a wrong password."""
    wrapped = WrappedIdentity(
        row["wrap_salt"], WrapCost(**row["wrap_cost"]), row["wrapped_identity"]
    )
    return unwrap_identity(wrapped, password=password, officer=row["officer_id"])
