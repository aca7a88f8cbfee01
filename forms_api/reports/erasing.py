"""Deleting a report's content for good, and what ends with it: every request about the own data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection

from forms_api.reports.changes import log
from forms_api.reports.request_record import DONE, ERASING, Outcome, RequestKind
from forms_api.store import audit
from forms_api.store import data_requests as request_rows
from forms_api.store import reports as rows

_BATCH = 500  # ids in one statement


def erase(
    connection: Connection, report_ids: Sequence[str], *, actor: str, action: str, at: dt.datetime
) -> None:
    """Delete words and pictures of these reports, log it as `action`, and end their open requests.

    Who asked for deletion, or withdrew, got what was asked; a correction has nothing left to correct.
    """
    others = sorted(frozenset(RequestKind) - ERASING)
    for start in range(0, len(report_ids), _BATCH):
        batch = report_ids[start : start + _BATCH]
        rows.erase_content(connection, batch, at=at)
        log(connection, actor, action, batch, at=at)
        for kinds, outcome in ((sorted(ERASING), Outcome.DONE), (others, Outcome.ERASED)):
            ended = request_rows.end_open(
                connection, batch, kinds=kinds, outcome=outcome.value, by=actor, at=at
            )
            events = [
                audit.Event(actor, DONE, row["report_id"], {"kind": row["kind"]}) for row in ended
            ]
            audit.append(connection, events, at=at)
