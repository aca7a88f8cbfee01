"""The durable intake against the same POST without sealing and storing, and the GET of the form."""

from __future__ import annotations

import re
import tempfile
import urllib.parse
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import func, select

from forms_api.cli.running import THREADS, WORKERS
from forms_api.store.database import Database
from forms_api.store.schema import reports
from tests.bench.loader import Load, run_load
from tests.bench.measure import Row, paired_ratio, rounds, say
from tests.bench.servers import Server, environment, hidden_fields, initialise, serving

CLIENTS = 16
POSTS = 800
ROUNDS = 15
RATE_BOUND = 0.7
TAIL_BOUND = 1.5
FORM = "/gui/phan-anh-antt/"
STORY = "Khoảng 21 giờ, ba thanh niên đi hai xe máy chạy rất nhanh quanh sân bóng. " * 4
ANSWERS: Sequence[tuple[str, str]] = (
    ("dang-xay-ra", "khong"),
    ("an-danh", "co"),
    ("hanh-vi", "an-toan-giao-thong"),
    ("ngay-xay-ra", "2026-11-20"),
    ("dia-diem", "Đầu ngõ, cạnh sân bóng"),
    ("dien-bien", STORY),
    ("dong-y", "co"),
    ("checked", "1"),
)


def durable_intake(
    engine: str, postgres_url: str | None = None, *, workers: int = WORKERS, threads: int = THREADS
) -> list[Row]:
    """Measure rate and p99 of accepted reports on SQLite or PostgreSQL, each counted in the database.

    The bounds are those of the service as `serve` starts it; other processes and threads have none.
    """
    as_served = (workers, threads) == (WORKERS, THREADS)
    where = f"{engine}, {workers} processes of {threads} threads"
    say(f"==> durable intake on {where}")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        changes = {} if postgres_url is None else {"FORMS_DATABASE_URL": postgres_url}
        env = environment(Path(folder) / "data", **changes)
        initialise(env)
        stored = stack.enter_context(
            serving(env, "forms_api.wsgi:public", workers=workers, threads=threads)
        )
        unstored = stack.enter_context(
            serving(env, "tests.bench.unstored:app", workers=workers, threads=threads)
        )
        accepted = 0

        def post(server: Server) -> dict[str, float]:
            nonlocal accepted
            load = run_load(
                server.port, prepare_posts(server, POSTS), clients=CLIENTS, keep_replies=True
            )
            receipts = check_receipts(load)
            accepted += receipts if server is stored else 0
            return {"rate": load.rate, "p50": load.percentile(0.5), "p99": load.percentile(0.99)}

        ours, baseline = rounds(ROUNDS, [lambda: post(stored), lambda: post(unstored)])
        database = Database(
            changes.get("FORMS_DATABASE_URL", f"sqlite:///{folder}/data/forms.sqlite3")
        )
        with database.read() as connection:
            kept = connection.execute(select(func.count()).select_from(reports)).scalar_one()
        database.close()
    rate = paired_ratio(ours["rate"], baseline["rate"])
    tail = paired_ratio(ours["p99"], baseline["p99"])
    lost = accepted - kept
    return [
        Row(
            f"durable intake on {where}, {CLIENTS} clients ({kept} reports, {lost} lost)",
            f"{ours['rate'].median:.0f}/s",
            f"answered without storing: {baseline['rate'].median:.0f}/s",
            rate,
            f"≥ {RATE_BOUND}, 0 lost" if as_served else "0 lost",
            (rate >= RATE_BOUND or not as_served) and lost == 0,
        ),
        Row(
            "its p99",
            f"{ours['p99'].median * 1000:.0f} ms",
            f"{baseline['p99'].median * 1000:.0f} ms",
            tail,
            f"≤ {TAIL_BOUND}" if as_served else "",
            tail <= TAIL_BOUND if as_served else None,
        ),
    ]


def prepare_posts(server: Server, count: int) -> list[bytes]:
    """Return `count` complete POSTs, each with the tokens of a form that the server gave out."""
    get = f"GET {FORM} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    shown = run_load(server.port, [get] * count, clients=4, keep_replies=True)
    return [_post(head, page) for head, page in zip(shown.heads, shown.bodies, strict=True)]


def check_receipts(load: Load) -> int:
    """Return how many replies are receipts. Raises RuntimeError when one is not."""
    codes = {match for body in load.bodies for match in re.findall(rb"XG-[0-9A-Z]{6}", body)[:1]}
    if set(load.statuses) != {200} or len(codes) < len(load.bodies) * 0.99:
        raise RuntimeError(
            f"{len(codes)} receipts of {len(load.bodies)}, statuses {set(load.statuses)}"
        )
    return len(load.bodies)


def _post(head: bytes, page: bytes) -> bytes:
    cookie = re.search(rb"set-cookie: ([^;]+)", head, re.IGNORECASE)
    assert cookie is not None
    fields = [*hidden_fields(page).items(), *ANSWERS]
    body = urllib.parse.urlencode(fields).encode()
    lines = (
        f"POST {FORM} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie[1].decode()}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return lines.encode() + body
