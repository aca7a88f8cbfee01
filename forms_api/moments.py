"""Moments and days as people in Vietnam say them; every part of the product may use it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def vietnam_time(moment: dt.datetime) -> str:
    """Return the moment as people here say it: `24/11/2026 lúc 14:05`."""
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y lúc %H:%M")


def vietnam_day(moment: dt.datetime | dt.date) -> str:
    """Return the day as people here write it: `24/11/2026`."""
    day = moment.astimezone(VIETNAM).date() if isinstance(moment, dt.datetime) else moment
    return day.strftime("%d/%m/%Y")
