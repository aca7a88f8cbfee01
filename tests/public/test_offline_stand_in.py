"""Where even the page frame is missing, the residents' face shows the page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib

import pytest

from forms_api.public_app.limits import BusyError, UploadRoom
from forms_api.settings import Settings
from forms_api.web.site import STAND_IN
from tests.public.residents import FORM, GOOD, Resident

STYLE = "body{margin:0}"


def test_without_a_frame_the_stand_in_is_shown_under_its_own_policy(
    settings: Settings, resident: Resident
) -> None:
    page = f"<style>{STYLE}</style><h1>Máy chủ đang tạm nghỉ</h1>"
    (settings.site_dir / STAND_IN.lstrip("/")).write_text(page, encoding="utf-8")
    (settings.site_dir / "_shell" / "page.html.j2").unlink()

    reply = resident.client.get(FORM)

    assert reply.status_code == 500
    assert "Máy chủ đang tạm nghỉ" in reply.text
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = reply.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_refusal_for_now_says_when_to_come_again(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident.open()
    monkeypatch.setattr(UploadRoom, "take", _no_room)
    reply = resident.send(**GOOD)

    assert reply.status_code == 503
    assert int(reply.headers["Retry-After"]) > 0


def _no_room(*_: object) -> None:
    raise BusyError
