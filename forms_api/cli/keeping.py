"""`backup`, `restore`, `audit verify`, `purge`: keeping the queue whole and no longer than needed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from forms_api.cli.context import actor, as_json, make_private_folder, open_database, print_json
from forms_api.errors import ConflictError
from forms_api.forms.definition import load_definitions
from forms_api.reports import campaigns, retention
from forms_api.settings import read_settings
from forms_api.store import audit as audit_log
from forms_api.store.backup import BackupSummary, back_up
from forms_api.store.backup import restore as restore_backup
from forms_api.store.database import Database
from forms_api.store.erasing import forget_deleted

_STILL_IN_FILES = (
    "what was deleted, sealed as it was, may stand in the database's files until new rows "
    "overwrite it (on SQLite: somebody is reading; run purge again)"
)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--prove", is_flag=True, help="Write it only if it can be restored.")
@as_json
def backup(*, file: Path, prove: bool, as_json: bool) -> None:
    """Write the whole database, reports sealed as they are, to FILE.

    With --prove it is restored into a scratch database beside FILE and verified; FILE is replaced
    only if that went through. This takes as much room as the database.

    The secrets in the data directory's keys/ are not in it: keep a copy of them apart.
    """
    with open_database() as (_, database):
        _show(back_up(database, file, prove=prove), as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def restore(*, file: Path, as_json: bool) -> None:
    """Fill an empty database from FILE, on either engine, and verify it.

    The secrets of keys/ come from their own copy; `init` makes those that are missing.
    """
    settings = read_settings()
    make_private_folder(settings.data_dir)
    database = Database(settings.database_url)
    try:
        summary = restore_backup(database, file)
    except ConflictError as error:
        raise click.ClickException(f"{error}: restore fills a new one only") from None
    finally:
        database.close()
    _show(summary, as_json=as_json)


@click.group()
def audit() -> None:
    """The log of who did what."""


@audit.command("verify")
@as_json
def verify(*, as_json: bool) -> None:
    """Check every link of the chain; prints its head, to be compared with an earlier one."""
    with open_database() as (_, database), database.read() as connection:
        head = audit_log.verify(connection)
    if as_json:
        print_json({"events": head.sequence, "head": head.chain_hash.hex()})
    else:
        click.echo(f"{head.sequence} events, head {head.chain_hash.hex()}")


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@as_json
def purge(*, dry_run: bool, as_json: bool) -> None:
    """Delete the content of finished reports that are over their form's time.

    Visits of short links that are older than thirteen months are added up by month.
    """
    with open_database() as (settings, database):
        days = {
            form_id: definition.retention.days
            for form_id, definition in load_definitions(settings.content_dir).items()
        }
        if dry_run:
            plan = retention.plan_purge(database, retention_days=days)
            folded = campaigns.foldable_visits(database)
        else:
            plan = retention.purge(database, retention_days=days, actor=actor())
            folded = campaigns.fold_visits(database)
            if not forget_deleted(database):
                click.echo(_STILL_IN_FILES, err=True)
    if as_json:
        print_json({"dry_run": dry_run, **asdict(plan), "folded_visits": folded})
        return
    for form_id, ids in plan.due.items():
        click.echo(f"{form_id}: {len(ids)} {'would be' if dry_run else 'were'} deleted")
    for form_id in plan.undecided:
        click.echo(f"{form_id}: nobody has decided how long reports are kept; none is deleted")
    if folded:
        would = "would be" if dry_run else "were"
        click.echo(f"{folded} old daily counts of short links {would} added to their months")


def _show(summary: BackupSummary, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(summary))
    else:
        rows = ", ".join(f"{count} {name}" for name, count in summary.counts.items())
        click.echo(f"{summary.made_at:%Y-%m-%d %H:%M:%S} UTC: {rows}\nsha256 {summary.sha256}")
