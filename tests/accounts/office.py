"""An office under test: its people with their phones, and the doors that they come in by."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import pyotp
import pytest
from sqlalchemy import Delete, Update
from time_machine import Traveller

from forms_api.accounts import second_factor, sessions
from forms_api.accounts.invitations import InvitationKind, accept, invite, invite_again
from forms_api.accounts.officers import NewOfficer, Officer, find_officer
from forms_api.accounts.permissions import Role
from forms_api.accounts.sessions import Session
from forms_api.accounts.signin import Door, SignedIn, sign_in
from forms_api.errors import UnauthenticatedError
from forms_api.store.database import Database
from forms_api.vault.receipts import FollowUpCode
from forms_api.vault.sealing import Identity

STEP = dt.timedelta(seconds=second_factor.STEP_SECONDS)
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
PASSWORD = "mật khẩu của cán bộ 1"
OTHER_PASSWORD = "mật khẩu của cán bộ 2"


@dataclass(frozen=True)
class Person:
    """Somebody who signed up: what is in the head, on the phone, on paper."""

    name: str
    password: str
    phone: str
    papers: tuple[str, ...] = ()

    def typed(self, *, steps_ago: int = 0) -> str:
        """Return the six digits that the phone shows, or showed some steps ago."""
        return pyotp.TOTP(self.phone).at(dt.datetime.now(dt.UTC) - steps_ago * STEP)


@dataclass(frozen=True)
class Office:
    """A database with a queue, the officers' secret, and a clock that stands until it is moved."""

    database: Database
    queue: Identity
    secret_key: bytes
    clock: Traveller

    def door(self, network: str = "10.0.0.1") -> Door:
        """Return where somebody from this network comes in."""
        return Door(self.database, self.secret_key, network)

    def invite(self, name: str, role: Role = Role.POLICE, **more: Any) -> FollowUpCode:  # noqa: ANN401
        """Invite somebody with the queue's first key."""
        new = NewOfficer(name, role, **more)
        return invite(self.database, new, keys=[self.queue], actor="admin")

    def invite_again(self, person: Person, kind: InvitationKind) -> FollowUpCode:
        """Begin a reset with the queue's first key."""
        return invite_again(
            self.database, name=person.name, kind=kind, keys=[self.queue], actor="admin"
        )

    def accept(self, code: FollowUpCode, person: Person, *, typed: str | None = None) -> list[str]:
        """Set the person's password and phone."""
        return accept(
            self.database,
            code,
            password=person.password,
            totp_secret=person.phone,
            typed=person.typed() if typed is None else typed,
            secret_key=self.secret_key,
        )

    def join(self, name: str, password: str = PASSWORD, role: Role = Role.POLICE) -> Person:
        """Return somebody who was invited and signed up; a new code shows on the phone since."""
        person = Person(name, password, second_factor.new_secret())
        papers = self.accept(self.invite(name, role), person)
        self.clock.shift(STEP)
        return replace(person, papers=tuple(papers))

    def sign_in(
        self, person: Person, *, code: str | None = None, network: str = "10.0.0.1"
    ) -> SignedIn:
        """Sign in with the phone's next code, unless another is given."""
        if code is None:
            self.clock.shift(STEP)
            code = person.typed()
        door = self.door(network)
        return sign_in(door, name=person.name, password=person.password, code=code)

    def write(self, statement: Update | Delete) -> None:
        """Change rows as somebody does who can write the database."""
        self.database.write(lambda connection: connection.execute(statement).rowcount)

    def officer(self, person: Person) -> Officer:
        """Return the person's account."""
        return find_officer(self.database, person.name)

    def cookie(self, person: Person, *, device: str = "máy bàn") -> str:
        """Sign in and return the secret of the session's cookie."""
        came = self.sign_in(person)
        return sessions.begin(self.database, came.officer, came.identity, device=device)

    def resume(self, cookie: str) -> Session:
        """Return the session of a cookie."""
        return sessions.resume(self.database, cookie)

    def keys_of(self, person: Person) -> tuple[Identity, ...]:
        """Return the queue's keys that the person opens after signing in."""
        return sessions.queue_keys_of(self.database, self.resume(self.cookie(person)))

    def sends_away(self, person: Person, *, code: str | None = None) -> None:
        """Check that the person does not come in."""
        with pytest.raises(UnauthenticatedError):
            self.sign_in(person, code=code)
