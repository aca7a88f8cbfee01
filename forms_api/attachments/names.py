"""What a file of a report is called, on disk, in a download and on the desk: by its kind and number.

The name that the sender's phone gave is not stored: it may tell who, when and where.
"""

from __future__ import annotations

from enum import StrEnum

_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/webm": "webm",
    "application/pdf": "pdf",
}


class Family(StrEnum):
    """What people call a file; the value begins its name."""

    PHOTO = "anh"
    FILM = "phim"
    SOUND = "ghi-am"
    DOCUMENT = "tai-lieu"


_FAMILIES = {
    "image": Family.PHOTO,
    "video": Family.FILM,
    "audio": Family.SOUND,
    "application": Family.DOCUMENT,
}


def family_of(media_type: str) -> Family:
    """Return what people call a file of this media type."""
    return _FAMILIES[media_type.partition("/")[0]]


def file_name(number: int, media_type: str, *, is_original: bool) -> str:
    """Return a file's name in its report, such as `anh-1.jpg` or `phim-2-goc.mov`."""
    ending = "-goc" if is_original else ""
    return f"{family_of(media_type)}-{number}{ending}.{_EXTENSIONS.get(media_type, 'bin')}"
