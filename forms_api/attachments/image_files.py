"""What an upload is by its content, and the parts of a JPEG, PNG or WebP file that paint the picture.

Everything else in the file (EXIF, GPS, XMP, colour profile, thumbnail, comment, further pictures,
whatever follows the end) is left behind here, before any decoder sees it: fewer parsers meet a
stranger's bytes, and the decoder's memory is known beforehand. Only the rotation is remembered.

Source: ITU-T T.81 annex B (JPEG), W3C PNG third edition, RFC 9649 (WebP), CIPA DC-008 (Exif).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forms_api.attachments.file_kinds import other_kind
from forms_api.attachments.messages import Reason
from forms_api.errors import AttachmentError

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
UPRIGHT = 1

# A camera writes one scan, a web encoder about ten. Thousands of tiny ones keep a decoder busy
# for minutes: each goes over the whole picture.
MAX_JPEG_SCANS = 100

# Bytes a pixel beside the bitmap. PNG: a second bitmap while transparency is laid on white. WebP:
# the decoder's two canvases, the frame it hands over, and the working copy of the lossless kind.
_PNG_BESIDE_BITMAP = 4
_WEBP_BESIDE_BITMAP = 16

_JPEG_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # no stuffing, no fill byte, no restart
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_JPEG_PROGRESSIVE = 0xC2
_JPEG_SCAN, _JPEG_END, _JPEG_EXIF = 0xDA, 0xD9, 0xE1
# Beside frame and scans: tables, restart interval, and two segments that name the colour model.
_JPEG_PAINTS = _JPEG_FRAMES | {_JPEG_SCAN, 0xC4, 0xDB, 0xDD, 0xE0, 0xEE}

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_PAINTS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})

_WEBP_PIXELS = frozenset({b"VP8 ", b"VP8L"})
_WEBP_ALPHA, _WEBP_ANIMATED = 0x10, 0x02

_EXIF_PREFIX = b"Exif\0\0"
_EXIF_ORIENTATION = 0x0112


@dataclass(frozen=True)
class BareImage:
    """A picture without anything but its pixels: what may be given to a decoder.

    `decoder_bytes` is the memory that decoding takes beside the bitmap itself. `orientation` is
    Exif's number, 1 to 8. `lossless` tells screenshots and drawings from camera pictures.
    """

    media_type: str
    data: bytes
    width_px: int
    height_px: int
    orientation: int
    decoder_bytes: int
    lossless: bool


def read_image(data: bytes) -> BareImage:
    """Return the picture in `data`, judged by its content alone.

    Raises AttachmentError, with a reason of its own for each kind of file that people send by
    mistake; struct.error or IndexError where a file ends within a header.
    """
    for is_kind, read in _READERS:
        if is_kind(data):
            return read(data)
    raise AttachmentError(other_kind(data))


def _read_jpeg(data: bytes) -> BareImage:
    frames: list[tuple[int, bytes]] = []
    orientation, scans = UPRIGHT, 0
    parts = [data[:2]]
    for marker, segment, whole in _jpeg_segments(data):
        if marker in _JPEG_FRAMES:
            frames.append((marker, segment))
        elif marker == _JPEG_SCAN:
            scans += 1
        elif marker == _JPEG_EXIF and segment.startswith(_EXIF_PREFIX):
            orientation = _orientation(segment)
        if marker in _JPEG_PAINTS or marker == _JPEG_END:
            parts.append(whole)
    if len(frames) != 1 or not 1 <= scans <= MAX_JPEG_SCANS:
        raise AttachmentError(Reason.DAMAGED)
    marker, frame = frames[0]
    height, width = struct.unpack_from(">HH", frame, 1)
    # Several scans are gathered as coefficients of the whole picture, at any size asked for.
    gathered = marker == _JPEG_PROGRESSIVE or scans > 1
    return BareImage(
        JPEG,
        b"".join(parts),
        width,
        height,
        orientation,
        decoder_bytes=_coefficient_bytes(width * height, frame) if gathered else 0,
        lossless=False,
    )


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield marker, content, and all bytes of each segment; a scan's bytes hold its pixel data.

    A file without an end marker simply ends: the decoder knows whether pixels are missing.
    """
    found = _JPEG_MARKER.search(data, 2)
    while found is not None:
        start, marker = found.start(), data[found.start() + 1]
        if marker == _JPEG_END:
            yield marker, b"", data[start : start + 2]
            return
        (length,) = struct.unpack_from(">H", data, start + 2)
        end = start + 2 + length
        found = _JPEG_MARKER.search(data, end)
        stop = end
        if marker == _JPEG_SCAN:
            stop = found.start() if found else len(data)
        yield marker, data[start + 4 : end], data[start:stop]


