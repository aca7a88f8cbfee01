"""A Flask application as both faces want it: strict templates, safe cookies, uploads in memory."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import IO

from flask import Flask, Request, Response, request
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from forms_api.errors import NotInitialisedError
from forms_api.settings import Settings

MAX_FORM_FIELDS_BYTES = 2**20


class MemoryRequest(Request):
    """A request whose uploads never touch the disk: a temporary file would hold them in clear."""

    max_form_memory_size = MAX_FORM_FIELDS_BYTES
    max_form_parts = 500

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - the framework's signature
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return BytesIO()


def make_application(
    name: str,
    settings: Settings,
    *,
    secret: bytes | None,
    cookie: str,
    template_dirs: Sequence[Path],
) -> Flask:
    """Return a Flask application with its own secret, cookie and template folders.

    Raises NotInitialisedError when there is no secret.
    """
    if secret is None:
        raise NotInitialisedError(f"no secret for {name}")
    app = Flask(name, static_folder=None)
    app.request_class = MemoryRequest
    app.config.update(
        SECRET_KEY=secret,
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        SESSION_COOKIE_NAME=f"__Host-{cookie}" if settings.https else cookie,
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
    )
    app.jinja_options = {"undefined": StrictUndefined, "autoescape": True}
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in template_dirs])
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign] # the documented way
    app.before_request(_bound_words)
    app.after_request(_keep_out_of_caches)
    return app


def _bound_words() -> None:
    """Only uploads may be large: other bodies are read at once, and the framework bounds them not."""
    limit = request.max_content_length
    if limit is not None and request.mimetype != "multipart/form-data":
        request.max_content_length = min(limit, MAX_FORM_FIELDS_BYTES)


def _keep_out_of_caches(response: Response) -> Response:
    """Every page made for one person stays out of every cache, unless a view says otherwise."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response
