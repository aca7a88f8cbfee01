"""`notices list`, `retry`, `drop`: what to do about notices that do not go out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

import click

from forms_api.accounts.permissions import Actor, operator_actor
from forms_api.cli.context import actor, as_json, open_database, print_json
from forms_api.reports import notices as unsent

Function = TypeVar("Function", bound=Callable[..., Any])


@click.group()
def notices() -> None:
    """Notices that have not gone out: list, retry, drop."""


def choosing(function: Function) -> Function:
    """Add the ways to name dead letters: their numbers, or all of them."""
    every = click.option("--all", "every", is_flag=True, help="All that were given up.")
    return click.argument("numbers", nargs=-1, type=click.IntRange(1), metavar="[NUMBER]...")(
        every(function)
    )


@notices.command("list")
@as_json
def list_notices(*, as_json: bool) -> None:
    """List waiting notices and those that were given up."""
    with open_database() as (_, database):
        found = unsent.list_unsent(database, _operator())
    if as_json:
        print_json([asdict(notice) for notice in found])
        return
    for notice in found:
        state = "given up" if notice.dead else f"next try {notice.due_at:%Y-%m-%d %H:%M} UTC"
        tries = f"{notice.attempts} tries"
        click.echo(f"{notice.number}\t{notice.topic}\t{tries}\t{state}\t{notice.failure or ''}")


@notices.command("retry")
@choosing
@as_json
def retry_notices(*, numbers: tuple[int, ...], every: bool, as_json: bool) -> None:
    """Send notices that were given up once more."""
    chosen = _chosen(numbers, every=every)
    with open_database() as (_, database):
        _show("retried", unsent.retry(database, _operator(), chosen), as_json=as_json)


@notices.command("drop")
@choosing
@as_json
def drop_notices(*, numbers: tuple[int, ...], every: bool, as_json: bool) -> None:
    """Delete notices that were given up; the reports they tell of stay."""
    chosen = _chosen(numbers, every=every)
    with open_database() as (_, database):
        _show("dropped", unsent.drop(database, _operator(), chosen), as_json=as_json)


def _operator() -> Actor:
    return operator_actor(actor().removeprefix("cli:"))


def _chosen(numbers: tuple[int, ...], *, every: bool) -> tuple[int, ...] | None:
    if every == bool(numbers):
        message = "name notices by their numbers from `notices list`, or give --all"
        raise click.UsageError(message)
    return None if every else numbers


def _show(done: str, numbers: list[int], *, as_json: bool) -> None:
    if as_json:
        print_json({done: numbers})
    else:
        click.echo(f"{done}: {len(numbers)}")
