"""The office, its people, its clock, and passwords that cost little."""

from __future__ import annotations

import datetime as dt
import functools
import secrets
from collections.abc import Iterator

import pytest
import time_machine
from time_machine import Traveller

from forms_api.store.database import Database
from forms_api.vault import officer_keys
from forms_api.vault.officer_keys import WrapCost
from forms_api.vault.sealing import Identity
from tests.accounts.office import OTHER_PASSWORD, Office, Person

START = dt.datetime(2026, 11, 3, 8, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost little; what they cost by default is tested with the vault."""
    cheap = functools.partial(WrapCost, memory_kib=64, passes=1, lanes=1)
    monkeypatch.setattr(officer_keys, "WrapCost", cheap)


@pytest.fixture
def clock() -> Iterator[Traveller]:
    """A clock that stands until a test moves it."""
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def office(clock: Traveller, database: Database, queue_identity: Identity) -> Office:
    """An office in which nobody is yet."""
    return Office(database, queue_identity, secrets.token_bytes(32), clock)


@pytest.fixture
def lan(office: Office) -> Person:
    """The officer in charge."""
    return office.join("Nguyễn Thị Lan")


@pytest.fixture
def khac(office: Office) -> Person:
    """Another officer."""
    return office.join("Trần Văn Khác", OTHER_PASSWORD)
