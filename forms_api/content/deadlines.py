"""How long the ward gives itself, and when it works: `deadlines.yml` and `calendar.yml`.

Neither holds a number that the ward has not decided: a deadline is null until somebody signs it,
and the days of Tết come from each year's announcement. What people may ask about their own data has
the times of the law.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self, TypeVar, get_args

from pydantic import BeforeValidator, Field, model_validator

from forms_api.content.ward import Slug, Text
from forms_api.content.yaml_source import (
    ContentModel,
    Location,
    YamlSource,
    read_yaml,
    validate,
)
from forms_api.errors import ContentError, Problem

Read = TypeVar("Read")

Weekday = Literal["thu-2", "thu-3", "thu-4", "thu-5", "thu-6", "thu-7", "chu-nhat"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
"""The days of the week in the order of `datetime.date.weekday`."""

MINUTES_A_DAY = 24 * 60
_SPAN = re.compile(r"(\d{1,2})[:h](\d{2}) ?[-–] ?(\d{1,2})[:h](\d{2})")
_SPAN_WORDS = "giờ làm việc phải viết dạng 08:00-12:00, giờ đầu trước giờ cuối"
_HOURS_ARE_EXAMPLES = "deadlines.yml đã có thời hạn thì giờ làm việc phải là giờ thật: sửa giờ rồi đổi “example” thành false"


class WorkingTime(ContentModel):
    """A length of working time: either whole hours or whole days."""

    hours: int | None = Field(None, ge=1, le=2_000)
    days: int | None = Field(None, ge=1, le=365)

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.hours is None) == (self.days is None):
            raise ValueError(
                "thời hạn ghi bằng giờ làm việc {hours: 8} hoặc bằng ngày làm việc {days: 3}, "
                "một trong hai; chưa quyết định thì ghi null"
            )
        return self


class Allowance(ContentModel):
    """The time to acknowledge a report and, from then, to finish it; None: not decided."""

    acknowledge: WorkingTime | None
    finish: WorkingTime | None


class RequestTimes(ContentModel):
    """How long the ward has for what people ask about their own data; it may be quicker, never slower.

    `answer_days` are working days, the others those of the calendar. `withdraw_with_others_days`
    count where another body must stop too; `extension_days` may be added once. Source: Nghị định
    356/2025/NĐ-CP, as S115, S120 and S124 of `content/data/sources.yml` tell it.
    """

    answer_days: int = Field(ge=1, le=2)
    withdraw_days: int = Field(ge=1, le=15)
    withdraw_with_others_days: int = Field(ge=1, le=20)
    correct_days: int = Field(ge=1, le=20)
    delete_days: int = Field(ge=1, le=20)
    extension_days: int = Field(ge=1, le=15)


class Deadlines(ContentModel):
    """`content/data/deadlines.yml`; a category that is not named has the default."""

    shown_to_residents: bool
    default: Allowance
    categories: dict[Slug, Allowance]
    data_requests: RequestTimes

    def of(self, category: str | None) -> Allowance:
        """Return the time that reports of this category have."""
        return self.categories.get(category or "", self.default)

    @property
    def decided(self) -> bool:
        """Whether the ward has set any deadline at all."""
        every = (self.default, *self.categories.values())
        return any(item.acknowledge or item.finish for item in every)


class Span(NamedTuple):
    """A part of a day in minutes after midnight, from `start` to `end`."""

    start: int
    end: int


def _parse_span(text: object) -> Span:
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(_SPAN_WORDS)
    first_hour, first_minute, last_hour, last_minute = map(int, found.groups())
    span = Span(first_hour * 60 + first_minute, last_hour * 60 + last_minute)
    if max(first_minute, last_minute) > 59 or not span.start < span.end <= MINUTES_A_DAY:
        raise ValueError(_SPAN_WORDS)
    return span


class WorkingHours(ContentModel):
    """The hours of some weekdays."""

    weekdays: list[Weekday] = Field(min_length=1, max_length=7)
    hours: list[Annotated[Span, BeforeValidator(_parse_span)]] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _hours_are_in_order(self) -> Self:
        pairs = zip(self.hours, self.hours[1:], strict=False)
        if any(later.start < earlier.end for earlier, later in pairs):
            raise ValueError("các khoảng giờ phải theo thứ tự trong ngày, không chồng lên nhau")
        return self


class Holiday(ContentModel):
    """A day on which nobody works, whatever day of the week it is."""

    day: dt.date
    name: Text


class SwappedDay(ContentModel):
    """A day that is worked in place of another one, with that one's hours."""

    day: dt.date
    replaces: dt.date
    name: Text


class Calendar(ContentModel):
    """`content/data/calendar.yml`; `example` says that the hours are not the ward's own yet."""

    example: bool
    week: list[WorkingHours] = Field(min_length=1, max_length=7)
    holidays: list[Holiday] = Field(max_length=2_000)
    swapped: list[SwappedDay] = Field(max_length=500)


