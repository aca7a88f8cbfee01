"""Failed tries slow the next one down, for one account from one network: strangers lock nobody out.

Names and networks are kept as keyed hashes for a day. An officer elsewhere, or another officer in
the same office, is not slowed down (OWASP ASVS 5.0, 6.3.1).
"""

from __future__ import annotations

import datetime as dt
import hmac
import math
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from forms_api.errors import SlowDownError
from forms_api.store import audit, outbox
from forms_api.store.database import Database
from forms_api.store.schema import signin_failures

FREE_TRIES = 5
WINDOW = dt.timedelta(minutes=15)
LONGEST_WAIT_SECONDS = 60
ALARM_TRIES = 50
"""So many failures of one account in a day, from wherever, and the colleagues hear of it."""

ALARM_TOPIC = "signin.attack"
KEPT = dt.timedelta(days=1)


@dataclass(frozen=True)
class Try:
    """One try to sign in: whose account, from which network, both as keyed hashes."""

    account: str
    network: str


def identify(key: bytes, *, name: str, network: str) -> Try:
    """Return how a try is known; `network` is an address or the machine's own terminal."""
    account, from_ = (
        hmac.digest(key, f"{kind}\0{value}".encode(), "sha256")[:16].hex()
        for kind, value in (("account", name.casefold()), ("network", network))
    )
    return Try(account, from_)


def begin_try(database: Database, asked: Try) -> None:
    """Count a try as failed until `forget_failures`: tries at the same moment count each other.

    Raises SlowDownError with the seconds to wait when it may not be made yet.
    """

    def store(connection: Connection) -> None:
        now = _now()
        connection.execute(delete(signin_failures).where(signin_failures.c.at < now - KEPT))
        _check_pace(connection, asked, now)
        connection.execute(
            insert(signin_failures).values(account=asked.account, network=asked.network, at=now)
        )
        _raise_alarm(connection, asked, now)

    database.write(store)


def note_failure(database: Database) -> None:
    """Keep in the audit log that a stranger was sent away; not who it claimed to be."""
    event = audit.Event("stranger", "sign-in failed")
    database.write(lambda connection: audit.append(connection, [event], at=_now()))


def count_failures(connection: Connection, asked: Try) -> int:
    """Return how many tries of this account failed in a day, from wherever."""
    query = select(func.count()).where(signin_failures.c.account == asked.account)
    return int(connection.execute(query).scalar_one())


def forget_failures(connection: Connection, asked: Try) -> None:
    """Forget the failures of this account from this network: the right person came."""
    connection.execute(
        delete(signin_failures).where(
            signin_failures.c.account == asked.account,
            signin_failures.c.network == asked.network,
        )
    )


def _check_pace(connection: Connection, asked: Try, now: dt.datetime) -> None:
    mine = (
        signin_failures.c.account == asked.account,
        signin_failures.c.network == asked.network,
        signin_failures.c.at > now - WINDOW,
    )
    query = select(func.count(), func.max(signin_failures.c.at)).where(*mine)
    count, last = connection.execute(query).one()
    if count < FREE_TRIES:
        return
    wait = min(2 ** (count - FREE_TRIES + 1), LONGEST_WAIT_SECONDS)
    left = (last + dt.timedelta(seconds=wait) - now).total_seconds()
    if left > 0:
        raise SlowDownError(math.ceil(left))


def _raise_alarm(connection: Connection, asked: Try, now: dt.datetime) -> None:
    """Tell the colleagues, once a day, that an account is under attack."""
    if count_failures(connection, asked) < ALARM_TRIES:
        return
    once_key = f"{ALARM_TOPIC}:{asked.account}:{now:%Y-%m-%d}"
    if not outbox.was_posted(connection, once_key):
        outbox.post(connection, ALARM_TOPIC, report_id=None, at=now, once_key=once_key)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
