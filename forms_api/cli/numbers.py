"""`numbers`: what a period brought, in any form that the desk offers, and what everybody may read."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from forms_api.accounts.permissions import Actor, operator_actor
from forms_api.cli.context import actor, as_json, open_database
from forms_api.documents.counters_page import counters_html, counters_json, write_counters
from forms_api.documents.export_files import ExportKind, load_sources, make_file
from forms_api.documents.export_orders import note_export
from forms_api.documents.tables import NumberTable, cell, tables
from forms_api.reports.period import Period, local_day, month_of, parse_period
from forms_api.reports.public_counters import public_counters
from forms_api.reports.service import utc_now
from forms_api.reports.statistics import count_periods
from forms_api.settings import Settings
from forms_api.store.database import Database

_AS_TEXT = "text"
_FILES: Mapping[str, ExportKind] = {
    "csv": ExportKind.NUMBERS_CSV,
    "xlsx": ExportKind.NUMBERS_XLSX,
    "json": ExportKind.NUMBERS_JSON,
    "docx": ExportKind.NUMBERS_DOCX,
}


class PeriodType(click.ParamType[Period]):
    """Reads a period from its code."""

    name = "period"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        """Return the period, or tell how one is written."""
        if isinstance(value, Period):
            return value
        period = parse_period(str(value))
        if period is None:
            message = (
                f"{value!r} is no period: write 2026-11, 2026-Q4, 2026-W47, 2026,"
                " or 2026-11-01..2026-11-15"
            )
            self.fail(message, param, ctx)
        return period


@click.group(invoke_without_command=True)
@click.option("--period", type=PeriodType(), help="Which days; this month if left out.")
@click.option(
    "--format",
    "form",
    type=click.Choice([_AS_TEXT, *_FILES]),
    default=_AS_TEXT,
    show_default=True,
    help="docx is the draft of a periodic report.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead."
)
@click.pass_context
def numbers(ctx: click.Context, *, period: Period | None, form: str, out: Path | None) -> None:
    """Count what came and what was finished in a period, beside the period before.

    2026-11 is a month, 2026-Q4 a quarter, 2026-W47 a week, 2026 a year, and
    2026-11-01..2026-11-15 any range of days.
    """
    if ctx.invoked_subcommand is not None:
        return
    chosen = period or month_of(local_day(utc_now()))
    with open_database() as (settings, database):
        content = _make(settings, database, period=chosen, form=form)
    if out is None:
        _print(content, form)
    else:
        out.write_bytes(content)
        click.echo(f"{chosen.name}: {out}")


@numbers.command("public")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the piece of a page to this file, and the same as .json beside it.",
)
@as_json
def public(*, out: Path | None, as_json: bool) -> None:
    """Print or write the counters for everybody: rounded, a week late, none under 5."""
    with open_database() as (_, database):
        counters = public_counters(database, utc_now())
    if out is not None:
        beside = write_counters(counters, out)
        click.echo(f"{out}\n{beside}", err=as_json)
    if as_json:
        click.echo(counters_json(counters))
    elif out is None:
        click.echo(counters_html(counters))


def _make(settings: Settings, database: Database, *, period: Period, form: str) -> bytes:
    who = _operator()
    sources = load_sources(database, settings.content_dir)
    if form == _AS_TEXT:
        periods = [period, period.previous]
        now, before = count_periods(database, who, periods, dues_of=sources.dues_of)
        return _text(tables(now, sources.names, before=before)).encode()
    kind = _FILES[form]
    file = make_file(database, who, kind=kind, period=period, sources=sources)
    database.write(
        lambda connection: note_export(
            connection, who.name, "export made", kind=kind, period=period, at=utc_now()
        )
    )
    return file.content


def _print(content: bytes, form: str) -> None:
    """Print what a terminal can show; a workbook or a document needs a file or a pipe."""
    if form in {"xlsx", "docx"} and sys.stdout.isatty():
        message = f"{form} is no text: give --out FILE"
        raise click.UsageError(message)
    click.echo(content, nl=form == "json")


def _text(shown: Iterable[NumberTable]) -> str:
    return "\n".join("\n".join(_lines(table)) + "\n" for table in shown)


def _lines(table: NumberTable) -> Iterable[str]:
    yield f"{table.title} ({'; '.join(table.headings[1:])})"
    width = max((len(row.label) for row in table.rows), default=0)
    for row in table.rows:
        yield f"  {row.label:<{width}}" + "".join(f"{cell(count):>10}" for count in row.counts)


def _operator() -> Actor:
    return operator_actor(actor().removeprefix("cli:"))
