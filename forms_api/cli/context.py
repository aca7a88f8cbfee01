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

from forms_api.accounts.officers import unlock
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
    by_name = click.option("--by", metavar="NAME", help="Officer who unlocks with a password.")
    return by_file(by_name(function))


def unlock_queue(database: Database, *, identity_file: Path | None, by: str | None) -> Identity:
    """Return the queue's private key.

    Raises SealError, UnauthenticatedError, click.UsageError when not exactly one way is given.
    """
    if (identity_file is None) == (by is None):
        message = "a colleague must unlock the queue: give either --by NAME or --identity-file FILE"
        raise click.UsageError(message)
    if identity_file is not None:
        return identity_from_text(_read_identity(identity_file))
    assert by is not None
    return unlock(database, name=by, password=_read_password(by))


def _read_identity(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{path} holds no key: it is not text") from None


def _read_password(name: str) -> str:
    """Return what is typed without showing it, or the first line that a program pipes in."""
    if sys.stdin.isatty():
        return str(click.prompt(f"Password of {name}", hide_input=True, err=True))
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        message = f"no password of {name}: type it at a terminal or pipe it in"
        raise click.ClickException(message)
    return password
