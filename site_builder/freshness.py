"""What was last compared with its sources when, and what is due: pages, the regulation, numbers to call.

A page says itself by when it is to be compared again; numbers are due a fixed time after their
`checked`, and the ward's own contacts after `confirmed`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from forms_api.content.yaml_source import YamlSource
from forms_api.moments import VIETNAM, vietnam_day
from site_builder.content import SiteContent

SOON_DAYS = 30
NUMBER_DAYS = 92
"""Numbers are compared as often as pages: every three months."""


@dataclass(frozen=True)
class Duty:
    """Something to be compared with its sources again: where it is written, whose it is, by when."""

    path: Path
    line: int
    what: str
    owner: str
    due: dt.date

    def is_late(self, today: dt.date) -> bool:
        """Whether its day has passed."""
        return today > self.due

    def is_soon(self, today: dt.date) -> bool:
        """Whether its day comes within the next weeks."""
        return today <= self.due <= today + dt.timedelta(days=SOON_DAYS)


def vietnam_today() -> dt.date:
    """Return today's date where the readers are."""
    return dt.datetime.now(VIETNAM).date()


def duties(content: SiteContent) -> list[Duty]:
    """Return everything that is compared again some day, the first due first."""
    found = [*_pages(content), *_numbers(content)]
    return sorted(found, key=lambda duty: (duty.due, duty.path, duty.line))


def words(duty: Duty, today: dt.date) -> str:
    """Return what the duty is, for the editor who has to see to it."""
    when = "quá hạn kiểm tra từ" if duty.is_late(today) else "đến hạn kiểm tra ngày"
    return f"{duty.what}: {when} {vietnam_day(duty.due)} (phụ trách: {duty.owner})"


def _pages(content: SiteContent) -> Iterator[Duty]:
    for page in content.pages:
        meta = page.meta
        yield _duty(page.front, ("check_again",), meta.label, meta.owner, meta.check_again)
    meta = content.regulation.page
    file = content.files["regulation"]
    yield _duty(file, ("page", "check_again"), meta.label, meta.owner, meta.check_again)


def _numbers(content: SiteContent) -> Iterator[Duty]:
    owner = next(page.meta.owner for page in content.pages if page.address == "/lien-he/")
    file, ward = content.files["ward"], content.ward
    for key, entry in ward.numbers.items():
        due = entry.checked + dt.timedelta(days=NUMBER_DAYS)
        yield _duty(file, ("numbers", key, "checked"), f"số {entry.number}", owner, due)
    if ward.police.confirmed is not None:
        due = ward.police.confirmed + dt.timedelta(days=NUMBER_DAYS)
        yield _duty(file, ("police", "confirmed"), f"liên hệ của {ward.current.police}", owner, due)


def _duty(file: YamlSource, key: tuple[str, ...], what: str, owner: str, due: dt.date) -> Duty:
    return Duty(file.path, file.line_of(key), what, owner, due)
