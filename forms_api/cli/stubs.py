"""`stubs`: numbers and follow-up codes on paper, for reports that are written by hand."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from forms_api.accounts.permissions import Actor, operator_actor
from forms_api.cli.context import actor, as_json, open_database, print_json
from forms_api.content.ward import load_ward
from forms_api.documents.stub_sheet import stub_sheet
from forms_api.reports.stubs import draw_sheet, drop_sheet, keep_sheet, list_sheets

MOST = 500


@click.group()
def stubs() -> None:
    """Stubs for reports on paper, with a number and a code each: make, list, drop."""


@stubs.command("make")
@click.option("--count", default=48, show_default=True, type=click.IntRange(1, MOST))
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF file to write; nobody but you may read it.",
)
@as_json
def make(*, count: int, out: Path, as_json: bool) -> None:
    """Write a sheet of stubs to print and cut.

    The codes stand in the file alone: print it, then delete it. The page changes each code when its
    reporter first comes with it.
    """
    if out.exists():
        raise click.ClickException(f"{out} is there already")
    with open_database() as (settings, database):
        ward = load_ward(settings.content_dir)
        sheet = draw_sheet(database, prefix=ward.reference_prefix, count=count)
        with _private_file(out) as file:
            # Written first: a stub that is on no paper harms nobody, one that does not count would.
            file.write_bytes(stub_sheet(sheet, ward))
            keep_sheet(database, sheet, actor=_operator())
    if as_json:
        print_json({"sheet": sheet.name, "stubs": count, "file": str(out)})
        return
    click.echo(f"sheet {sheet.name}: {count} stubs in {out}; print it, then delete it")
    if ward.site_url is None:
        click.echo(
            "content/data/ward.yml names no site_url: write the address on the stubs by hand"
        )


@stubs.command("list")
@as_json
def list_(*, as_json: bool) -> None:
    """List the sheets whose stubs still count."""
    with open_database() as (_, database):
        found = list_sheets(database, actor=_operator())
    if as_json:
        print_json(
            [
                {
                    "sheet": state.name,
                    "issued_at": state.issued_at.isoformat(),
                    "free": state.free,
                    "entered": state.entered,
                }
                for state in found
            ]
        )
        return
    for state in found:
        click.echo(
            f"{state.name}\t{state.issued_at:%Y-%m-%d}\t{state.free} free"
            f"\t{state.entered} entered, code not changed yet"
        )


@stubs.command("drop")
@click.option(
    "--sheet", required=True, help="The sheet's name, as its foot and `stubs list` show it."
)
@as_json
def drop(*, sheet: str, as_json: bool) -> None:
    """End the stubs of a lost sheet that no report has; reports that have one keep it."""
    with open_database() as (_, database):
        dropped = drop_sheet(database, sheet.upper(), actor=_operator())
    if as_json:
        print_json({"dropped": dropped})
    else:
        click.echo(f"{dropped} stubs of sheet {sheet.upper()} count no more")


@contextlib.contextmanager
def _private_file(target: Path) -> Iterator[Path]:
    """Give a file for its owner alone, which takes the name `target` at the end, if nothing failed."""
    descriptor, name = tempfile.mkstemp(prefix=f"{target.name}.", dir=target.parent)  # 0600
    os.close(descriptor)
    partial = Path(name)
    try:
        yield partial
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _operator() -> Actor:
    return operator_actor(actor().removeprefix("cli:"))
