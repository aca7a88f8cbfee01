"""Proof that a POST was sent from a page that this site gave to this browser."""

from __future__ import annotations

from flask import request
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import ValidationError

CSRF_FIELD = "csrf_token"
CSRF_SECONDS = 24 * 60 * 60
"""How long a form may stay open: a report is often begun in the evening and sent in the morning."""

_OWN_PAGES = frozenset({"same-origin", "none"})


def csrf_token() -> str:
    """Return the CSRF token of this browser's session (made when there is none yet)."""
    token: str = generate_csrf()
    return token


def csrf_is_valid() -> bool:
    """Return whether the POST at hand was sent from a form that this session was given."""
    try:
        validate_csrf(request.form.get(CSRF_FIELD), time_limit=CSRF_SECONDS)
    except ValidationError:
        return False
    return True


def sent_from_elsewhere() -> bool:
    """Return whether the browser says that another site sent this POST.

    Such a POST brings its own submission token, which a resident must not go on with: whoever
    made it knows the id that the follow-up code is derived from. Source: Fetch Metadata, W3C.
    """
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in _OWN_PAGES
