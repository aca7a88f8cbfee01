"""After the load: is every acknowledged report there, once, whole, and opened by its code?"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from forms_api.store.database import Database
from forms_api.store.schema import attachments, reports
from tests.bench.loader import Load, run_load
from tests.bench.servers import hidden_fields
from tests.e2e.installation import Installation
from tests.soak.residents import Sent

LOOK_UP = "/tra-cuu/"
_AT_ONCE = 1000
_CLIENTS = 4


@dataclass(frozen=True)
class Found:
    """What was found: counts of reports, and whether the audit chain holds.

    `lost` were acknowledged and are not kept, `unknown` are kept and nobody sent them, `doubled`
    have a reference of another, `unopened` did not open by their code, `without_photo` came with a
    photo and have none, `apart` wait for an officer's look as if they were spam.
    """

    kept: int
    lost: int
    unknown: int
    doubled: int
    unopened: int
    without_photo: int
    apart: int
    chain_holds: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing, doubled, strange or broken."""
        wrong = (self.lost, self.unknown, self.doubled, self.unopened, self.without_photo)
        return self.chain_holds and not any(wrong) and not self.apart


def check(installation: Installation, database_url: str, port: int, sent: Sequence[Sent]) -> Found:
    """Open every acknowledged report at the running service, and compare with the database."""
    acknowledged = [one for one in sent if one.answered is not None]
    tried = {one.report_id for one in sent}
    database = Database(database_url)
    try:
        with database.read() as connection:
            rows = connection.execute(
                select(reports.c.id, reports.c.reference, reports.c.quarantined)
            ).all()
            pictured = set(connection.execute(select(attachments.c.report_id)).scalars())
    finally:
        database.close()
    references = {identity: reference for identity, reference, _ in rows}
    wrong = [one for one in acknowledged if references.get(one.report_id) != one.reference]
    return Found(
        kept=len(rows),
        lost=len(wrong),
        unknown=len(set(references) - tried),
        doubled=len(rows) - len(set(references.values())),
        unopened=_unopened(port, acknowledged),
        without_photo=len(
            [one for one in acknowledged if one.has_photo and one.report_id not in pictured]
        ),
        apart=len([why for _, _, why in rows if why is not None]),
        chain_holds=installation.run("audit", "verify").returncode == 0,
    )


def _unopened(port: int, acknowledged: Sequence[Sent]) -> int:
    """Return how many reports did not open by their code, or opened as another."""
    missing = 0
    for start in range(0, len(acknowledged), _AT_ONCE):
        some = acknowledged[start : start + _AT_ONCE]
        head = _cookie_and_token(port)
        load = run_load(
            port, [_look_up(head, one.code) for one in some], clients=_CLIENTS, keep_replies=True
        )
        missing += len(some) - _opened(load, {one.reference for one in some})
    return missing


def _opened(load: Load, references: set[str]) -> int:
    """Return how many of the references were shown, each on a page of its own."""
    shown: set[str] = set()
    for status, body in zip(load.statuses, load.bodies, strict=True):
        heading = re.search(rb"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
        found = re.search(rb"[A-Z]{2}-[0-9A-Z]{6}", heading[1]) if heading else None
        if status == 200 and found is not None:
            shown.add(found[0].decode())
    return len(shown & references)


def _cookie_and_token(port: int) -> tuple[str, str]:
    """Return what a browser needs to ask: the session's cookie and the form's token."""
    get = f"GET {LOOK_UP} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    shown = run_load(port, [get], clients=1, keep_replies=True)
    cookie = re.search(rb"set-cookie: ([^;]+)", shown.heads[0], re.IGNORECASE)
    assert cookie is not None
    return cookie[1].decode(), hidden_fields(shown.bodies[0])["csrf_token"]


def _look_up(browser: tuple[str, str], code: str) -> bytes:
    cookie, token = browser
    body = urllib.parse.urlencode({"csrf_token": token, "code": code}).encode()
    lines = (
        f"POST {LOOK_UP} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return lines.encode() + body
