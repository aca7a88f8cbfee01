"""One run: install, serve, send, restart in the middle, look for every report."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import psutil

from forms_api.cli.running import WORKERS
from tests.attachments.samples import exif, photo
from tests.bench.measure import say
from tests.bench.servers import DatabaseServer
from tests.e2e.installation import Server, install
from tests.soak.checking import check
from tests.soak.figures import Restart, Run
from tests.soak.residents import Evening, Plan, send_all
from tests.soak.watching import disk_mb, family_of, watching

START_SECONDS = 5.0
"""Until the process that sends has loaded itself."""

PHOTOS = 4
LIMITS = {
    "FORMS_SEND_LIMIT": "100000000/day",
    "FORMS_CROWD_LIMIT": "1000/second",  # looking for the 1000th newest costs as much as in a crowd
    "FORMS_RATELIMIT_ENABLED": "1",
    "FORMS_MIN_FREE_BYTES": str(256 * 2**20),
}
"""All reports come from one address: the limits stay on, and count, and are as high as an operator
sets them for such a test. The reserve of disk is the one that installations have."""


@dataclass(frozen=True)
class Demand:
    """What is asked of the service: `rate` reports a second for `seconds`, some with a photo.

    `photo_share` is 0 to 1, `photo_pixels` width and height; `seed` draws the moments of arrival;
    `workers` processes serve.
    """

    seconds: float = 600.0
    rate: float = 50.0
    photo_share: float = 0.03
    photo_pixels: tuple[int, int] = (4032, 3024)
    lead_seconds: float = 15.0
    seed: int = 1
    workers: int = WORKERS


def run(
    demand: Demand, folder: Path, *, site_dir: Path, database: DatabaseServer | None = None
) -> Run:
    """Return what the demand did to a fresh installation in `folder`, on SQLite or on `database`."""
    settings = LIMITS | ({} if database is None else {"FORMS_DATABASE_URL": database.url})
    say("    settings: " + " ".join(f"{name}={value}" for name, value in LIMITS.items()))
    installation = install(folder / "installation", site_dir, data_dir=None, **settings)
    database_url = database.url if database else f"sqlite:///{installation.database_file}"
    photos = [_photo(demand.photo_pixels, number) for number in range(PHOTOS)]
    with installation.serving("--with-worker", workers=demand.workers) as server:
        load_before, began = psutil.getloadavg()[0], time.monotonic()
        plan = _plan(demand, server.port, begins=began + START_SECONDS + demand.lead_seconds)

        def processes() -> list[psutil.Process]:
            return server.processes() + (family_of(database.pid) if database else [])

        with watching(processes) as seen, _sending(plan, photos) as evening:
            restart = _restart_in_the_middle(plan, server)
        watched_seconds = time.monotonic() - began
        say("    looking for every acknowledged report")
        found = check(installation, database_url, server.port, evening[0].sent)
    folders = [installation.data_dir, *([database.folder] if database else [])]
    return Run(
        plan=plan,
        photo_bytes=len(photos[0]),
        sent=evening[0].sent,
        client_cpu_seconds=evening[0].client_cpu_seconds,
        restart=restart,
        seen=seen,
        watched_seconds=watched_seconds,
        disk_mb=sum(map(disk_mb, folders)),
        load_before=load_before,
        found=found,
    )


def _plan(demand: Demand, port: int, *, begins: float) -> Plan:
    return Plan(
        port=port,
        begins=begins,
        seconds=demand.seconds,
        rate=demand.rate,
        photo_share=demand.photo_share,
        lead_seconds=demand.lead_seconds,
        seed=demand.seed,
    )


@contextmanager
def _sending(plan: Plan, photos: list[bytes]) -> Iterator[list[Evening]]:
    """Send in a process of its own while the block runs; what became of it is in the list after."""
    gathered: list[Evening] = []
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        coming = pool.apply_async(send_all, (plan, photos))
        yield gathered
        gathered.append(coming.get())


def _restart_in_the_middle(plan: Plan, server: Server) -> Restart:
    """Stop the service as an operator does, half-way, and start it again."""
    time.sleep(max(0.0, plan.begins + plan.seconds / 2 - time.monotonic()))
    say("    restart")
    told = time.monotonic()
    server.stop()
    stopped = time.monotonic()
    server.start()
    return Restart(told, stopped, time.monotonic())


def _photo(pixels: tuple[int, int], number: int) -> bytes:
    """Return a photo as a phone takes it, with its place, another one for each number."""
    file = BytesIO()
    photo(*pixels).save(file, "JPEG", quality=88, exif=exif(), comment=f"{number}".encode())
    return file.getvalue()
