"""The desk's own style sheet and script, under names that change with their content."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import Path

from flask import Blueprint, Response, abort

from forms_api.officer_app.access import open_to_all

FILES = (
    "officers/assets/desk.css",
    "officers/assets/desk.js",
    "officers/assets/entry.css",
    "assets/forms.js",
    "assets/icon.svg",
)
PREFIX = "/can-bo/tep"
FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """The files and their addresses; the officers' face needs no built site for them."""

    def __init__(self, templates_dir: Path) -> None:
        self._content: dict[str, bytes] = {}
        self._addresses: dict[str, str] = {}
        for path in (templates_dir / file for file in FILES):
            data, name = path.read_bytes(), path.name
            stem, _, suffix = name.rpartition(".")
            hashed = f"{stem}.{hashlib.sha256(data).hexdigest()[:8]}.{suffix}"
            self._content[hashed] = data
            self._addresses[name] = f"{PREFIX}/{hashed}"

    def address(self, name: str) -> str:
        """Return the address of a file."""
        return self._addresses[name]

    def blueprint(self) -> Blueprint:
        """Return the route that serves the files."""
        blueprint = Blueprint("assets", __name__)

        @blueprint.get(f"{PREFIX}/<name>")
        @open_to_all
        def send(name: str) -> Response:
            if name not in self._content:
                abort(404)
            kind = mimetypes.guess_type(name)[0]
            headers = {"Cache-Control": FOR_EVER}
            return Response(self._content[name], content_type=kind, headers=headers)

        return blueprint
