"""Failed tries slow the next one down, for one account from one network: strangers lock nobody out.

Names and networks are kept as keyed hashes for a day. An officer elsewhere, or another officer in
the same office, is not slowed down (OWASP ASVS 5.0, 6.3.1).
"""

from __future__ import annotations

import datetime as dt
import hmac
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


def check_pace(database: Database, asked: Try) -> None:
    """Return when a try may be made now. Raises SlowDownError with the seconds to wait."""
    now = _now()
    mine = (
        signin_failures.c.account == asked.account,
        signin_failures.c.network == asked.network,
        signin_failures.c.at > now - WINDOW,
    )
    with database.read() as connection:
        row = connection.execute(
            select(func.count(), func.max(signin_failures.c.at)).where(*mine)
        ).one()
    count, last = row
    if count < FREE_TRIES:
        return
    wait = min(2 ** (count - FREE_TRIES + 1), LONGEST_WAIT_SECONDS)
    left = (last + dt.timedelta(seconds=wait) - now).total_seconds()
    if left > 0:
        raise SlowDownError(int(left) + 1)


def note_failure(database: Database, asked: Try) -> None:
    """Keep a failure; tell the colleagues once a day when an account is under attack."""

    def store(connection: Connection) -> None:
        now = _now()
        connection.execute(delete(signin_failures).where(signin_failures.c.at < now - KEPT))
        connection.execute(
            insert(signin_failures).values(account=asked.account, network=asked.network, at=now)
        )
        audit.append(connection, [audit.Event("stranger", "sign-in failed")], at=now)
        count = connection.execute(
            select(func.count()).where(signin_failures.c.account == asked.account)
        ).scalar_one()
        if count == ALARM_TRIES:
            outbox.post(connection, "signin.attack", report_id=None, at=now)

    database.write(store)


def forget_failures(connection: Connection, asked: Try) -> None:
    """Forget the failures of this account from this network: the right person came."""
    connection.execute(
        delete(signin_failures).where(
            signin_failures.c.account == asked.account,
            signin_failures.c.network == asked.network,
        )
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
