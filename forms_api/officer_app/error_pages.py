"""What an officer sees when something is refused; the API gets a problem document instead."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Flask, make_response, redirect, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug import Response
from werkzeug.exceptions import HTTPException

from forms_api import errors
from forms_api.officer_app.access import API_PREFIX
from forms_api.officer_app.problems import problem_of
from forms_api.officer_app.words import action_text

SIGN_IN, CONFIRM = "/can-bo/vao/", "/can-bo/xac-nhan/"
NEXT = "tiep"
"""Names the page to go on to; only paths of the desk are followed."""
AGAIN = "lai"
"""Says that an act waits to be done again there."""

log = logging.getLogger(__name__)

_NEVER_SHOWN = frozenset({"csrf_token", "password", "new_password", "again", "code", "invitation"})


@dataclass(frozen=True)
class Refusal:
    """How one kind of error is told to an officer: status, heading, what to do."""

    status: HTTPStatus
    title: str
    advice: str


@dataclass(frozen=True)
class First:
    """Who was first, with what, when: for whoever came second."""

    by: str
    what: str
    at: dt.datetime | None


NOT_FOUND = Refusal(
    HTTPStatus.NOT_FOUND,
    "Không có trang hoặc phiếu này",
    "Có thể địa chỉ gõ sai, phiếu đã vào thùng rác, hoặc không thuộc phần việc của anh/chị.",
)
REFUSALS: dict[type[Exception], Refusal] = {
    errors.ForbiddenError: Refusal(
        HTTPStatus.FORBIDDEN,
        "Vai trò của anh/chị không làm được việc này",
        "Cần làm việc này thì nhờ người có vai trò ấy, hoặc nhờ người quản trị đổi vai trò.",
    ),
    errors.NotFoundError: NOT_FOUND,
    errors.ConflictError: Refusal(
        HTTPStatus.CONFLICT,
        "Người khác đã làm trước",
        "Việc anh/chị vừa bấm chưa được thực hiện. Hãy mở lại phiếu để xem bây giờ ra sao.",
    ),
    errors.TransitionError: Refusal(
        HTTPStatus.CONFLICT,
        "Phiếu không chuyển được như vậy",
        "Hãy mở lại phiếu để xem các bước có thể chọn. Đóng hoặc mở lại phiếu thì cần ghi lý do.",
    ),
    errors.LimitError: Refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Đã đủ số lượng",
        "Làm bớt một lượt, hoặc chờ việc đang chạy xong rồi thử lại.",
    ),
    errors.SealError: Refusal(
        HTTPStatus.CONFLICT,
        "Không mở được nội dung",
        "Chìa khóa của anh/chị không mở được nội dung này. Hãy báo người quản trị.",
    ),
    errors.UntrustedReportError: Refusal(
        HTTPStatus.CONFLICT,
        "Phiếu này không còn nguyên như khi được gửi",
        "Có phần của phiếu không mở được hoặc đã bị thay. Đừng làm gì với phiếu này; hãy báo người "
        "quản trị ngay.",
    ),
    errors.StorageError: Refusal(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Máy chủ chưa lưu được",
        "Chưa có gì thay đổi. Chờ vài phút rồi làm lại.",
    ),
    CSRFError: Refusal(
        HTTPStatus.BAD_REQUEST,
        "Trang đã mở quá lâu",
        "Chưa có gì thay đổi. Hãy mở lại trang rồi làm lại.",
    ),
}
UNREADABLE = Refusal(
    HTTPStatus.BAD_REQUEST, "Máy chủ không đọc được yêu cầu này", "Hãy quay lại rồi thử lần nữa."
)
BY_HTTP = {
    HTTPStatus.NOT_FOUND: NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "Chữ hoặc tệp gửi lên quá lớn",
        "Hãy quay lại, rút ngắn hoặc chọn tệp nhẹ hơn rồi gửi lại. Những điều đã gõ thường vẫn còn.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: Refusal(
        HTTPStatus.METHOD_NOT_ALLOWED,
        "Trang này không nhận cách gửi ấy",
        "Không có gì được gửi đi. Hãy mở lại trang từ mục lục.",
    ),
}
FAILED = Refusal(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "Máy chủ gặp lỗi",
    "Lỗi này không phải do anh/chị. Hãy thử lại; còn lỗi thì báo người quản trị số bên dưới.",
)


def install_errors(app: Flask) -> None:
    """Answer every error of `app`: the API with a problem document, people with a page."""

    def answer(error: Exception) -> Response:
        return problem_of(error) if request.path.startswith(API_PREFIX) else page_of(error)

    for kind in (errors.FormsError, HTTPException, Exception):
        app.register_error_handler(kind, answer)


def page_of(error: Exception) -> Response:
    """Return the page of any error; words that were typed and not taken are shown to be copied."""
    if isinstance(error, errors.UnauthenticatedError):
        return _signed_out()
    if isinstance(error, errors.StaleSessionError):
        again = {AGAIN: "1"} if request.method == "POST" else {}
        return redirect(f"{CONFIRM}?{urlencode({NEXT: _here(), **again})}", HTTPStatus.SEE_OTHER)
    refusal = next((REFUSALS[kind] for kind in type(error).mro() if kind in REFUSALS), None)
    if refusal is not None:
        return _page(refusal, first=_first(error))
    if isinstance(error, HTTPException):
        return _by_http(error)
    incident = secrets.token_hex(4)
    log.error("incident %s at %s", incident, request.endpoint, exc_info=error)
    return _page(FAILED, incident=incident)


def _by_http(error: HTTPException) -> Response:
    code = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if code < HTTPStatus.BAD_REQUEST:
        return error.get_response(request.environ)
    page = _page(BY_HTTP.get(code, UNREADABLE))
    page.status_code = code
    for name, value in error.get_headers(request.environ):
        if name == "Allow":
            page.headers[name] = value
    return page


def _signed_out() -> Response:
    """Send a reader to sign in; show what somebody typed into a session that had ended."""
    if request.method == "GET":
        here = _here()
        target = SIGN_IN if here == "/can-bo/" else f"{SIGN_IN}?{urlencode({NEXT: here})}"
        return redirect(target, HTTPStatus.SEE_OTHER)
    page = render_template("signed_out.html", typed=_typed())
    return make_response(page, HTTPStatus.UNAUTHORIZED)


def _page(refusal: Refusal, *, first: First | None = None, incident: str = "") -> Response:
    page = render_template(
        "error.html", refusal=refusal, incident=incident, typed=_typed(), first=first
    )
    return make_response(page, refusal.status)


def _first(error: Exception) -> First | None:
    if not isinstance(error, errors.OvertakenError) or error.by is None:
        return None
    what = action_text(error.by, error.action, {}) if error.action else ""
    return First(error.by, what, error.at)


def _typed() -> list[str]:
    """Return the longer words of a POST that was not taken."""
    if request.method != "POST":
        return []
    try:
        typed = [
            value for name, value in request.form.items(multi=True) if name not in _NEVER_SHOWN
        ]
    except HTTPException:
        return []
    return [value for value in typed if " " in value.strip()]


def _here() -> str:
    """Return where to come back to: this page, or the one whose form was sent."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    # A POST cannot be done again by coming back to it; most stand one step below their page.
    return request.path.rstrip("/").rpartition("/")[0] + "/"
