"""Reads the share kit's files back: pages as pictures, their words, the codes on them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdfium2
import zxingcpp
from PIL import Image, ImageChops
from pypdf import PdfReader

MM_PER_INCH = 25.4
DPI = 200
ZERO_WIDTH = "\u200b"


@dataclass(frozen=True)
class Code:
    """A QR code that a decoder found: what it says, its level, its place in dots, its width."""

    text: str
    level: str
    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """The symbol's width in dots, without its quiet zone."""
        return self.right - self.left


def codes_in(picture: Image.Image) -> list[Code]:
    """Return every QR code that stands upright in the picture, or upside down, from the top."""
    found = []
    for code in zxingcpp.read_barcodes(picture):
        corners = code.position
        points = [corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left]
        xs, ys = [point.x for point in points], [point.y for point in points]
        found.append(Code(code.text, code.ec_level, min(xs), min(ys), max(xs), max(ys)))
    return sorted(found, key=lambda one: (one.top, one.left))


def modules_of(address_length: int) -> int:
    """Return how many modules a code of level M is wide. Source: ISO/IEC 18004, table 7."""
    room = {25: 26, 29: 42, 33: 62, 37: 84, 41: 106, 45: 122, 49: 152}
    return next(modules for modules, most in room.items() if address_length <= most)


def is_white_around(picture: Image.Image, code: Code, modules: int) -> bool:
    """Tell whether nothing but white stands within `modules` modules of the symbol."""
    module = code.width / modules_of(len(code.text.encode()))
    edge = int(modules * module) - 1  # the decoder's corners are a dot or so off
    box = (code.left - edge, code.top - edge, code.right + edge + 1, code.bottom + edge + 1)
    if min(box[:2]) < 0 or box[2] > picture.width or box[3] > picture.height:
        return False
    ring = picture.convert("L").crop(box)
    inner = (edge - 2, edge - 2, ring.width - edge + 2, ring.height - edge + 2)
    ring.paste(255, inner)
    return ImageChops.invert(ring).getextrema()[1] < 16  # type: ignore[operator] # one band


def page_pictures(pdf: Path, *, dpi: int = DPI) -> list[Image.Image]:
    """Return the file's pages as a printer would draw them."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.render(scale=dpi / 72).to_pil().convert("RGB") for page in document]


def page_sizes_mm(pdf: Path) -> list[tuple[int, int]]:
    """Return width and height of each page, in whole millimetres."""
    pages = PdfReader(pdf).pages
    points = [(float(page.mediabox.width), float(page.mediabox.height)) for page in pages]
    return [(round(w * MM_PER_INCH / 72), round(h * MM_PER_INCH / 72)) for w, h in points]


def words_of(pdf: Path | bytes) -> str:
    """Return the file's words, in one line, without the signs that let long words break."""
    source = io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf
    text = " ".join(page.extract_text() for page in PdfReader(source).pages)
    return re.sub(r"\s+", " ", text.replace(ZERO_WIDTH, ""))


def missing_glyphs(pdf: Path | bytes) -> int:
    """Return how many letters are drawn as the sign for “no such letter” (glyph 0)."""
    source = io.BytesIO(pdf) if isinstance(pdf, bytes) else pdf
    with pikepdf.open(source) as document:
        return sum(_missing_in(content) for page in document.pages for content in _contents(page))


def _contents(page: pikepdf.Page) -> Iterator[pikepdf.Page | pikepdf.Object]:
    """Yield the page's own content and every form set into it."""
    yield page
    waiting: list[pikepdf.Object] = [page.obj]
    while waiting:
        resources = waiting.pop().get("/Resources", pikepdf.Dictionary())
        for piece in resources.get("/XObject", pikepdf.Dictionary()).values():
            if piece.get("/Subtype") == "/Form":
                yield piece
                waiting.append(piece)


def _missing_in(content: pikepdf.Page | pikepdf.Object) -> int:
    """Count two-byte glyph numbers that are zero; all fonts here are Identity-H."""
    found = 0
    for instruction in pikepdf.parse_content_stream(content):
        if str(instruction.operator) not in {"Tj", "TJ"}:
            continue
        operand = instruction.operands[0]
        strings = operand if isinstance(operand, pikepdf.Array) else [operand]
        for string in strings:
            if isinstance(string, pikepdf.String):
                data = bytes(string)
                found += sum(data[at : at + 2] == b"\0\0" for at in range(0, len(data), 2))
    return found
