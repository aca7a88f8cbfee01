"""`init` makes keys, database and the first administrator; `check` looks at all of it."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy import Connection

from forms_api.accounts.officers import add_officer
from forms_api.accounts.permissions import Role
from forms_api.cli.context import actor, as_json, print_json
from forms_api.content.ward import load_ward
from forms_api.errors import AlreadyInitialisedError, FormsError, NotInitialisedError
from forms_api.forms.definition import load_definitions
from forms_api.settings import SECRETS, Settings, read_settings, secret_file_name
from forms_api.store import audit as audit_log
from forms_api.store import outbox
from forms_api.store.database import Database
from forms_api.store.installation import (
    QUEUE_RECIPIENT,
    migrate,
    queue_recipient,
    schema_is_current,
    write_fact,
)
from forms_api.vault.officer_keys import generate_password
from forms_api.vault.sealing import generate_identity
from forms_api.web.health import free_disk_bytes

ADMIN_NAME = "quan-tri"
VANISHING_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs", "overlay", "overlayfs", "aufs"})


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
        password = generate_password()
        # Shown before it is used: killed in between, the next run shows a new key, and no report
        # was sealed to the lost one.
        _show_once(identity.reveal(), admin=admin, password=password, as_json=as_json)
        database.write(lambda c: write_fact(c, QUEUE_RECIPIENT, identity.recipient))
        add_officer(
            database,
            name=admin,
            role=Role.ADMIN,
            password=password,
            queue_identity=identity,
            actor=actor(),
        )
    finally:
        database.close()


@click.command()
@as_json
def check(*, as_json: bool) -> None:
    """Look at settings, forms, database, keys and disk; exit 1 when something is wrong."""
    findings = run_checks()
    if as_json:
        print_json([{"check": name, "problem": problem} for name, problem in findings])
    else:
        for name, problem in findings:
            click.echo(
                f"{'FAIL' if problem else 'ok  '}  {name}" + (f": {problem}" * bool(problem))
            )
    if any(problem for _, problem in findings):
        raise SystemExit(1)


def run_checks() -> list[tuple[str, str | None]]:
    """Return every check with its problem, None where all is well."""
    try:
        settings = read_settings()
    except FormsError as error:
        return [("settings", str(error))]
    database = Database(settings.database_url)
    checks: dict[str, Callable[[], str | None]] = {
        "settings": lambda: None,
        "ward data": lambda: _try(lambda: load_ward(settings.content_dir)),
        "forms": lambda: _try(lambda: load_definitions(settings.content_dir)),
        "site": lambda: _site_problem(settings),
        "data directory": lambda: _data_dir_problem(settings),
        "secrets": lambda: _secrets_problem(settings),
        "database": lambda: _database_problem(database),
        "queue key": lambda: _try(lambda: queue_recipient(database)),
        "audit chain": lambda: _try(lambda: _verify(database)),
        "notices": lambda: _notices_problem(database),
        "disk": lambda: _disk_problem(settings),
    }
    try:
        return [(name, run()) for name, run in checks.items()]
    finally:
        database.close()


def make_private_folder(folder: Path) -> None:
    """Make a folder that only this user may enter."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)


def make_missing_secrets(settings: Settings) -> None:
    """Write a random secret for each that the environment does not give; existing ones stay."""
    make_private_folder(settings.keys_dir)
    for variable in SECRETS:
        given = os.environ.get(variable) or os.environ.get(f"{variable}_FILE")
        path = settings.keys_dir / secret_file_name(variable)
        if not given and not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(48) + "\n")
                file.flush()
                os.fsync(file.fileno())


def _has_keys(database: Database) -> bool:
    try:
        queue_recipient(database)
    except NotInitialisedError:
        return False
    return True


def _show_once(recovery_key: str, *, admin: str, password: str, as_json: bool) -> None:
    if as_json:
        shown = {"recovery_key": recovery_key, "officer": admin, "password": password}
        click.echo(json.dumps(shown))
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
        f"Mật khẩu / password:             {password}\n"
        f"{line}\n"
    )


def _try(action: Callable[[], object]) -> str | None:
    try:
        action()
    except FormsError as error:
        return str(error) or type(error).__name__
    return None


def _verify(database: Database) -> None:
    with database.read() as connection:
        audit_log.verify(connection)


def _database_problem(database: Database) -> str | None:
    if database.is_sqlite and sqlite3.sqlite_version_info < (3, 35):
        return f"SQLite {sqlite3.sqlite_version} is too old, 3.35 is needed"

    def probe(connection: Connection) -> None:
        connection.exec_driver_sql("SELECT 1")

    return _try(lambda: database.write(probe)) or (
        None if schema_is_current(database) else "migrations are missing: run init"
    )


def _site_problem(settings: Settings) -> str | None:
    shell = settings.site_dir / "_shell" / "page.html.j2"
    return None if shell.is_file() else f"not built: {settings.site_dir}; run `python build.py`"


def _data_dir_problem(settings: Settings) -> str | None:
    if not settings.data_dir.is_dir():
        return f"missing: {settings.data_dir}"
    if settings.data_dir.stat().st_mode & 0o077:
        return f"others may read {settings.data_dir}: chmod 700"
    kind = file_system_of(settings.data_dir)
    if kind in VANISHING_FILE_SYSTEMS:
        return (
            f"!!! {settings.data_dir} lies on {kind}: ALL REPORTS VANISH with the machine or "
            "container. Mount a real volume and set FORMS_DATA_DIR to it."
        )
    return None


def _secrets_problem(settings: Settings) -> str | None:
    values = (settings.public_secret, settings.receipt_key, settings.officers_secret)
    missing = [name for name, value in zip(SECRETS, values, strict=True) if value is None]
    if missing:
        return f"missing: {', '.join(missing)}"
    if len(set(values)) < len(values):
        return "two secrets are the same"
    readable = [path.name for path in settings.keys_dir.glob("*") if path.stat().st_mode & 0o077]
    return f"others may read: {', '.join(readable)}" if readable else None


def _notices_problem(database: Database) -> str | None:
    try:
        with database.read() as connection:
            dead = outbox.dead_letters(connection)
    except FormsError as error:
        return str(error)
    if dead:
        return f"{dead} notices were given up: look at FORMS_NOTIFY_URLS"
    return None


def _disk_problem(settings: Settings) -> str | None:
    if not settings.data_dir.is_dir():
        return None
    free = free_disk_bytes(settings)
    if free < settings.min_free_bytes:
        return f"{free // 2**20} MiB free, below FORMS_MIN_FREE_BYTES: reports are refused"
    return None


def file_system_of(path: Path) -> str | None:
    """Return the kind of file system that holds `path` (Linux), None where it cannot be told."""
    mounts = Path("/proc/self/mounts")
    if not mounts.is_file():
        return None
    best: tuple[int, str | None] = (-1, None)
    for line in mounts.read_text(encoding="utf-8").splitlines():
        _, mount_point, kind, *_ = line.split(" ")
        mounted = Path(mount_point.encode().decode("unicode_escape"))
        if path.resolve().is_relative_to(mounted) and len(mount_point) > best[0]:
            best = (len(mount_point), kind)
    return best[1]
