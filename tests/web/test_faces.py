"""`forms_api.wsgi` has two faces with nothing in common but the queue, and one that joins them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client
from werkzeug.wrappers import Response

from forms_api import wsgi
from forms_api.errors import NotInitialisedError
from forms_api.settings import Settings
from forms_api.web.application import make_application
from forms_api.web.health import unready
from forms_api.web.site import static_site
from tests.cli.conftest import (  # the installation that operators' tests use
    _no_settings_from_outside,
    made_once,
    operator,
)
from tests.cli.operators import Operator
from tests.conftest import ROOT

__all__ = ["_no_settings_from_outside", "made_once", "operator"]

OFFICERS_CODE = (
    "forms_api.officer_app",
    "forms_api.accounts",
    "forms_api.reports.casework",
    "forms_api.reports.queue",
    "forms_api.reports.reading",
    "forms_api.vault.officer_keys",
    "forms_api.cli",
)


# Megabytes each, that only some requests need.
NEEDED_BY_FEW = {"alembic", "apprise", "docxtpl", "typst", "xlsxwriter", "zxcvbn"}


def ask(operator: Operator, script: str) -> list[str]:
    """Run a script in a fresh interpreter with this installation's settings; return its words."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**operator.environment, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def statuses(operator: Operator, face: str, *paths: str) -> dict[str, str]:
    """Return what a face answers to GET on these paths, from a fresh interpreter."""
    script = (
        f"from forms_api.wsgi import {face} as face\n"
        "from werkzeug.test import Client\n"
        f"for path in {paths!r}: print(path, Client(face).get(path).status_code)"
    )
    words = ask(operator, script)
    return dict(zip(words[::2], words[1::2], strict=True))


def test_the_residents_face_loads_no_officers_code(operator: Operator) -> None:
    loaded = ask(operator, "import sys; from forms_api.wsgi import public; print(*sys.modules)")

    assert "forms_api.public_app.app" in loaded
    assert not [name for name in loaded if name.startswith(OFFICERS_CODE)]


def test_a_process_loads_what_few_requests_need_when_one_of_them_comes(
    operator: Operator,
) -> None:
    script = (
        "import sys; from forms_api.wsgi import app\n"
        "from werkzeug.test import Client\n"
        "assert Client(app).get('/readyz').status_code == 200\n"
        "print(*sys.modules)"
    )

    loaded = ask(operator, script)

    assert "forms_api.officer_app.app" in loaded
    assert not NEEDED_BY_FEW.intersection(loaded)


def test_the_officers_face_has_no_page_of_the_residents(operator: Operator) -> None:
    found = statuses(
        operator, "officers", "/gui/phan-anh-antt/", "/tra-cuu/", "/api/v1/openapi.json"
    )

    assert found == {
        "/gui/phan-anh-antt/": "303",  # to sign in, as from every address that it does not know
        "/tra-cuu/": "303",
        "/api/v1/openapi.json": "200",
    }


def test_the_residents_face_has_no_page_of_the_officers(operator: Operator) -> None:
    found = statuses(operator, "public", "/api/v1/openapi.json", "/can-bo/", "/healthz")

    assert found == {"/api/v1/openapi.json": "404", "/can-bo/": "404", "/healthz": "200"}


def test_one_machine_joins_both_faces_and_the_site(operator: Operator) -> None:
    found = statuses(operator, "app", "/", "/healthz", "/api/v1/openapi.json", "/khong-co/")

    assert found == {
        "/": "200",
        "/healthz": "200",
        "/api/v1/openapi.json": "200",
        "/khong-co/": "404",
    }


def test_the_page_frame_is_no_page(operator: Operator) -> None:
    assert statuses(operator, "app", "/_shell/page.html.j2") == {"/_shell/page.html.j2": "404"}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("so.vcf", "text/vcard"),
        ("tin-moi.xml", "application/atom+xml"),
        ("sitemap.xml", "text/xml"),
        ("quy-che.pdf", "application/pdf"),
    ],
)
def test_a_file_says_what_it_is(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_bytes(b"x")

    site = Client(static_site(tmp_path, fallback=Response("no", 404)))

    with site.get(f"/{name}") as reply:
        assert reply.mimetype == kind


def test_an_unknown_face_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        wsgi.__getattr__("nonsense")


def test_a_mistake_inside_a_face_is_not_taken_for_an_unknown_face(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> None:
        raise KeyError("inside")

    monkeypatch.setitem(wsgi._APPLICATIONS, "app", broken)

    with pytest.raises(KeyError, match="inside"):
        wsgi.__getattr__("app")


def applications(settings: Settings) -> tuple[Flask, Flask]:
    """Return both faces' own Flask applications."""
    from forms_api.officer_app.app import create_officer_app  # noqa: PLC0415 - after the settings
    from forms_api.public_app.app import create_public_app  # noqa: PLC0415

    return create_public_app(settings), create_officer_app(settings)


@pytest.mark.parametrize("https", [False, True])
def test_the_faces_share_neither_cookie_nor_secret(operator: Operator, https: bool) -> None:
    public, officers = applications(replace(operator.open_settings(), https=https))

    for key in ("SECRET_KEY", "SESSION_COOKIE_NAME"):
        assert public.config[key] != officers.config[key]
    for face in (public, officers):
        assert face.config["SESSION_COOKIE_SECURE"] is https
        assert face.config["SESSION_COOKIE_NAME"].startswith("__Host-") is https
        assert face.config["SESSION_COOKIE_HTTPONLY"]
        assert face.config["SESSION_COOKIE_SAMESITE"] == "Strict"


def test_a_face_without_its_secret_does_not_start(operator: Operator) -> None:
    with pytest.raises(NotInitialisedError):
        make_application(
            "a face", operator.open_settings(), secret=None, cookie="x", template_dirs=[]
        )


def test_readiness_names_database_disk_and_site(operator: Operator, tmp_path: Path) -> None:
    settings = operator.open_settings()
    database = operator.open_database()
    assert unready(settings, database) == []
    spoiled = replace(settings, site_dir=tmp_path, min_free_bytes=2**60, data_dir=settings.data_dir)

    assert unready(spoiled, database) == ["disk: nearly full", "site: not built"]
    assert unready(replace(settings, data_dir=tmp_path / "none"), database) == ["disk: no answer"]
    database.close()


def test_https_adds_strict_transport_security_to_every_answer(operator: Operator) -> None:
    operator.settings["FORMS_HTTPS"] = "1"
    script = (
        "from forms_api.wsgi import app\n"
        "from werkzeug.test import Client\n"
        "for path in ('/', '/healthz', '/khong-co/', '/api/v1/openapi.json'):\n"
        "    print('Strict-Transport-Security' in Client(app).get(path).headers)"
    )

    assert ask(operator, script) == ["True"] * 4
