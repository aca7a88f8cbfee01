"""A talk as an officer opens it, for the tests of what residents then send."""

from __future__ import annotations

import datetime as dt

from forms_api.accounts.permissions import Role, officer_actor
from forms_api.reports.service import ReportService
from forms_api.reports.talks import end_talk, open_talk

TEACHER = officer_actor("teacher", Role.MEMBER)


def begin_talk(service: ReportService, *, minutes: int = 120) -> str:
    """Open a talk and return its code."""
    lasting = dt.timedelta(minutes=minutes)
    return open_talk(service.database, actor=TEACHER, lasting=lasting).code


def stop_talk(service: ReportService, code: str) -> None:
    """End a talk before its time."""
    end_talk(service.database, actor=TEACHER, code=code)
