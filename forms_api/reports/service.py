"""What every use case on reports needs, gathered once when a face starts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from forms_api.errors import NotInitialisedError
from forms_api.settings import Settings
from forms_api.store.database import Database
from forms_api.store.installation import queue_recipient
from forms_api.vault.sealing import Recipient


@dataclass(frozen=True)
class ReportService:
    """The database, the public key that reports are sealed to, and the key of follow-up codes.

    There is no private key here: what this process seals it cannot read back.
    """

    database: Database
    recipient: Recipient
    receipt_key: bytes
    reference_prefix: str


def open_service(settings: Settings, *, reference_prefix: str) -> ReportService:
    """Return the service on the database of `settings`. Raises NotInitialisedError before `init`."""
    if settings.receipt_key is None:
        raise NotInitialisedError("no receipt key")
    database = Database(settings.database_url)
    recipient = Recipient(queue_recipient(database))
    return ReportService(database, recipient, settings.receipt_key, reference_prefix)


def utc_now() -> dt.datetime:
    """Return the present moment, in UTC."""
    return dt.datetime.now(dt.UTC)
