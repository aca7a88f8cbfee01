"""What several commands need: settings, the database, JSON output, the queue's private key."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

from forms_api.accounts.queue_keys import present_keys
from forms_api.accounts.signin import Door, unlock_queue_keys
from forms_api.errors import NotInitialisedError
from forms_api.settings import Settings, read_settings
from forms_api.store.database import Database
from forms_api.store.installation import queue_recipient
from forms_api.vault.sealing import Identity, identity_from_text

Function = TypeVar("Function", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program.")


@contextlib.contextmanager
def open_database() -> Iterator[tuple[Settings, Database]]:
    """Give the settings and their database. Raises NotInitialisedError before `init`."""
    settings = read_settings()
    database = Database(settings.database_url)
    if database.file is not None and not database.file.is_file():
        raise NotInitialisedError(f"no database at {database.file}")
    try:
        queue_recipient(database)
        yield settings, database
    finally:
        database.close()


def make_private_folder(folder: Path) -> None:
    """Make a folder that only this user may enter; one that holds something keeps its mode."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        folder.chmod(0o700)


def actor() -> str:
    """Return who runs this command, for the audit log."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"cli:{os.getuid()}"


def print_json(value: object) -> None:
    """Print a JSON document."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def unlocking(function: Function) -> Function:
    """Add the two ways to show that one may hand the queue's key on."""
    by_file = click.option(
        "--identity-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="File with the recovery key (AGE-SECRET-KEY-1…).",
    )
    by_name = click.option(
        "--by", metavar="NAME", help="Officer who unlocks with password and code."
    )
    return by_file(by_name(function))


def unlock_queue(
    settings: Settings, database: Database, *, identity_file: Path | None, by: str | None
) -> tuple[Identity, ...]:
    """Return the queue's private keys, the present one first.

    Raises SealError, UnauthenticatedError, SlowDownError, click.UsageError when not exactly one way
    is given.
    """
    if (identity_file is None) == (by is None):
        message = "a colleague must unlock the queue: give either --by NAME or --identity-file FILE"
        raise click.UsageError(message)
    if identity_file is not None:
        return present_keys(database, read_identity(identity_file))
    assert by is not None
    password = _typed(f"Password of {by}", hidden=True)
    code = _typed(f"Code on the phone of {by}", hidden=False)
    door = Door(database, officers_secret(settings))
    return unlock_queue_keys(door, name=by, password=password, code=code)


def officers_secret(settings: Settings) -> bytes:
    """Return the officers' secret. Raises NotInitialisedError when there is none."""
    if settings.officers_secret is None:
        raise NotInitialisedError("no officers' secret")
    return settings.officers_secret


def read_identity(path: Path) -> Identity:
    """Return the private key in a file. Raises SealError when it holds none."""
    try:
        return identity_from_text(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise click.ClickException(f"{path} holds no key: it is not text") from None


def _typed(what: str, *, hidden: bool) -> str:
    """Return what is typed, or the next line that a program pipes in."""
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=hidden, err=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        message = f"no {what[0].lower()}{what[1:]}: type it at a terminal or pipe it in"
        raise click.ClickException(message)
    return line
