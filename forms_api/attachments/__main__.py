"""The child of `apart`: one upload on stdin; on stdout one line of JSON, then the clean file."""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

from forms_api.errors import AttachmentError

MAX_MEMORY_BYTES = 1536 * 2**20
MAX_CPU_SECONDS = 60
_RECORDING = ("recordings", "clean_recording")
_CLEANERS: dict[str, tuple[str, str]] = {
    "image/heic": ("heic", "clean_heic"),
    "application/pdf": ("pdf", "clean_pdf"),
    "video/mp4": _RECORDING,
    "video/quicktime": _RECORDING,
    "video/webm": _RECORDING,
    "audio/mp4": _RECORDING,
    "audio/mpeg": _RECORDING,
    "audio/ogg": _RECORDING,
}


def main(media_type: str) -> int:
    """Clean what comes on stdin; the exit code is 0 also for a refusal, which the first line tells."""
    module, name = _CLEANERS[media_type]
    clean: Callable[[bytes, str, BinaryIO], tuple[str, dict[str, Any]]] = getattr(
        import_module(f"forms_api.attachments.{module}"), name
    )
    _bound()
    out = io.BytesIO()
    try:
        made, facts = clean(sys.stdin.buffer.read(), media_type, out)
    except AttachmentError as error:
        told: dict[str, Any] = {"refused": str(error.reason), "facts": error.facts}
    else:
        told = {"media_type": made, "facts": facts}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n")
    if "refused" not in told:
        sys.stdout.buffer.write(out.getbuffer())
    return 0


def _bound() -> None:
    """Let this process neither grow, compute, nor write without end."""
    limits = {
        resource.RLIMIT_AS: MAX_MEMORY_BYTES,
        resource.RLIMIT_CPU: MAX_CPU_SECONDS,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    for kind, most in limits.items():
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