def _coefficient_bytes(pixels: int, frame: bytes) -> int:
    """Return the size of a picture's coefficients: two bytes each, fewer where colour is halved."""
    sampling = [divmod(frame[at], 16) for at in range(7, 6 + 3 * frame[5], 3)]
    widest = max(across for across, _ in sampling) * max(down for _, down in sampling)
    if widest == 0:
        raise AttachmentError(Reason.DAMAGED)
    return 2 * pixels * sum(across * down for across, down in sampling) // widest


def _read_png(data: bytes) -> BareImage:
    orientation = UPRIGHT
    parts = [_PNG_SIGNATURE]
    for kind, content, whole in _png_chunks(data):
        if kind == b"acTL" and struct.unpack_from(">I", content)[0] > 1:
            raise AttachmentError(Reason.ANIMATED)
        if kind == b"eXIf":
            orientation = _orientation(content)
        if kind in _PNG_PAINTS:
            parts.append(whole)
    width, height = struct.unpack_from(">II", parts[1], 8)
    return BareImage(
        PNG,
        b"".join(parts),
        width,
        height,
        orientation,
        decoder_bytes=_PNG_BESIDE_BITMAP * width * height,
        lossless=True,
    )


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield kind, content, and all bytes of each chunk up to the end chunk.

    Raises struct.error when there is none.
    """
    start, kind = len(_PNG_SIGNATURE), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, start)
        end = start + 12 + length
        yield kind, data[start + 8 : end - 4], data[start:end]
        start = end


def _read_webp(data: bytes) -> BareImage:
    orientation, lossless = UPRIGHT, False
    size: tuple[int, int] | None = None
    parts: list[bytes] = []
    for kind, content in _webp_chunks(data):
        if size is None:
            size = _WEBP_SIZES[kind](content)
        if kind == b"VP8X":
            if content[0] & _WEBP_ANIMATED:
                raise AttachmentError(Reason.ANIMATED)
            parts.append(_webp_chunk(kind, bytes((content[0] & _WEBP_ALPHA,)) + content[1:]))
        elif kind == b"EXIF":
            orientation = _orientation(content)
        elif kind == b"ALPH" or kind in _WEBP_PIXELS:
            lossless = kind == b"VP8L"
            parts.append(_webp_chunk(kind, content))
    if size is None:
        raise AttachmentError(Reason.DAMAGED)
    width, height = size
    return BareImage(
        WEBP,
        _webp_chunk(b"RIFF", b"".join([b"WEBP", *parts])),
        width,
        height,
        orientation,
        decoder_bytes=_WEBP_BESIDE_BITMAP * width * height,
        lossless=lossless,
    )


def _webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and content of each chunk that the container holds. Raises AttachmentError."""
    (length,) = struct.unpack_from("<I", data, 4)
    start, stop = 12, 8 + length
    if stop > len(data):
        raise AttachmentError(Reason.DAMAGED)
    while start < stop:
        kind, length = struct.unpack_from("<4sI", data, start)
        end = start + 8 + length
        yield kind, data[start + 8 : end]
        start = end + length % 2


def _webp_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(content)) + content + b"\0" * (len(content) % 2)


def _webp_lossy_size(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", content, 6)
    return width & 0x3FFF, height & 0x3FFF


def _webp_lossless_size(content: bytes) -> tuple[int, int]:
    (bits,) = struct.unpack_from("<I", content, 1)
    return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1


def _webp_canvas_size(content: bytes) -> tuple[int, int]:
    width, height = content[4:7], content[7:10]
    return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1


_WEBP_SIZES = {
    b"VP8 ": _webp_lossy_size,
    b"VP8L": _webp_lossless_size,
    b"VP8X": _webp_canvas_size,
}


def _orientation(exif: bytes) -> int:
    """Return how the picture is turned, 1 to 8; upright where `exif` does not say it properly."""
    tiff = exif.removeprefix(_EXIF_PREFIX)
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return UPRIGHT
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        for entry in range(count):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, directory + 2 + 12 * entry)
            if tag == _EXIF_ORIENTATION:
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT


_READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], BareImage]], ...] = (
    (lambda data: data.startswith(b"\xff\xd8\xff"), _read_jpeg),
    (lambda data: data.startswith(_PNG_SIGNATURE), _read_png),
    (lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", _read_webp),
)
