"""The built site over HTTP: pre-compressed files, cached for ever where their name holds a hash."""

from __future__ import annotations

import re
from pathlib import Path
from wsgiref.headers import Headers
from wsgiref.types import WSGIApplication

from whitenoise import WhiteNoise

from forms_api.web.headers import policy_for_own_style

PAGE_SECONDS = 300
"""How long a browser may show a page without asking again: a correction reaches readers soon."""

HASHED_NAME = re.compile(r"\.[0-9a-f]{8,}\.(min\.)?[a-z0-9]+$")
SHELL_PREFIX = "/_shell/"
WORKER = "/sw.js"
STAND_IN = "/may-chu-tam-nghi.html"
"""The page that loads nothing else, for when the service does not answer."""


def static_site(folder: Path, *, fallback: WSGIApplication) -> WSGIApplication:
    """Return an application that serves `folder` and leaves unknown addresses to `fallback`.

    Files are listed once, at start: a rebuilt site is served after a restart.
    """
    site = WhiteNoise(
        fallback,
        root=str(folder),
        index_file=True,
        max_age=PAGE_SECONDS,
        allow_all_origins=False,  # nobody else shows our pages as theirs
        immutable_file_test=lambda _path, url: bool(HASHED_NAME.search(url)),
        mimetypes={
            ".webmanifest": "application/manifest+json",
            ".md": "text/markdown",
            ".vcf": "text/vcard",
            "tin-moi.xml": "application/atom+xml",
        },
        add_headers_function=_own_headers,
    )
    # The page frame is a template for the form pages, not a page.
    for address in [url for url in site.files if url.startswith(SHELL_PREFIX)]:
        del site.files[address]
    return site  # type: ignore[no-any-return] # whitenoise has no types


def _own_headers(headers: Headers, path: str, url: str) -> None:
    """Set what two files need otherwise than all the others."""
    if url == WORKER:
        # No cache keeps it: it is how readers hear of a new build, or of its end.
        headers["Cache-Control"] = "no-cache"
    elif url == STAND_IN:
        page = Path(path).read_text(encoding="utf-8")
        headers["Content-Security-Policy"] = policy_for_own_style(page)
