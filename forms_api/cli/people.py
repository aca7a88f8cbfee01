"""`officers` and `tokens`: who may come in."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from pathlib import Path

import click

from forms_api.accounts import officers as accounts
from forms_api.accounts import tokens as keys
from forms_api.accounts.permissions import ROLE_TITLES, SCOPE_TITLES, Role, Scope
from forms_api.cli.context import (
    actor,
    as_json,
    open_database,
    print_json,
    unlock_queue,
    unlocking,
)
from forms_api.vault.officer_keys import generate_password

DEFAULT_TOKEN_DAYS = 365


@click.group()
def officers() -> None:
    """People who may sign in: add, list, disable, reset."""


@officers.command("add")
@click.option("--name", required=True, help="Sign-in name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@unlocking
@as_json
def add_officer(
    *, name: str, role: str, identity_file: Path | None, by: str | None, as_json: bool
) -> None:
    """Add an officer; a first password is made and shown once."""
    with open_database() as (_, database):
        identity = unlock_queue(database, identity_file=identity_file, by=by)
        password = generate_password()
        accounts.add_officer(
            database,
            name=name,
            role=Role(role),
            password=password,
            queue_identity=identity,
            actor=actor(),
        )
    _show_password(name, password, as_json=as_json)


@officers.command("list")
@as_json
def list_officers(*, as_json: bool) -> None:
    """List all officers."""
    with open_database() as (_, database):
        found = accounts.list_officers(database)
    if as_json:
        print_json([asdict(officer) for officer in found])
        return
    for officer in found:
        state = "disabled" if officer.disabled_at else "active"
        click.echo(f"{officer.name}\t{ROLE_TITLES[officer.role]}\t{state}")


@officers.command("disable")
@click.option("--name", required=True)
def disable_officer(*, name: str) -> None:
    """Shut an officer out at once."""
    with open_database() as (_, database):
        accounts.disable_officer(database, name=name, actor=actor())
    click.echo(f"{name} is shut out.")


@officers.command("reset")
@click.option("--name", required=True)
@unlocking
@as_json
def reset_officer(*, name: str, identity_file: Path | None, by: str | None, as_json: bool) -> None:
    """Give an officer a new password, shown once; needs somebody who can open the queue."""
    with open_database() as (_, database):
        identity = unlock_queue(database, identity_file=identity_file, by=by)
        password = generate_password()
        accounts.reset_password(
            database, name=name, password=password, queue_identity=identity, actor=actor()
        )
    _show_password(name, password, as_json=as_json)


@click.group()
def tokens() -> None:
    """Keys by which programs call the officers' API: add, list, revoke."""


@tokens.command("add")
@click.option("--name", required=True, help="What the token is for, e.g. the PC that pulls.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="Repeat for several. Default: all. "
    + "; ".join(f"{scope.value}: {title}" for scope, title in SCOPE_TITLES.items()),
)
@click.option("--days", default=DEFAULT_TOKEN_DAYS, show_default=True, type=click.IntRange(1, 3650))
@as_json
def add_token(*, name: str, scopes: tuple[str, ...], days: int, as_json: bool) -> None:
    """Make a token and print it once."""
    with open_database() as (_, database):
        secret = keys.add_token(
            database,
            name=name,
            scopes=[Scope(scope) for scope in scopes] or list(Scope),
            lifetime=dt.timedelta(days=days),
            actor=actor(),
        )
    if as_json:
        print_json({"token": secret})
    else:
        click.echo(secret)


@tokens.command("list")
@as_json
def list_tokens(*, as_json: bool) -> None:
    """List all tokens; their secrets are not kept."""
    with open_database() as (_, database):
        found = keys.list_tokens(database)
    if as_json:
        print_json([{**asdict(token), "scopes": sorted(token.scopes)} for token in found])
        return
    for token in found:
        state = "revoked" if token.revoked_at else f"until {token.expires_at:%Y-%m-%d}"
        click.echo(f"{token.name}\t{token.prefix}…\t{','.join(sorted(token.scopes))}\t{state}")


@tokens.command("revoke")
@click.option("--name", required=True)
def revoke_token(*, name: str) -> None:
    """End a token at once."""
    with open_database() as (_, database):
        keys.revoke_token(database, name=name, actor=actor())
    click.echo(f"{name} is revoked.")


def _show_password(name: str, password: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"officer": name, "password": password})
    else:
        click.echo(f"Password of {name}, shown this once: {password}")
