"""The built site over HTTP: pre-compressed files, cached for ever where their name holds a hash."""

from __future__ import annotations

import re
from pathlib import Path
from wsgiref.types import WSGIApplication

from whitenoise import WhiteNoise

PAGE_SECONDS = 300
"""How long a browser may show a page without asking again: a correction reaches readers soon."""

HASHED_NAME = re.compile(r"\.[0-9a-f]{8,}\.(min\.)?[a-z0-9]+$")
SHELL_PREFIX = "/_shell/"


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
    )
    # The page frame is a template for the form pages, not a page.
    for address in [url for url in site.files if url.startswith(SHELL_PREFIX)]:
        del site.files[address]
    return site  # type: ignore[no-any-return] # whitenoise has no types
