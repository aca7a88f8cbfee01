"""`check`: looks at all that an installation needs, and names everything that is wrong."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from forms_api.accounts.queue_keys import drill_is_overdue
from forms_api.attachments.scanning import Scanner
from forms_api.cli.checking_limits import limit_notes, limit_problems
from forms_api.cli.context import as_json, print_json
from forms_api.content.deadlines import load_time_rules, years_without_holidays
from forms_api.content.share import load_short_links, page_exists, short_path
from forms_api.content.ward import load_ward
from forms_api.errors import ContentError, FormsError, SettingsError
from forms_api.forms.categories import category_labels
from forms_api.forms.definition import load_definitions, load_public_ids
from forms_api.moments import VIETNAM
from forms_api.notify.worker import open_channel
from forms_api.reports.campaigns import list_campaigns
from forms_api.settings import MAY_COME_FROM_FILE, SECRETS, Settings, read_settings
from forms_api.store import audit as audit_log
from forms_api.store import outbox
from forms_api.store.database import Database
from forms_api.store.heartbeat import SILENT_AFTER, worker_is_silent, worker_seen_at
from forms_api.store.installation import queue_recipient, schema_is_current
from forms_api.web.health import free_disk_bytes

VANISHING_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs", "overlay", "overlayfs", "aufs"})
MOUNTS = Path("/proc/self/mounts")
OLDEST_SQLITE = (3, 35)
OTHERS = 0o077


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, all that is wrong with it, and what is good to know of it."""

    check: str
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@click.command()
@as_json
def check(*, as_json: bool) -> None:
    """Look at settings, content, deadlines, site, folders, secrets, database, links, notices, limits and disk.

    Exit 1 when something is wrong. JSON: a list of {"check", "problems", "notes"}.
    """
    findings = run_checks()
    if as_json:
        print_json([asdict(found) for found in findings])
    else:
        for found in findings:
            click.echo(f"{'FAIL' if found.problems else 'ok  '}  {found.check}")
            for line in "\n".join((*found.problems, *found.notes)).splitlines():
                click.echo(f"      {line}")
    if any(found.problems for found in findings):
        raise SystemExit(1)


def run_checks(*, mounts: Path = MOUNTS) -> list[Finding]:
    """Return every check with its problems; `mounts` is the kernel's table of file systems."""
    try:
        settings = read_settings()
    except SettingsError as error:
        return [Finding("settings", error.reasons)]
    database = Database(settings.database_url)
    checks: dict[str, Callable[[], Iterator[str]]] = {
        "settings": lambda: iter(()),
        "ward data": lambda: _refusal(lambda: load_ward(settings.content_dir)),
        "forms": lambda: _refusal(lambda: load_definitions(settings.content_dir)),
        "deadlines": lambda: _deadline_problems(settings),
        "site": lambda: _site_problems(settings),
        "data directory": lambda: _folder_problems(settings, database, mounts),
        "secrets": lambda: _secret_problems(settings),
        "database": lambda: _database_problems(database),
        "queue key": lambda: _refusal(lambda: _on_existing(database, queue_recipient)),
        "recovery key": lambda: _drill_problems(database),
        "audit chain": lambda: _refusal(lambda: _on_existing(database, _verify)),
        "short links": lambda: _link_problems(settings, database),
        "notices": lambda: _notice_problems(settings, database),
        "limits": lambda: limit_problems(settings),
        "malware scanner": lambda: _scanner_problems(settings),
        "disk": lambda: _disk_problems(settings),
    }
    notes = {"limits": lambda: limit_notes(settings, database)}
    try:
        return [
            Finding(name, tuple(_said(run)), tuple(_said(notes[name])) if name in notes else ())
            for name, run in checks.items()
        ]
    finally:
        database.close()


def file_system_of(path: Path, mounts: Path = MOUNTS) -> str | None:
    """Return the kind of file system that holds `path` (Linux), None where it cannot be told."""
    if not mounts.is_file():
        return None
    resolved = path.resolve()
    best: tuple[int, str | None] = (-1, None)
    for line in mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        _, escaped, kind, *_ = line.split(" ")
        mount_point = Path(_unescaped(escaped))
        # Of two mounts on one place the later one hides the earlier.
        if resolved.is_relative_to(mount_point) and len(mount_point.parts) >= best[0]:
            best = (len(mount_point.parts), kind)
    return best[1]


def _said(run: Callable[[], Iterator[str]]) -> Iterator[str]:
    """Give what a check says, and what kept it from saying more."""
    try:
        yield from run()
    except OSError as error:
        yield f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
    except FormsError as error:
        yield str(error) or type(error).__name__


def _refusal(action: Callable[[], object]) -> Iterator[str]:
    action()
    yield from ()


def _site_problems(settings: Settings) -> Iterator[str]:
    if not (settings.site_dir / "_shell" / "page.html.j2").is_file():
        yield f"not built: {settings.site_dir}; run `python build.py`"


def _folder_problems(settings: Settings, database: Database, mounts: Path) -> Iterator[str]:
    folders = [settings.data_dir]
    if database.file is not None and database.file.parent != settings.data_dir:
        folders.append(database.file.parent)
    for folder in folders:
        if not folder.is_dir():
            yield f"missing: {folder}"
            continue
        if not os.access(folder, os.W_OK | os.X_OK):
            yield f"not writable for this user: {folder}"
        if folder.stat().st_mode & OTHERS:
            yield f"others may enter {folder}: chmod 700"
        kind = file_system_of(folder, mounts)
        if kind in VANISHING_FILE_SYSTEMS:
            yield (
                f"!!! {folder} lies on {kind}: ALL REPORTS VANISH with the machine or container. "
                "Mount a real volume and set FORMS_DATA_DIR to it."
            )


