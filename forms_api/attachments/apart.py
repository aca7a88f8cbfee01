"""Films, sound, PDF and HEIC cleaned in a process of their own.

Their readers are large libraries in C that meet a stranger's bytes: what makes one crash, loop or grow
takes a short-lived child with it and nothing else. The child knows no setting and no key, opens no
file, and gets the upload and gives the clean file through pipes: nothing touches the disk in clear.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from forms_api.attachments.messages import Reason
from forms_api.errors import AttachmentError

_log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 90
_ROOT = Path(__file__).resolve().parents[2]
_DAMAGED = {"application": Reason.PDF_DAMAGED, "image": Reason.DAMAGED}
_one_at_a_time = threading.Lock()


def clean_apart(data: bytes, media_type: str) -> tuple[bytes, str, dict[str, Any]]:
    """Return the clean file, its media type and what is known of it.

    Waits while another file is being cleaned. Raises AttachmentError with a `Reason`.
    """
    damaged = AttachmentError(_DAMAGED.get(media_type.partition("/")[0], Reason.RECORDING_DAMAGED))
    with _one_at_a_time:
        try:
            done = subprocess.run(
                _command(media_type),
                input=data,
                capture_output=True,
                cwd=_ROOT,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            _log.info("upload refused: %s took too long", media_type)
            raise damaged from None
    head, _, clean = done.stdout.partition(b"\n")
    if done.returncode != 0 or not head:
        # The kind of failure only: what a library printed might quote the file.
        _log.info("upload refused: cleaning %s ended with %s", media_type, done.returncode)
        raise damaged
    told = json.loads(head)
    if "refused" in told:
        raise AttachmentError(Reason(told["refused"]), **told["facts"])
    return clean, told["media_type"], told["facts"]


def _command(media_type: str) -> list[str]:
    return [sys.executable, "-m", "forms_api.attachments", media_type]
