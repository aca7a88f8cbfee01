"""By when finished reports had to be finished: the deadline rules, asked for many reports at once."""

from __future__ import annotations

from collections.abc import Sequence

from forms_api.reports.counted import CountedReport
from forms_api.reports.deadlines import DeadlineRules, Stage, legs_of
from forms_api.reports.statistics import Dues, DuesOf
from forms_api.store.database import Database


def finish_dues(database: Database, rules: DeadlineRules) -> DuesOf:
    """Return what tells the deadline that each report's first end is judged by.

    A report that was closed before anybody took it over never had the time for finishing running.
    """

    def dues_of(finished: Sequence[CountedReport]) -> Dues:
        if not rules.deadlines.decided:
            return {}
        asked = [{"id": report.id, "category": report.category or None} for report in finished]
        with database.read() as connection:
            found = legs_of(connection, rules, asked)
        first = {
            id_: next((leg for leg in legs if leg.stage is Stage.FINISH), None)
            for id_, legs in found.items()
        }
        return {
            id_: leg.due for id_, leg in first.items() if leg is not None and leg.due is not None
        }

    return dues_of
