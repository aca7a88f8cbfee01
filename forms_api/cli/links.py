"""`links`: short links of a campaign, added and removed, and how often every short link was opened."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click
import segno

from forms_api.accounts.permissions import Actor, operator_actor
from forms_api.cli.context import actor, as_json, open_database, print_json
from forms_api.content.share import (
    is_own_page,
    is_slug,
    load_short_links,
    page_exists,
    short_path,
)
from forms_api.content.ward import load_areas, load_ward
from forms_api.documents.link_numbers import link_csv, link_lines
from forms_api.documents.names import load_names
from forms_api.forms.definition import load_public_ids
from forms_api.reports.campaigns import (
    Campaign,
    NewCampaign,
    add_campaign,
    list_campaigns,
    remove_campaign,
)
from forms_api.reports.period import EARLIEST_YEAR, LATEST_YEAR, local_day, range_of
from forms_api.reports.service import utc_now
from forms_api.settings import Settings

QR_KINDS = ("svg", "png")
_QR_MARGIN = 4  # modules; readers need so many
_QR_SCALE = 12  # pixels of a module: a picture that prints well
_STDOUT = Path("-")


class SlugType(click.ParamType[str]):
    """Reads the name of a short link."""

    name = "slug"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the slug, or tell how one is written."""
        text = str(value)
        if not is_slug(text):
            self.fail(f"{text!r} is no slug: write loa-thang-12, up to 60 signs", param, ctx)
        return text


class PageType(click.ParamType[str]):
    """Reads a page's address on the ward's own site."""

    name = "page"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Return the address, or tell how one is written."""
        text = str(value)
        if not is_own_page(text):
            self.fail(f"{text!r} is no page of this site: write /huong-dan/hoi-dap/", param, ctx)
        return text


class DayType(click.ParamType[dt.date]):
    """Reads a day."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.date:
        """Return the day, or tell how one is written."""
        if isinstance(value, dt.date):
            return value
        try:
            day = dt.date.fromisoformat(str(value))
        except ValueError:
            day = dt.date.min
        if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
            self.fail(f"{value!r} is no day: write 2026-12-31", param, ctx)
        return day


