"""What people may ask about their own data, by when it must be answered and done, how it ended.

The days are those of the decree, computed when something is asked and kept with it: a calendar that
is filled in later changes no day that somebody was told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forms_api.content.deadlines import RequestTimes
from forms_api.moments import VIETNAM
from forms_api.reports.working_time import WorkingClock, day_of

SOON = dt.timedelta(days=2)
"""Before its next deadline a request is shown as due soon for so long."""

ASKED = "data asked"
RECEIVED = "request received"
EXTENDED = "request extended"
DONE = "request done"
REFUSED = "request refused"
REQUEST_ACTS = (ASKED, RECEIVED, EXTENDED, DONE, REFUSED)
"""The audit events of a request; each names the kind, and words may stand with it in the conversation."""

_LAST_SECOND = dt.time(23, 59, 59)


class RequestKind(StrEnum):
    """What is asked: no more use of the data, a correction, deletion."""

    WITHDRAW = "rut-dong-y"
    CORRECT = "sua-thong-tin"
    DELETE = "xoa-phieu"


ERASING = frozenset({RequestKind.WITHDRAW, RequestKind.DELETE})
"""Done when the report's content is gone, and not before."""


class Outcome(StrEnum):
    """How a request ended; `ERASED`: there was nothing left to correct."""

    DONE = "da-xong"
    REFUSED = "khong-lam-duoc"
    ERASED = "da-xoa"


class Refusal(StrEnum):
    """Why something cannot be done. Papers of a case are not this product's to delete."""

    CASE_FILE = "ho-so-vu-viec"
    LAW_KEEPS = "luat-buoc-giu"
    UNCLEAR = "chua-ro-can-gi"


@dataclass(frozen=True)
class Dues:
    """By when a request must be answered, and by when it must be done."""

    answer: dt.datetime
    done: dt.datetime


@dataclass(frozen=True)
class DataRequest:
    """One request, as its reporter may see it: nothing tells which officer did what."""

    id: str
    kind: RequestKind
    asked_at: dt.datetime
    dues: Dues
    answered_at: dt.datetime | None
    extended_at: dt.datetime | None
    ended_at: dt.datetime | None
    outcome: Outcome | None
    refusal: Refusal | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.ended_at is None

    @property
    def next_due(self) -> dt.datetime:
        """By when the next thing must be done: the answer, once it was given the rest."""
        return self.dues.done if self.answered_at else min(self.dues.answer, self.dues.done)

    def is_late(self, now: dt.datetime) -> bool:
        """Tell whether it should have been answered or done before `now`."""
        return self.is_open and self.next_due < now

    def is_due_soon(self, now: dt.datetime) -> bool:
        """Tell whether little time is left, and some."""
        return self.is_open and now <= self.next_due < now + SOON


def dues_of(
    kind: RequestKind,
    asked_at: dt.datetime,
    *,
    times: RequestTimes,
    clock: WorkingClock,
    with_others: bool,
) -> Dues:
    """Return by when a request of `asked_at` must be answered and done.

    The first day is not counted. Where days off make the answer's days longer than the rest, the
    answer is due with it. `with_others`: another body has the report, and must stop too.
    """
    withdraw = times.withdraw_with_others_days if with_others else times.withdraw_days
    days = {
        RequestKind.WITHDRAW: withdraw,
        RequestKind.CORRECT: times.correct_days,
        RequestKind.DELETE: times.delete_days,
    }[kind]
    done = days_later(asked_at, days)
    return Dues(min(clock.add_days(asked_at, times.answer_days), done), done)


def days_later(moment: dt.datetime, days: int) -> dt.datetime:
    """Return the end of the day in Vietnam that comes so many days after that of `moment`."""
    day = day_of(moment) + dt.timedelta(days=days)
    return dt.datetime.combine(day, _LAST_SECOND, VIETNAM).astimezone(dt.UTC)


def request_of(row: Mapping[Any, Any]) -> DataRequest:
    """Return what a row says."""
    return DataRequest(
        id=row["id"],
        kind=RequestKind(row["kind"]),
        asked_at=row["asked_at"],
        dues=Dues(row["answer_due_at"], row["done_due_at"]),
        answered_at=row["answered_at"],
        extended_at=row["extended_at"],
        ended_at=row["ended_at"],
        outcome=None if row["outcome"] is None else Outcome(row["outcome"]),
        refusal=None if row["refusal"] is None else Refusal(row["refusal"]),
    )
