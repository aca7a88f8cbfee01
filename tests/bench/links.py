"""Short links, looked up and counted, against a plain redirect that does neither."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import func, select

from forms_api.store.database import Database
from forms_api.store.schema import link_visits
from tests.bench.loader import run_load
from tests.bench.measure import Row, paired_ratio, rounds, say
from tests.bench.servers import Server, environment, initialise, serving

CLIENTS = 16
VISITS = 4000
ROUNDS = 7
RATE_BOUND = 0.5
_GET = b"GET /s/bao-tin HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0 (Linux; Android 14)\r\n\r\n"


def redirects() -> list[Row]:
    """Measure redirects a second; every one of them must be counted in the end."""
    say("==> short links")
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder) / "data")
        initialise(env)
        sent = 0

        def visit(server: Server) -> dict[str, float]:
            nonlocal sent
            load = run_load(server.port, [_GET] * VISITS, clients=CLIENTS)
            if set(load.statuses) != {302}:
                raise RuntimeError(f"statuses {set(load.statuses)}")
            sent += VISITS if server is counted else 0
            return {"rate": load.rate, "p99": load.percentile(0.99)}

        with ExitStack() as stack:
            counted = stack.enter_context(serving(env, "forms_api.wsgi:public"))
            plain = stack.enter_context(serving(env, "tests.bench.plain:app"))
            ours, baseline = rounds(ROUNDS, [lambda: visit(counted), lambda: visit(plain)])
        # The servers have ended, and written what they had gathered.
        database = Database(f"sqlite:///{folder}/data/forms.sqlite3")
        with database.read() as connection:
            kept = connection.execute(select(func.sum(link_visits.c.visits))).scalar_one()
        database.close()
    rate, tail = (
        paired_ratio(ours["rate"], baseline["rate"]),
        paired_ratio(ours["p99"], baseline["p99"]),
    )
    lost = sent - int(kept)
    return [
        Row(
            f"short links followed and counted, {CLIENTS} clients ({kept} visits, {lost} lost)",
            f"{ours['rate'].median:.0f}/s",
            f"plain Flask redirect: {baseline['rate'].median:.0f}/s",
            rate,
            f"≥ {RATE_BOUND}, 0 lost",
            rate >= RATE_BOUND and lost == 0,
        ),
        Row(
            "its p99",
            f"{ours['p99'].median * 1000:.1f} ms",
            f"{baseline['p99'].median * 1000:.1f} ms",
            tail,
        ),
    ]
