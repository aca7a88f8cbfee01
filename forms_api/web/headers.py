"""Security headers on every response of every face, errors and static files too.

Source: OWASP ASVS 5.0, 3.4.1-3.4.8; CSP Level 3; RFC 6797 (HSTS).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# Images may be data addresses: a receipt that is kept as a picture is drawn in the browser.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

_PERMISSIONS = (
    "camera=(), geolocation={own}, microphone={own}, payment=(), usb=(), browsing-topics=()"
)
FORM_PERMISSIONS = _PERMISSIONS.format(own="(self)")
"""On form pages the browser may ask whether sound may be recorded, or the place be told."""

HEADERS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", _PERMISSIONS.format(own="()")),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
)
STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000")


def policy_for_own_style(page: str) -> str:
    """Return a policy that lets in the one style of `page` and nothing else (CSP Level 3, hashes)."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


class SecurityHeaders:
    """A WSGI application that gives `inner`'s answers with the headers it did not set itself."""

    def __init__(self, inner: WSGIApplication, *, https: bool) -> None:
        self._inner = inner
        self._headers = (*HEADERS, STRICT_TRANSPORT) if https else HEADERS

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""

        def start(status, headers, exc_info=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            present = {name.lower() for name, _ in headers}
            missing = [pair for pair in self._headers if pair[0].lower() not in present]
            return start_response(status, [*headers, *missing], exc_info)

        return self._inner(environ, start)
