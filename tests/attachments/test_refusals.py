"""What is refused, before any decoder sees it where that can be, and what the sender is told."""

from __future__ import annotations

import logging
import struct
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest
from PIL import Image

from forms_api.attachments import photos
from forms_api.attachments.image_files import BareImage
from forms_api.attachments.messages import MESSAGES, Reason, explain
from forms_api.attachments.photos import PhotoLimits, clean_photo
from forms_api.errors import AttachmentError
from tests.attachments.samples import (
    LIMITS,
    archive,
    encoded,
    jpeg_claiming,
    media_file,
    picture,
    png_chunk,
    png_claiming,
    webp_claiming,
    with_metadata,
)

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'


def refused(upload: bytes, limits: PhotoLimits = LIMITS) -> AttachmentError:
    with pytest.raises(AttachmentError) as caught:
        clean_photo(upload, limits=limits)
    return caught.value


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any decoding at all makes the photo `damaged`."""
    monkeypatch.setattr(photos, "_DECODERS", {})


@pytest.mark.usefixtures("no_decoder")
@pytest.mark.parametrize(
    ("upload", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"\0", Reason.NOT_AN_IMAGE),
        ("Chỉ là chữ".encode(), Reason.NOT_AN_IMAGE),
        (b"<!doctype html><title>anh.jpg</title>", Reason.NOT_AN_IMAGE),
        (SVG, Reason.DRAWING),
        (b"\xef\xbb\xbf\n" + SVG, Reason.DRAWING),
        (b"\x7fELF\x02\x01\x01" + bytes(100), Reason.PROGRAM),
        (b"MZ\x90\0" + bytes(100), Reason.PROGRAM),
        (b"#!/bin/sh\nrm -rf ~\n", Reason.PROGRAM),
        (archive(), Reason.ARCHIVE),
        (archive() + with_metadata("JPEG"), Reason.ARCHIVE),
        (b"Rar!\x1a\x07\x01\0", Reason.ARCHIVE),
        (b"%PDF-1.7\n", Reason.DOCUMENT),
        (media_file(b"heic", b"mif1"), Reason.HEIC),
        (media_file(b"mif1", b"heic"), Reason.HEIC),
        (media_file(b"mif1", b"avif"), Reason.UNSUPPORTED_TYPE),
        (media_file(b"isom", b"mp42"), Reason.VIDEO),
        (media_file(b"qt  "), Reason.VIDEO),
        (b"\x1a\x45\xdf\xa3" + bytes(40), Reason.VIDEO),
        (b"RIFF\x24\0\0\0AVI LIST", Reason.VIDEO),
        (encoded(picture(), "GIF"), Reason.UNSUPPORTED_TYPE),
        (encoded(picture(), "BMP"), Reason.UNSUPPORTED_TYPE),
        (encoded(picture(), "TIFF"), Reason.UNSUPPORTED_TYPE),
        (encoded(picture(), "AVIF"), Reason.UNSUPPORTED_TYPE),
        (encoded(picture(), "PNG", save_all=True, append_images=[picture(mode="L")]), "animated"),
        (encoded(picture(), "WEBP", save_all=True, append_images=[picture(mode="L")]), "animated"),
        (png_claiming(40_000, 40_000), Reason.TOO_MANY_PIXELS),
        (png_claiming(2**31 - 1, 2**31 - 1), Reason.TOO_MANY_PIXELS),
        (png_claiming(1, 50_000), Reason.TOO_MANY_PIXELS),
        (jpeg_claiming(65_500, 65_500), Reason.TOO_MANY_PIXELS),
        (jpeg_claiming(30_001, 8), Reason.TOO_MANY_PIXELS),
        (webp_claiming(16_384, 16_384), Reason.TOO_MANY_PIXELS),
        (jpeg_claiming(0, 8), Reason.DAMAGED),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)
def test_what_is_no_photo_is_named_without_decoding_anything(upload: bytes, reason: str) -> None:
    assert refused(upload).reason == reason


@pytest.mark.usefixtures("no_decoder")
def test_pixels_that_only_unfold_inside_the_decoder_are_counted_too() -> None:
    single = jpeg_claiming(7_000, 7_000)
    scan = single.index(b"\xff\xda")
    several = single[:-2] + single[scan:-2] + b"\xff\xd9"

    assert refused(several).reason == Reason.TOO_MANY_PIXELS
    assert refused(single).reason == Reason.DAMAGED  # the missing decoder: the header is accepted


def test_a_photo_with_thousands_of_scans_never_reaches_the_decoder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = encoded(picture(), "JPEG", progressive=True)
    last_scan = file[file.rindex(b"\xff\xda") : -2]
    reached: list[int] = []

    def decode(image: BareImage) -> Image.Image:
        reached.append(len(image.data))
        raise OSError

    monkeypatch.setattr(photos, "_decode", decode)

    assert refused(file[:-2] + last_scan * 2000).reason == Reason.DAMAGED
    assert reached == []
    assert refused(file).reason == Reason.DAMAGED
    assert reached == [len(file)]


def test_one_byte_over_the_limit_is_too_large_and_the_limit_is_said() -> None:
    upload = with_metadata("JPEG")
    limits = replace(LIMITS, max_bytes=len(upload))

    assert clean_photo(upload, limits=limits).original_bytes == len(upload)
    assert refused(upload + b"\0", limits).reason == Reason.TOO_LARGE
    assert "quá 15 MB" in explain(refused(bytes(LIMITS.max_bytes + 1)))


def test_a_form_may_take_fewer_kinds_of_picture() -> None:
    only_jpeg = replace(LIMITS, media_types=frozenset({"image/jpeg"}))

    assert refused(encoded(picture(), "PNG"), only_jpeg).reason == Reason.UNSUPPORTED_TYPE
    assert clean_photo(encoded(picture(), "JPEG"), limits=only_jpeg).media_type == "image/jpeg"


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.7, 0.9])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("PNG", {}),
        ("WEBP", {}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_a_file_that_ends_early_is_damaged(
    kind: str, options: dict[str, bool], share: float
) -> None:
    whole = encoded(picture(640, 480), kind, **options)
    cut = whole[: max(20, int(len(whole) * share))]

    error = refused(cut)

    assert error.reason == Reason.DAMAGED
    assert str(len(cut)) not in explain(error)


def _swap_frame_size(file: bytes) -> bytes:
    """Say another canvas than the picture inside has; within the limits."""
    start = file.index(b"VP8X") + 12
    return file[:start] + (99).to_bytes(3, "little") * 2 + file[start + 6 :]


@pytest.mark.parametrize(
    "upload",
    [
        pytest.param(
            encoded(picture(), "PNG")[:33]
            + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 8, 2, 0, 0, 0))
            + encoded(picture(), "PNG")[33:],
            id="a second header with another size",
        ),
        pytest.param(
            encoded(picture(), "JPEG")[:-2] + encoded(picture(), "JPEG")[2:],
            id="two frames in one file",
        ),
        pytest.param(_swap_frame_size(webp_claiming(200, 200)), id="canvas and picture differ"),
        pytest.param(encoded(picture(), "JPEG")[:20] + b"\xff\xd9", id="no frame at all"),
        pytest.param(b"\xff\xd8\xff\xe1\0", id="ends within a header"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(64), id="a signature and nothing behind"),
        pytest.param(b"RIFF\x0c\0\0\0WEBPVP8 \0\0\0\0", id="an empty WebP"),
    ],
)
def test_a_file_that_contradicts_itself_is_damaged(upload: bytes) -> None:
    assert refused(upload).reason == Reason.DAMAGED


@pytest.mark.parametrize("failure", [RuntimeError, MemoryError, OSError, RecursionError, KeyError])
@pytest.mark.parametrize("step", ["_decode", "_flatten", "_fit", "_encode"])
def test_nothing_is_kept_and_nothing_is_told_when_a_step_fails(
    step: str,
    failure: type[Exception],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure("GPS 21.27,106.19")

    monkeypatch.setattr(photos, step, fail)
    caplog.set_level(logging.DEBUG)

    error = refused(encoded(picture(), "JPEG"))

    assert error.reason == Reason.DAMAGED
    assert error.__cause__ is None
    assert error.__suppress_context__
    assert "GPS" not in explain(error) + str(error) + caplog.text


def test_a_refused_photo_does_not_keep_the_next_one_waiting() -> None:
    whole = encoded(picture(), "JPEG")
    refused(whole[: len(whole) // 2])

    assert clean_photo(whole, limits=LIMITS).width_px == 160


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_says_in_vietnamese_what_to_do(reason: Reason) -> None:
    said = explain(
        AttachmentError(reason, max_mb=10, width_px=9000, height_px=8000, minutes=30, pages=100)
    )

    assert reason in MESSAGES
    assert "Hãy" in said
    assert said.endswith("Những điều đã viết vẫn còn nguyên.")
    assert said == unicodedata.normalize("NFC", said)
    assert not set("{}") & set(said)


def test_every_reason_that_needs_facts_carries_them() -> None:
    makers: list[Callable[[], bytes]] = [
        lambda: png_claiming(40_000, 40_000),
        lambda: bytes(LIMITS.max_bytes + 1),
    ]

    said = [explain(refused(make())) for make in makers]

    assert "40000 × 40000" in said[0]
    assert "15 MB" in said[1]
