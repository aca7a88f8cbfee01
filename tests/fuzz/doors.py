"""Any body at all, POSTed to the residents' application itself: it answers, and never by an error of ours."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from flask import Flask

from forms_api.accounts.queue_keys import keep_first_key
from forms_api.public_app.app import create_public_app
from forms_api.public_app.face import Face
from forms_api.public_app.report_views import HUMAN_SECONDS
from forms_api.reports.service import ReportService
from forms_api.settings import read_settings
from forms_api.store.database import Database
from forms_api.store.installation import migrate
from forms_api.vault.sealing import generate_identity
from tests.conftest import ROOT
from tests.public.conftest import DATA, SHELL
from tests.public.residents import hidden

DOORS = (
    ("/gui/phieu-thu/", "phieu-thu"),
    ("/gui/phieu-tep/", "phieu-tep"),
    ("/gui/phieu-tep/tep/", "phieu-tep"),
    ("/tra-cuu/", "phieu-thu"),
    ("/gui/phieu-thu/?buoi=123456", "phieu-thu"),
)
TYPES = (
    "multipart/form-data; boundary=cut",
    "application/x-www-form-urlencoded",
    'multipart/form-data; boundary="cut cut"; charset=utf-16',
    "multipart/form-data",
    "application/x-www-form-urlencoded; charset=utf-7",
)
MAX_BODY_BYTES = 2**16
CSRF, SUBMISSION = b"@@csrf@@", b"@@submission@@"


class _Complaints(logging.Handler):
    """Keeps what the service says of failures of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard: list[str] = []

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what is said meanwhile, and nothing of before."""
        self.heard.clear()
        logging.getLogger().addHandler(self)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one complaint."""
        self.heard.append(record.getMessage())


def make_door(folder: Path) -> Callable[[bytes], None]:
    """Return what sends an input to a fresh installation in `folder`.

    Two bytes choose the address and the content type, the rest is the body; where it has a mark for
    one, it gets a fresh token. Raises AssertionError for a 5xx, a complaint in the log, or a body over
    the limit that is not refused as such.
    """
    app = _app(folder)
    face: Face = app.extensions["face"]
    client, complaints = app.test_client(), _Complaints()
    csrf = hidden(client.get("/gui/phieu-thu/").text)["csrf_token"].encode()

    def send(data: bytes) -> None:
        address, form_id = DOORS[data[0] % len(DOORS) if data else 0]
        content_type = TYPES[data[1] % len(TYPES) if data[1:] else 0]
        token = face.tokens.new()
        old_enough = replace(token, issued_at=token.issued_at - HUMAN_SECONDS - 1)
        signed = face.tokens.sign(form_id, old_enough).encode()
        body = data[2:].replace(CSRF, csrf).replace(SUBMISSION, signed)
        with complaints.listening():
            reply = client.post(
                address,
                input_stream=BytesIO(body),
                content_length=len(body),
                content_type=content_type,
            )
        assert reply.status_code < 500, reply.status_code
        assert not complaints.heard, complaints.heard
        assert len(body) <= MAX_BODY_BYTES or reply.status_code == 413, reply.status_code

    return send


def _app(folder: Path) -> Flask:
    """Return the residents' application on a new database, with small forms and limits that are off."""
    content, site = folder / "content", folder / "site"
    shutil.copytree(ROOT / "content" / "data", content / "data")
    shutil.copytree(DATA, content / "forms")
    (site / "_shell").mkdir(parents=True)
    (site / "_shell" / "page.html.j2").write_text(SHELL, encoding="utf-8")
    settings = read_settings(
        {
            "FORMS_DATA_DIR": str(folder),
            "FORMS_CONTENT_DIR": str(content),
            "FORMS_SITE_DIR": str(site),
            "FORMS_PUBLIC_SECRET": secrets.token_hex(32),
            "FORMS_RECEIPT_KEY": secrets.token_hex(32),
            "FORMS_MIN_FREE_BYTES": "0",
            "FORMS_RATELIMIT_ENABLED": "0",
            "FORMS_MAX_REQUEST_BYTES": str(MAX_BODY_BYTES),
        }
    )
    database, queue = Database(settings.database_url), generate_identity()
    migrate(database)
    now = dt.datetime.now(dt.UTC)
    database.write(lambda connection: keep_first_key(connection, queue.recipient, at=now))
    service = ReportService(database, queue.recipient, secrets.token_bytes(32), "XG")
    return create_public_app(settings, service=service)
