"""Every table by its name; importing this module makes the metadata complete."""

from __future__ import annotations

from forms_api.store.account_tables import (
    credentials,
    exports,
    invitations,
    officers,
    queue_key_copies,
    queue_keys,
    recovery_codes,
    recovery_keys,
    saved_views,
    sessions,
    signin_failures,
    terms,
    tokens,
)
from forms_api.store.guard_tables import limit_counters, talks
from forms_api.store.link_tables import campaign_links, link_visits
from forms_api.store.report_tables import (
    attachment_parts,
    attachments,
    deletions,
    events,
    external_numbers,
    facts,
    messages,
    notes,
    outbox,
    report_links,
    reports,
    stubs,
)
from forms_api.store.request_tables import data_requests
from forms_api.store.table_base import metadata

__all__ = [
    "attachment_parts",
    "attachments",
    "campaign_links",
    "credentials",
    "data_requests",
    "deletions",
    "events",
    "exports",
    "external_numbers",
    "facts",
    "invitations",
    "limit_counters",
    "link_visits",
    "messages",
    "metadata",
    "notes",
    "officers",
    "outbox",
    "queue_key_copies",
    "queue_keys",
    "recovery_codes",
    "recovery_keys",
    "report_links",
    "reports",
    "saved_views",
    "sessions",
    "signin_failures",
    "stubs",
    "talks",
    "terms",
    "tokens",
]
