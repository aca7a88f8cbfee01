"""Photos painted anew: a stranger's file goes in, a picture without any of its other bytes comes out.

Fail closed: what cannot be cleaned is refused, never kept as it came. One photo at a time is
decoded in a process, and its memory is judged from its header before a decoder sees it.
"""

from __future__ import annotations

import hashlib
import io
import logging
import math
import threading
from dataclasses import dataclass

from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from forms_api.attachments.image_files import JPEG, PNG, WEBP, BareImage, read_image
from forms_api.attachments.messages import Reason
from forms_api.errors import AttachmentError

_log = logging.getLogger(__name__)

KEPT_PIXELS = 2560 * 1920
"""Larger pictures are made smaller, to about this many pixels. A bound on the area, not on the
long side, leaves a long screenshot of a chat readable."""

MAX_PIXELS = 60_000_000
MAX_SIDE_PX = 30_000
MAX_DECODE_BYTES = 128 * 2**20
"""What decoding one photo may take. It admits baseline JPEG up to the limit of pixels, progressive
JPEG of 20 to 35 megapixels, PNG of 16 and WebP of 6: no phone's camera makes the latter two."""

# A JPEG decoder halves, quarters or eighths a picture while it decodes, in a fraction of the
# memory; not below this size, at which a 12-megapixel photo is halved to 2016 × 1512.
_MIN_DRAFT_PIXELS = 1920 * 1440
_DRAFT_SCALES = (8, 4, 2, 1)
_BITMAP_BYTES = 4
_JPEG_QUALITY = 85
_BYTES_PER_MB = 2**20

# The decoders are called by name and not through Image.open, so that no other can be reached, a
# second picture in the file is not opened, and no process-wide limit or warning is involved.
_DECODERS: dict[str, type[ImageFile.ImageFile]] = {
    JPEG: JpegImageFile,
    PNG: PngImageFile,
    WEBP: WebPImageFile,
}
# Exif's orientation: what turns the stored picture upright.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class PhotoLimits:
    """What a form accepts: bytes and pixels of one upload, and kinds of picture."""

    max_bytes: int
    max_pixels: int = MAX_PIXELS
    media_types: frozenset[str] = frozenset(_DECODERS)


@dataclass(frozen=True)
class CleanPhoto:
    """A picture painted anew: JPEG or PNG, upright, without metadata.

    `original_sha256` (hexadecimal) and `original_bytes` tell which upload it was made from.
    """

    data: bytes
    media_type: str
    width_px: int
    height_px: int
    original_sha256: str
    original_bytes: int


