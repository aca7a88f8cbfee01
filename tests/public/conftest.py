"""The residents' face on each engine, with a small form of its own and a bare page frame."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from forms_api.public_app.app import create_public_app
from forms_api.reports.service import ReportService
from forms_api.settings import Settings, read_settings
from tests.public.residents import Resident

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(__file__).parent / "data"
SHELL = """<!doctype html><html lang="vi"><head><title>{% block title %}{% endblock %}</title>
<meta name="description" content="{% block description %}{% endblock %}">
<meta name="robots" content="{% block robots %}{% endblock %}"></head>
<body><main>{% block content %}{% endblock %}</main></body></html>"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with the ward's real facts, one form for tests and a bare page frame."""
    content, site = tmp_path / "content", tmp_path / "site"
    shutil.copytree(ROOT / "content" / "data", content / "data")
    shutil.copytree(DATA, content / "forms")
    (site / "_shell").mkdir(parents=True)
    (site / "_shell" / "page.html.j2").write_text(SHELL, encoding="utf-8")
    data = tmp_path / "var"
    data.mkdir()
    return read_settings(
        {
            "FORMS_DATA_DIR": str(data),
            "FORMS_CONTENT_DIR": str(content),
            "FORMS_SITE_DIR": str(site),
            "FORMS_PUBLIC_SECRET": secrets.token_hex(32),
            "FORMS_RECEIPT_KEY": secrets.token_hex(32),
            "FORMS_MIN_FREE_BYTES": "0",
        }
    )


@pytest.fixture
def make_app(settings: Settings, service: ReportService) -> Callable[[Settings], Flask]:
    """Make the residents' application with other settings on the same database."""
    return lambda other: create_public_app(other, service=service)


@pytest.fixture
def app(settings: Settings, make_app: Callable[[Settings], Flask]) -> Flask:
    """The residents' application."""
    return make_app(settings)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until a resident waits."""
    with time_machine.travel("2026-11-24 02:00:00+00:00", tick=False) as travelled:
        yield travelled


@pytest.fixture
def resident(app: Flask, clock: time_machine.Traveller) -> Resident:
    """A resident with a browser of their own."""
    return Resident(app.test_client(), clock)
