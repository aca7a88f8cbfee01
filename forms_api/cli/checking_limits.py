"""What `check` says of the limits in force, where they are counted, and talks that are being held."""

from __future__ import annotations

from collections.abc import Iterator

from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from forms_api.public_app.limit_storage import DATABASE
from forms_api.reports.service import utc_now
from forms_api.settings import Settings
from forms_api.store import talks
from forms_api.store.database import Database

MEMORY = "memory://"


def limit_problems(settings: Settings) -> Iterator[str]:
    """Give what is wrong with the place where limits are counted; the database has its own check."""
    if not settings.ratelimit_enabled:
        yield "FORMS_RATELIMIT_ENABLED=0: no limit holds; that is for a load test alone"
        return
    address = settings.ratelimit_storage
    if address.startswith((DATABASE, MEMORY)):
        return
    try:
        answers = storage_from_string(address).check()
    except ConfigurationError:
        yield f"FORMS_RATELIMIT_STORAGE: unknown: {_place(address)}"
        return
    if not answers:
        yield f"no answer from {_place(address)}: until it answers each process counts for itself"


def limit_notes(settings: Settings, database: Database) -> Iterator[str]:
    """Give the limits in force, whether all processes share them, and the talks being held."""
    shared = "each process counts for itself"
    if settings.ratelimit_storage.startswith(DATABASE):
        shared = "counted in the database, shared by all processes"
    elif not settings.ratelimit_storage.startswith(MEMORY):
        shared = f"counted in {_place(settings.ratelimit_storage)}, shared by all processes"
    yield f"from one network: {settings.send_limit} POSTs of a form, {shared}"
    yield f"from one network: {settings.upload_limit} files, {settings.follow_up_limit} wrong codes"
    yield f"from one network at a talk: {settings.talk_limit}"
    yield f"from all networks: beyond {settings.crowd_limit} reports forms ask for a proof of work"
    if database.file is not None and not database.file.is_file():
        return
    with database.read() as connection:
        for talk in talks.open_talks(connection, now=utc_now()):
            yield f"a talk is held until {talk['ends_at']:%Y-%m-%d %H:%M} UTC, code {talk['code']}"


def _place(address: str) -> str:
    """Return the address without what may be a password."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
