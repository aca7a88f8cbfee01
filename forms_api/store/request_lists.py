"""Lists of requests about people's own data, as an officer sees them; plain SQL, no decisions."""

from __future__ import annotations

from sqlalchemy import Connection, select

from forms_api.store.queue import Viewer, seen_by
from forms_api.store.reports import Row
from forms_api.store.schema import data_requests, reports


def seen(connection: Connection, viewer: Viewer, *, ended: bool, limit: int | None) -> list[Row]:
    """Return requests with `claimed_by`, `category`, `trashed_at` of their reports that the viewer sees.

    Open ones as they were asked, ended ones newest end first.
    """
    closed, order = (
        (data_requests.c.ended_at.is_not(None), data_requests.c.ended_at.desc())
        if ended
        else (data_requests.c.ended_at.is_(None), data_requests.c.sequence)
    )
    query = (
        select(data_requests, reports.c.claimed_by, reports.c.category, reports.c.trashed_at)
        .join(reports, reports.c.id == data_requests.c.report_id)
        .where(closed, seen_by(viewer))
        .order_by(order, data_requests.c.sequence)
    )
    return list(connection.execute(query.limit(limit)).mappings())
