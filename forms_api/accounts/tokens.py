"""Tokens by which programs call the officers' API: shown once, stored hashed, scoped, expiring."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from sqlalchemy import Connection, RowMapping, insert, select, update

from forms_api.accounts.officers import Officer, find_by_id
from forms_api.accounts.permissions import SCOPE_PERMISSIONS, Actor, Permission, Scope
from forms_api.errors import ConflictError, NotFoundError, UnauthenticatedError
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.schema import tokens

Network = IPv4Network | IPv6Network

PREFIX = "xg_"
SECRET_BYTES = 32
SHOWN_SIGNS = 9
USE_NOTED_EVERY = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Token:
    """A token as it is listed; its secret is known to its holder alone."""

    id: str
    name: str
    prefix: str
    scopes: frozenset[Scope]
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None
    owner: Officer | None = None
    networks: tuple[str, ...] = ()

    @property
    def actor(self) -> Actor:
        """Who the token is to every use case: never more than its owner, where it has one."""
        allowed = frozenset[Permission]().union(
            *(SCOPE_PERMISSIONS[scope] for scope in self.scopes)
        )
        name = f"token:{self.name}"
        if self.owner is None:
            return Actor(name, allowed)
        owner = self.owner.actor
        return Actor(name, allowed & owner.permissions, owner.areas, owner.categories)


def add_token(
    database: Database,
    *,
    name: str,
    scopes: Collection[Scope],
    lifetime: dt.timedelta,
    actor: str,
    owner: Officer | None = None,
    networks: Collection[Network] = (),
) -> str:
    """Return a new token's secret, which nobody can show again. Raises ConflictError.

    A token with an owner ends with the owner's account; one without belongs to the machine's operator.
    With networks, it counts only from there.
    """
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    now = dt.datetime.now(dt.UTC)

    def store(connection: Connection) -> None:
        if connection.execute(select(tokens.c.id).where(tokens.c.name == name)).first():
            raise ConflictError(name)
        connection.execute(
            insert(tokens).values(
                id=secrets.token_hex(8),
                name=name,
                token_hash=_hash(secret),
                prefix=secret[:SHOWN_SIGNS],
                scopes=sorted(scope.value for scope in scopes),
                created_at=now,
                expires_at=now + lifetime,
                owner_id=None if owner is None else owner.id,
                networks=sorted(map(str, networks)) or None,
            )
        )
        audit.append(connection, [audit.Event(actor, "token added", None, {"token": name})], at=now)

    database.write(store)
    return secret


def revoke_token(database: Database, *, name: str, actor: str) -> None:
    """End a token at once. Raises NotFoundError."""
    now = dt.datetime.now(dt.UTC)

    def store(connection: Connection) -> None:
        statement = update(tokens).where(tokens.c.name == name, tokens.c.revoked_at.is_(None))
        if connection.execute(statement.values(revoked_at=now)).rowcount == 0:
            raise NotFoundError(name)
        event = audit.Event(actor, "token revoked", None, {"token": name})
        audit.append(connection, [event], at=now)

    database.write(store)


def list_tokens(database: Database) -> list[Token]:
    """Return all tokens, by name."""
    with database.read() as connection:
        found = connection.execute(select(tokens).order_by(tokens.c.name)).mappings().all()
        return [_token(connection, row) for row in found]


def authenticate(database: Database, secret: str, *, address: str | None = None) -> Token:
    """Return the live token with this secret, shown from `address`.

    Raises UnauthenticatedError, alike for all that fail.
    """
    now = dt.datetime.now(dt.UTC)
    with database.read() as connection:
        query = select(tokens).where(tokens.c.token_hash == _hash(secret))
        row = connection.execute(query).mappings().first()
        if row is None or row["revoked_at"] is not None or row["expires_at"] <= now:
            raise UnauthenticatedError
        token = _token(connection, row)
    if token.owner is not None and token.owner.disabled_at is not None:
        raise UnauthenticatedError
    if token.networks and not _is_within(address, token.networks):
        raise UnauthenticatedError
    if token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY:
        statement = update(tokens).where(tokens.c.id == token.id).values(last_used_at=now)
        database.write(lambda connection: connection.execute(statement).rowcount)
    return token


def _hash(secret: str) -> bytes:
    """Return the stored form; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def _is_within(address: str | None, networks: Collection[str]) -> bool:
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return False
    plain = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(plain in ip_network(network) for network in networks)


def _token(connection: Connection, row: RowMapping) -> Token:
    owner_id = row["owner_id"]
    return Token(
        id=row["id"],
        name=row["name"],
        prefix=row["prefix"],
        scopes=frozenset(Scope(scope) for scope in row["scopes"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
        owner=None if owner_id is None else find_by_id(connection, owner_id),
        networks=tuple(row["networks"] or ()),
    )
