"""What every application of ours does alike: uploads stay in memory, answers out of caches."""

from __future__ import annotations

import secrets

from flask import Flask, request

from forms_api.settings import read_settings
from forms_api.web.application import make_application

MULTIPART = "multipart/form-data; boundary=x"


def posted(content: bytes) -> bytes:
    """Return the body of a POST with one file."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
    return head + content + b"\r\n--x--\r\n"


def an_application() -> Flask:
    """Return an application with one view, which tells what an upload was read into."""
    app = make_application(
        "a face", read_settings({}), secret=secrets.token_bytes(32), cookie="x", template_dirs=[]
    )

    @app.post("/")
    def tell() -> str:
        return type(request.files["file"].stream).__name__

    return app


def test_an_upload_is_read_into_memory_however_long_it_is() -> None:
    client = an_application().test_client()

    for size in (1, 2**20, 8 * 2**20):
        assert client.post("/", data=posted(bytes(size)), content_type=MULTIPART).text == "BytesIO"


def test_an_answer_stays_out_of_caches_unless_its_view_says_otherwise() -> None:
    reply = an_application().test_client().get("/khong-co/")

    assert reply.headers["Cache-Control"] == "no-store"
