"""The WSGI applications: `public` (residents), `officers`, and `app`, which joins both with the site.

Each is made when it is first asked for, so that a server of the residents' face never loads the
officers' code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from forms_api.settings import read_settings
from forms_api.web.headers import SecurityHeaders
from forms_api.web.memory import give_back_large_blocks

if TYPE_CHECKING:
    public: WSGIApplication
    officers: WSGIApplication
    app: WSGIApplication

PUBLIC_PREFIXES = ("/gui", "/tra-cuu", "/s", "/healthz", "/readyz")
OFFICER_PREFIXES = ("/can-bo", "/api")


def __getattr__(name: str) -> WSGIApplication:
    if name not in _APPLICATIONS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    give_back_large_blocks()
    return _APPLICATIONS[name]()


@cache
def _public() -> WSGIApplication:
    from forms_api.public_app.app import create_public_app  # noqa: PLC0415 - see the module's text

    settings = read_settings()
    return SecurityHeaders(create_public_app(settings), https=settings.https)


@cache
def _officers() -> WSGIApplication:
    from forms_api.officer_app.app import create_officer_app  # noqa: PLC0415 - see above

    settings = read_settings()
    return SecurityHeaders(create_officer_app(settings), https=settings.https)


@cache
def _app() -> WSGIApplication:
    from forms_api.web.site import static_site  # noqa: PLC0415 - see above

    settings = read_settings()
    public, officers = _public(), _officers()
    faces = dict.fromkeys(PUBLIC_PREFIXES, public) | dict.fromkeys(OFFICER_PREFIXES, officers)
    site = static_site(settings.site_dir, fallback=public)
    return SecurityHeaders(_Dispatch(faces, site), https=settings.https)


class _Dispatch:
    """Gives each request to the face whose prefix its path has, else to the site."""

    def __init__(self, faces: Mapping[str, WSGIApplication], site: WSGIApplication) -> None:
        self._faces = faces
        self._site = site

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        first_part = "/" + environ.get("PATH_INFO", "/").removeprefix("/").partition("/")[0]
        return self._faces.get(first_part, self._site)(environ, start_response)


_APPLICATIONS = {"public": _public, "officers": _officers, "app": _app}
