"""`talk`: a window in which residents try a form out, from a terminal."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

import click

from forms_api.accounts.permissions import Actor, operator_actor
from forms_api.cli.context import actor, as_json, open_database, print_json
from forms_api.errors import ConflictError
from forms_api.reports import talks
from forms_api.reports.service import utc_now
from forms_api.store.erasing import forget_deleted


@click.group()
def talk() -> None:
    """Talks at which residents try a form out: open, end, list, clear."""


@talk.command("open")
@click.option(
    "--minutes",
    default=talks.USUAL // dt.timedelta(minutes=1),
    show_default=True,
    type=click.IntRange(1, talks.LONGEST // dt.timedelta(minutes=1)),
    help="It ends by itself after so long.",
)
@as_json
def open_(*, minutes: int, as_json: bool) -> None:
    """Open a talk and print the code that residents send along."""
    lasting = dt.timedelta(minutes=minutes)
    with open_database() as (_, database):
        opened = talks.open_talk(database, actor=_operator(), lasting=lasting)
    if as_json:
        print_json(asdict(opened))
    else:
        click.echo(f"{opened.code}  until {opened.ends_at:%Y-%m-%d %H:%M} UTC")


@talk.command("end")
@click.argument("code")
def end(*, code: str) -> None:
    """End a talk now."""
    with open_database() as (_, database):
        talks.end_talk(database, actor=_operator(), code=code)
    click.echo(f"{code} has ended: what is sent from now on is real.")


@talk.command("list")
@as_json
def list_(*, as_json: bool) -> None:
    """List the talks that are held and the newest others, and how many trial reports there are."""
    with open_database() as (_, database):
        found = talks.list_talks(database, actor=_operator())
        trials = talks.count_trials(database, actor=_operator())
    if as_json:
        print_json({"talks": [asdict(talk) for talk in found], "trials": trials})
        return
    now = utc_now()
    for talk in found:
        state = "held until" if talk.ends_at > now else "ended"
        click.echo(f"{talk.code}  {state} {talk.ends_at:%Y-%m-%d %H:%M} UTC  {talk.opened_by}")
    click.echo(f"{trials} trial reports")


@talk.command("clear")
@as_json
def clear(*, as_json: bool) -> None:
    """Erase every trial report of talks with all that was written to it; nothing else is touched."""
    with open_database() as (_, database):
        try:
            removed = talks.remove_trials(database, actor=_operator())
        except ConflictError as held:
            message = f"talk {held} is still held: end it first, somebody still tries the form out"
            raise click.ClickException(message) from None
        forget_deleted(database)
    if as_json:
        print_json({"removed": removed})
    else:
        click.echo(f"{removed} trial reports removed")


def _operator() -> Actor:
    return operator_actor(actor().removeprefix("cli:"))