class QrFileType(click.Path):
    """Reads where a QR code goes; the end of the name says what it becomes."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path:
        """Return the file, or tell which kinds there are."""
        path = Path(str(super().convert(str(value), param, ctx)))
        if _kind_of(path) not in QR_KINDS:
            self.fail(f"{path} must end in .svg or .png", param, ctx)
        return path


@click.group()
def links() -> None:
    """Short links to pages: add, list, stats, remove."""


@links.command("add")
@click.argument("slug", type=SlugType())
@click.option("--page", required=True, type=PageType(), help="Address of a page or form.")
@click.option("--title", help="What officers call the link.")
@click.option("--area", help="Id of the tổ dân phố that it is for.")
@click.option("--until", type=DayType(), help="Last day on which it leads anywhere.")
@click.option("--qr", type=QrFileType(dir_okay=False), help="Write its QR code, .svg or .png.")
@as_json
def add(
    *,
    slug: str,
    page: str,
    title: str | None,
    area: str | None,
    until: dt.date | None,
    qr: Path | None,
    as_json: bool,
) -> None:
    """Let /s/SLUG lead to a page of this site, and print the whole address."""
    if until is not None and until < local_day(utc_now()):
        raise click.UsageError(f"--until {until} is over")
    new = NewCampaign(slug, page, title, area, until)
    with open_database() as (settings, database):
        taken = load_short_links(settings.content_dir)
        _refuse_unusable(new, settings, taken)
        address = address_of(slug, settings)
        if qr is not None and (address is None or not qr.parent.is_dir()):
            message = "site_url is missing in content/data/ward.yml: a QR code needs all of it"
            raise click.ClickException(message if address is None else f"no folder {qr.parent}")
        add_campaign(database, new, actor=_operator(), taken=taken)
    if qr is not None and address is not None:
        qr.write_bytes(qr_code(address, _kind_of(qr)))
    if as_json:
        print_json({**asdict(new), "address": address, "path": short_path(slug), "qr": qr})
        return
    click.echo(address or short_path(slug))
    if address is None:
        click.echo("site_url is missing in content/data/ward.yml: put it in front", err=True)


@links.command("list")
@as_json
def list_links(*, as_json: bool) -> None:
    """List campaign links; those of content/data/share.yml come with the site."""
    with open_database() as (_, database):
        found = list_campaigns(database)
    if as_json:
        print_json([asdict(link) for link in found])
        return
    for link in found:
        click.echo(f"{short_path(link.slug)}\t{link.page}\t{_state(link)}\t{link.title or ''}")


@links.command("remove")
@click.argument("slug", type=SlugType())
@as_json
def remove(*, slug: str, as_json: bool) -> None:
    """Let /s/SLUG lead nowhere any more; what was counted stays."""
    with open_database() as (_, database):
        remove_campaign(database, slug, actor=_operator())
    if as_json:
        print_json({"removed": slug})
    else:
        click.echo(f"{short_path(slug)} leads nowhere any more")


@links.command("stats")
@click.option("--since", type=DayType(), help="First day; of this month if left out.")
@click.option("--until", type=DayType(), help="Last day; today if left out.")
@click.option(
    "--csv", "csv", type=click.Path(dir_okay=False, path_type=Path), help="To a file; - prints it."
)
@as_json
def stats(*, since: dt.date | None, until: dt.date | None, csv: Path | None, as_json: bool) -> None:
    """Count visits and reports of each short link, of the share kit and of campaigns."""
    if csv is not None and as_json:
        raise click.UsageError("give either --csv or --json")
    last = until or local_day(utc_now())
    first = since or last.replace(day=1)
    if last < first:
        raise click.UsageError(f"--since {first} is after --until {last}")
    period = range_of(first, last)
    with open_database() as (settings, database):
        lines = link_lines(database, _operator(), period, load_names(settings.content_dir))
    if as_json:
        counts = [asdict(line) for line in lines]
        print_json({"first": period.first, "last": period.last, "links": counts})
    elif csv is None:
        for line in lines:
            click.echo(f"{line.visits:>8}{line.reports:>8}  {line.slug}  {line.title}")
    elif csv == _STDOUT:
        click.echo(link_csv(lines, period), nl=False)
    else:
        csv.write_bytes(link_csv(lines, period))
        click.echo(csv)


def qr_code(address: str, kind: str) -> bytes:
    """Return the QR code of an address as a picture of its own."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind=kind, border=_QR_MARGIN, scale=_QR_SCALE)
    return out.getvalue()


def address_of(slug: str, settings: Settings) -> str | None:
    """Return a short link's whole address, None while the ward has not said where its site is."""
    site = load_ward(settings.content_dir).site_url
    return None if site is None else f"{site}{short_path(slug)}"


def _refuse_unusable(new: NewCampaign, settings: Settings, taken: Iterable[str]) -> None:
    """Raise a clear message for what the ward's own content has no place for."""
    forms = load_public_ids(settings.content_dir)
    known = [area.id for area in load_areas(settings.content_dir).areas]
    if new.slug in taken:
        message = f"content/data/share.yml already leads {short_path(new.slug)} to a page"
        raise click.ClickException(message)
    if not page_exists(new.page, site_dir=settings.site_dir, form_ids=forms):
        message = f"no page {new.page} on the built site in {settings.site_dir}, and no such form"
        raise click.ClickException(message)
    if new.area is not None and new.area not in known:
        raise click.ClickException(f"no tổ dân phố {new.area} in content/data/areas.yml")


def _state(link: Campaign) -> str:
    if link.removed_at is not None:
        return "removed"
    if link.until is None:
        return "in force"
    return (
        f"until {link.until}" if link.until >= local_day(utc_now()) else f"over since {link.until}"
    )


def _kind_of(path: Path) -> str:
    return path.suffix.removeprefix(".").lower()


def _operator() -> Actor:
    return operator_actor(actor().removeprefix("cli:"))
