"""Any bytes at all as an upload: a clean file comes out, or a refusal with words for it."""

from __future__ import annotations

import io

from PIL import Image

from forms_api.attachments.cleaning import MEDIA_TYPES, FileLimits, clean_file
from forms_api.attachments.messages import explain
from forms_api.attachments.names import file_name
from forms_api.errors import AttachmentError

LIMITS = FileLimits(MEDIA_TYPES, dict.fromkeys(("image", "video", "audio", "application"), 2**20))
_FILE_STRUCTURE = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def clean_or_refuse(data: bytes) -> None:
    """Clean `data`, or have it refused. Raises AssertionError for anything else.

    What makes a reader in a process of its own crash ends as a refusal; what makes this process crash
    or grow is what the fuzzer looks for.
    """
    try:
        clean = clean_file(data, limits=LIMITS)
    except AttachmentError as error:
        explain(error)  # a reason without words raises here
        return
    assert clean.data
    assert not file_name(1, clean.media_type, is_original=False).endswith(".bin")
    if clean.media_type.startswith("image/"):
        with Image.open(io.BytesIO(clean.data), formats=["JPEG", "PNG"]) as image:
            image.load()
            assert image.size == (clean.facts["width_px"], clean.facts["height_px"])
            assert set(image.info) <= _FILE_STRUCTURE
