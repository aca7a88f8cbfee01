"""`serve` and `worker`: the processes that run."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
import sys
import threading
from types import FrameType

import click

from forms_api.cli.chores import chores_of
from forms_api.cli.context import open_database
from forms_api.cli.worker_process import WorkerProcess
from forms_api.errors import NotInitialisedError
from forms_api.notify.schedule import schedule_of
from forms_api.notify.worker import open_channel, run_forever, run_round
from forms_api.settings import read_settings
from forms_api.store.database import Database
from forms_api.store.installation import migrate, queue_recipient, schema_is_current
from forms_api.web.serving import LOG_FORMAT, log_configuration

FACES = ("app", "public", "officers")
WORKERS, THREADS = 4, 8
FIRST_FREE_PORT = 1024  # below it, a user needs a right of the system's


@click.command()
@click.option("--host", envvar="HOST", default="127.0.0.1", show_default=True)
@click.option(
    "--port", envvar="PORT", default=8000, show_default=True, type=click.IntRange(1, 65535)
)
@click.option("--workers", default=WORKERS, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--threads",
    default=THREADS,
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
    """Serve over HTTP. Put a reverse proxy with TLS in front where residents come from outside.

    Runs until SIGTERM or Ctrl+C, then ends its processes and exits with 0.
    """
    signal.signal(signal.SIGTERM, _leave)  # until the server has its own handler
    _prepare(with_worker=with_worker)
    _refuse_unusable_port(host, port)
    helper = WorkerProcess() if with_worker else None
    if helper is not None:
        helper.start()
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"http://{shown}:{port}/  (Ctrl+C để dừng / to stop)")
    try:
        _run_server(host, port, workers=workers, threads=threads, face=face)
    finally:
        if helper is not None:
            helper.stop()


@click.command()
@click.option("--once", is_flag=True, help="One round, then stop; exit 1 when a notice failed.")
@click.option("--while-stdin-is-open", is_flag=True, hidden=True)  # beside `serve`: end with it
def worker(*, once: bool, while_stdin_is_open: bool) -> None:
    """Send waiting notices, watch deadlines, make exports, clear away what is over its time."""
    if once:
        with open_database() as (settings, database):
            done = run_round(
                database,
                open_channel(settings.notify_urls),
                chores_of(settings, database),
                schedule=schedule_of(settings),
            )
        click.echo(f"sent {done.sent}, failed {done.failed}")
        if done.failed:
            raise SystemExit(1)
        return
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if while_stdin_is_open:
        threading.Thread(target=_stop_at_end_of_input, args=(stop,), daemon=True).start()
    with open_database() as (settings, database):
        run_forever(
            database,
            open_channel(settings.notify_urls),
            stop,
            chores_of(settings, database),
            schedule=schedule_of(settings),
        )


def _prepare(*, with_worker: bool) -> None:
    """Bring the schema up to date; refuse now what would fail in every process later."""
    settings = read_settings()
    if not (settings.site_dir / "index.html").is_file():
        message = f"no built site in {settings.site_dir}: run `python build.py`"
        raise click.ClickException(message)
    if not settings.data_dir.is_dir():
        raise NotInitialisedError(f"no folder {settings.data_dir}")
    if None in (settings.public_secret, settings.receipt_key, settings.officers_secret):
        raise NotInitialisedError(f"secrets are missing in {settings.keys_dir}")
    database = Database(settings.database_url)
    try:
        queue_recipient(database)
        if not schema_is_current(database):
            migrate(database)
    finally:
        database.close()
    if with_worker:
        open_channel(settings.notify_urls)


def _run_server(host: str, port: int, *, workers: int, threads: int, face: str) -> None:
    from granian import Granian  # noqa: PLC0415 - only the serving process needs the server
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    # A worker that is told to stop while it still loads would otherwise miss it, and never end.
    os.register_at_fork(after_in_child=_stop_at_once)
    Granian(
        f"forms_api.wsgi:{face}",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=log_configuration(),
        log_access=False,  # an access log would hold the residents' addresses
    ).serve()


def _stop_at_once() -> None:
    """Let SIGTERM and SIGINT end a new process until it sets its own way of stopping."""
    for how in (signal.SIGTERM, signal.SIGINT):
        signal.signal(how, signal.SIG_DFL)


def _refuse_unusable_port(host: str, port: int) -> None:
    """Raise a clear message now instead of a worker's traceback later."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(_port_words(host, port, error)) from None


def _port_words(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken: stop what listens there, or choose PORT=8001"
    if error.errno in (errno.EACCES, errno.EPERM) and port < FIRST_FREE_PORT:
        return (
            f"this user may not listen on port {port}: choose one from {FIRST_FREE_PORT} on and "
            "let the reverse proxy take 80 and 443"
        )
    return f"cannot listen on {host}:{port}: {error.strerror or error}"


def _stop_at_end_of_input(stop: threading.Event) -> None:
    os.read(sys.stdin.fileno(), 1)
    stop.set()


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)
