"""Who is signed in: kept on the server, opened by a secret that only the officer's cookie holds.

Source: OWASP ASVS 5.0, 7.2-7.5 (server-side sessions, idle and absolute limits, re-authentication).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection, delete, insert, select, update

from forms_api.accounts.officers import Officer, find_by_id, note
from forms_api.accounts.queue_keys import officer_holder, open_keys
from forms_api.errors import NotFoundError, UnauthenticatedError
from forms_api.store.database import Database
from forms_api.store.schema import sessions
from forms_api.vault.sealing import Identity, identity_from_text

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
CONFIRMED_FOR = dt.timedelta(minutes=10)
"""So long after typing password and code, dangerous acts need no second typing."""

_SEEN_EVERY = dt.timedelta(minutes=1)
_SECRET_BYTES = 32
_NONCE_BYTES = 12


@dataclass(frozen=True)
class Session:
    """A live session: its officer, and the officer's own key."""

    id: str
    officer: Officer
    identity: Identity
    seen_at: dt.datetime
    confirmed_at: dt.datetime
    expires_at: dt.datetime

    def is_fresh(self, now: dt.datetime) -> bool:
        """Tell whether password and code were typed a short while ago."""
        return now - self.confirmed_at < CONFIRMED_FOR


@dataclass(frozen=True)
class SessionInfo:
    """A session as it is listed: where and when."""

    id: str
    officer_id: str
    device: str
    created_at: dt.datetime
    seen_at: dt.datetime
    expires_at: dt.datetime


def begin(database: Database, officer: Officer, identity: Identity, *, device: str) -> str:
    """Begin a session and return the secret for the cookie: 256 random bits, kept nowhere."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    id_, now = _id(secret), _now()
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + _cipher(secret).encrypt(
        nonce, identity.reveal().encode(), _bound_to(id_, officer.id)
    )

    def store(connection: Connection) -> None:
        connection.execute(delete(sessions).where(sessions.c.expires_at < now))
        connection.execute(
            insert(sessions).values(
                id=id_,
                officer_id=officer.id,
                device=device,
                created_at=now,
                seen_at=now,
                confirmed_at=now,
                expires_at=now + LONGEST,
                sealed_identity=sealed,
            )
        )

    database.write(store)
    return secret


def resume(database: Database, secret: str, *, is_step: bool = True) -> Session:
    """Return the live session of a cookie's secret, and note that it was used if this is a step.

    Raises UnauthenticatedError when it ended, was ended, or its officer is shut out.
    """
    now, id_ = _now(), _id(secret)
    with database.read() as connection:
        row = connection.execute(select(sessions).where(sessions.c.id == id_)).mappings().first()
        if row is None or now >= row["expires_at"] or now - row["seen_at"] >= IDLE:
            raise UnauthenticatedError
        officer = find_by_id(connection, row["officer_id"])
    if officer.disabled_at is not None:
        raise UnauthenticatedError
    nonce, content = row["sealed_identity"][:_NONCE_BYTES], row["sealed_identity"][_NONCE_BYTES:]
    try:
        opened = _cipher(secret).decrypt(nonce, content, _bound_to(id_, officer.id))
    except InvalidTag:
        raise UnauthenticatedError from None
    if is_step and now - row["seen_at"] >= _SEEN_EVERY:
        touched = update(sessions).where(sessions.c.id == id_).values(seen_at=now)
        database.write(lambda connection: connection.execute(touched).rowcount)
    return Session(
        id_,
        officer,
        identity_from_text(opened.decode()),
        now,
        row["confirmed_at"],
        row["expires_at"],
    )


def queue_keys_of(database: Database, session: Session) -> tuple[Identity, ...]:
    """Return the queue's private keys that the signed-in officer holds, the present one first."""
    with database.read() as connection:
        return open_keys(connection, session.identity, holder=officer_holder(session.officer.id))


def confirm(database: Database, session_id: str) -> None:
    """Note that password and code were typed again just now."""
    statement = update(sessions).where(sessions.c.id == session_id).values(confirmed_at=_now())
    database.write(lambda connection: connection.execute(statement).rowcount)


def end(database: Database, session_id: str, *, actor: str, officer: Officer) -> None:
    """End one session of an officer. Raises NotFoundError."""

    def store(connection: Connection) -> None:
        mine = (sessions.c.id == session_id, sessions.c.officer_id == officer.id)
        if connection.execute(delete(sessions).where(*mine)).rowcount == 0:
            raise NotFoundError(session_id)
        note(connection, actor, "session ended", officer, at=_now())

    database.write(store)


def end_all(database: Database, officer: Officer, *, actor: str, but: str | None = None) -> int:
    """End all sessions of an officer, except the one named by `but`; return how many there were."""

    def store(connection: Connection) -> int:
        mine = sessions.c.officer_id == officer.id
        ended = connection.execute(delete(sessions).where(mine, sessions.c.id != (but or "")))
        note(connection, actor, "all sessions ended", officer, at=_now())
        return int(ended.rowcount)

    return database.write(store)


def list_sessions(database: Database, officer_id: str | None = None) -> list[SessionInfo]:
    """Return the live sessions of one officer, or of all, last used first."""
    now = _now()
    query = (
        select(sessions)
        .where(sessions.c.expires_at > now, sessions.c.seen_at > now - IDLE)
        .order_by(sessions.c.seen_at.desc())
    )
    if officer_id is not None:
        query = query.where(sessions.c.officer_id == officer_id)
    names = SessionInfo.__dataclass_fields__
    with database.read() as connection:
        found = connection.execute(query).mappings().all()
    return [SessionInfo(**{name: row[name] for name in names}) for row in found]


def _id(secret: str) -> str:
    """Return what the database knows a session by; 256 random bits need no slow hash."""
    return hashlib.sha256(b"session\0" + secret.encode()).hexdigest()


def _bound_to(id_: str, officer_id: str) -> bytes:
    """Return what a sealed identity is bound to: a row changed to another officer opens nothing."""
    return f"{id_}\0{officer_id}".encode()


def _cipher(secret: str) -> ChaCha20Poly1305:
    key = HKDF(SHA256(), 32, salt=None, info=b"session identity").derive(secret.encode())
    return ChaCha20Poly1305(key)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
