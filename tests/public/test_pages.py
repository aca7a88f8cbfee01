"""What every page of the face does: headers, escaping, errors, silence about who came."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask, render_template
from werkzeug.test import Client

from forms_api.reports.service import ReportService
from forms_api.settings import Settings
from forms_api.store.schema import metadata
from forms_api.web.headers import SecurityHeaders
from tests.public.residents import FORM, GOOD, Resident, code_of, hidden, photo
from tests.public.test_photos import upload

PHOTO = photo()  # made here, for the encoder tells the log what it writes
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)//",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_that_was_typed_comes_back_as_words(resident: Resident, attack: str) -> None:
    resident.open()
    wrong = resident.send(ke=attack, ten=attack, loai=attack, link=attack)
    stop = resident.send(**{**GOOD, "loai": "chay", "ke": f"mười chữ {attack}"})
    code = code_of(resident.report(ke=f"mười chữ {attack}"))
    fields = hidden(resident.follow(code).text)
    report = resident.client.post(
        "/tra-cuu/", data={**fields, "message": attack, "action": "message"}
    )
    lookup = resident.follow(attack)

    for page in (wrong, stop, report, lookup):
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "<svg" not in page.text
        assert "onfocus='alert" not in page.text
        assert ">49" not in page.text


def test_no_page_holds_a_script_or_style_of_its_own(resident: Resident) -> None:
    pages = [resident.open(), resident.send().text, resident.report().text]
    pages += [resident.client.get("/tra-cuu/").text, resident.client.get("/gui/x/").text]

    for page in pages:
        assert "<script" not in page
        assert "<style" not in page
        assert "style=" not in page
        assert "onclick" not in page


def test_a_blank_form_is_rendered_once_a_day(
    resident: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []

    def counted(name: str, **context: object) -> str:
        rendered.append(name)
        return render_template(name, **context)

    monkeypatch.setattr("forms_api.public_app.form_page.render_template", counted)
    for _ in range(3):
        resident.open()
    assert rendered == ["form.html"]

    resident.clock.shift(24 * 60 * 60)
    resident.open()
    assert len(rendered) == 2


def test_every_reply_stays_out_of_caches_and_has_the_headers(
    app: Flask, resident: Resident
) -> None:
    resident.open()
    client = Client(SecurityHeaders(app, https=True))
    replies = [
        client.get(FORM),
        client.post(FORM, data=GOOD),
        client.get("/tra-cuu/"),
        client.get("/gui/khong-co/"),
        client.put(FORM),
        client.get("/healthz"),
    ]

    for reply in replies:
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert "unsafe" not in reply.headers["Content-Security-Policy"]
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "Strict-Transport-Security" in reply.headers
        assert "charset=utf-8" in reply.headers["Content-Type"]


def test_the_one_cookie_is_for_this_site_and_no_script(resident: Resident) -> None:
    reply = resident.client.get(FORM)

    cookies = reply.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Strict" in cookies[0]
    assert "Expires" not in cookies[0]


def test_an_error_nobody_foresaw_keeps_the_words_out_of_the_log_and_on_the_page(
    app: Flask,
    resident: Resident,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError(f"cannot use {GOOD['ke']}")

    resident.open()
    monkeypatch.setattr("forms_api.public_app.report_views.submit", broken)
    reply = resident.send(**GOOD)
    monkeypatch.undo()
    resident.fields = hidden(reply.text)
    again = resident.send()

    assert reply.status_code == 500
    assert GOOD["ke"] in reply.text
    assert "Traceback" not in reply.text
    incident = next(r for r in caplog.records if "incident" in r.getMessage())
    assert incident.getMessage().split()[1] in reply.text
    assert "report_views.py" in incident.getMessage()
    assert GOOD["ke"] not in caplog.text
    assert code_of(again)


def test_what_is_not_found_gets_the_page_of_the_site(
    settings: Settings, resident: Resident
) -> None:
    plain = resident.client.get("/khong/co/")
    (settings.site_dir / "404.html").write_text("<h1>Trang của phường</h1>", encoding="utf-8")
    own = resident.client.get("/khong/co/")

    assert (plain.status_code, own.status_code) == (404, 404)
    assert 'href="tel:113"' in plain.text
    assert "Trang của phường" in own.text


def test_a_site_that_is_not_built_still_says_whom_to_call(
    settings: Settings, resident: Resident
) -> None:
    (settings.site_dir / "_shell" / "page.html.j2").unlink()
    reply = resident.client.get(FORM)

    assert reply.status_code == 500
    assert "113" in reply.text


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Every log record of every library, down to debugging."""
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_words_code_and_address_are_nowhere_on_disk_or_in_logs(
    resident: Resident,
    service: ReportService,
    settings: Settings,
    tmp_path: Path,
    everything_logged: pytest.LogCaptureFixture,
) -> None:
    address, words = "203.0.113.77", "CANARYWORDS chim hoàng yến"
    resident.client.environ_base["REMOTE_ADDR"] = address
    resident.open()
    resident.send(ke="CANARYSHORT"[:9], anh=upload(PHOTO, name="CANARYNAME.jpg"))
    reply = resident.send(**{**GOOD, "ke": words, "ten": "CANARYTEN"})
    code = code_of(reply)
    fields = hidden(resident.follow(code).text)
    said = {**fields, "message": f"CANARYMESSAGE {words}", "action": "message"}
    assert resident.client.post("/tra-cuu/", data=said).status_code == 200
    resident.follow("CANA-RYCO-DE00-0000-0000-0000")
    resident.client.post(f"/gui/khong-co/?x={code}", data={"ke": words})

    kept = _everything_kept(service, tmp_path) + everything_logged.text.encode()
    submission = bytes.fromhex(_submission_id(resident.fields["submission"]))
    for secret in ("CANARY", words, code, code.replace("-", ""), address, "nhà số 7"):
        assert secret.encode() not in kept
    assert submission not in kept
    assert submission.hex().encode() not in kept


def _submission_id(token: str) -> str:
    payload = token.partition(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))[0])


def _everything_kept(service: ReportService, folder: Path) -> bytes:
    """Return the bytes of every file of the database, or a dump where a server keeps them."""
    if service.database.file is not None:
        files = [path for path in folder.glob("forms.sqlite3*") if path.is_file()]
        with closing(sqlite3.connect(service.database.file)) as connection:
            assert connection.execute("SELECT count(*) FROM reports").fetchone() == (1,)
        return b"".join(path.read_bytes() for path in files)
    with service.database.read() as connection:
        rows = [
            bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
            for table in metadata.sorted_tables
            for row in connection.execute(table.select())
            for value in row
        ]
    return b"\n".join(rows)


def test_a_blank_form_is_compressed_for_whom_it_suits_and_its_tokens_never(app: Flask) -> None:
    client = Client(app)
    plain = client.get(FORM, headers={"Accept-Encoding": "identity"})
    small = client.get(FORM, headers={"Accept-Encoding": "gzip, br"})
    page = gzip.decompress(small.data).decode()

    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert [one.headers["Vary"] for one in (plain, small)] == ["Accept-Encoding, Cookie"] * 2
    assert len(small.data) < len(plain.data)
    for value in hidden(page).values():
        assert value.encode() in small.data
    assert [*hidden(page)] == [*hidden(plain.text)]


def test_the_way_out_is_an_empty_page_that_lets_the_browser_forget(resident: Resident) -> None:
    reply = resident.client.get("/thoat/")

    assert reply.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert reply.headers["Cache-Control"] == "no-store"
    assert "<body></body>" in reply.text
    assert "công an" not in reply.text.lower()
