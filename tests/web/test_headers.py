"""Each security header on its own: what it must say, and that no answer goes without it."""

from __future__ import annotations

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from forms_api.web.headers import FORM_PERMISSIONS, SecurityHeaders, policy_for_own_style

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
"""Where pages may load from, act towards and stand in: all of it, so that nothing is let in unseen."""

OTHERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
CLOSED = {"camera", "geolocation", "microphone", "payment", "usb", "browsing-topics"}


def answered(inner: Response, *, https: bool = False) -> Response:
    """Return what a browser gets of an answer."""
    return Client(SecurityHeaders(inner, https=https)).get("/")


def directives(policy: str) -> dict[str, str]:
    """Return a content security policy's directives with their sources."""
    parts = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: sources for name, _, sources in parts}


@pytest.mark.parametrize("name", POLICY)
def test_the_policy_says_where_from_and_whereto(name: str) -> None:
    policy = answered(Response("x")).headers["Content-Security-Policy"]

    assert directives(policy)[name] == POLICY[name]


def test_the_policy_lets_in_nothing_else() -> None:
    assert directives(answered(Response("x")).headers["Content-Security-Policy"]) == POLICY


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_every_answer_has_the_header(name: str, status: int) -> None:
    assert answered(Response("x", status)).headers.getlist(name) == [OTHERS[name]]


def test_a_page_may_ask_the_device_for_nothing_and_a_form_for_sound_and_place_alone() -> None:
    shut = dict(part.split("=") for part in _permissions(answered(Response("x"))))
    of_forms = dict(part.split("=") for part in FORM_PERMISSIONS.split(", "))

    assert shut == dict.fromkeys(CLOSED, "()")
    assert of_forms == {**shut, "microphone": "(self)", "geolocation": "(self)"}


def _permissions(reply: Response) -> list[str]:
    return reply.headers["Permissions-Policy"].split(", ")


def test_https_alone_binds_the_browser_to_itself_for_a_year() -> None:
    bound = answered(Response("x"), https=True).headers

    assert bound.getlist("Strict-Transport-Security") == ["max-age=31536000"]
    assert "Strict-Transport-Security" not in answered(Response("x")).headers


def test_a_header_that_a_view_set_itself_stands_alone() -> None:
    own = Response("x", headers={"content-security-policy": "default-src 'none'; sandbox"})

    policies = answered(own).headers.getlist("Content-Security-Policy")
    assert policies == ["default-src 'none'; sandbox"]


def test_a_page_with_a_style_of_its_own_lets_in_that_style_and_nothing_else() -> None:
    policy = directives(policy_for_own_style("<style>body{color:red}</style>"))

    assert policy.pop("style-src") == "'sha256-FcQqt3aNlV7AZnGV4zkQRVeCeJOxbMPnQSx258L803E='"
    assert policy == {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