@dataclass(frozen=True)
class TimeRules:
    """The deadlines and the calendar that they are counted on."""

    deadlines: Deadlines
    calendar: Calendar


def load_time_rules(content_dir: Path, *, categories: Collection[str] | None = None) -> TimeRules:
    """Return both files; with `categories`, every category they name must be one of these.

    Raises ContentError with every mistake of both and its line.
    """
    problems: list[Problem] = []
    data = content_dir / "data"
    written = _gather(problems, partial(read_yaml, data / "deadlines.yml"))
    deadlines = (
        None if written is None else _gather(problems, partial(validate, written, Deadlines))
    )
    days = _gather(problems, partial(read_yaml, data / "calendar.yml"))
    calendar = None if days is None else _gather(problems, partial(validate, days, Calendar))
    if written is not None and categories is not None:
        problems += _unknown_categories(written, categories)
    if days is not None:
        problems += [*_contradictions(days), *_repeated_weekdays(days)]
        if (
            deadlines is not None
            and deadlines.decided
            and calendar is not None
            and calendar.example
        ):
            problems.append(days.problem(("example",), _HOURS_ARE_EXAMPLES))
    if problems or deadlines is None or calendar is None:
        raise ContentError(problems)
    return TimeRules(deadlines, calendar)


def years_without_holidays(calendar: Calendar, *, today: dt.date) -> list[int]:
    """Return the years, this one and one that begins within 60 days, for which no holiday is listed.

    No year is without one, so these are years that nobody has filled in yet.
    """
    listed = {holiday.day.year for holiday in calendar.holidays}
    return sorted({today.year, (today + dt.timedelta(days=60)).year} - listed)


def _gather(problems: list[Problem], read: Callable[[], Read]) -> Read | None:
    """Return what `read` returns; note its mistakes in `problems` and return None if it fails."""
    try:
        return read()
    except ContentError as error:
        problems += error.problems
        return None


def _unknown_categories(source: YamlSource, known: Collection[str]) -> Iterator[Problem]:
    named = source.data.get("categories") if isinstance(source.data, dict) else None
    for category in named if isinstance(named, dict) else ():
        if category not in known:
            yield source.problem(
                ("categories", category), f"không phiếu nào có loại việc “{category}”"
            )


def _contradictions(source: YamlSource) -> Iterator[Problem]:
    """Give a problem for each day that says two things: which of them is meant, nobody can tell."""
    worked_in_place = {day for _, day in _days(source, "swapped", "day")}
    worked_anyway = {weekday for _, weekday in _weekdays(source)}
    for part, key in (("holidays", "day"), ("swapped", "day"), ("swapped", "replaces")):
        seen: set[dt.date] = set()
        for location, day in _days(source, part, key):
            in_place = (part, key) == ("swapped", "day")
            works = WEEKDAYS[day.weekday()] in worked_anyway
            if day in seen:
                yield source.problem(location, f"ngày {day:%d/%m/%Y} viết hai lần")
            elif not in_place and day in worked_in_place:
                yield source.problem(
                    location, f"ngày {day:%d/%m/%Y} vừa là ngày nghỉ vừa là ngày làm bù"
                )
            elif part == "swapped" and worked_anyway and works == in_place:
                words = "vốn đã là ngày làm việc" if in_place else "vốn không phải ngày làm việc"
                yield source.problem(location, f"ngày {day:%d/%m/%Y} {words}")
            seen.add(day)


def _days(source: YamlSource, part: str, key: str) -> Iterator[tuple[Location, dt.date]]:
    """Give the days below `part` that can be read, whatever is wrong around them."""
    entries = source.data.get(part) if isinstance(source.data, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        day = entry.get(key) if isinstance(entry, dict) else None
        if isinstance(day, dt.date) and not isinstance(day, dt.datetime):
            yield (part, index, key), day


def _weekdays(source: YamlSource) -> Iterator[tuple[Location, str]]:
    """Give the weekdays that can be read, whatever is wrong around them."""
    groups = source.data.get("week") if isinstance(source.data, dict) else None
    for index, group in enumerate(groups if isinstance(groups, list) else ()):
        weekdays = group.get("weekdays") if isinstance(group, dict) else None
        for place, weekday in enumerate(weekdays if isinstance(weekdays, list) else ()):
            if isinstance(weekday, str):
                yield ("week", index, "weekdays", place), weekday


def _repeated_weekdays(source: YamlSource) -> Iterator[Problem]:
    seen: set[str] = set()
    for location, weekday in _weekdays(source):
        if weekday in seen:
            yield source.problem(location, f"“{weekday}” viết hai lần")
        seen.add(weekday)
