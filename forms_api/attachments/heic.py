"""HEIC photos, which iPhones take, as JPEG pictures painted anew. Runs in a process apart: see `apart`."""

from __future__ import annotations

from typing import Any, BinaryIO

import pillow_heif

from forms_api.attachments.messages import Reason
from forms_api.attachments.photos import MAX_PIXELS, MAX_SIDE_PX, repaint
from forms_api.errors import AttachmentError

HEIC = "image/heic"


def clean_heic(data: bytes, _media_type: str, out: BinaryIO) -> tuple[str, dict[str, Any]]:
    """Write the main picture of `data` to `out`; return its media type and size.

    Further pictures in the file (bursts, depth, thumbnails) are left behind. Raises AttachmentError,
    or whatever the decoder raises.
    """
    # Turned upright by the decoder, as the file asks; colours are read as sRGB.
    opened = pillow_heif.open_heif(data, convert_hdr_to_8bit=True)
    width, height = opened.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        raise AttachmentError(Reason.TOO_MANY_PIXELS, width_px=width, height_px=height)
    painted, painted_type, (width_px, height_px) = repaint(opened.to_pillow())
    out.write(painted)
    return painted_type, {"width_px": width_px, "height_px": height_px}
