"""What a POST with a follow-up code brings along, whatever it asks for: code, words, and an id of its own."""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus

from flask import request

from forms_api.forms.cleaning import clean_lines
from forms_api.public_app.messages import Notice, Said, notice

MAX_MESSAGE_CHARACTERS = 5000
MAX_TYPED_CODE_CHARACTERS = 200

_MESSAGE_ID = re.compile(r"[0-9a-f]{32}")


def typed_code() -> str:
    """Return the code as it was typed, no more of it than any code could be."""
    return request.form.get("code", "")[:MAX_TYPED_CODE_CHARACTERS]


def typed_message() -> str:
    """Return the words that were typed."""
    return clean_lines(request.form.get("message", ""))


def message_id() -> str:
    """Return the id that the page's form came with, so that a repeat adds nothing."""
    sent = request.form.get("message_id", "")
    return sent if _MESSAGE_ID.fullmatch(sent) else secrets.token_hex(16)


def too_long() -> Said:
    """Return what to say of words beyond the limit."""
    shown_limit = f"{MAX_MESSAGE_CHARACTERS:,}".replace(",", ".")
    return notice(Notice.MESSAGE_LONG, limit=shown_limit), HTTPStatus.UNPROCESSABLE_ENTITY
