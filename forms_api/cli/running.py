"""`serve` and `worker`: the processes that run."""

from __future__ import annotations

import errno
import logging
import multiprocessing
import os
import signal
import socket
import threading

import click

from forms_api.cli.context import open_database
from forms_api.errors import NotInitialisedError
from forms_api.notify.worker import open_channel, run_forever, run_round
from forms_api.settings import read_settings
from forms_api.store.database import Database
from forms_api.store.installation import migrate, queue_recipient

FACES = ("app", "public", "officers")


@click.command()
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535)
)
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--threads",
    default=16,
    show_default=True,
    type=click.IntRange(1, 256),
    help="Threads of each worker process.",
)
@click.option(
    "--face",
    type=click.Choice(FACES),
    default="app",
    show_default=True,
    help="app: both faces and the site on one machine.",
)
@click.option("--with-worker", is_flag=True, help="Send notices too, in a process of its own.")
def serve(
    *, host: str, port: int, workers: int, threads: int, face: str, with_worker: bool
) -> None:
    """Serve over HTTP. Put a reverse proxy with TLS in front where residents come from outside."""
    settings = read_settings()
    if not (settings.site_dir / "index.html").is_file():
        raise NotInitialisedError(f"no built site in {settings.site_dir}: run `python build.py`")
    database = Database(settings.database_url)
    migrate(database)
    queue_recipient(database)
    database.close()
    _refuse_taken_port(host, port)
    # One arena for each thread would hold the bitmaps of photos long after they are gone.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    helper = None
    if with_worker:
        helper = multiprocessing.get_context("spawn").Process(target=_work, name="worker")
        helper.start()
    click.echo(f"http://{host}:{port}/  (Ctrl+C để dừng / to stop)")
    try:
        _run_server(host, port, workers=workers, threads=threads, face=face)
    finally:
        if helper is not None and helper.is_alive():
            helper.terminate()
            helper.join()


@click.command()
@click.option("--once", is_flag=True, help="One round, then stop; exit 1 when a notice failed.")
def worker(*, once: bool) -> None:
    """Send waiting notices and clear away pictures of forms that were never sent."""
    if not once:
        _work()
        return
    with open_database() as (settings, database):
        done = run_round(database, open_channel(settings.notify_urls))
    click.echo(f"sent {done.sent}, failed {done.failed}")
    if done.failed:
        raise SystemExit(1)


def _work() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with open_database() as (settings, database):
        run_forever(database, open_channel(settings.notify_urls), stop)


def _run_server(host: str, port: int, *, workers: int, threads: int, face: str) -> None:
    from granian import Granian  # noqa: PLC0415 - only the serving process needs the server
    from granian.constants import Interfaces  # noqa: PLC0415

    Granian(
        f"forms_api.wsgi:{face}",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        log_access=False,  # an access log would hold the residents' addresses
    ).serve()


def _refuse_taken_port(host: str, port: int) -> None:
    """Raise a clear message now instead of a worker's traceback later."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                message = f"port {port} is taken: stop what listens there, or choose PORT=8001"
            else:
                message = f"cannot listen on {host}:{port}: {error.strerror}"
            raise click.ClickException(message) from None
