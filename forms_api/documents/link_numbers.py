"""How often each short link was opened and how many reports came by it, as lines of one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from forms_api.accounts.permissions import Actor
from forms_api.documents.names import Names, with_campaigns
from forms_api.documents.spreadsheets import Sheet, csv_file
from forms_api.reports.campaigns import list_campaigns
from forms_api.reports.counted import NOT_SAID
from forms_api.reports.period import Period
from forms_api.reports.statistics import count_period
from forms_api.store.database import Database

_HEADINGS = ("Đường dẫn", "Tên", "Lượt mở", "Phiếu")


@dataclass(frozen=True)
class LinkLine:
    """The visits of a link in a period, and the reports that came by it then."""

    slug: str
    title: str
    visits: int
    reports: int


def link_lines(database: Database, actor: Actor, period: Period, names: Names) -> list[LinkLine]:
    """Return every link that was used in the period, and campaign links in force, most visits first.

    The numbers are those of the dashboard. Raises ForbiddenError.
    """
    numbers = count_period(database, actor, period)
    visits, reports = numbers.visits_by_link, numbers.by_link
    in_force = {link.slug for link in list_campaigns(database) if link.removed_at is None}
    titles = with_campaigns(names, database).links
    lines = [
        LinkLine(slug, titles.get(slug, ""), visits.get(slug, 0), reports.get(slug, 0))
        for slug in in_force | visits.keys() | (reports.keys() - {NOT_SAID})
    ]
    return sorted(lines, key=lambda line: (-line.visits, -line.reports, line.slug))


def link_csv(lines: Iterable[LinkLine], period: Period) -> bytes:
    """Return the lines as a CSV file."""
    rows = [(line.slug, line.title, line.visits, line.reports) for line in lines]
    return csv_file(Sheet(period.code, _HEADINGS, rows))
