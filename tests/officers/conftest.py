"""The officers' face under test, and the people who call it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from forms_api.accounts.permissions import Role, Scope
from forms_api.officer_app.app import create_officer_app
from forms_api.reports.service import ReportService
from forms_api.settings import Settings, read_settings
from forms_api.vault import officer_keys
from forms_api.vault.officer_keys import WrapCost
from forms_api.vault.sealing import Identity
from tests.officers.desk import Caller, new_caller, new_token
from tests.officers.pulling import Puller, new_puller
from tests.officers.signed_in import OfficerAtDesk, a_desk

SignInAs = Callable[..., OfficerAtDesk]


class Quiet(WSGIRequestHandler):
    """A server that keeps no access log, as in production."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep nothing."""


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost little; what they cost by default is tested with the vault."""
    cheap = functools.partial(WrapCost, memory_kib=64, passes=1, lanes=1)
    monkeypatch.setattr(officer_keys, "WrapCost", cheap)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of the officers' face, on the test's own folder."""
    return read_settings(
        {"FORMS_DATA_DIR": str(tmp_path), "FORMS_OFFICERS_SECRET": "an officers' secret, 32 bytes…"}
    )


@pytest.fixture
def app(settings: Settings, service: ReportService) -> Flask:
    """The officers' face on the test's database."""
    return create_officer_app(settings, service=service)


@pytest.fixture
def sign_in_as(app: Flask, service: ReportService, queue_identity: Identity) -> SignInAs:
    """Sign in an officer: give `a_desk` its role and whatever else matters."""
    return functools.partial(a_desk, app, service, queue=queue_identity)


@pytest.fixture
def lead(sign_in_as: SignInAs) -> OfficerAtDesk:
    """The standing body's officer: reads, decides, reveals, invites, reads the log."""
    return sign_in_as(role=Role.STANDING, name="lan", full_name="Phạm Thị Mẫu")


@pytest.fixture
def admin(sign_in_as: SignInAs) -> OfficerAtDesk:
    """Who keeps the machine: people and keys, no reports."""
    return sign_in_as(role=Role.ADMIN, name="quan-tri")


@pytest.fixture
def officer(app: Flask, service: ReportService) -> Caller:
    """The program of the officer in charge, with every scope."""
    return new_caller(app, service)


@pytest.fixture
def other_officer(app: Flask, service: ReportService) -> Caller:
    """Another officer's program, with every scope."""
    return new_caller(app, service)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The address of a real server of the officers' face, on this machine alone."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def puller(
    tmp_path: Path, address: str, service: ReportService, queue_identity: Identity
) -> Puller:
    """The machine of the officer in charge, whose token may claim and read."""
    token = new_token(service, "may-truc", Scope.QUEUE, Scope.READ)
    return new_puller(tmp_path / "may-truc", address=address, token=token, identity=queue_identity)
