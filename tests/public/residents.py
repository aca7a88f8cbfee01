"""Somebody with a browser, and what such a person reads on a page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from typing import Any

import time_machine
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

FORM = "/gui/phieu-thu/"
GOOD: dict[str, Any] = {
    "loai": "tieng-on",
    "ke": "Nhà bên hát karaoke tới nửa đêm.",
    "dongy": "co",
    "checked": "1",
}
CODE = re.compile(r"(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}")
_INPUT = re.compile(r"<input\b[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')


def hidden(page: str) -> dict[str, str]:
    """Return the hidden fields of a page by name."""
    inputs = [dict(_ATTRIBUTE.findall(found)) for found in _INPUT.findall(page)]
    return {
        one["name"]: unescape(one.get("value", "")) for one in inputs if one.get("type") == "hidden"
    }


def code_of(reply: TestResponse) -> str:
    """Return the follow-up code that a receipt shows."""
    text = re.sub(r"<[^>]+>", "", reply.text)
    found = CODE.search(text)
    assert found
    return found[0]


def reference_of(reply: TestResponse) -> str:
    """Return the reference that a receipt shows."""
    found = re.search(r"XG-[0-9A-Z]{6}", reply.text)
    assert found
    return found[0]


def photo(*, size: tuple[int, int] = (40, 30), colour: str = "red") -> bytes:
    """Return a small JPEG that carries a place in its metadata."""
    image, out = Image.new("RGB", size, colour), BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "chụp ở nhà số 7"
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


@dataclass
class Resident:
    """Somebody with a browser: keeps cookies, fills forms and waits as people do."""

    client: FlaskClient
    clock: time_machine.Traveller
    fields: dict[str, Any] = field(default_factory=dict)

    def open(self, address: str = FORM) -> str:
        """Open a form and keep its hidden fields."""
        page = self.client.get(address).text
        self.fields = hidden(page)
        return page

    def send(self, *, after_seconds: int = 30, **answers: object) -> TestResponse:
        """Send the open form with these answers, after some time of writing."""
        self.clock.shift(after_seconds)
        return self.client.post(FORM, data={**self.fields, **answers})

    def report(self, **answers: object) -> TestResponse:
        """Open the form, fill it well and send it."""
        self.open()
        return self.send(**{**GOOD, **answers})

    def follow(self, code: str, **more: str) -> TestResponse:
        """Ask for the report behind the code, with whatever else stands in that form."""
        tokens = hidden(self.client.get("/tra-cuu/").text)
        return self.client.post("/tra-cuu/", data={**tokens, "code": code, **more})
