"""One door for everything that is uploaded: what it is by its content, cleaned, or refused with advice.

Fail closed: what cannot be cleaned is refused, never kept as it came. The original itself is kept
beside the clean file only where its sender asks for that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

from forms_api.attachments.apart import clean_apart
from forms_api.attachments.file_kinds import media_type_of, other_kind
from forms_api.attachments.image_files import JPEG, PNG, WEBP
from forms_api.attachments.messages import Reason
from forms_api.attachments.photos import PhotoLimits, clean_photo
from forms_api.attachments.scanning import NO_SCANNER, Scan, Scanner
from forms_api.errors import AttachmentError

PHOTOS = (JPEG, PNG, WEBP)
_BYTES_PER_MB = 2**20


@dataclass(frozen=True)
class FileLimits:
    """What a form accepts: media types, and the bytes of one upload by the first half of its type.

    `max_bytes` has one number for each of `image`, `video`, `audio`, `application`.
    """

    media_types: Collection[str]
    max_bytes: dict[str, int]


@dataclass(frozen=True)
class CleanFile:
    """A file without anything but its pictures, sound or pages.

    `facts` are what is known of it: `width_px`, `height_px`, `seconds`, `pages`. `original_sha256`
    (hexadecimal) and `original_bytes` tell which upload it was made from, `scan` what the malware
    scanner said of that upload. `original` is the upload as it came, where its sender wants that kept.
    """

    data: bytes
    media_type: str
    original_sha256: str
    original_bytes: int
    facts: dict[str, Any] = field(default_factory=dict)
    scan: Scan = Scan.NOT_SCANNED
    original: CleanFile | None = None


def clean_file(data: bytes, *, limits: FileLimits, scanner: Scanner = NO_SCANNER) -> CleanFile:
    """Return the upload `data`, cleaned; its name and declared type play no part.

    1. What is it by its first bytes, and does the form take that? 2. Does the scanner know it as
    harmful? 3. Read it to its end and write anew what may stay.

    Raises AttachmentError with a `Reason`.
    """
    if not data:
        raise AttachmentError(Reason.EMPTY)
    media_type = media_type_of(data)
    if media_type is None or media_type not in limits.media_types:
        raise AttachmentError(
            other_kind(data) if media_type not in PHOTOS else Reason.UNSUPPORTED_TYPE
        )
    max_bytes = limits.max_bytes[media_type.partition("/")[0]]
    if len(data) > max_bytes:
        reason = Reason.TOO_LARGE if media_type in PHOTOS else Reason.FILE_TOO_LARGE
        raise AttachmentError(reason, max_mb=max_bytes // _BYTES_PER_MB)
    scan = scanner.scan(data)
    clean, clean_type, facts = _CLEANERS[media_type](data, media_type)
    digest = hashlib.sha256(data).hexdigest()
    return CleanFile(clean, clean_type, digest, len(data), facts, scan)


def with_original(clean: CleanFile, data: bytes) -> CleanFile:
    """Return `clean` with the upload it was made from, `data`, to be kept beside it."""
    media_type = media_type_of(data)
    assert media_type is not None  # it was cleaned by that
    original = CleanFile(
        data, media_type, clean.original_sha256, clean.original_bytes, scan=clean.scan
    )
    return replace(clean, original=original)


def _photo(data: bytes, media_type: str) -> tuple[bytes, str, dict[str, Any]]:
    photo = clean_photo(data, limits=PhotoLimits(len(data), media_types=frozenset({media_type})))
    facts = {"width_px": photo.width_px, "height_px": photo.height_px}
    return photo.data, photo.media_type, facts


_Cleaner = Callable[[bytes, str], tuple[bytes, str, dict[str, Any]]]
_CLEANERS: dict[str, _Cleaner] = {
    **dict.fromkeys(PHOTOS, _photo),
    **dict.fromkeys(
        (
            "image/heic",
            "video/mp4",
            "video/quicktime",
            "video/webm",
            "audio/mp4",
            "audio/mpeg",
            "audio/ogg",
            "application/pdf",
        ),
        clean_apart,
    ),
}
MEDIA_TYPES = tuple(_CLEANERS)
"""Every kind of upload that can be cleaned."""
