"""`officers` and `tokens`: who may come in."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from ipaddress import ip_network
from pathlib import Path

import click

from forms_api.accounts import officers as accounts
from forms_api.accounts import tokens as token_store
from forms_api.accounts.invitations import LIFETIME, InvitationKind, invite, invite_again
from forms_api.accounts.officers import NewOfficer
from forms_api.accounts.permissions import ROLE_TITLES, SCOPE_TITLES, Role, Scope
from forms_api.cli.context import (
    actor,
    as_json,
    open_database,
    print_json,
    unlock_queue,
    unlocking,
)
from forms_api.vault.receipts import FollowUpCode

DEFAULT_TOKEN_DAYS = 365


@click.group()
def officers() -> None:
    """People who may sign in: add, list, disable, reset."""


@officers.command("add")
@click.option("--name", required=True, help="Sign-in name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--full-name", help="The person's name, as colleagues see it.")
@click.option("--area", "areas", multiple=True, help="Only this tổ dân phố; repeat for several.")
@unlocking
@as_json
def add_officer(
    *,
    name: str,
    role: str,
    full_name: str | None,
    areas: tuple[str, ...],
    identity_file: Path | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Invite an officer: a one-time code is shown, with which the person sets a password."""
    new = NewOfficer(name, Role(role), full_name, areas or None)
    with open_database() as (settings, database):
        keys = unlock_queue(settings, database, identity_file=identity_file, by=by)
        code = invite(database, new, keys=keys, actor=actor())
    show_invitation(name, code, as_json=as_json)


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
        state = _state(officer)
        click.echo(f"{officer.name}\t{ROLE_TITLES[officer.role]}\t{state}")


def _state(officer: accounts.Officer) -> str:
    if officer.disabled_at:
        return "disabled"
    return "active" if officer.has_signed_up else "invited"


@officers.command("disable")
@click.option("--name", required=True)
def disable_officer(*, name: str) -> None:
    """Shut an officer out at once."""
    with open_database() as (_, database):
        accounts.disable_officer(database, name=name, actor=actor())
    click.echo(f"{name} is shut out.")


@officers.command("reset")
@click.option("--name", required=True)
@click.option("--lost-phone", is_flag=True, help="The phone is lost too: a new one is set up.")
@unlocking
@as_json
def reset_officer(
    *, name: str, lost_phone: bool, identity_file: Path | None, by: str | None, as_json: bool
) -> None:
    """Show a one-time code for a new password; needs somebody who can open the queue."""
    kind = InvitationKind.LOST_PHONE if lost_phone else InvitationKind.FORGOTTEN
    with open_database() as (settings, database):
        keys = unlock_queue(settings, database, identity_file=identity_file, by=by)
        code = invite_again(database, name=name, kind=kind, keys=keys, actor=actor())
    show_invitation(name, code, as_json=as_json)


class NetworkType(click.ParamType[token_store.Network]):
    """Reads a network, or one address, as RFC 4632 and RFC 4291 write them."""

    name = "network"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> token_store.Network:
        """Return the network, or tell how one is written."""
        try:
            return ip_network(str(value))
        except ValueError:
            self.fail(f"{value!r} is no network: write 192.0.2.0/24 or 2001:db8::/48", param, ctx)


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
@click.option(
    "--network",
    "networks",
    multiple=True,
    type=NetworkType(),
    help="The token counts only from here, e.g. 192.0.2.0/24; repeat for several.",
)
@as_json
def add_token(
    *,
    name: str,
    scopes: tuple[str, ...],
    days: int,
    networks: tuple[token_store.Network, ...],
    as_json: bool,
) -> None:
    """Make a token and print it once."""
    with open_database() as (_, database):
        secret = token_store.add_token(
            database,
            name=name,
            scopes=[Scope(scope) for scope in scopes] or list(Scope),
            lifetime=dt.timedelta(days=days),
            actor=actor(),
            networks=networks,
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
        found = token_store.list_tokens(database)
    if as_json:
        print_json([_token_data(token) for token in found])
        return
    for token in found:
        state = "revoked" if token.revoked_at else f"until {token.expires_at:%Y-%m-%d}"
        click.echo(f"{token.name}\t{token.prefix}…\t{','.join(sorted(token.scopes))}\t{state}")


def _token_data(token: token_store.Token) -> dict[str, object]:
    owner = token.owner.name if token.owner else None
    return {**asdict(token), "scopes": sorted(token.scopes), "owner": owner}


@tokens.command("revoke")
@click.option("--name", required=True)
def revoke_token(*, name: str) -> None:
    """End a token at once."""
    with open_database() as (_, database):
        token_store.revoke_token(database, name=name, actor=actor())
    click.echo(f"{name} is revoked.")


def show_invitation(name: str, code: FollowUpCode, *, as_json: bool) -> None:
    """Print an invitation's code, once."""
    if as_json:
        print_json({"officer": name, "invitation": code.reveal()})
        return
    click.echo(
        f"Mã mời của / invitation code of {name}, shown this once, good for {LIFETIME.days} days:\n\n"
        f"    {code.reveal()}\n\n"
        "Người được mời mở /can-bo/loi-moi/ trên trang này, gõ mã và đặt mật khẩu.\n"
        "The person opens /can-bo/loi-moi/ on this site, types the code and sets a password."
    )
