"""Campaign links under test, and what is counted of them."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from sqlalchemy import select

from forms_api.accounts.permissions import operator_actor
from forms_api.public_app.face import Face
from forms_api.reports.campaigns import NewCampaign, add_campaign
from forms_api.store.database import Database
from forms_api.store.schema import link_visits

OPERATOR = operator_actor("test")


def face_of(app: Flask) -> Face:
    """Return what the application's views work with."""
    face = app.extensions["face"]
    assert isinstance(face, Face)
    return face


def add_link(app: Flask, slug: str, page: str, *, until: dt.date | None = None) -> None:
    """Add a campaign link that this application knows at once."""
    face = face_of(app)
    new = NewCampaign(slug, page, until=until)
    add_campaign(face.service.database, new, actor=OPERATOR, taken=face.links.shared)
    face.links.campaigns.reload()


def written_visits(database: Database) -> dict[tuple[str, str], int]:
    """Return the visits that stand in the database, by day and slug."""
    with database.read() as connection:
        found = connection.execute(select(link_visits))
        return {(str(day), slug): visits for day, slug, visits in found}


def counted(app: Flask) -> dict[tuple[str, str], int]:
    """Let the application write what it gathered; return the visits by day and slug."""
    face = face_of(app)
    face.visits.flush()
    return written_visits(face.service.database)
