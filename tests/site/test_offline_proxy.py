"""The proxy's example says what the service says, and shows the stand-in that the build makes."""

from __future__ import annotations

import re

from forms_api.web.headers import HEADERS, STRICT_TRANSPORT
from site_builder.offline import STAND_IN
from tests.site.conftest import PROJECT

CONFIG = (PROJECT / "deploy/nginx.conf").read_text(encoding="utf-8")


def block(opening: str) -> str:
    """Return what stands in the block that begins so."""
    _, found, rest = CONFIG.partition(f"    {opening} {{\n")
    assert found, opening
    return rest.partition("\n    }")[0]


def test_pages_from_the_disk_carry_the_headers_of_the_service() -> None:
    told = block("location @site")
    wanted = [f'add_header {name} "{value}";' for name, value in (*HEADERS, STRICT_TRANSPORT)]

    assert len(wanted) > 1
    assert [line for line in wanted if line not in told] == []


def test_whoever_sends_or_looks_up_gets_the_stand_in_and_stays_told_503() -> None:
    forms = block("location ~ ^/(gui|tra-cuu)(/|$)")

    assert f"error_page 502 503 504 =503 {STAND_IN};" in forms
    assert "proxy_intercept_errors" not in CONFIG  # the service's own 503 holds what was typed
    page = block(f"location = {STAND_IN}")
    assert "Retry-After" in page
    assert 'Cache-Control "no-store"' in page
    assert not re.search(r"Content-Security-Policy", page)  # it stands in the page
