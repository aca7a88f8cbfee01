"""Who holds the queue's private keys: each key is sealed once for every holder, and can be replaced.

Holders are officers (under their own key, which their password opens), invitations that were not
used yet, and recovery keys on paper. A new queue key reaches all of them without anybody's password;
whoever is no longer a holder does not get it.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from forms_api.errors import ConflictError, NotFoundError, SealError
from forms_api.store import audit
from forms_api.store.database import Database
from forms_api.store.installation import QUEUE_RECIPIENT, change_fact, read_fact, write_fact
from forms_api.store.schema import (
    credentials,
    invitations,
    officers,
    queue_key_copies,
    queue_keys,
    recovery_keys,
)
from forms_api.vault.sealing import (
    Identity,
    Recipient,
    generate_identity,
    identity_from_text,
    seal,
    unseal,
)

FIRST_LABEL = "Khóa in khi cài đặt"
DRILL_EVERY = dt.timedelta(days=90)
_PRESENT_FIRST = (queue_keys.c.retired_at.is_not(None), queue_keys.c.created_at.desc())


@dataclass(frozen=True)
class QueueKey:
    """A public key that reports were sealed to, and since when it is not used any more."""

    recipient: Recipient
    created_at: dt.datetime
    retired_at: dt.datetime | None


@dataclass(frozen=True)
class RecoveryKey:
    """A key on paper: its label, and when somebody last proved that it opens the queue."""

    id: str
    label: str
    recipient: Recipient
    created_at: dt.datetime
    checked_at: dt.datetime | None


def officer_holder(officer_id: str) -> str:
    """Return the holder's name of an officer."""
    return f"officer:{officer_id}"


def invitation_holder(invitation_id: str) -> str:
    """Return the holder's name of an invitation."""
    return f"invitation:{invitation_id}"


def keep_first_key(connection: Connection, recipient: Recipient, *, at: dt.datetime) -> None:
    """Keep the queue's first public key; its private half, printed, is the first recovery key."""
    write_fact(connection, QUEUE_RECIPIENT, recipient)
    connection.execute(insert(queue_keys).values(recipient=recipient, created_at=at))
    connection.execute(
        insert(recovery_keys).values(
            id=secrets.token_hex(8), label=FIRST_LABEL, recipient=recipient, created_at=at
        )
    )


def hand_keys_to(
    connection: Connection, keys: Sequence[Identity], *, holder: str, recipient: Recipient
) -> None:
    """Seal the queue's keys to a holder.

    Raises SealError unless all of them are among `keys`: a holder with some would pass on less and
    less, until nobody opens the oldest reports.
    """
    known = _known_recipients(connection)
    held = {key.recipient: key for key in keys if key.recipient in known}
    if held.keys() != known:
        raise SealError("not the queue's key" if not held else "not all of the queue's keys")
    take_keys_from(connection, holder)
    connection.execute(
        insert(queue_key_copies),
        [
            {"queue_recipient": public, "holder": holder, "sealed": _sealed_key(key, recipient)}
            for public, key in held.items()
        ],
    )


def take_keys_from(connection: Connection, holder: str) -> None:
    """Delete a holder's copies."""
    connection.execute(delete(queue_key_copies).where(queue_key_copies.c.holder == holder))


def end_invitations(
    connection: Connection, *, at: dt.datetime, officer_id: str | None = None
) -> None:
    """End the open invitations of one officer, or of all, with what they open."""
    query = select(invitations.c.id).where(invitations.c.used_at.is_(None))
    if officer_id is not None:
        query = query.where(invitations.c.officer_id == officer_id)
    for id_ in connection.execute(query).scalars().all():
        end_invitation(connection, id_, at=at)


def end_invitation(connection: Connection, invitation_id: str, *, at: dt.datetime) -> None:
    """End an invitation with what it opens."""
    take_keys_from(connection, invitation_holder(invitation_id))
    connection.execute(
        update(invitations).where(invitations.c.id == invitation_id).values(used_at=at)
    )


