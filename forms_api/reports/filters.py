"""Filters of a list of reports, each an address that can be kept, sent and come back to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forms_api.reports.lifecycle import Status
from forms_api.reports.outside_numbers import NumberKind

CURSOR = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,17}))?", re.ASCII)
"""Where a page ended: a row's number, and its deadline in microseconds where the list sorts by it."""

_ON = "1"


class Sort(StrEnum):
    """In which order a list comes."""

    OLDEST = "cu-nhat"
    NEWEST = "moi-nhat"
    DUE = "den-han"


@dataclass(frozen=True)
class Choices:
    """The ids that a filter may name, as the ward's content has them."""

    categories: frozenset[str]
    areas: frozenset[str]
    forms: frozenset[str]
    channels: frozenset[str]


@dataclass(frozen=True)
class Filter:
    """Which reports to list; what is left out does not matter. No states means all of them.

    Reports kept apart as spam are in a list of their own: `quarantined`. So are those that were sent
    at talks, kept apart or not: `at_talks`. Days are those of Vietnam, `received_until` among them.
    `lacks` asks for reports that have no number of this kind yet, `unnumbered` for those that neither
    VNeID nor the professional system has given one. `after` is the `next` of the page before.
    """

    states: frozenset[Status] = frozenset()
    category: str | None = None
    area: str | None = None
    form: str | None = None
    channel: str | None = None
    mine: bool = False
    unassigned: bool = False
    late: bool = False
    awaiting_reporter: bool = False
    new_words: bool = False
    recurs: bool = False
    urgent: bool = False
    quarantined: bool = False
    at_talks: bool = False
    pictures: bool = False
    lacks: NumberKind | None = None
    unnumbered: bool = False
    received_from: dt.date | None = None
    received_until: dt.date | None = None
    sort: Sort = Sort.OLDEST
    after: str | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, Sequence[str]], *, choices: Choices) -> Filter:
        """Return the filter that an address says; what no filter could be is left out."""
        given: dict[str, Any] = {
            name: found
            for name, parameter in PARAMETERS.items()
            if (found := parameter.read(query.get(parameter.name, ()), choices)) is not None
        }
        return cls(**given)

    def to_query(self) -> list[tuple[str, str]]:
        """Return the filter as the parameters of an address, without those that say nothing."""
        plain = Filter()
        return [
            (parameter.name, text)
            for name, parameter in PARAMETERS.items()
            if (value := getattr(self, name)) != getattr(plain, name)
            for text in parameter.write(value)
        ]


@dataclass(frozen=True)
class Parameter:
    """How one field of a filter is called in an address, read from it and written to it."""

    name: str
    read: Callable[[Sequence[str], Choices], Any]
    write: Callable[[Any], Iterator[str]]


def _flag(name: str) -> Parameter:
    return Parameter(name, lambda given, _: _ON in given or None, lambda _: iter((_ON,)))


def _known(name: str, known: Callable[[Choices], frozenset[str]]) -> Parameter:
    def read(given: Sequence[str], choices: Choices) -> str | None:
        return given[0] if given and given[0] in known(choices) else None

    return Parameter(name, read, lambda value: iter((value,)))


def _member(name: str, kind: type[StrEnum]) -> Parameter:
    def read(given: Sequence[str], _: Choices) -> StrEnum | None:
        return kind(given[0]) if given and given[0] in set(kind) else None

    return Parameter(name, read, lambda value: iter((value.value,)))


def _day(name: str) -> Parameter:
    def read(given: Sequence[str], _: Choices) -> dt.date | None:
        try:
            return dt.date.fromisoformat(given[0]) if given and len(given[0]) == 10 else None
        except ValueError:
            return None

    return Parameter(name, read, lambda value: iter((value.isoformat(),)))


def _read_states(given: Sequence[str], _: Choices) -> frozenset[Status] | None:
    return frozenset(Status(text) for text in given if text in set(Status)) or None


def _read_cursor(given: Sequence[str], _: Choices) -> str | None:
    return given[0] if given and CURSOR.fullmatch(given[0]) else None


PARAMETERS: dict[str, Parameter] = {
    "states": Parameter(
        "trang-thai", _read_states, lambda states: (s.value for s in Status if s in states)
    ),
    "category": _known("loai", lambda choices: choices.categories),
    "area": _known("to", lambda choices: choices.areas),
    "form": _known("phieu", lambda choices: choices.forms),
    "channel": _known("kenh", lambda choices: choices.channels),
    "mine": _flag("cua-toi"),
    "unassigned": _flag("chua-giao"),
    "late": _flag("qua-han"),
    "awaiting_reporter": _flag("cho-nguoi-gui"),
    "new_words": _flag("loi-moi"),
    "recurs": _flag("tai-dien"),
    "urgent": _flag("gap"),
    "quarantined": _flag("nghi-rac"),
    "at_talks": _flag("phieu-thu"),
    "pictures": _flag("co-anh"),
    "lacks": _member("thieu-so", NumberKind),
    "unnumbered": _flag("chua-co-so-vneid"),
    "received_from": _day("tu-ngay"),
    "received_until": _day("den-ngay"),
    "sort": _member("xep", Sort),
    "after": Parameter("sau", _read_cursor, lambda value: iter((value,))),
}
"""Each field of a filter with its place in an address; pages take the names of their inputs from here."""
