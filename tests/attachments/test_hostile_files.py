"""Whatever the bytes: a clean picture comes out, or a refusal with words for it; nothing else."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from forms_api.attachments.messages import explain
from forms_api.attachments.photos import clean_photo
from forms_api.errors import AttachmentError
from tests.attachments.samples import LIMITS, MARK, encoded, exif, picture, with_metadata

VALID = [
    *(with_metadata(kind) for kind in ("JPEG", "PNG", "WEBP")),
    encoded(picture(48, 36), "JPEG", progressive=True, exif=exif()),
    encoded(picture(48, 36, "P"), "PNG", transparency=0),
    encoded(picture(48, 36, "LA"), "PNG"),
    encoded(picture(48, 36, "RGBA"), "WEBP", lossless=True),
]
SIGNATURES = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b"\0\0\0\x18ftyp"]
_FILE_STRUCTURE = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def clean_or_refused(upload: bytes) -> None:
    try:
        clean = clean_photo(upload, limits=LIMITS)
    except AttachmentError as error:
        explain(error)  # a reason without words would raise here
        return
    image = Image.open(io.BytesIO(clean.data), formats=["JPEG", "PNG"])
    image.load()
    assert image.size == (clean.width_px, clean.height_px)
    assert set(image.info) <= _FILE_STRUCTURE
    assert MARK not in clean.data


@settings(deadline=None)
@given(signature=st.sampled_from([b"", *SIGNATURES]), rest=st.binary(max_size=2000))
def test_any_bytes_at_all(signature: bytes, rest: bytes) -> None:
    clean_or_refused(signature + rest)


@settings(deadline=None, max_examples=300)
@given(
    valid=st.sampled_from(VALID),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4), st.integers(0, 4)),
        min_size=1,
        max_size=5,
    ),
)
def test_a_picture_with_bytes_changed_added_and_removed(
    valid: bytes, changes: list[tuple[float, bytes, int]]
) -> None:
    upload = valid
    for place, added, removed in changes:
        at = int(place * len(upload))
        upload = upload[:at] + added + upload[at + removed :]

    clean_or_refused(upload)


@settings(deadline=None, max_examples=60)
@given(one=st.sampled_from(VALID), other=st.sampled_from(VALID), cut=st.floats(0, 1))
def test_the_beginning_of_one_picture_and_the_end_of_another(
    one: bytes, other: bytes, cut: float
) -> None:
    clean_or_refused(one[: int(cut * len(one))] + other[int(cut * len(other)) :])
