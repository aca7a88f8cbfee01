"""The signed token that a form carries: the random id of its submission, known to one browser alone."""

from __future__ import annotations

import time
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from forms_api.vault.receipts import SubmissionId, new_submission_id


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
