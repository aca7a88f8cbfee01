"""`keys`: the queue's keys and the ones on paper, replaced and proven before somebody needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click
from sqlalchemy import select

from forms_api.accounts import queue_keys
from forms_api.cli.context import (
    actor,
    as_json,
    open_database,
    print_json,
    read_identity,
    unlock_queue,
    unlocking,
)
from forms_api.errors import SealError
from forms_api.reports.opening import unseal_any
from forms_api.reports.service import utc_now
from forms_api.store.database import Database
from forms_api.store.schema import reports
from forms_api.vault.sealing import Identity

_DAY = "%Y-%m-%d"


@click.group()
def keys() -> None:
    """Keys that open reports: list, replace, keep on paper, prove, hand to a machine."""


@keys.command("list")
@as_json
def list_keys(*, as_json: bool) -> None:
    """List the queue's public keys and the recovery keys in force; needs no unlocking."""
    with open_database() as (_, database):
        queue = queue_keys.list_queue_keys(database)
        papers = queue_keys.list_recovery_keys(database)
        overdue = queue_keys.drill_is_overdue(database, utc_now())
    if as_json:
        print_json(
            {
                "queue": [asdict(key) for key in queue],
                "recovery": [asdict(paper) for paper in papers],
                "drill_overdue": overdue,
            }
        )
        return
    for key in queue:
        until = f"until {key.retired_at:{_DAY}}" if key.retired_at else "in use"
        click.echo(f"queue\t{key.recipient}\tsince {key.created_at:{_DAY}}\t{until}")
    for paper in papers:
        proven = f"proven {paper.checked_at:{_DAY}}" if paper.checked_at else "never proven"
        click.echo(
            f"recovery\t{paper.id}\t{paper.label}\tsince {paper.created_at:{_DAY}}\t{proven}"
        )
    if overdue:
        click.echo("No key on paper was proven for 90 days: run `keys drill`.", err=True)


@keys.command("rotate")
@unlocking
@as_json
def rotate_key(*, identity_file: Path | None, by: str | None, as_json: bool) -> None:
    """Make a new queue key for all that stay; older reports stay readable with the older keys."""
    with open_database() as (settings, database):
        held = unlock_queue(settings, database, identity_file=identity_file, by=by)
        recipient = queue_keys.rotate(database, keys=held, actor=actor())
        shared = queue_keys.list_shared_papers(database)
    if as_json:
        print_json({"recipient": recipient})
    else:
        click.echo(f"Reports are sealed to {recipient} from the next start of the servers on.")
    click.echo(
        "Start every server of residents again, and give each machine that pulls the new key\n"
        "(`keys show`). Open invitations have ended: invite those people again.",
        err=True,
    )
    for paper in shared:
        click.echo(
            f"warning: the recovery key “{paper.label}” was once the queue's key, which every\n"
            "officer held. To shut out somebody who left, print a new one (`keys add-recovery`),\n"
            f"remove this one (`keys remove-recovery --id {paper.id}`) and rotate again.",
            err=True,
        )


@keys.command("add-recovery")
@click.option("--label", required=True, help="Where it will lie, e.g. the name of the safe.")
@unlocking
@as_json
def add_recovery(*, label: str, identity_file: Path | None, by: str | None, as_json: bool) -> None:
    """Make one more recovery key and show it once."""
    with open_database() as (settings, database):
        held = unlock_queue(settings, database, identity_file=identity_file, by=by)
        fresh = queue_keys.add_recovery_key(database, label=label, keys=held, actor=actor())
    if as_json:
        print_json({"label": label, "recovery_key": fresh.reveal()})
        return
    click.echo(
        f"KHÓA KHÔI PHỤC / RECOVERY KEY “{label}”\n\n"
        f"    {fresh.reveal()}\n\n"
        "Chỉ hiện một lần này. Hãy in ra giấy, cất vào phong bì niêm phong ở nơi an toàn.\n"
        "Shown this once. Print it and lock it away."
    )


@keys.command("remove-recovery")
@click.option("--id", "id_", required=True, help="As `keys list` shows it.")
@unlocking
def remove_recovery(*, id_: str, identity_file: Path | None, by: str | None) -> None:
    """End a recovery key: it opens no report that comes after the next `rotate`."""
    with open_database() as (settings, database):
        unlock_queue(settings, database, identity_file=identity_file, by=by)
        if len(queue_keys.list_recovery_keys(database)) == 1:
            raise click.ClickException("this is the last recovery key: add another one first")
        queue_keys.remove_recovery_key(database, id_=id_, actor=actor())
    click.echo(
        "Removed. What it opened until now it still opens for whoever has it and the database:\n"
        "run `keys rotate`, and destroy the paper.",
    )


@keys.command("drill")
@click.option(
    "--identity-file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the key from the paper.",
)
@as_json
def drill(*, identity_file: Path, as_json: bool) -> None:
    """Prove that the key on paper opens the queue and a stored report; the date is kept."""
    identity = read_identity(identity_file)
    with open_database() as (_, database):
        opened = _open_one_report(database, queue_keys.present_keys(database, identity))
        paper = queue_keys.check_recovery_key(database, identity, actor=actor())
    if as_json:
        print_json({**asdict(replace(paper, checked_at=utc_now())), "report_opened": opened})
        return
    what = (
        f"the present key and report {opened}" if opened else "the present key; no report is kept"
    )
    click.echo(f"“{paper.label}” opens {what}. Noted with today's date.")
    click.echo("Destroy the file now; the paper goes back into its envelope.", err=True)


@keys.command("show")
@unlocking
@as_json
def show(*, identity_file: Path | None, by: str | None, as_json: bool) -> None:
    """Print the queue's private keys, for the file of a machine that pulls."""
    with open_database() as (settings, database):
        held = unlock_queue(settings, database, identity_file=identity_file, by=by)
        queue_keys.note_shown(database, actor=actor())
    click.echo(
        "warning: whoever reads these lines opens every report. Write them to a file that only\n"
        "the pulling program's user may read (`umask 077`), never to a screen, mail or chat.",
        err=True,
    )
    if as_json:
        print_json({"keys": [key.reveal() for key in held]})
        return
    for key in held:
        click.echo(f"# {key.recipient}\n{key.reveal()}")


def _open_one_report(database: Database, held: Sequence[Identity]) -> str | None:
    """Open the newest report that still has its content and return its reference, None for none.

    Raises SealError when no key opens it.
    """
    query = (
        select(reports.c.reference, reports.c.sealed)
        .where(reports.c.purged_at.is_(None))
        .order_by(reports.c.sequence.desc())
        .limit(1)
    )
    with database.read() as connection:
        row = connection.execute(query).first()
    if row is None:
        return None
    try:
        unseal_any(row.sealed, held)
    except SealError:
        raise SealError(f"report {row.reference} stays closed") from None
    return str(row.reference)
