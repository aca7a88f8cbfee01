"""Following a report up with its code, which travels only in the body of a POST."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request
from flask_limiter import Limiter, RateLimitExceeded

from forms_api.errors import (
    ConflictError,
    ErasedError,
    LimitError,
    NotFoundError,
    StorageError,
    TooManyFilesError,
)
from forms_api.forms.cleaning import clean_line
from forms_api.forms.specs import ConsentField, NoteField
from forms_api.forms.views import file_limits
from forms_api.public_app.data_request_act import asked_about_data, typed_kind
from forms_api.public_app.error_views import stand_in
from forms_api.public_app.face import Face
from forms_api.public_app.followup_fields import (
    MAX_MESSAGE_CHARACTERS,
    message_id,
    too_long,
    typed_code,
    typed_message,
)
from forms_api.public_app.limits import opened_nothing
from forms_api.public_app.messages import (
    KEPT_ACTS,
    NUMBER_SOURCES,
    RECURS_WORDS,
    SATISFACTIONS,
    Notice,
    NoticeText,
    Said,
    notice,
)
from forms_api.public_app.new_code_page import show_new_code, taken_up
from forms_api.public_app.tokens import csrf_is_valid, csrf_token
from forms_api.reports.followup import (
    Satisfaction,
    add_message,
    follow,
    forget_hand_off,
    rate,
)
from forms_api.reports.new_codes import must_change
from forms_api.reports.outside_numbers import NumberKind, tell_number
from forms_api.reports.recurring import recur
from forms_api.reports.service import utc_now
from forms_api.vault.receipts import FollowUpCode, parse_code
from forms_api.web.request_texts import REFUSALS, REQUEST_KINDS
from forms_api.web.states import STATUS_TEXTS
from forms_api.web.uploads import read_later_files


@dataclass(frozen=True)
class FilesOffered:
    """The limits of files that may come later, in words, and what a browser may offer."""

    limits: str
    accept: str


MAX_NUMBER_CHARACTERS = 100

# A well-formed code that belongs to no report: malformed ones are looked up as this one, so that
# they take the same way and the same time as a code that is merely unknown.
_NO_CODE = FollowUpCode("0" * 24)


def followup_blueprint(face: Face, limiter: Limiter) -> Blueprint:
    """Return `/tra-cuu/`: GET asks for the code, POST opens the report or adds a message to it."""
    blueprint = Blueprint("followup", __name__)

    @blueprint.get("/tra-cuu/")
    def ask() -> Response:
        if not face.capacity.now().database:
            return stand_in(face)
        return show_lookup(face, HTTPStatus.OK)

    @blueprint.post("/tra-cuu/")
    @limiter.limit(face.settings.follow_up_limit, deduct_when=opened_nothing)
    def open_report() -> Response:
        if not csrf_is_valid():
            return show_lookup(face, HTTPStatus.BAD_REQUEST, notice(Notice.FOLLOW_UP_TOO_OLD))
        code = parse_code(typed_code()) or _NO_CODE
        try:
            code, changed = taken_up(face, code)
            if not changed and must_change(face.service, code):
                return show_new_code(face, code)
            act = ACTS.get(request.form.get("action", ""))
            shown = act(face, code) if act else None
            return _show_report(face, code, changed or shown)
        except ErasedError:
            return _show_report(face, code, (notice(Notice.ERASED), HTTPStatus.GONE))
        except NotFoundError:
            example = f"{face.ward.reference_prefix}-7K3M92"
            unknown = notice(Notice.CODE_UNKNOWN, example=example)
            return show_lookup(face, HTTPStatus.NOT_FOUND, unknown)
        except StorageError:
            failed = notice(Notice.FOLLOW_UP_FAILED)
            return show_lookup(face, HTTPStatus.SERVICE_UNAVAILABLE, failed)

    @blueprint.errorhandler(RateLimitExceeded)
    def too_many(_: RateLimitExceeded) -> Response:
        return show_lookup(face, HTTPStatus.TOO_MANY_REQUESTS, notice(Notice.TRIES_TOO_MANY))

    return blueprint


def show_lookup(face: Face, status: HTTPStatus, shown: NoticeText | None = None) -> Response:
    """Return the page that asks for the code, with whatever was typed kept."""
    message, asked = typed_message(), request.form.get("action", "")
    action = asked if asked in KEPT_ACTS else "message"
    page = render_template(
        "lookup.html",
        ward=face.ward,
        notice=shown,
        typed_code=typed_code(),
        message=message,
        action=action,
        kept_act=KEPT_ACTS[action] if message or action != "message" else None,
        request_kinds=REQUEST_KINDS,
        message_id=message_id(),
        request_kind=typed_kind(),
        csrf_token=csrf_token(),
        max_message=MAX_MESSAGE_CHARACTERS,
    )
    return make_response(page, status)


def _added(face: Face, code: FollowUpCode) -> Said:
    """Add the message that was typed and the files with it; return what to say of it."""
    text = typed_message()
    with face.room.take(request.content_length):
        form = face.forms.get(follow(face.service, code).form_id)
        spec = form.definition.files_field if form else None
        files, mistakes = read_later_files(face, spec, request.files)
    if mistakes:
        return notice(Notice.FILE_REFUSED, why=mistakes[0].message), HTTPStatus.UNPROCESSABLE_ENTITY
    if not text and not files:
        return notice(Notice.MESSAGE_EMPTY), HTTPStatus.UNPROCESSABLE_ENTITY
    if len(text) > MAX_MESSAGE_CHARACTERS:
        return too_long()
    try:
        add_message(face.service, code, text=text, message_id=message_id(), files=files)
    except TooManyFilesError as full:
        return notice(Notice.FILES_FULL, limit=full.limit), HTTPStatus.UNPROCESSABLE_ENTITY
    except LimitError as full:
        return notice(Notice.MESSAGES_FULL, limit=full.limit), HTTPStatus.UNPROCESSABLE_ENTITY
    return notice(Notice.MESSAGE_SENT), HTTPStatus.OK


def _rated(face: Face, code: FollowUpCode) -> Said:
    """Keep whether the reporter is content with how the report ended; return what to say of it."""
    try:
        rate(face.service, code, Satisfaction(request.form.get("satisfaction", "")))
    except (ValueError, ConflictError):
        return notice(Notice.NOT_RATED), HTTPStatus.UNPROCESSABLE_ENTITY
    return notice(Notice.RATED), HTTPStatus.OK


def _numbered(face: Face, code: FollowUpCode) -> Said:
    """Keep the number that VNeID or the police gave; return what to say of it."""
    number, kind = clean_line(request.form.get("number", "")), request.form.get("number_kind")
    if not number or len(number) > MAX_NUMBER_CHARACTERS or kind not in NUMBER_SOURCES:
        wrong = notice(Notice.NUMBER_WRONG, limit=MAX_NUMBER_CHARACTERS)
        return wrong, HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        tell_number(
            face.service, code, kind=NumberKind(kind), number=number, number_id=message_id()
        )
    except LimitError as full:
        return notice(Notice.NUMBERS_FULL, limit=full.limit), HTTPStatus.UNPROCESSABLE_ENTITY
    return notice(Notice.NUMBER_KEPT), HTTPStatus.OK


def _forgotten(face: Face, code: FollowUpCode) -> Said:
    """Delete the texts for VNeID that the code opens; return what to say of it."""
    forget_hand_off(face.service, code)
    return notice(Notice.HAND_OFF_DELETED), HTTPStatus.OK


def _reopened(face: Face, code: FollowUpCode) -> Said:
    """Open a finished report again because the matter goes on; return what to say of it."""
    text = typed_message()
    if len(text) > MAX_MESSAGE_CHARACTERS:
        return too_long()
    try:
        recur(face.service, code, text=text or RECURS_WORDS, message_id=message_id())
    except ConflictError:
        return notice(Notice.NOT_RECURRING), HTTPStatus.UNPROCESSABLE_ENTITY
    except LimitError as full:
        return notice(Notice.MESSAGES_FULL, limit=full.limit), HTTPStatus.UNPROCESSABLE_ENTITY
    return notice(Notice.RECURS), HTTPStatus.OK


ACTS: dict[str, Callable[[Face, FollowUpCode], Said]] = {
    "message": _added,
    "recur": _reopened,
    "rate": _rated,
    "number": _numbered,
    "forget": _forgotten,
    "request": asked_about_data,
}
"""What a POST with a code may do beside opening the report."""


def _show_report(face: Face, code: FollowUpCode, shown: Said | None) -> Response:
    said, status = shown or (None, HTTPStatus.OK)
    report = follow(face.service, code)
    refused = status is not HTTPStatus.OK
    page = render_template(
        "report.html" if report.erased_at is None else "erased.html",
        report=report,
        due_at=report.due_at if face.shows_deadlines else None,
        state=STATUS_TEXTS[report.status],
        code=code.reveal(),
        notice=said,
        refused=refused,
        satisfactions=SATISFACTIONS,
        message=typed_message() if refused else "",
        acted=request.form.get("action") if refused else None,
        message_id=message_id() if refused else secrets.token_hex(16),
        csrf_token=csrf_token(),
        max_message=MAX_MESSAGE_CHARACTERS,
        files=_files_offered(face, report.form_id),
        now=utc_now(),
        request_kinds=REQUEST_KINDS,
        refusals=REFUSALS,
        request_kind=typed_kind() if refused else None,
        times=face.rules.deadlines.data_requests,
        vneid_fields=_vneid_fields(face, report.form_id),
        number_sources=NUMBER_SOURCES,
        number=clean_line(request.form.get("number", "")) if refused else "",
        number_kind=request.form.get("number_kind") if refused else None,
    )
    return make_response(page, status)


def _vneid_fields(face: Face, form_id: str) -> list[str]:
    """Return the names of VNeID's fields that the form's answers are for, in VNeID's order."""
    form = face.forms.get(form_id)
    specs = form.definition.fields() if form else ()
    asked = (spec for spec in specs if not isinstance(spec, ConsentField | NoteField))
    return [spec.vneid for spec in asked if spec.vneid]


def _files_offered(face: Face, form_id: str) -> FilesOffered | None:
    """Return what may be sent later, None where the form takes no files or the disk has no room."""
    form = face.forms.get(form_id)
    spec = form.definition.files_field if form and face.capacity.now().files else None
    return None if spec is None else FilesOffered(file_limits(spec), ",".join(spec.types))
