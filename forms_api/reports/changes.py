"""How a report's row changes: by the version that was read, with an event of who did what.

Everything that moves, answers, assigns or marks a report passes through `change`, so that what
follows from a change is kept up to date in one place.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from forms_api.errors import OvertakenError
from forms_api.store import audit, history
from forms_api.store import reports as rows


def change(
    connection: Connection,
    report: Mapping[Any, Any],
    events: Sequence[audit.Event],
    *,
    at: dt.datetime,
    **values: object,
) -> int:
    """Change a report that still has the version of `report`, log why, return its new version.

    Raises OvertakenError, before anything is written.
    """
    version: int = report["version"]
    if not rows.change(connection, report["id"], version=version, updated_at=at, **values):
        raise overtaken(connection, report["id"])
    audit.append(connection, events, at=at)
    return version + 1


def overtaken(connection: Connection, report_id: str) -> OvertakenError:
    """Return the refusal that tells who was first, did what, and when."""
    last = history.last_change(connection, report_id)
    if last is None:
        return OvertakenError(report_id, by=None, action=None, at=None)
    return OvertakenError(report_id, by=last["actor"], action=last["action"], at=last["at"])


def log(
    connection: Connection, actor: str, action: str, report_ids: Sequence[str], *, at: dt.datetime
) -> None:
    """Note in the audit log that `actor` did this to each of the reports, which stay as they are."""
    events = [audit.Event(actor, action, report_id) for report_id in report_ids]
    audit.append(connection, events, at=at)


def sealable(**words: str | None) -> bytes:
    """Return people's words as the JSON that is sealed; what was left out is not in it."""
    given = {name: text for name, text in words.items() if text is not None}
    return json.dumps(given, ensure_ascii=False).encode()