def open_keys(
    connection: Connection, identity: Identity, *, holder: str | None = None
) -> tuple[Identity, ...]:
    """Return the queue's private keys that `identity` opens, the present one first.

    Without a holder it is a recovery key, which may be a queue key itself. Empty when it opens none.
    """
    if holder is None:
        holder = _recovery_holder(connection, identity.recipient)
    query = (
        select(queue_key_copies.c.sealed)
        .join(queue_keys, queue_keys.c.recipient == queue_key_copies.c.queue_recipient)
        .where(queue_key_copies.c.holder == holder)
        .order_by(*_PRESENT_FIRST)
    )
    sealed = connection.execute(query).scalars().all()
    opened = [identity_from_text(unseal(copy, identity).decode()) for copy in sealed]
    # The first installation's keys: what the password or the paper opens is a queue key itself.
    if identity.recipient in _known_recipients(connection) and identity not in opened:
        opened.append(identity)
    return tuple(opened)


def present_keys(database: Database, identity: Identity) -> tuple[Identity, ...]:
    """Return the queue's keys that a recovery key opens. Raises SealError when it opens none."""
    with database.read() as connection:
        keys = open_keys(connection, identity)
    if not keys:
        raise SealError("not the queue's key")
    return keys


def rotate(database: Database, *, keys: Sequence[Identity], actor: str) -> Recipient:
    """Make a new queue key, hand it to every holder, and return its public half.

    Reports that come from now on are sealed to it, once the residents' servers are started again;
    older ones stay readable with the older keys. Raises SealError when `keys` do not hold the queue.
    """
    fresh = generate_identity()

    def store(connection: Connection) -> None:
        now = _now()
        present = read_fact(connection, QUEUE_RECIPIENT)
        if present not in {key.recipient for key in keys}:
            raise SealError("not the queue's key")
        connection.execute(
            update(queue_keys).where(queue_keys.c.recipient == present).values(retired_at=now)
        )
        connection.execute(insert(queue_keys).values(recipient=fresh.recipient, created_at=now))
        change_fact(connection, QUEUE_RECIPIENT, fresh.recipient)
        connection.execute(
            insert(queue_key_copies),
            [
                {
                    "queue_recipient": fresh.recipient,
                    "holder": holder,
                    "sealed": _sealed_key(fresh, recipient),
                }
                for holder, recipient in _holders(connection)
            ],
        )
        # What an invitation opens is older: whoever was invited gets a new one.
        end_invitations(connection, at=now)
        audit.append(connection, [audit.Event(actor, "queue key rotated")], at=now)

    database.write(store)
    return fresh.recipient


def add_recovery_key(
    database: Database, *, label: str, keys: Sequence[Identity], actor: str
) -> Identity:
    """Return a new recovery key, to be printed and shown to nobody else. Raises SealError."""
    fresh = generate_identity()

    def store(connection: Connection) -> None:
        now, id_ = _now(), secrets.token_hex(8)
        connection.execute(
            insert(recovery_keys).values(
                id=id_, label=label, recipient=fresh.recipient, created_at=now
            )
        )
        hand_keys_to(connection, keys, holder=f"recovery:{id_}", recipient=fresh.recipient)
        audit.append(
            connection, [audit.Event(actor, "recovery key added", None, {"key": id_})], at=now
        )

    database.write(store)
    return fresh


def remove_recovery_key(database: Database, *, id_: str, actor: str) -> None:
    """Let a recovery key open nothing that comes from the next rotation on.

    Raises NotFoundError, and ConflictError for the last one.
    """

    def store(connection: Connection) -> None:
        now = _now()
        left = [key.id for key in _recovery_keys(connection)]
        if id_ not in left:
            raise NotFoundError(id_)
        if len(left) == 1:
            raise ConflictError(id_)
        take_keys_from(connection, f"recovery:{id_}")
        connection.execute(
            update(recovery_keys).where(recovery_keys.c.id == id_).values(removed_at=now)
        )
        audit.append(
            connection, [audit.Event(actor, "recovery key removed", None, {"key": id_})], at=now
        )

    database.write(store)


