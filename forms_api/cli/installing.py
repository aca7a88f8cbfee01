"""`init` makes the keys, the database and the first administrator."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from pathlib import Path

import click
from sqlalchemy import Connection

from forms_api.accounts.invitations import LIFETIME, inviting
from forms_api.accounts.officers import NewOfficer
from forms_api.accounts.permissions import Role
from forms_api.accounts.queue_keys import keep_first_key
from forms_api.cli.context import actor, as_json, make_private_folder, print_json
from forms_api.errors import AlreadyInitialisedError, NotInitialisedError
from forms_api.settings import SECRETS, Settings, read_settings, secret_file_name
from forms_api.store.database import Database
from forms_api.store.installation import (
    QUEUE_RECIPIENT,
    migrate,
    queue_recipient,
    read_fact,
)
from forms_api.vault.receipts import FollowUpCode, new_code
from forms_api.vault.sealing import Identity, generate_identity

ADMIN_NAME = "quan-tri"


@click.command()
@click.option("--if-needed", is_flag=True, help="Do nothing where keys exist already.")
@click.option("--admin", default=ADMIN_NAME, show_default=True, help="Name of the first officer.")
@as_json
def init(*, if_needed: bool, admin: str, as_json: bool) -> None:
    """Make the keys, the database and the first administrator; show the recovery key once."""
    settings = read_settings()
    make_private_folder(settings.data_dir)
    make_missing_secrets(settings)
    database = Database(settings.database_url)
    try:
        migrate(database)
        if _has_keys(database):
            if if_needed:
                return
            raise AlreadyInitialisedError
        identity = generate_identity()
        first = NewOfficer(admin, Role.ADMIN)
        code = new_code()
        # Shown before it is used: killed in between, the next run shows a new key, and no report
        # was sealed to the lost one.
        _show_once(identity.reveal(), admin=admin, invitation=code.reveal(), as_json=as_json)
        _keep(database, identity, first, code)
    finally:
        database.close()


def make_missing_secrets(settings: Settings) -> None:
    """Write a random secret for each that the environment does not give; existing ones stay."""
    settings.keys_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for variable in SECRETS:
        given = os.environ.get(variable) or os.environ.get(f"{variable}_FILE")
        path = settings.keys_dir / secret_file_name(variable)
        if not given and not path.exists():
            _write_secret(path, secrets.token_urlsafe(48) + "\n")


def _write_secret(path: Path, secret: str) -> None:
    """Write a file that appears whole or not at all, and never in another one's place."""
    partial = path.with_name(f"{path.name}.{secrets.token_hex(4)}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(partial)
    except FileExistsError:
        pass  # another `init` at the same moment: its secret is as good
    finally:
        partial.unlink()


def _keep(database: Database, identity: Identity, first: NewOfficer, code: FollowUpCode) -> None:
    """Keep the public key and the first officer in one transaction: both or neither."""
    invite = inviting(first, code, keys=[identity], actor=actor())

    def store(connection: Connection) -> None:
        if read_fact(connection, QUEUE_RECIPIENT) is not None:
            raise AlreadyInitialisedError
        keep_first_key(connection, identity.recipient, at=dt.datetime.now(dt.UTC))
        invite(connection)

    try:
        database.write(store)
    except AlreadyInitialisedError:
        message = "another `init` was first: the key and the code shown above open nothing"
        raise click.ClickException(message) from None


def _has_keys(database: Database) -> bool:
    try:
        queue_recipient(database)
    except NotInitialisedError:
        return False
    return True


def _show_once(recovery_key: str, *, admin: str, invitation: str, as_json: bool) -> None:
    if as_json:
        print_json({"recovery_key": recovery_key, "officer": admin, "invitation": invitation})
        return
    line = "=" * 78
    click.echo(
        f"\n{line}\n"
        "KHÓA KHÔI PHỤC / RECOVERY KEY\n\n"
        f"    {recovery_key}\n\n"
        "Chỉ hiện một lần này. Hãy in ra giấy, cất vào phong bì niêm phong ở nơi an toàn.\n"
        "Mất khóa này và mọi mật khẩu cán bộ thì không ai mở được phản ánh nào nữa.\n"
        "Shown this once. Print it and lock it away: without it and every officer's\n"
        "password, no report can ever be opened again.\n\n"
        f"Người quản trị / administrator:  {admin}\n"
        f"Mã mời / invitation code:        {invitation}\n"
        f"Mở /can-bo/loi-moi/ trong {LIFETIME.days} ngày, gõ mã này và đặt mật khẩu.\n"
        f"Open /can-bo/loi-moi/ within {LIFETIME.days} days, type this code, set a password.\n"
        f"{line}\n"
    )