def _secret_problems(settings: Settings) -> Iterator[str]:
    values = (settings.public_secret, settings.receipt_key, settings.officers_secret)
    given = [(name, value) for name, value in zip(SECRETS, values, strict=True) if value]
    for name in SECRETS:
        if name not in dict(given):
            yield f"{name} is missing: bring keys/ from its copy, or let init make it"
    for place, (name, value) in enumerate(given):
        for other, same in given[place + 1 :]:
            if value == same:
                yield f"{name} and {other} are the same"
    named = (os.environ.get(f"{name}_FILE") for name in MAY_COME_FROM_FILE)
    for path in [*sorted(settings.keys_dir.glob("*")), *(Path(name) for name in named if name)]:
        if path.stat().st_mode & OTHERS:
            yield f"others may read {path}: chmod 600"


def _database_problems(database: Database) -> Iterator[str]:
    if database.is_sqlite and sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        yield f"SQLite {sqlite3.sqlite_version} is too old, {oldest} is needed"
    if not _exists(database):
        yield f"no database at {database.file}: run `python -m forms_api init`"
        return
    try:
        database.write(lambda connection: connection.exec_driver_sql("SELECT 1"))
        if not schema_is_current(database):
            yield "migrations are missing: run `python -m forms_api init --if-needed`"
    except FormsError as error:
        # str() of the address shows no password.
        yield f"no answer from {database.url} ({error}): does it run, may this user write to it?"


def _deadline_problems(settings: Settings) -> Iterator[str]:
    try:
        known = category_labels(load_definitions(settings.content_dir).values())
    except ContentError:
        known = None  # the forms' own check says what is wrong with them
    rules = load_time_rules(settings.content_dir, categories=known)
    if rules.deadlines.decided:
        today = dt.datetime.now(VIETNAM).date()
        for year in years_without_holidays(rules.calendar, today=today):
            yield f"content/data/calendar.yml names no holiday of {year}: fill in Tết and the others"


def _link_problems(settings: Settings, database: Database) -> Iterator[str]:
    shared = load_short_links(settings.content_dir)
    if not _exists(database):
        return
    forms = load_public_ids(settings.content_dir)
    for link in list_campaigns(database):
        if link.removed_at is not None:
            continue
        if link.slug in shared:
            yield f"content/data/share.yml now leads {short_path(link.slug)}, not the link of that name"
        if not page_exists(link.page, site_dir=settings.site_dir, form_ids=forms):
            yield f"{short_path(link.slug)} leads to {link.page}, which is no page of the built site"


def _notice_problems(settings: Settings, database: Database) -> Iterator[str]:
    yield from _said(lambda: _refusal(lambda: open_channel(settings.notify_urls)))
    if not _exists(database):
        return
    with database.read() as connection:
        dead = outbox.dead_letters(connection)
        oldest = outbox.oldest_waiting(connection)
        seen = worker_seen_at(connection)
    if dead:
        yield (
            f"{dead} notices were given up: see `notices list`, mend FORMS_NOTIFY_URLS, then "
            "`notices retry --all`"
        )
    # Before the first worker ever ran, silence is a fault only once something waits for it.
    now = dt.datetime.now(dt.UTC)
    waited_for = seen is not None or (oldest is not None and now - oldest > SILENT_AFTER)
    if waited_for and worker_is_silent(database, now):
        last = (
            "was never at work" if seen is None else f"was last at work {seen:%Y-%m-%d %H:%M} UTC"
        )
        yield (f"the notice loop is dead: the worker {last}; run `serve --with-worker` or `worker`")


def _scanner_problems(settings: Settings) -> Iterator[str]:
    try:
        Scanner(settings.clamd).version()
    except OSError as error:
        yield (
            f"no answer from {settings.clamd} ({error.strerror or error}): until it answers, reports with "
            "pictures are kept apart for an officer to look at"
        )


def _drill_problems(database: Database) -> Iterator[str]:
    if _exists(database) and drill_is_overdue(database, dt.datetime.now(dt.UTC)):
        yield (
            "nobody has proven for 90 days that a key on paper opens the queue: take it out and run "
            "`keys drill --identity-file FILE`"
        )


def _disk_problems(settings: Settings) -> Iterator[str]:
    if settings.data_dir.is_dir():
        free = free_disk_bytes(settings)
        if free < settings.min_free_bytes:
            yield f"{free // 2**20} MiB free, below FORMS_MIN_FREE_BYTES: reports are refused"


def _exists(database: Database) -> bool:
    """Tell whether there is something to ask: to open a missing SQLite file would make one."""
    return database.file is None or database.file.is_file()


def _on_existing(database: Database, action: Callable[[Database], object]) -> None:
    if _exists(database):
        action(database)


def _verify(database: Database) -> None:
    with database.read() as connection:
        audit_log.verify(connection)


def _unescaped(mount_point: str) -> str:
    """Return a path of the kernel's table as it is: blank, tab, newline, backslash are octal there."""
    for escaped, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        mount_point = mount_point.replace(escaped, sign)
    return mount_point
