"""The whole service, with a log of what it sends: path and bytes, body and headers, a line a reply."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from wsgiref.types import StartResponse, WSGIEnvironment

from forms_api import wsgi

_inner = wsgi.app


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request and log its size."""
    head = 0

    def start(status, headers, exc_info=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
        nonlocal head
        head = len(status) + 15 + sum(len(name) + len(value) + 4 for name, value in headers)
        return start_response(status, headers, exc_info)

    return _counted(_inner(environ, start), environ["PATH_INFO"], lambda: head)


def _counted(parts: Iterable[bytes], path: str, head) -> Iterator[bytes]:  # type: ignore[no-untyped-def] # noqa: ANN001
    size = 0
    for part in parts:
        size += len(part)
        yield part
    with open(os.environ["BENCH_SENT_LOG"], "a", encoding="utf-8") as log:  # noqa: PTH123
        log.write(f"{path} {size + head()}\n")
