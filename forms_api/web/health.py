"""Liveness and readiness, without a word about the inside (ASVS 5.0, 13.4.5)."""

from __future__ import annotations

import shutil

from flask import Blueprint, Response

from forms_api.errors import FormsError
from forms_api.settings import Settings
from forms_api.store.database import Database
from forms_api.store.installation import schema_is_current


def health_blueprint(settings: Settings, database: Database) -> Blueprint:
    """Return `/healthz` (this process answers) and `/readyz` (it can take a report)."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return _plain("ok", 200)

    @blueprint.get("/readyz")
    def readyz() -> Response:
        reasons = unready(settings, database)
        return _plain("\n".join(reasons) or "ready", 503 if reasons else 200)

    return blueprint


def unready(settings: Settings, database: Database) -> list[str]:
    """Return why no report could be taken now: database, disk, site; empty when ready."""
    reasons = []
    try:
        if not schema_is_current(database):
            reasons.append("database: migrations are missing")
    except FormsError:
        reasons.append("database: no answer")
    try:
        if not has_room(settings):
            reasons.append("disk: nearly full")
    except OSError:
        reasons.append("disk: no answer")
    if not (settings.site_dir / "index.html").is_file():
        reasons.append("site: not built")
    return reasons


def has_room(settings: Settings, *, times: int = 1) -> bool:
    """Tell whether the data directory's disk has so many times its reserve free. Raises OSError."""
    return free_disk_bytes(settings) >= times * settings.min_free_bytes


def free_disk_bytes(settings: Settings) -> int:
    """Return how much the data directory's disk can still take. Raises OSError."""
    return shutil.disk_usage(settings.data_dir).free


def _plain(text: str, status: int) -> Response:
    return Response(text + "\n", status, content_type="text/plain; charset=utf-8")
