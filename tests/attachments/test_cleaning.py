"""What comes out: the picture, upright and readable, and nothing else of the file."""

from __future__ import annotations

import hashlib
import io

import pytest
from PIL import Image, ImageChops, ImageOps

from forms_api.attachments.photos import KEPT_PIXELS, CleanPhoto, clean_photo
from tests.attachments.samples import (
    LIMITS,
    MARK,
    encoded,
    exif,
    photo,
    picture,
    with_metadata,
)

KINDS = ["JPEG", "PNG", "WEBP"]
_FILE_STRUCTURE = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def opened(clean: CleanPhoto) -> Image.Image:
    image = Image.open(io.BytesIO(clean.data))
    image.load()
    return image


def differ(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of brightness between two pictures, each made small and soft."""
    small = [image.convert("RGB").resize((16, 16)).convert("L") for image in (one, other)]
    extrema = ImageChops.difference(*small).getextrema()
    return int(extrema[1])  # type: ignore[arg-type]  # one band has one pair


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_but_the_pixels_leaves_the_file(kind: str) -> None:
    upload = with_metadata(kind)
    assert upload.count(MARK) >= 3

    clean = clean_photo(upload, limits=LIMITS)

    image = opened(clean)
    assert MARK not in clean.data
    assert not image.getexif()
    assert set(image.info) <= _FILE_STRUCTURE
    assert b"<script>" not in clean.data
    assert b"PK" not in clean.data[-200:]
    assert differ(image, picture().transpose(Image.Transpose.ROTATE_270)) < 12


@pytest.mark.parametrize("kind", KINDS)
def test_the_receipt_of_a_photo_names_its_type_size_and_origin(kind: str) -> None:
    upload = with_metadata(kind)

    clean = clean_photo(upload, limits=LIMITS)

    image = opened(clean)
    assert Image.MIME[image.format or ""] == clean.media_type
    assert (clean.width_px, clean.height_px) == image.size
    assert clean.original_sha256 == hashlib.sha256(upload).hexdigest()
    assert clean.original_bytes == len(upload)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", KINDS)
def test_a_turned_picture_is_put_upright(kind: str, orientation: int, order: str) -> None:
    upload = encoded(picture(), kind, exif=exif(orientation, order))
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(upload)))

    clean = clean_photo(upload, limits=LIMITS)

    assert (clean.width_px, clean.height_px) == upright.size
    assert differ(opened(clean), upright) < 12


@pytest.mark.parametrize("tags", [b"", b"II", b"XX*\0", b"II*\0\xff\xff\xff\xff", exif(9), exif(0)])
def test_unreadable_metadata_does_not_cost_the_photo(tags: bytes) -> None:
    tags = b"Exif\0\0" + tags.removeprefix(b"Exif\0\0")

    clean = clean_photo(encoded(picture(), "JPEG", exif=tags), limits=LIMITS)

    assert differ(opened(clean), picture()) < 12


@pytest.mark.parametrize(
    "upload",
    [
        encoded(picture(mode="L"), "JPEG"),
        encoded(picture(mode="CMYK"), "JPEG"),
        encoded(picture(), "JPEG", progressive=True),
        encoded(picture(), "MPO", save_all=True, append_images=[picture(mode="L")]),
        encoded(picture(mode="1"), "PNG"),
        encoded(picture(mode="L"), "PNG"),
        encoded(picture(mode="LA"), "PNG"),
        encoded(picture(mode="P"), "PNG"),
        encoded(picture(mode="RGBA"), "PNG"),
        encoded(picture(mode="RGBA"), "WEBP"),
        encoded(picture(), "WEBP", lossless=True),
    ],
    ids=lambda upload: hashlib.sha256(upload).hexdigest()[:6],
)
def test_every_way_of_holding_pixels_is_understood(upload: bytes) -> None:
    seen = Image.open(io.BytesIO(upload)).convert("RGB")

    clean = clean_photo(upload, limits=LIMITS)

    image = opened(clean)
    assert image.mode in {"L", "RGB"}
    assert differ(image, seen) < 16


def test_sixteen_bits_of_grey_keep_their_shades() -> None:
    row = b"\x00\x40" * 20 + b"\x00\xc0" * 20
    deep = Image.frombytes("I;16", (40, 20), row * 20)

    image = opened(clean_photo(encoded(deep, "PNG"), limits=LIMITS)).convert("L")

    assert image.crop((0, 0, 15, 20)).getextrema() == pytest.approx((0x40, 0x40), abs=4)
    assert image.crop((25, 0, 40, 20)).getextrema() == pytest.approx((0xC0, 0xC0), abs=4)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_transparency_hides_is_not_sent_along(mode: str) -> None:
    hidden = picture(mode="RGBA")
    hidden.putalpha(0)
    upload = encoded(hidden.convert(mode), "PNG")

    image = opened(clean_photo(upload, limits=LIMITS))

    assert not image.has_transparency_data
    assert image.convert("L").getextrema() == (255, 255)


def test_one_pixel_is_a_picture() -> None:
    clean = clean_photo(encoded(picture(1, 1), "PNG"), limits=LIMITS)

    assert (clean.width_px, clean.height_px) == (1, 1)


def test_a_screenshot_stays_as_sharp_as_it_was() -> None:
    screen = picture(1080, 2400)

    clean = clean_photo(encoded(screen, "PNG"), limits=LIMITS)

    assert clean.media_type == "image/png"
    assert opened(clean).tobytes() == screen.tobytes()


def test_a_long_screenshot_stays_wide_enough_to_read() -> None:
    clean = clean_photo(encoded(picture(1080, 9000), "PNG"), limits=LIMITS)

    assert clean.width_px > 700
    assert clean.width_px * clean.height_px <= KEPT_PIXELS * 1.01


def test_a_camera_picture_saved_as_png_comes_out_as_jpeg() -> None:
    clean = clean_photo(encoded(photo(800, 600), "PNG", compress_level=1), limits=LIMITS)

    assert clean.media_type == "image/jpeg"
    assert (clean.width_px, clean.height_px) == (800, 600)


@pytest.mark.parametrize("size", [(4032, 3024), (3024, 4032), (4033, 3025), (8160, 6120)])
def test_a_large_photo_is_taken_and_made_smaller(size: tuple[int, int]) -> None:
    large = picture(*size)

    clean = clean_photo(encoded(large, "JPEG", exif=exif(1)), limits=LIMITS)

    assert 2000 <= max(clean.width_px, clean.height_px) <= 2560
    assert abs(clean.width_px / clean.height_px - size[0] / size[1]) < 0.01
    assert differ(opened(clean), large) < 12


def test_a_photo_that_only_lacks_its_end_marker_is_taken() -> None:
    upload = encoded(picture(), "JPEG").removesuffix(b"\xff\xd9")

    clean = clean_photo(upload + bytes(64), limits=LIMITS)

    assert differ(opened(clean), picture()) < 12


def test_cleaning_a_clean_photo_keeps_its_size() -> None:
    first = clean_photo(with_metadata("JPEG"), limits=LIMITS)

    again = clean_photo(first.data, limits=LIMITS)

    assert (again.width_px, again.height_px) == (first.width_px, first.height_px)