def check_recovery_key(database: Database, identity: Identity, *, actor: str) -> RecoveryKey:
    """Note that a paper key opens the present queue key, and return which it is. Raises SealError."""

    def store(connection: Connection) -> RecoveryKey:
        now = _now()
        present = read_fact(connection, QUEUE_RECIPIENT)
        opened = {key.recipient for key in open_keys(connection, identity)}
        known = {key.recipient: key for key in _recovery_keys(connection)}
        if present not in opened or identity.recipient not in known:
            raise SealError("not a recovery key of this queue")
        key = known[identity.recipient]
        connection.execute(
            update(recovery_keys).where(recovery_keys.c.id == key.id).values(checked_at=now)
        )
        audit.append(
            connection, [audit.Event(actor, "recovery key checked", None, {"key": key.id})], at=now
        )
        return key

    return database.write(store)


def note_shown(database: Database, *, actor: str) -> None:
    """Keep in the audit log that the queue's private keys were shown to somebody."""
    event = audit.Event(actor, "queue keys shown")
    database.write(lambda connection: audit.append(connection, [event], at=_now()))


def list_shared_papers(database: Database) -> list[RecoveryKey]:
    """Return the recovery keys in force that are queue keys too: each officer of then held them."""
    with database.read() as connection:
        known = _known_recipients(connection)
        return [key for key in _recovery_keys(connection) if key.recipient in known]


def drill_is_overdue(database: Database, now: dt.datetime) -> bool:
    """Tell whether nobody proved for 90 days that a key on paper still opens the queue."""
    known = list_recovery_keys(database)
    latest = max((key.checked_at or key.created_at for key in known), default=None)
    return latest is None or now - latest >= DRILL_EVERY


def list_queue_keys(database: Database) -> list[QueueKey]:
    """Return all queue keys, the present one first."""
    with database.read() as connection:
        found = connection.execute(select(queue_keys).order_by(*_PRESENT_FIRST))
        return [QueueKey(**row) for row in found.mappings()]


def list_recovery_keys(database: Database) -> list[RecoveryKey]:
    """Return the recovery keys that are in force, oldest first."""
    with database.read() as connection:
        return _recovery_keys(connection)


def _recovery_keys(connection: Connection) -> list[RecoveryKey]:
    query = (
        select(recovery_keys)
        .where(recovery_keys.c.removed_at.is_(None))
        .order_by(recovery_keys.c.created_at)
    )
    names = ("id", "label", "recipient", "created_at", "checked_at")
    return [
        RecoveryKey(**{name: row[name] for name in names})
        for row in connection.execute(query).mappings()
    ]


def _holders(connection: Connection) -> list[tuple[str, Recipient]]:
    """Return who gets a new key: everybody with a password, and the recovery keys in force."""
    query = (
        select(credentials.c.officer_id, credentials.c.recipient)
        .join(officers, officers.c.id == credentials.c.officer_id)
        .where(officers.c.disabled_at.is_(None))
    )
    people = [
        (officer_holder(row.officer_id), Recipient(row.recipient))
        for row in connection.execute(query)
    ]
    return people + [(f"recovery:{key.id}", key.recipient) for key in _recovery_keys(connection)]


def _recovery_holder(connection: Connection, recipient: Recipient) -> str | None:
    query = select(recovery_keys.c.id).where(
        recovery_keys.c.recipient == recipient, recovery_keys.c.removed_at.is_(None)
    )
    id_ = connection.execute(query).scalar()
    return None if id_ is None else f"recovery:{id_}"


def _known_recipients(connection: Connection) -> set[str]:
    return set(connection.execute(select(queue_keys.c.recipient)).scalars())


def _sealed_key(key: Identity, recipient: Recipient) -> bytes:
    return seal(key.reveal().encode(), [recipient])


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
