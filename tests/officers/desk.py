"""What the tests of the officers' face share: reports that were sent, tokens, and how to call."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.datastructures import Headers

from forms_api.accounts.permissions import Scope
from forms_api.accounts.tokens import add_token
from forms_api.attachments.cleaning import CleanFile
from forms_api.reports.intake import Receipt, Submission, submit
from forms_api.reports.service import ReportService
from forms_api.vault.receipts import new_submission_id

FORM = "phan-anh-antt"
A_YEAR = dt.timedelta(days=365)
LEASE_SECONDS = 900


def photo(words: str) -> CleanFile:
    """Return what intake takes for a cleaned picture; its bytes are as good as a picture's here."""
    data = b"\xff\xd8\xff" + words.encode()
    digest = hashlib.sha256(b"original " + data).hexdigest()
    return CleanFile(
        data=data,
        media_type="image/jpeg",
        facts={"width_px": 4, "height_px": 3},
        original_sha256=digest,
        original_bytes=len(data) + 9,
    )


def send_report(service: ReportService, words: str = "Có tiếng ồn", **clear: object) -> Receipt:
    """Send a report with these words and return its receipt; `clear` are fields of a Submission."""
    content = {
        "form_title": "Phản ánh về an ninh, trật tự",
        "answers": [
            {
                "field_id": "dien-bien",
                "kind": "text",
                "label": "Chuyện gì đã xảy ra?",
                "value": words,
                "text": words,
                "vneid": "Tóm tắt diễn biến",
            },
            {
                "field_id": "goi-lai",
                "kind": "yes_no",
                "label": "Có muốn được gọi lại?",
                "value": False,
                "text": "Không",
            },
        ],
    }
    fields: dict[str, Any] = {
        "submission_id": new_submission_id(),
        "form_id": FORM,
        "form_version": "v1",
        "consent_version": "c1",
        "content": content,
        **clear,
    }
    return submit(service, Submission(**fields))


def new_token(service: ReportService, name: str, *scopes: Scope) -> str:
    """Return the secret of a new token with these scopes, all of them when none is named."""
    return add_token(
        service.database, name=name, scopes=scopes or tuple(Scope), lifetime=A_YEAR, actor="test"
    )


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    status_code: int
    headers: Headers
    data: bytes

    @property
    def content_type(self) -> str:
        """The media type as it was sent."""
        return self.headers["Content-Type"]

    @property
    def text(self) -> str:
        """The body as text."""
        return self.data.decode()

    @property
    def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body as JSON."""
        return json.loads(self.data)


@dataclass(frozen=True)
class Caller:
    """A program that calls the API with its token."""

    app: Flask
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """The header that shows the token."""
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str, **query: str) -> Answer:
        """GET a path below `/api/v1`."""
        return self._call("GET", path, query_string=query or None)

    def post(self, path: str, body: object = None) -> Answer:
        """POST a JSON body, or none, to a path below `/api/v1`."""
        return self._call("POST", path, **({} if body is None else {"json": body}))

    def post_raw(self, path: str, body: bytes, content_type: str = "application/json") -> Answer:
        """POST these bytes to a path below `/api/v1`."""
        return self._call("POST", path, data=body, content_type=content_type)

    def _call(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401 - werkzeug's
        answer = self.app.test_client().open(
            f"/api/v1{path}", method=method, headers=self.headers, **options
        )
        return Answer(answer.status_code, answer.headers, answer.data)

    def claim(self, limit: int = 100, **asked: object) -> list[dict[str, Any]]:
        """Claim waiting reports and return them."""
        body = {"limit": limit, "lease_seconds": LEASE_SECONDS, **asked}
        answer = self.post("/queue/claim", body)
        assert answer.status_code == 200, answer.text
        reports: list[dict[str, Any]] = answer.json["reports"]
        return reports


def new_caller(app: Flask, service: ReportService, *scopes: Scope) -> Caller:
    """Return a caller with a new token."""
    return Caller(app, new_token(service, f"program-{secrets.token_hex(4)}", *scopes))
