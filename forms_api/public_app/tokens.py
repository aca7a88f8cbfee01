"""What a form carries besides answers: proof that this site gave it out, and its submission id."""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import request
from flask_wtf.csrf import generate_csrf, validate_csrf
from itsdangerous import BadData, URLSafeSerializer
from wtforms import ValidationError

from forms_api.vault.receipts import SubmissionId, new_submission_id

CSRF_FIELD = "csrf_token"
CSRF_SECONDS = 24 * 60 * 60
"""How long a form may stay open: a report is often begun in the evening and sent in the morning."""

_OWN_PAGES = frozenset({"same-origin", "none"})


@dataclass(frozen=True)
class FormToken:
    """The random id of one submission and when its form was given out, in Unix seconds."""

    submission_id: SubmissionId
    issued_at: int

    @property
    def age_seconds(self) -> float:
        """How long ago the form was given out."""
        return time.time() - self.issued_at


class FormTokens:
    """Signs and reads form tokens; one made for a form is none for another."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def new(self, *, issued_at: int | None = None) -> FormToken:
        """Return a token with a fresh submission id."""
        issued = int(time.time()) if issued_at is None else issued_at
        return FormToken(new_submission_id(), issued)

    def sign(self, form_id: str, token: FormToken) -> str:
        """Return the token as a hidden field carries it."""
        return self._serializer(form_id).dumps([token.submission_id.hex(), token.issued_at])

    def read(self, form_id: str, text: str) -> FormToken | None:
        """Return the token in `text`, or None when this service did not sign it for this form."""
        try:
            submission_id, issued_at = self._serializer(form_id).loads(text)
        except BadData:
            return None
        return FormToken(SubmissionId(bytes.fromhex(submission_id)), issued_at)

    def _serializer(self, form_id: str) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=f"form token {form_id}")


def csrf_token() -> str:
    """Return the CSRF token of this browser's session (made when there is none yet)."""
    token: str = generate_csrf()
    return token


def csrf_is_valid() -> bool:
    """Return whether the POST at hand was sent from a form that this session was given."""
    try:
        validate_csrf(request.form.get(CSRF_FIELD), time_limit=CSRF_SECONDS)
    except ValidationError:
        return False
    return True


def sent_from_elsewhere() -> bool:
    """Return whether the browser says that another site sent this POST.

    Such a POST brings its own submission token, which a resident must not go on with: whoever
    made it knows the id that the follow-up code is derived from. Source: Fetch Metadata, W3C.
    """
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in _OWN_PAGES
