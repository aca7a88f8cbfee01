"""When notices may go out: at the ward's fixed times, and never in a storm."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from forms_api.moments import VIETNAM
from forms_api.settings import Settings

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Schedule:
    """Times of day in Vietnam (none: at once), and how long it stays quiet after each notice."""

    times: tuple[dt.time, ...] = ()
    pause: dt.timedelta = dt.timedelta(0)

    def held_after(self, now: dt.datetime) -> dt.datetime | None:
        """Return the last fixed time up to `now`: what came later waits for the next one.

        None when nothing is held back.
        """
        today = now.astimezone(VIETNAM).date()
        fixed = (
            dt.datetime.combine(day, time, VIETNAM)
            for day in (today - _DAY, today)
            for time in self.times
        )
        return max((moment for moment in fixed if moment <= now), default=None)

    def is_quiet(self, now: dt.datetime, *, last: dt.datetime | None) -> bool:
        """Tell whether it is too soon after the `last` notice.

        One from the future is no reason to be quiet: somebody has put the clock right since.
        """
        return last is not None and dt.timedelta(0) <= now - last < self.pause


AT_ONCE = Schedule()


def schedule_of(settings: Settings) -> Schedule:
    """Return the schedule that the settings name."""
    return Schedule(settings.notify_times, dt.timedelta(minutes=settings.notify_pause_minutes))
