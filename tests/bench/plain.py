"""A Flask application that does nothing but redirect: the baseline of short links."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, redirect
from werkzeug import Response

app = Flask(__name__, static_folder=None)


@app.get("/s/<slug>")
def follow(slug: str) -> Response:
    """Lead on without a look at anything."""
    return redirect(f"/huong-dan/gui-phan-anh-vneid/?tu={slug}", HTTPStatus.FOUND)


@app.get("/healthz")
def healthz() -> str:
    """Tell that it answers."""
    return "ok"
