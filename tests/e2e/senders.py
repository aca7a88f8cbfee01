"""Residents who send over HTTP, each with cookies of their own, and what they read."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO

import httpx
from PIL import ExifTags, Image

from forms_api.public_app.report_views import HUMAN_SECONDS
from tests.public.residents import CODE, hidden
from tests.store.waiting import wait_until

FORM = "/gui/phan-anh-antt/"
GOOD = {
    "dang-xay-ra": "khong",
    "an-danh": "co",
    "hanh-vi": "tieng-on-karaoke",
    "ngay-xay-ra": "2024-05-20",
    "dia-diem": "Đầu ngõ, cạnh hàng nước",
    "dien-bien": "Hát karaoke rất to tới nửa đêm, ba tối liền.",
    "dong-y": "co",
    "checked": "1",
}
CAMERA = "MAY-ANH-RIENG-7741"
NETWORK_SECONDS = 60.0
_REFERENCE = re.compile(r"\b[A-Z]{2}-[0-9A-Z]{6}\b")


@dataclass
class Sender:
    """Somebody with a browser of their own."""

    url: str
    network_address: str = "127.0.0.1"
    headers: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = httpx.Client(
            base_url=self.url,
            headers=self.headers,
            timeout=NETWORK_SECONDS,
            # Plain http: certificates, slow to load, would serve nobody.
            transport=httpx.HTTPTransport(local_address=self.network_address, verify=False),
        )

    def close(self) -> None:
        """Close the browser's connections."""
        self.client.close()

    def open(self, address: str = FORM) -> httpx.Response:
        """Open a page and keep its hidden fields."""
        page = self.client.get(address)
        self.tokens = hidden(page.text)
        return page

    def write(self) -> None:
        """Open a form and take the time that people take: who is faster is looked at first."""
        self.open()
        opened = time.monotonic()
        wait_until(lambda: time.monotonic() - opened > HUMAN_SECONDS)

    def send(
        self, answers: Mapping[str, str] = GOOD, *, photo: bytes | None = None
    ) -> httpx.Response:
        """Send the open form."""
        # Without a photo a browser sends the field too, as a file without name and bytes.
        files = {"anh": ("a.jpg" if photo else "", photo or b"", "image/jpeg")}
        return self.client.post(FORM, data={**self.tokens, **answers}, files=files)

    def report(
        self, answers: Mapping[str, str] = GOOD, *, photo: bytes | None = None
    ) -> httpx.Response:
        """Open the form and send it."""
        self.open()
        return self.send(answers, photo=photo)

    def follow(self, code: str, **more: str) -> httpx.Response:
        """Ask for the report behind the code."""
        self.open("/tra-cuu/")
        return self.client.post("/tra-cuu/", data={**self.tokens, "code": code, **more})


NewSender = Callable[..., Sender]


def reference_of(page: str) -> str:
    """Return the reference that a receipt shows."""
    found = _REFERENCE.search(_text(page))
    assert found, _text(page)[:2000]
    return found[0]


def code_of(page: str) -> str:
    """Return the follow-up code that a receipt shows."""
    found = CODE.search(_text(page))
    assert found, _text(page)[:2000]
    return found[0]


def is_receipt(reply: httpx.Response) -> bool:
    """Tell whether the reply acknowledges a report."""
    return (
        reply.status_code == 200
        and "Số phiếu" in reply.text
        and bool(CODE.search(_text(reply.text)))
    )


def photo_with_place(width: int = 320, height: int = 240) -> bytes:
    """Return a JPEG that says where and with which camera it was taken."""
    tags = Image.Exif()
    tags[ExifTags.Base.Make] = CAMERA
    tags.get_ifd(ExifTags.IFD.GPSInfo).update(
        {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (21.0, 16.0, 12.0)}
    )
    file = BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(file, "JPEG", exif=tags)
    return file.getvalue()


def _text(page: str) -> str:
    return re.sub(r"<[^>]+>", "", page)
