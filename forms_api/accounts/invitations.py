"""One-time codes by which a person sets a password: an invitation, a reset, a lost phone.

Whoever invites can open the queue and hands its keys on, sealed to the code; nobody but the person
invited ever knows the password. The code has 120 bits, is stored nowhere, counts once, and ends.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, RowMapping, insert, select, update

from forms_api.accounts import second_factor
from forms_api.accounts.attempts import Try, begin_try, count_failures, identify
from forms_api.accounts.credentials import NewSecrets, keep_credentials, sealed_totp
from forms_api.accounts.officers import (
    NewOfficer,
    Officer,
    end_access,
    find_by_id,
    insert_officer,
    normal_name,
    note,
)
from forms_api.accounts.queue_keys import (
    end_invitation,
    end_invitations,
    hand_keys_to,
    invitation_holder,
    officer_holder,
    open_keys,
)
from forms_api.errors import NotFoundError, UnauthenticatedError
from forms_api.store.database import Database, Work
from forms_api.store.schema import invitations, officers
from forms_api.vault.receipts import FollowUpCode, new_code
from forms_api.vault.sealing import Identity

LIFETIME = dt.timedelta(days=7)
MOST_WRONG_CODES = 10
"""So many wrong codes of a phone that stays, in a day, and the invitation ends."""


class InvitationKind(StrEnum):
    """What a code is for."""

    NEW = "new"
    FORGOTTEN = "forgotten"
    LOST_PHONE = "lost phone"


@dataclass(frozen=True)
class Invitation:
    """An open invitation: for whom, for what, until when."""

    id: str
    officer: Officer
    kind: InvitationKind
    expires_at: dt.datetime

    @property
    def enrols_phone(self) -> bool:
        """Whether a new second factor is set up; a forgotten password leaves the old one."""
        return self.kind is not InvitationKind.FORGOTTEN


def invite(
    database: Database, new: NewOfficer, *, keys: Sequence[Identity], actor: str
) -> FollowUpCode:
    """Add an officer and return the code with which that person sets a password.

    Raises ConflictError when the name is taken, SealError when `keys` do not open the queue.
    """
    code = new_code()
    database.write(inviting(new, code, keys=keys, actor=actor))
    return code


def inviting(
    new: NewOfficer, code: FollowUpCode, *, keys: Sequence[Identity], actor: str
) -> Work[None]:
    """Return `invite` as a write, for a transaction that does more: the first officer's."""

    def store(connection: Connection) -> None:
        now = _now()
        officer = insert_officer(connection, new, id_=secrets.token_hex(8), actor=actor, at=now)
        _issue(connection, officer, InvitationKind.NEW, code, keys, at=now)

    return store


def invite_again(
    database: Database, *, name: str, kind: InvitationKind, keys: Sequence[Identity], actor: str
) -> FollowUpCode:
    """Return a code with which an officer sets a new password; older codes, sessions and tokens end.

    An account that was shut out is open again. For somebody who never signed up it is an
    invitation, whatever `kind` says. Raises NotFoundError, SealError.
    """
    code = new_code()

    def store(connection: Connection) -> FollowUpCode:
        now = _now()
        officer = _by_name(connection, name)
        connection.execute(
            update(officers).where(officers.c.id == officer.id).values(disabled_at=None)
        )
        end_access(connection, officer.id, at=now)
        asked = kind if officer.has_signed_up else InvitationKind.NEW
        _issue(connection, officer, asked, code, keys, at=now)
        note(connection, actor, f"officer invited again: {asked}", officer, at=now)
        return code

    return database.write(store)


def find_invitation(database: Database, code: FollowUpCode) -> Invitation:
    """Return the open invitation of a code. Raises UnauthenticatedError, alike for all that fail."""
    with database.read() as connection:
        return _find(connection, code)


