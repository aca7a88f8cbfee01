"""Pictures in few colours, put together from pieces: codes, sheets of which only a band differs.

A wide picture of which a band is new is written in a fraction of the time: the rows above and below are
compressed once. Source: PNG (ISO/IEC 15948), 5.3 and 10; zlib (RFC 1950) and DEFLATE (RFC 1951).
"""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

from site_builder.share_drawing import code_of

COLOURS = 160
"""Enough for flat colours and the edges of letters, at a third of the bytes of full colour."""

_EXAMPLE_STEP = 3
"""Every third dot of each row and column shows all colours there are."""


class FewColours:
    """The colours of an example picture, black and white, for all that look like it."""

    def __init__(self, example: Image.Image) -> None:
        fewer = (example.width // _EXAMPLE_STEP, example.height // _EXAMPLE_STEP + 1)
        sample = example.resize(fewer, Image.Resampling.NEAREST)
        sample.paste("black", (0, 0, fewer[0], 1))
        sample.paste("white", (0, 0, fewer[0] // 2, 1))
        self._palette = sample.quantize(
            COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
        )

    def reduced(self, picture: Image.Image) -> Image.Image:
        """Return the picture in these colours."""
        return picture.quantize(palette=self._palette, dither=Image.Dither.NONE)


class KeptRows:
    """Writes PNG files of pictures that are alike but for the rows from `top` to `bottom`.

    1. The rows above and below are compressed once, each ending on a whole byte (a full flush).
    2. A picture's own rows are compressed alone; the three pieces one after another are one stream.
    3. The stream's check sum goes over the rows of all three.
    """

    def __init__(self, ground: Image.Image, top: int, bottom: int) -> None:
        self.top = top
        self._ground = ground
        self._bottom = bottom
        self._above = _rows(ground.crop((0, 0, ground.width, top)))
        self._below = _rows(ground.crop((0, bottom, ground.width, ground.height)))
        self._packed_above = _packed(self._above, level=6)
        self._packed_below = _packed(self._below, level=6, is_last=True)
        self._sum_above = zlib.adler32(self._above)
        self._head = _head(ground)

    def band(self) -> Image.Image:
        """Return the rows that differ, to be painted on."""
        return self._ground.crop((0, self.top, self._ground.width, self._bottom))

    def png(self, band: Image.Image) -> bytes:
        """Return the whole picture with `band` in its place."""
        rows = _rows(band)
        total = zlib.adler32(self._below, zlib.adler32(rows, self._sum_above))
        data = b"".join(
            [b"\x78\x01", self._packed_above, _packed(rows, level=1), self._packed_below]
        )
        stream = data + struct.pack(">I", total)
        return self._head + _chunk(b"IDAT", stream) + _chunk(b"IEND", b"")


def code_picture(address: str) -> Image.Image:
    """Return the code of an address, one dot a module, its quiet zone included."""
    rows = code_of(address).rows
    marks = Image.frombytes("L", (len(rows), len(rows)), b"".join(rows))
    return marks.point([255, *[0] * 255]).convert("RGB")


def square_code(modules: Image.Image, width: int) -> Image.Image:
    """Return a code as large as whole dots allow, in the middle of a square of its quiet zone."""
    wide = width // modules.width * modules.width
    edge = (width - wide) // 2
    square = _like(modules, (width, width))
    square.paste(modules.crop((0, 0, 1, 1)).resize((width, width)), (0, 0))
    square.paste(modules.resize((wide, wide), Image.Resampling.NEAREST), (edge, edge))
    return square


def stacked(upper: Image.Image, lower: Image.Image) -> Image.Image:
    """Return one picture above the other; both have the same colours."""
    both = _like(upper, (upper.width, upper.height + lower.height))
    both.paste(upper, (0, 0))
    both.paste(lower, (0, upper.height))
    return both


def plain_png(picture: Image.Image) -> bytes:
    """Return the picture as a PNG, written fast rather than small."""
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=1)
    return target.getvalue()


def _like(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return an empty picture with the same colours."""
    empty = Image.new(picture.mode, size)
    palette = picture.getpalette()
    if palette:
        empty.putpalette(palette)
    return empty


def _rows(picture: Image.Image) -> bytes:
    """Return the picture's rows as PNG wants them: each behind the number of its filter, none."""
    data, width = picture.tobytes(), picture.width
    return b"".join(b"\0" + data[at : at + width] for at in range(0, len(data), width))


def _packed(rows: bytes, *, level: int, is_last: bool = False) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(rows) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH)


def _head(picture: Image.Image) -> bytes:
    """Return what comes before a picture's rows: signature, size, colours."""
    size = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 3, 0, 0, 0)
    colours = bytes(picture.getpalette() or [])
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", size) + _chunk(b"PLTE", colours)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
