"""What every answer of the real server carries, and what it never serves."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from forms_api.web.headers import FORM_PERMISSIONS, HEADERS
from tests.e2e.installation import Server
from tests.e2e.senders import FORM, NewSender

TOO_LARGE = {
    "content": b"a" * (2**20 + 1),
    "headers": {"Content-Type": "application/x-www-form-urlencoded"},
}
ANSWERS: dict[str, tuple[str, str, int, dict[str, Any]]] = {
    "static page": ("GET", "/quy-che/dieu-4/", 200, {}),
    "not modified": (
        "GET",
        "/",
        304,
        {"headers": {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}},
    ),
    "form": ("GET", FORM, 200, {}),
    "form that came back": ("POST", FORM, 400, {"data": {"a": "b"}}),
    "follow-up": ("GET", "/tra-cuu/", 200, {}),
    "unknown page": ("GET", "/khong-co/", 404, {}),
    "redirect": ("GET", FORM.rstrip("/"), 308, {}),
    "redirect of the site": ("GET", "/huong-dan", 302, {}),
    "short link": ("GET", "/s/bao-tin", 302, {}),
    "short link that is none": ("GET", "/s/khong-co", 404, {}),
    "wrong method": ("PUT", FORM, 405, {}),
    "too large": ("POST", FORM, 413, TOO_LARGE),
    "health": ("GET", "/healthz", 200, {}),
    "API without token": ("GET", "/api/v1/queue", 401, {}),
    "API description": ("GET", "/api/v1/openapi.json", 200, {}),
    "officers' desk": ("GET", "/can-bo/", 303, {}),
}
HIDDEN = (
    "/_shell/page.html.j2",
    "/_shell/",
    "/content/data/ward.yml",
    "/data/ward.yml",
    "/forms/phan-anh-antt.yml",
    "/forms.sqlite3",
    "/var/forms.sqlite3",
    "/keys/receipt-key",
    "/.git/HEAD",
    "/..%2f..%2fcontent/data/ward.yml",
    "/assets/../../../../../../etc/passwd",
)


OF_FORMS = {"form", "form that came back", "too large"}
"""Where a page may ask for sound or the phone's place: what answers for a form's own address."""


def wrong_headers(reply: httpx.Response, *, is_form: bool = False) -> list[str]:
    """Return the security headers that the reply has not once, as they should be."""
    own = {"Permissions-Policy": FORM_PERMISSIONS} if is_form else {}
    return [
        name for name, value in HEADERS if reply.headers.get_list(name) != [own.get(name, value)]
    ]


def test_every_kind_of_answer_carries_the_security_headers(
    server: Server, new_sender: NewSender
) -> None:
    found = {}
    for kind, (method, path, status, more) in ANSWERS.items():
        reply = new_sender(server.url).client.request(method, path, **more)
        if reply.status_code != status or wrong_headers(reply, is_form=kind in OF_FORMS):
            found[kind] = reply.status_code, wrong_headers(reply, is_form=kind in OF_FORMS)

    assert found == {}


def test_an_unknown_call_of_the_api_is_a_problem_with_the_security_headers(
    server: Server, token_header: dict[str, str]
) -> None:
    reply = httpx.get(f"{server.url}/api/v1/khong-co", headers=token_header)

    assert reply.status_code == 404
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert wrong_headers(reply) == []


def test_what_is_made_for_one_person_stays_out_of_caches(
    server: Server, new_sender: NewSender
) -> None:
    paths = (FORM, "/tra-cuu/", "/khong-co/", "/api/v1/queue", "/s/bao-tin", "/s/khong-co")
    said = {path: new_sender(server.url).client.get(path).headers for path in paths}

    cached = [path for path, headers in said.items() if headers["Cache-Control"] != "no-store"]
    assert cached == []


def test_assets_named_by_their_hash_are_kept_for_ever(
    server: Server, new_sender: NewSender
) -> None:
    sender = new_sender(server.url)
    names = re.findall(r"/assets/[a-z]+\.[0-9a-f]{8,}\.(?:css|js)", sender.client.get(FORM).text)
    assert len(set(names)) >= 3

    for name in set(names):
        asset = sender.client.get(name)

        assert asset.status_code == 200
        assert "immutable" in asset.headers["Cache-Control"]
        assert wrong_headers(asset) == []


@pytest.mark.parametrize(
    ("accepted", "sent"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", None)]
)
def test_pages_come_in_the_best_compression_that_the_browser_takes(
    server: Server, accepted: str, sent: str | None
) -> None:
    with httpx.Client(headers={"Accept-Encoding": accepted}) as client:
        reply = client.get(f"{server.url}/quy-che/")

    assert reply.headers.get("Content-Encoding") == sent
    assert "Accept-Encoding" in reply.headers["Vary"]
    assert "Điều 12" in reply.text


def test_what_is_no_page_is_not_served(server: Server, new_sender: NewSender) -> None:
    replies = {path: new_sender(server.url).client.get(path) for path in HIDDEN}

    served = [
        path
        for path, reply in replies.items()
        if reply.status_code != 404 or "Không" not in reply.text
    ]
    assert served == []