def clean_photo(data: bytes, *, limits: PhotoLimits) -> CleanPhoto:
    """Return the picture in `data`, painted anew; its name and declared type play no part.

    Waits while another photo is being decoded. Colours are read as sRGB and transparency is laid
    on white. An animation is refused: its first frame alone may not show what the sender meant.

    Raises AttachmentError with a `Reason`; whatever fails inside a decoder is `damaged`.
    """
    if not data:
        raise AttachmentError(Reason.EMPTY)
    if len(data) > limits.max_bytes:
        raise AttachmentError(Reason.TOO_LARGE, max_mb=limits.max_bytes // _BYTES_PER_MB)
    try:
        # Read in turn too: who waits holds the upload alone, and not its pixels' bytes beside it.
        with _one_at_a_time:
            image = read_image(data)
            _check(image, limits)
            painted, media_type, (width, height) = _paint_anew(image)
    except AttachmentError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever a decoder does, the file is not kept
        # The kind of failure only: a message might quote the file.
        _log.info("photo refused: %s", type(error).__name__)
        raise AttachmentError(Reason.DAMAGED) from None
    digest = hashlib.sha256(data).hexdigest()
    return CleanPhoto(painted, media_type, width, height, digest, len(data))


def repaint(picture: Image.Image) -> tuple[bytes, str, tuple[int, int]]:
    """Return a decoded, upright camera picture as a new file, its media type and its size."""
    picture = _fit(_flatten(picture))
    return _jpeg(picture, subsampling="4:2:0"), JPEG, picture.size


def _check(image: BareImage, limits: PhotoLimits) -> None:
    """Judge the header, before any pixel is decoded. Raises AttachmentError."""
    if image.media_type not in limits.media_types:
        raise AttachmentError(Reason.UNSUPPORTED_TYPE)
    width, height = image.width_px, image.height_px
    if not width or not height:
        raise AttachmentError(Reason.DAMAGED)
    scale = _draft_scale(image)
    decode_bytes = image.decoder_bytes + _BITMAP_BYTES * width * height // scale**2
    if (
        width * height > limits.max_pixels
        or max(width, height) > MAX_SIDE_PX
        or decode_bytes > MAX_DECODE_BYTES
    ):
        raise AttachmentError(Reason.TOO_MANY_PIXELS, width_px=width, height_px=height)


def _draft_scale(image: BareImage) -> int:
    """Return by how much the decoder itself may shrink the picture's sides."""
    if image.media_type != JPEG:
        return 1
    pixels = image.width_px * image.height_px
    return next((s for s in _DRAFT_SCALES if pixels >= s**2 * _MIN_DRAFT_PIXELS), 1)


def _paint_anew(image: BareImage) -> tuple[bytes, str, tuple[int, int]]:
    """Return a new file, its media type and its size; the old file's bytes end here."""
    picture = _fit(_flatten(_decode(image)))
    if image.orientation in _TURNS:
        picture = picture.transpose(_TURNS[image.orientation])
    data, media_type = _encode(picture, source=image)
    return data, media_type, picture.size


def _decode(image: BareImage) -> Image.Image:
    """Return the picture, fully decoded. Raises AttachmentError, or whatever the decoder raises."""
    picture = _DECODERS[image.media_type](io.BytesIO(image.data))
    if picture.size != (image.width_px, image.height_px):
        # Two readers of one header disagree: the limits were checked on another picture.
        raise AttachmentError(Reason.DAMAGED)
    scale = _draft_scale(image)
    if scale > 1:
        # Rounded down: asked for one pixel more, the decoder would not shrink at all.
        picture.draft(None, (image.width_px // scale, image.height_px // scale))
    picture.load()
    return picture


def _flatten(picture: Image.Image) -> Image.Image:
    """Return the picture in grey or RGB, without transparency: what it hides is not sent along."""
    if picture.has_transparency_data:
        if picture.mode != "RGBA":
            picture = picture.convert(
                "RGBA"
            )  # lets go of the bitmap before: two at once, not three
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture)
        return flat
    if picture.mode in {"L", "RGB"}:
        return picture
    if picture.mode == "I;16":
        # Converting alone would turn every value above 255 white.
        return picture.point(lambda value: value / 256).convert("L")
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _fit(picture: Image.Image) -> Image.Image:
    """Return the picture with at most about `KEPT_PIXELS`."""
    width, height = picture.size
    factor = math.sqrt(KEPT_PIXELS / (width * height))
    if factor >= 1:
        return picture
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encode(picture: Image.Image, *, source: BareImage) -> tuple[bytes, str]:
    """Return the file and its media type: JPEG, or PNG where that keeps all and weighs no more.

    Screens and drawings weigh less as PNG. Where they hold photos and do not, colours stay at full
    resolution, so that small coloured letters stay readable.
    """
    jpeg = _jpeg(picture, subsampling="4:4:4" if source.lossless else "4:2:0")
    # What came heavier than this JPEG would be so again, after seconds of trying.
    if source.lossless and len(source.data) <= len(jpeg):
        png = io.BytesIO()
        picture.save(png, "PNG")
        if png.tell() <= len(jpeg):
            return png.getvalue(), PNG
    return jpeg, JPEG


def _jpeg(picture: Image.Image, *, subsampling: str) -> bytes:
    picture.info.clear()
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=_JPEG_QUALITY, subsampling=subsampling)
    return file.getvalue()
