"""The desk's pages with 10,000 reports in the queue: the server's time for each."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from forms_api.accounts import second_factor, sessions
from forms_api.accounts.invitations import accept, invite
from forms_api.accounts.officers import NewOfficer
from forms_api.accounts.permissions import Role
from forms_api.accounts.signin import Door, sign_in
from forms_api.officer_app.access import SESSION_KEY
from forms_api.officer_app.app import create_officer_app
from forms_api.reports.lifecycle import Status
from forms_api.settings import Settings, read_settings
from forms_api.store.database import Database
from forms_api.store.schema import reports
from forms_api.vault.sealing import Identity, identity_from_text
from tests.bench.desk import fill
from tests.bench.measure import Row, rounds, say
from tests.bench.servers import environment, initialise

REPORTS = 10_000
BOUND_MS = 150
PASSWORD = "mot cau dai de do toc do"
PAGES = {
    "today at a glance": "/can-bo/",
    "first page of the queue": "/can-bo/phieu/",
    "what waits": "/can-bo/phieu/?trang-thai=moi",
    "what is late, by deadline": "/can-bo/phieu/?qua-han=1&xep=den-han",
    "a filter of four conditions": (
        "/can-bo/phieu/?loai=an-toan-giao-thong&to=tdp-vi-du-1&tu-ngay=2026-01-01&thieu-so=vneid"
    ),
    "one report": "/can-bo/phieu/{id}/",
    "the numbers of a month and the one before": "/can-bo/so-lieu/",
}


def desk_pages() -> list[Row]:
    """Measure each page of the desk on SQLite, as an officer who sees everything gets it."""
    say(f"==> the desk's pages with {REPORTS} reports")
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder))
        shown = json.loads(initialise(env))
        settings = read_settings({k: v for k, v in env.items() if k.startswith("FORMS_")})
        database = fill(Path(folder), 1)
        report_id = _multiply(database)
        app = create_officer_app(settings)
        client = _signed_in(app, settings, database, identity_from_text(shown["recovery_key"]))
        paths = {name: path.format(id=report_id) for name, path in PAGES.items()}
        found = rounds(9, [_timer(client, path) for path in paths.values()])
        database.close()
    rows = []
    for name, figures in zip(paths, found, strict=True):
        milliseconds = figures["ms"].median
        rows.append(
            Row(
                f"desk, {REPORTS:,} reports: {name}",
                f"{milliseconds:.0f} ms",
                "–",
                bound=f"≤ {BOUND_MS} ms",
                holds=milliseconds <= BOUND_MS,
            )
        )
    return rows


def _timer(client: FlaskClient, path: str) -> Callable[[], dict[str, float]]:
    def measure() -> dict[str, float]:
        started = time.perf_counter()
        reply = client.get(path)
        assert reply.status_code == 200, (path, reply.status_code)
        return {"ms": (time.perf_counter() - started) * 1000}

    return measure


def _multiply(database: Database) -> str:
    """Make 10,000 reports of the one that is there, of every state, age and holder; return its id."""
    chance = random.Random(1)
    now = dt.datetime.now(dt.UTC)
    with database.read() as connection:
        first = dict(connection.execute(select(reports)).mappings().one())
    states = [Status.NEW.value] * 4 + [state.value for state in Status]

    def another(number: int) -> dict[str, Any]:
        received = now - dt.timedelta(minutes=chance.randrange(525_600))
        status = chance.choice(states)
        return {
            **{name: value for name, value in first.items() if name != "sequence"},
            "id": secrets.token_hex(16),
            "reference": f"XG-{number:06}",
            "submission_key": os.urandom(32),
            "lookup_key": os.urandom(32),
            "category": chance.choice(["an-toan-giao-thong", "khac", "tieng-on"]),
            "area": f"tdp-vi-du-{chance.randrange(1, 5)}",
            "status": status,
            "claimed_by": None if status == "moi" else f"officer:{chance.choice('abcdef')}",
            "received_at": received,
            "updated_at": received,
            "due_at": received + dt.timedelta(days=20) if status == "xac_minh" else None,
        }

    new = [another(number) for number in range(REPORTS - 1)]
    database.write(lambda connection: connection.execute(insert(reports), new).rowcount)
    return str(first["id"])


def _signed_in(
    app: Flask, settings: Settings, database: Database, recovery_key: Identity
) -> FlaskClient:
    assert settings.officers_secret is not None
    key = settings.officers_secret
    code = invite(database, NewOfficer("lan", Role.POLICE), keys=[recovery_key], actor="bench")
    secret = second_factor.new_secret()
    totp, now = pyotp.TOTP(secret), time.time()
    before = totp.at(int(now) - second_factor.STEP_SECONDS)
    accept(database, code, password=PASSWORD, totp_secret=secret, typed=before, secret_key=key)
    who = sign_in(Door(database, key), name="lan", password=PASSWORD, code=totp.at(int(now)))
    client = app.test_client()
    with client.session_transaction() as kept:
        kept[SESSION_KEY] = sessions.begin(database, who.officer, who.identity, device="bench")
    return client
