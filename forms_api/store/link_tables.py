"""The tables of short links: those that the ward adds for a campaign, and how often each was opened.

Nothing here is about a visitor: a row counts all visits of a link on a day.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text

from forms_api.store.table_base import LocalDay, UtcTime, metadata

campaign_links = Table(
    "campaign_links",
    metadata,
    Column("slug", Text, primary_key=True),
    Column("page", Text, nullable=False),
    Column("title", Text),
    Column("area", Text),
    Column("until", LocalDay),
    Column("added_at", UtcTime, nullable=False),
    Column("added_by", Text, nullable=False),
    Column("removed_at", UtcTime),
)
"""Links beside those of the share kit. `until` is the last day; a removed one stays for its numbers."""

link_visits = Table(
    "link_visits",
    metadata,
    Column("day", LocalDay, primary_key=True),
    Column("slug", Text, primary_key=True),
    Column("visits", BigInteger, nullable=False),
)
"""Visits of a link, of the share kit or a campaign, on a day; old days stand on the first of their month."""
