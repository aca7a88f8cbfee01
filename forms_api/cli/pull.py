"""`pull`: reports from a queue elsewhere into folders here, opened, one folder each."""

from __future__ import annotations

import ipaddress
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from forms_api.cli.context import as_json, print_json
from forms_api.client.api import DeskClient
from forms_api.client.pulling import Order, Outcome, Pull
from forms_api.reports.lifecycle import Status
from forms_api.vault.sealing import identities_from_text

_KEY_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--url", required=True, metavar="URL", help="The service, as https://ward.example.")
@click.option("--token-file", required=True, type=_KEY_FILE, help="File with the API token.")
@click.option(
    "--identity-file", required=True, type=_KEY_FILE, help="File with the queue's private keys."
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of folders, made if it is not there.",
)
@click.option("--form-id", metavar="FORM", help="Reports of this form only.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many reports.")
@click.option(
    "--lease-seconds",
    type=click.IntRange(30, 86_400),
    default=900,
    show_default=True,
    help="How long claimed reports are kept from others.",
)
@click.option(
    "--batch",
    type=click.IntRange(1, 100),
    default=50,
    show_default=True,
    help="Reports claimed, synced and acknowledged together.",
)
@click.option("--insecure-http", is_flag=True, help="Allow http:// beyond this machine.")
@as_json
def pull(  # noqa: PLR0913 - one argument an option, as click hands them over
    *,
    url: str,
    token_file: Path,
    identity_file: Path,
    out: Path,
    form_id: str | None,
    limit: int | None,
    lease_seconds: int,
    batch: int,
    insecure_http: bool,
    as_json: bool,
) -> None:
    """Pull waiting reports into folders and acknowledge what is on disk.

    The token needs the scopes queue and read. Safe to kill at any time: run it again.
    """
    _check_address(url, insecure_http=insecure_http)
    order = Order(
        out=out,
        keys=identities_from_text(_read_secret(identity_file)),
        form_id=form_id,
        limit=limit,
        lease_seconds=lease_seconds,
        batch=batch,
    )
    client = DeskClient(url, _read_secret(token_file).strip())
    try:
        running = Pull(client, order)
        waiting = None if form_id else client.count().states[Status.NEW]
        with _progress(
            waiting if limit is None or waiting is None else min(waiting, limit)
        ) as show:
            for outcome in running.run():
                show(len(outcome.pulled))
    finally:
        client.close()
    _report(running.outcome, as_json=as_json)


class _Show(Protocol):
    def __call__(self, pulled: int) -> None: ...


@contextmanager
def _progress(total: int | None) -> Iterator[_Show]:
    """Give a function that shows how many reports are pulled: a bar on a terminal, else lines."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda pulled: click.echo(f"{pulled} pulled", err=True)
        return
    columns = (
        TextColumn("pulling"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("pulling", total=total)
        yield lambda pulled: bar.update(task, completed=pulled)


def _report(outcome: Outcome, *, as_json: bool) -> None:
    """Say what was done; leave with exit code 1 when some report was not brought home."""
    for failure in outcome.failed:
        click.echo(f"{failure.reference}: left in the queue: {failure.reason}", err=True)
    for reference in outcome.lost:
        click.echo(
            f"{reference}: the lease was lost and somebody else has it; the folder is kept",
            err=True,
        )
    if as_json:
        print_json(asdict(outcome))
    else:
        click.echo(
            f"pulled {len(outcome.pulled)}, acknowledged from before {len(outcome.found)}, "
            f"updated {len(outcome.updated)}, failed {len(outcome.failed)}"
        )
    if outcome.failed or outcome.lost:
        sys.exit(1)


def _check_address(url: str, *, insecure_http: bool) -> None:
    """Refuse an address that would show the token to everybody on the way."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise click.BadParameter("must begin with https:// and name a host", param_hint="--url")
    if parts.scheme == "http" and not insecure_http and not _is_this_machine(parts.hostname):
        message = "http:// would show the token to everybody on the way; use https://"
        raise click.BadParameter(f"{message} (or --insecure-http)", param_hint="--url")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_secret(path: Path) -> str:
    """Return the text of a file that only its owner should read; say so where others can."""
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            click.echo(f"warning: others can read {path}; run `chmod 600 {path}`", err=True)
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{path} cannot be read: {error}") from None
