"""What an upload is, told by its first bytes: a kind that can be cleaned, or one sent by mistake."""

from __future__ import annotations

from forms_api.attachments.messages import Reason

_HEAD_BYTES = 4096

_SIGNATURES: tuple[tuple[bytes, Reason], ...] = (
    (b"GIF8", Reason.UNSUPPORTED_TYPE),
    (b"BM", Reason.UNSUPPORTED_TYPE),
    (b"II*\0", Reason.UNSUPPORTED_TYPE),  # TIFF and most raw camera files
    (b"MM\0*", Reason.UNSUPPORTED_TYPE),
    (b"\0\0\0\x0cjP  ", Reason.UNSUPPORTED_TYPE),  # JPEG 2000
    (b"\0\0\0\x0cJXL ", Reason.UNSUPPORTED_TYPE),
    (b"\xff\x0a", Reason.UNSUPPORTED_TYPE),  # JPEG XL
    (b"\x1a\x45\xdf\xa3", Reason.VIDEO),  # Matroska, WebM
    (b"\0\0\x01\xba", Reason.VIDEO),  # MPEG
    (b"FLV", Reason.VIDEO),
    (b"OggS", Reason.VIDEO),
    (b"ID3", Reason.VIDEO),  # MP3
    (b"#!AMR", Reason.VIDEO),
    (b"%PDF", Reason.DOCUMENT),
    (b"{\\rtf", Reason.DOCUMENT),
    (b"\xd0\xcf\x11\xe0", Reason.DOCUMENT),  # Word and Excel before 2007
    (b"PK\x03\x04", Reason.ARCHIVE),
    (b"PK\x05\x06", Reason.ARCHIVE),
    (b"Rar!", Reason.ARCHIVE),
    (b"7z\xbc\xaf", Reason.ARCHIVE),
    (b"\x1f\x8b", Reason.ARCHIVE),
    (b"BZh", Reason.ARCHIVE),
    (b"\xfd7zXZ", Reason.ARCHIVE),
    (b"\x7fELF", Reason.PROGRAM),
    (b"MZ", Reason.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Reason.PROGRAM),  # macOS
    (b"dex\n", Reason.PROGRAM),  # Android
    (b"#!", Reason.PROGRAM),
)
# ISO base media files, by brand: ISO/IEC 23008-12 (HEIF), AV1 Image File Format; the rest is film.
_HEIF_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"mif2", b"msf1"}
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})


_SOUND_BRANDS = frozenset({b"M4A ", b"M4B "})
_QUICKTIME_BRAND = b"qt  "
# Sync word of a frame of MPEG audio, layer III, without a tag before it (ISO/IEC 11172-3).
_MP3_FRAMES = frozenset({b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2"})
_CLEANABLE: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"%PDF-", "application/pdf"),
)


def media_type_of(data: bytes) -> str | None:
    """Return the media type of `data` if it is of a kind that can be cleaned, else None."""
    if data[4:8] == b"ftyp":
        brands = _brands(data)
        if brands & _AVIF_BRANDS:
            return None
        if brands & _HEIF_BRANDS:
            return "image/heic"
        if data[8:12] in _SOUND_BRANDS:
            return "audio/mp4"
        return "video/quicktime" if data[8:12] == _QUICKTIME_BRAND else "video/mp4"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:2] in _MP3_FRAMES:
        return "audio/mpeg"
    return next((kind for signature, kind in _CLEANABLE if data.startswith(signature)), None)


def other_kind(data: bytes) -> Reason:
    """Return why `data`, which is of no kind that is accepted, is refused."""
    if data[4:8] == b"ftyp":
        return _media_file(data)
    if data.startswith(b"RIFF") and data[8:12] in {b"AVI ", b"WAVE"}:
        return Reason.VIDEO
    if data[:2] in _MP3_FRAMES:
        return Reason.VIDEO
    for signature, reason in _SIGNATURES:
        if data.startswith(signature):
            return reason
    head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(b"<") and b"<svg" in head:
        return Reason.DRAWING
    return Reason.NOT_AN_IMAGE


def _media_file(data: bytes) -> Reason:
    brands = _brands(data)
    if brands & _AVIF_BRANDS:
        return Reason.UNSUPPORTED_TYPE
    return Reason.HEIC if brands & _HEIF_BRANDS else Reason.VIDEO


def _brands(data: bytes) -> set[bytes]:
    stop = min(int.from_bytes(data[:4], "big"), _HEAD_BYTES)
    return {data[8:12], *(data[at : at + 4] for at in range(16, stop, 4))}
