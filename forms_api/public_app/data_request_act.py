"""A request about the own data, sent with the follow-up code: withdraw, correct, delete."""

from __future__ import annotations

from http import HTTPStatus

from flask import request

from forms_api.errors import ConflictError, LimitError
from forms_api.public_app.face import Face
from forms_api.public_app.followup_fields import (
    MAX_MESSAGE_CHARACTERS,
    message_id,
    too_long,
    typed_message,
)
from forms_api.public_app.messages import Notice, Said, notice
from forms_api.reports.data_requests import ask
from forms_api.reports.request_record import RequestKind
from forms_api.vault.receipts import FollowUpCode


def typed_kind() -> str | None:
    """Return what was chosen, None for nothing that is offered."""
    kind = request.form.get("request_kind", "")
    return kind if kind in set(RequestKind) else None


def asked_about_data(face: Face, code: FollowUpCode) -> Said:
    """Keep what was asked; return what to say of it."""
    kind, words = typed_kind(), typed_message()
    if kind is None:
        return notice(Notice.REQUEST_UNNAMED), HTTPStatus.UNPROCESSABLE_ENTITY
    if kind == RequestKind.CORRECT and not words:
        return notice(Notice.CORRECTION_EMPTY), HTTPStatus.UNPROCESSABLE_ENTITY
    if len(words) > MAX_MESSAGE_CHARACTERS:
        return too_long()
    try:
        ask(
            face.service,
            code,
            kind=RequestKind(kind),
            rules=face.rules,
            request_id=message_id(),
            words=words,
        )
    except ConflictError:
        return notice(Notice.REQUEST_OPEN), HTTPStatus.UNPROCESSABLE_ENTITY
    except LimitError:
        return notice(Notice.REQUESTS_FULL), HTTPStatus.UNPROCESSABLE_ENTITY
    return notice(Notice.REQUESTED), HTTPStatus.OK