def accept(
    database: Database,
    code: FollowUpCode,
    *,
    password: str,
    totp_secret: str,
    typed: str,
    secret_key: bytes,
) -> list[str]:
    """Set the password and the second factor, and return ten recovery codes to be shown once.

    `typed` is the code that the phone shows now. Where the phone stays, `totp_secret` is not used
    and the recovery codes stay too: an empty list. Raises UnauthenticatedError when the invitation
    has ended or `typed` is wrong, SlowDownError after several wrong ones.
    """
    invitation = find_invitation(database, code)
    guess = identify(secret_key, name=f"invitation {invitation.id}", network="")
    if not invitation.enrols_phone:
        begin_try(database, guess)
    secrets_ = NewSecrets.of(invitation.officer.id, password)
    codes = second_factor.new_recovery_codes() if invitation.enrols_phone else []

    def store(connection: Connection) -> None:
        now = _now()
        found = _find(connection, code)
        officer_id = found.officer.id
        sealed = _checked_phone(
            connection, found, totp_secret=totp_secret, typed=typed, key=secret_key, at=now
        )
        keys = open_keys(connection, code.identity, holder=invitation_holder(found.id))
        keep_credentials(connection, officer_id, secrets_, totp_secret=sealed, at=now)
        hand_keys_to(
            connection,
            keys,
            holder=officer_holder(officer_id),
            recipient=secrets_.identity.recipient,
        )
        step = second_factor.matching_step(totp_secret, typed, now=now) if codes else None
        if step is not None:
            second_factor.use_step(connection, officer_id, step)
        if codes:
            second_factor.keep_recovery_codes(connection, officer_id, codes, key=secret_key)
        end_access(connection, officer_id, at=now)
        end_invitation(connection, found.id, at=now)
        note(
            connection,
            found.officer.actor.name,
            f"invitation used: {found.kind}",
            found.officer,
            at=now,
        )

    try:
        database.write(store)
    except UnauthenticatedError:
        database.write(lambda connection: _end_guessing(connection, invitation, guess))
        raise
    return codes


def _end_guessing(connection: Connection, invitation: Invitation, guess: Try) -> None:
    """End an invitation at which many codes were wrong: who sent it must not guess the phone's."""
    if count_failures(connection, guess) >= MOST_WRONG_CODES:
        end_invitation(connection, invitation.id, at=_now())


def _checked_phone(
    connection: Connection,
    invitation: Invitation,
    *,
    totp_secret: str,
    typed: str,
    key: bytes,
    at: dt.datetime,
) -> bytes:
    """Return the sealed second factor once `typed` proves that the phone has it."""
    officer_id = invitation.officer.id
    if invitation.enrols_phone:
        if second_factor.matching_step(totp_secret, typed, now=at) is None:
            raise UnauthenticatedError
        return second_factor.seal_secret(totp_secret, key=key, officer_id=officer_id)
    sealed = sealed_totp(connection, officer_id)
    if sealed is None:
        raise UnauthenticatedError
    if second_factor.use_up(connection, officer_id, typed, sealed=sealed, key=key, at=at):
        return sealed
    raise UnauthenticatedError


def _issue(
    connection: Connection,
    officer: Officer,
    kind: InvitationKind,
    code: FollowUpCode,
    keys: Sequence[Identity],
    *,
    at: dt.datetime,
) -> None:
    """Keep a new invitation; earlier ones of the same person end."""
    end_invitations(connection, at=at, officer_id=officer.id)
    id_ = secrets.token_hex(8)
    connection.execute(
        insert(invitations).values(
            id=id_,
            officer_id=officer.id,
            kind=kind.value,
            lookup_key=code.lookup_key,
            created_at=at,
            expires_at=at + LIFETIME,
        )
    )
    hand_keys_to(connection, keys, holder=invitation_holder(id_), recipient=code.identity.recipient)


def _find(connection: Connection, code: FollowUpCode) -> Invitation:
    query = select(invitations).where(
        invitations.c.lookup_key == code.lookup_key,
        invitations.c.used_at.is_(None),
        invitations.c.expires_at > _now(),
    )
    row: RowMapping | None = connection.execute(query).mappings().first()
    if row is None:
        raise UnauthenticatedError
    officer = find_by_id(connection, row["officer_id"])
    if officer.disabled_at is not None:
        raise UnauthenticatedError
    return Invitation(row["id"], officer, InvitationKind(row["kind"]), row["expires_at"])


def _by_name(connection: Connection, name: str) -> Officer:
    row = connection.execute(
        select(officers.c.id).where(officers.c.name == normal_name(name))
    ).first()
    if row is None:
        raise NotFoundError(name)
    return find_by_id(connection, row.id)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
