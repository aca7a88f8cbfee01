"""Officers at the desk in tests: invited, signed up and signed in through the same doors as in life."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from forms_api.accounts.invitations import accept, invite
from forms_api.accounts.officers import NewOfficer, find_by_id, list_officers
from forms_api.accounts.permissions import Actor, Role
from forms_api.accounts.second_factor import new_secret
from forms_api.reports.service import ReportService
from forms_api.vault.sealing import Identity

PASSWORD = "ba con vịt bơi qua sông Thương"
SIGN_IN, CONFIRM, ACCOUNT = "/can-bo/vao/", "/can-bo/xac-nhan/", "/can-bo/tai-khoan/"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def csrf_token(page: str) -> str:
    """Return the CSRF token of a page's first form."""
    found = _TOKEN.search(page)
    assert found, page
    return found.group(1)


@dataclass
class OfficerAtDesk:
    """An officer in front of a browser: the account, what opens it, and the browser itself.

    `papers` are codes that count once each: whoever signs in or confirms takes the next one, so that
    no test has to wait for the phone.
    """

    app: Flask
    service: ReportService
    officer_id: str
    name: str
    role: Role
    password: str
    phone: str
    papers: list[str]
    client: FlaskClient = field(repr=False)
    base_url: str = "http://localhost"
    tokens: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False)

    @property
    def actor(self) -> Actor:
        """Who this officer is to every use case."""
        with self.service.database.read() as connection:
            return find_by_id(connection, self.officer_id).actor

    def sign_in(self, **more: Any) -> TestResponse:  # noqa: ANN401 - the test client's options
        """Come in by the door with the next code from paper; `more` goes to the test client."""
        token = csrf_token(self.get(SIGN_IN).text)
        typed = {"name": self.name, "password": self.password, "code": self.papers.pop()}
        data = {"csrf_token": token, **typed}
        return self.client.post(SIGN_IN, data=data, base_url=self.base_url, **more)

    def confirm(self, path: str = CONFIRM) -> TestResponse:
        """Type password and code again, as dangerous acts ask for."""
        return self.post(path, {"password": self.password, "code": self.papers.pop()})

    def get(self, path: str, **more: Any) -> TestResponse:  # noqa: ANN401
        """Open a page."""
        return self.client.get(path, base_url=self.base_url, **more)

    def post(
        self,
        path: str,
        data: Mapping[str, object] | None = None,
        **more: Any,  # noqa: ANN401
    ) -> TestResponse:
        """Send a form, with the token that the browser's pages hold."""
        filled = {"csrf_token": self.token, **(data or {})}
        return self.client.post(path, data=filled, base_url=self.base_url, **more)

    @property
    def token(self) -> str:
        """A CSRF token of this browser's session; of the sign-in page when nobody is signed in.

        It is read from a page once for each cookie that the browser holds, as a page left open holds it.
        """
        held = self._cookies()
        if held not in self.tokens:
            page = self.get(ACCOUNT, follow_redirects=True).text
            held = self._cookies()
            self.tokens[held] = csrf_token(page)
        return self.tokens[held]

    def _cookies(self) -> tuple[str, ...]:
        return tuple(cookie.value for cookie in (self.client._cookies or {}).values())

    def another_browser(self) -> OfficerAtDesk:
        """Return the same officer at another computer, not signed in there."""
        return replace(self, client=self.app.test_client())

    def code(self) -> str:
        """Return what the phone shows now."""
        return pyotp.TOTP(self.phone).now()


def a_desk(
    app: Flask,
    service: ReportService,
    *,
    queue: Identity,
    role: Role = Role.POLICE,
    name: str | None = None,
    base_url: str = "http://localhost",
    **more: Any,  # noqa: ANN401 - fields of a NewOfficer
) -> OfficerAtDesk:
    """Return an officer of this role who has signed in; `queue` is the queue's private key.

    `more` are fields of a NewOfficer: `areas`, `categories`, `full_name`, `term`.
    """
    name = name or f"{role.value}.{secrets.token_hex(3)}"
    new = NewOfficer(name, role, **more)
    code = invite(service.database, new, keys=[queue], actor="test")
    phone = new_secret()
    papers = accept(
        service.database,
        code,
        password=PASSWORD,
        totp_secret=phone,
        typed=pyotp.TOTP(phone).now(),
        secret_key=app.config["SECRET_KEY"],
    )
    known = {officer.name: officer.id for officer in list_officers(service.database)}
    client = app.test_client()
    desk = OfficerAtDesk(
        app, service, known[name], name, role, PASSWORD, phone, papers, client, base_url
    )
    answer = desk.sign_in()
    assert answer.status_code == 303, answer.text
    return desk
