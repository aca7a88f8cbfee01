"""Real pictures, made with Pillow, and the files that strangers send instead."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from forms_api.attachments.photos import PhotoLimits

LIMITS = PhotoLimits(max_bytes=15 * 2**20)

MARK = b"DAU-VET-RIENG"
"""Stands in every corner of a file where something private may hide."""

TURNED = 6
"""Exif's number for a phone held upright."""


def picture(width: int = 160, height: int = 120, mode: str = "RGB") -> Image.Image:
    """A picture whose four corners differ, so that every turn shows."""
    painted = Image.new("RGB", (width, height), (200, 30, 30))
    painted.paste((30, 160, 30), (width // 2, 0, width, height // 2))
    painted.paste((30, 30, 200), (0, height // 2, width // 2, height))
    painted.paste((230, 220, 40), (width // 2, height // 2, width, height))
    return painted.convert(mode)


def photo(width: int, height: int) -> Image.Image:
    """A picture as full of detail as one from a camera."""
    coarse = Image.effect_noise((width // 4, height // 4), 60).resize((width, height))
    fine = Image.effect_noise((width, height), 12)
    return Image.merge("RGB", (coarse, Image.linear_gradient("L").resize((width, height)), fine))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as a file of `kind`: JPEG, PNG, WEBP, MPO or GIF."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif(orientation: int = TURNED, order: str = "<") -> bytes:
    """Exif with a maker, a serial number, a place on earth and a thumbnail."""
    tags = Image.Exif()
    tags.endian = order
    tags[ExifTags.Base.Orientation] = orientation
    tags[ExifTags.Base.Make] = MARK.decode()
    tags.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = MARK.decode()
    tags.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (21.0, 16.0, 12.0),
            ExifTags.GPS.GPSAreaInformation: MARK,
        }
    )
    return tags.tobytes() + encoded(picture(16, 12), "JPEG", comment=MARK)


def with_metadata(kind: str) -> bytes:
    """A file with something private in every place that its kind has, and behind its end."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + MARK
    options: dict[str, object] = {"exif": exif(), "icc_profile": profile}
    if kind == "PNG":
        words = PngImagePlugin.PngInfo()
        words.add_text("Comment", MARK.decode())
        words.add_itxt("XML:com.adobe.xmp", MARK.decode())
        options["pnginfo"] = words
    else:
        options["xmp"] = b"<x:xmpmeta>" + MARK
    if kind == "JPEG":
        options["comment"] = MARK
    return encoded(picture(), kind, **options) + b"<script>" + MARK + archive()


def archive() -> bytes:
    """A ZIP file with another inside."""
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(MARK.decode(), bytes(10**6))
    with zipfile.ZipFile(outer, "w") as packed:
        packed.writestr("trong.zip", inner.getvalue())
    return outer.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk with its length and checksum."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of few bytes that opens into many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(2**20), 9)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", pixels)
        + png_chunk(b"IEND", b"")
    )


def jpeg_claiming(width: int, height: int) -> bytes:
    """A JPEG whose frame header says another size than its pixels."""
    file = encoded(picture(), "JPEG")
    frame = file.index(b"\xff\xc0") + 5
    return file[:frame] + struct.pack(">HH", height, width) + file[frame + 4 :]


def webp_claiming(width: int, height: int) -> bytes:
    """A WebP whose canvas is larger than its picture."""
    file = encoded(picture(), "WEBP", exif=exif())
    canvas = file.index(b"VP8X") + 12
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return file[:canvas] + size + file[canvas + 6 :]


def media_file(brand: bytes, *others: bytes) -> bytes:
    """The beginning of an ISO base media file: HEIC, AVIF, MP4, QuickTime."""
    brands = brand + bytes(4) + b"".join(others)
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + bytes(200)
