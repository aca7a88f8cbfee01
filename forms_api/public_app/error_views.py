"""Pages for what went wrong: inside the site's frame, in Vietnamese, with the numbers to call."""

from __future__ import annotations

import logging
import secrets
import traceback
from http import HTTPStatus

from flask import Flask, Response, make_response, render_template, request
from jinja2 import TemplateError
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge

from forms_api.errors import StorageError
from forms_api.public_app.face import Face
from forms_api.public_app.limits import BusyError
from forms_api.public_app.messages import ERROR_PAGES, SHELL_MISSING, ErrorText
from forms_api.public_app.tokens import CSRF_FIELD, csrf_token
from forms_api.web.headers import policy_for_own_style
from forms_api.web.site import STAND_IN

log = logging.getLogger(__name__)

RETRY_SECONDS = 120
DRAIN_CHUNK_BYTES = 64 * 2**10
DRAIN_BYTES = 200 * 2**20
"""So much of a refused body is read, and thrown away, before the page says that it is too large."""


def register_error_pages(app: Flask, face: Face) -> None:
    """Give `app` a page for every error; the last one logs what nobody foresaw."""

    def too_large(_: RequestEntityTooLarge) -> Response:
        _drain()
        return error_page(face, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    def not_found(_: NotFound) -> Response:
        # The site's own page knows where its readers may have wanted to go.
        page = face.settings.site_dir / "404.html"
        if request.method == "GET" and page.is_file():
            html = page.read_text(encoding="utf-8")
            return Response(html, HTTPStatus.NOT_FOUND, content_type="text/html; charset=utf-8")
        return error_page(face, HTTPStatus.NOT_FOUND)

    def refused(error: HTTPException) -> Response:
        code = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        if 300 <= code < 400:
            return make_response(error.get_response(request.environ))
        status = code if code in ERROR_PAGES else HTTPStatus.BAD_REQUEST
        page = error_page(face, status)
        for name, value in error.get_headers(request.environ):
            if name in {"Allow", "Retry-After"}:
                page.headers[name] = value
        return page

    def unavailable(error: Exception) -> Response:
        log.error("not available: %s at %s", type(error).__name__, request.endpoint)
        _drain()
        return error_page(face, HTTPStatus.SERVICE_UNAVAILABLE)

    def unforeseen(error: Exception) -> Response:
        incident = secrets.token_hex(4).upper()
        log.error("incident %s at %s\n%s", incident, request.endpoint, _without_values(error))
        return error_page(face, HTTPStatus.INTERNAL_SERVER_ERROR, incident=incident)

    app.register_error_handler(RequestEntityTooLarge, too_large)
    app.register_error_handler(NotFound, not_found)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(StorageError, unavailable)
    app.register_error_handler(BusyError, unavailable)
    app.register_error_handler(Exception, unforeseen)


def error_page(
    face: Face, status: HTTPStatus, text: ErrorText | None = None, *, incident: str = ""
) -> Response:
    """Return the page for `status`; what was typed goes with it where it is at hand."""
    text = text or ERROR_PAGES[status]
    facts = {"limit_mb": face.settings.max_request_bytes // 2**20, "incident": incident}
    try:
        page = render_template(
            "error.html",
            ward=face.ward,
            error=ErrorText(text.title, tuple(line.format(**facts) for line in text.sentences)),
            kept=_typed() if status is HTTPStatus.INTERNAL_SERVER_ERROR else [],
            csrf_token=csrf_token() if request.method == "POST" else "",
        )
    except TemplateError:
        # Without the traceback, which would quote what led here.
        log.error("no page frame: is the site built?")  # noqa: TRY400
        reply = _without_frame(face, status)
    else:
        reply = make_response(page, status)
    return _with_patience(reply)


def stand_in(face: Face) -> Response:
    """Return the page that says whom to call and how to report while nothing can be taken in here."""
    return _with_patience(_without_frame(face, HTTPStatus.SERVICE_UNAVAILABLE))


def _with_patience(reply: Response) -> Response:
    """Return the reply, which says when to come again if it is a refusal for now."""
    if reply.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        reply.headers["Retry-After"] = str(RETRY_SECONDS)
    return reply


def _without_frame(face: Face, status: HTTPStatus) -> Response:
    """Return what needs no page frame: the stand-in where the fault is ours, else a plain line."""
    path = face.settings.site_dir / STAND_IN.lstrip("/")
    if status < HTTPStatus.INTERNAL_SERVER_ERROR or not path.is_file():
        return Response(SHELL_MISSING, status, content_type="text/plain; charset=utf-8")
    page = path.read_text(encoding="utf-8")
    reply = Response(page, status, content_type="text/html; charset=utf-8")
    reply.headers["Content-Security-Policy"] = policy_for_own_style(page)
    return reply


def _typed() -> list[tuple[str, str]]:
    """Return the fields of the POST that failed, for a button that sends them again."""
    if request.method != "POST":
        return []
    try:
        return [pair for pair in request.form.items(multi=True) if pair[0] != CSRF_FIELD]
    except HTTPException:
        return []


def _without_values(error: BaseException) -> str:
    """Return the traceback with each exception's kind but not its text, which may quote a report."""
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        lines += [*traceback.format_tb(cause.__traceback__), f"{type(cause).__name__}\n"]
        cause = cause.__cause__ or cause.__context__
    return "".join(lines)


def _drain() -> None:
    """Read the rest of the request: a browser that is still sending shows no page, but a reset."""
    announced, limit = request.content_length or 0, request.max_content_length or 0
    if announced > limit:
        # Nothing was read of it, and the framework's own stream refuses to.
        body, left = request.environ["wsgi.input"], min(announced, DRAIN_BYTES)
    else:
        body, left = request.stream, announced
    try:
        while left > 0 and (chunk := body.read(min(left, DRAIN_CHUNK_BYTES))):
            left -= len(chunk)
    except (OSError, HTTPException):
        log.info("the sender went away before the end of a refused body")
