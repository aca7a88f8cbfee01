"""What the worker does in each round beside sending notices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from forms_api.documents.export_files import load_sources
from forms_api.documents.export_making import make_pending
from forms_api.documents.exports import drop_expired
from forms_api.notify.lateness import keep_deadlines
from forms_api.notify.worker import Chore
from forms_api.reports.retention import drop_ended_counters
from forms_api.reports.trash import erase_due
from forms_api.settings import Settings
from forms_api.store.database import Database
from forms_api.store.erasing import forget_deleted

ACTOR = "worker"


def chores_of(settings: Settings, database: Database) -> Sequence[Chore]:
    """Return the chores, each of which may fail without harm to the others."""
    return (
        partial(keep_deadlines, database, settings.content_dir),
        partial(_make_exports, settings, database),
        partial(drop_expired, database),
        partial(_erase, database),
        partial(drop_ended_counters, database),
    )


def _erase(database: Database) -> int:
    """Erase what two officers agreed on, from the database's files too."""
    erased = erase_due(database, actor=ACTOR)
    if erased:
        forget_deleted(database)
    return erased


def _make_exports(settings: Settings, database: Database) -> int:
    """Make the files that officers wait for, from the ward's content as it is now."""
    return make_pending(database, load_sources(database, settings.content_dir))
