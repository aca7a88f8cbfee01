"""The way out for who must not be seen reading here: nothing of this site stays on the device."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from forms_api.public_app.face import Face

FORGET = '"cache", "cookies", "storage"'
"""What the browser lets go of: pages, the form's cookie, what works offline. Source: Clear Site Data, W3C."""


def exit_blueprint(face: Face) -> Blueprint:
    """Return `/thoat/`: an empty page, or at once the ward's choice of another site."""
    blueprint = Blueprint("exit", __name__)

    @blueprint.get("/thoat/")
    def leave() -> Response:
        page = make_response(render_template("exit.html", onward=face.ward.quick_exit_url))
        page.headers["Clear-Site-Data"] = FORGET
        return page

    return blueprint
