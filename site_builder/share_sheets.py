"""Sheets of paper put together from faces and labels, as PDF files and as pictures.

Source of the operators: ISO 32000-1, 8.3.4 (matrices) and 8.10 (form XObjects).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pikepdf
from PIL import Image

from site_builder.share_drawing import Printer, expect_pages, save_pdf
from site_builder.share_order import Subject, WantedSheet
from site_builder.share_papers import LABEL, LABEL_HEIGHT_MM, Paper, Sheet, Spot

MM_PER_INCH = 25.4
POINTS_PER_MM = 72 / MM_PER_INCH
COLOURS = 160
"""Enough for flat colours and the edges of letters, at a third of the bytes of full colour."""


@dataclass(frozen=True)
class Sheets:
    """All sheets of one kind of paper: `faces` and `labels` are what is drawn on them."""

    paper: Paper
    faces: Sequence[Subject]
    labels: Sequence[Subject]
    wanted: Sequence[WantedSheet]


def draw_sheets(
    printer: Printer, sheets: Sheets, label_pages: bytes | None
) -> Iterator[tuple[str, bytes]]:
    """Yield every wanted file of the sheets with its name. Raises DrawingError.

    `label_pages` is a PDF with a page for each of the labels; None when no PDF is wanted.
    """
    if label_pages is not None:
        yield from _pdfs(printer, sheets, label_pages)
    yield from _pictures(printer, sheets)


def _pdfs(printer: Printer, sheets: Sheets, label_pages: bytes) -> Iterator[tuple[str, bytes]]:
    template = sheets.paper.template
    face_pages = printer.pdf(template, sheets.faces, {})
    with (
        pikepdf.open(io.BytesIO(face_pages)) as faces,
        pikepdf.open(io.BytesIO(label_pages)) as labels,
    ):
        for pdf, made, drawn in ((faces, template, sheets.faces), (labels, LABEL.template, sheets.labels)):
            expect_pages(made, drawn, wanted=len(drawn), made=len(pdf.pages))
        for one in sheets.wanted:
            if one.pdf:
                face, label = faces.pages[one.face], labels.pages[one.label]
                yield one.pdf, _sheet_pdf(_sheet_of(sheets), one.title, face, label)


def _sheet_pdf(sheet: Sheet, title: str, face: pikepdf.Page, label: pikepdf.Page) -> bytes:
    """Return a sheet with the face, and the label on it, at every spot."""
    size = (sheet.width_mm, sheet.height_mm)
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=tuple(mm * POINTS_PER_MM * sheet.zoom for mm in size))
        page = pdf.pages[0]
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(
                Face=pdf.copy_foreign(face.as_form_xobject()),
                Label=pdf.copy_foreign(label.as_form_xobject()),
            )
        )
        page.Contents = pdf.make_stream(_operators(sheet).encode())
        return save_pdf(pdf, title)


def _operators(sheet: Sheet) -> str:
    """Return the page's content; PDF measures from the bottom, our table from the top."""
    width, height = sheet.face_width_mm * POINTS_PER_MM, sheet.face_height_mm * POINTS_PER_MM
    label_x = sheet.label_x_mm * POINTS_PER_MM
    label_y = height - (sheet.label_y_mm + LABEL_HEIGHT_MM * sheet.label_scale) * POINTS_PER_MM
    scale = sheet.label_scale
    label = f"q {scale:.4f} 0 0 {scale:.4f} {label_x:.3f} {label_y:.3f} cm /Label Do Q"
    parts = [f"{sheet.zoom:.6f} 0 0 {sheet.zoom:.6f} 0 0 cm"]
    for spot in sheet.spots:
        x = spot.x_mm * POINTS_PER_MM
        y = (sheet.height_mm - spot.y_mm) * POINTS_PER_MM - height
        matrix = f"-1 0 0 -1 {x + width:.3f} {y + height:.3f}" if spot.is_turned else f"1 0 0 1 {x:.3f} {y:.3f}"
        parts.append(f"q {matrix} cm /Face Do {label} Q")
    return "\n".join(parts)


def _pictures(printer: Printer, sheets: Sheets) -> Iterator[tuple[str, bytes]]:
    """Yield the sheets that are wanted as pictures, in few colours, each face's own."""
    wanted = [one for one in sheets.wanted if one.png]
    if not wanted:
        return
    sheet, template = _sheet_of(sheets), sheets.paper.template
    ppi = sheets.paper.ppi * sheet.zoom
    indices = sorted({one.face for one in wanted})
    faces = printer.pictures(template, [sheets.faces[index] for index in indices], {}, ppi=ppi)
    labels = printer.pictures(
        LABEL.template, [sheets.labels[one.label] for one in wanted], {}, ppi=ppi * sheet.label_scale
    )
    expect_pages(template, sheets.faces, wanted=len(indices), made=len(faces))
    expect_pages(LABEL.template, sheets.labels, wanted=len(wanted), made=len(labels))
    grounds = {
        index: _Ground(sheet, _picture(face), ppi / MM_PER_INCH)
        for index, face in zip(indices, faces, strict=True)
    }
    for one, label in zip(wanted, labels, strict=True):
        yield str(one.png), grounds[one.face].with_label(_picture(label))


class _Ground:
    """A sheet with faces and no labels yet, and the colours that all its pictures share."""

    def __init__(self, sheet: Sheet, face: Image.Image, dots_per_mm: float) -> None:
        self._sheet = sheet
        self._face = face
        self._dots = dots_per_mm
        self._few_colours: Image.Image | None = None

    def with_label(self, label: Image.Image) -> bytes:
        """Return the picture of the sheet with the label on every face."""
        if self._few_colours is None:
            whole = self._faces()
            self._set(whole, label)
            self._palette = whole.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
            self._few_colours = self._reduced(self._faces())
        picture = self._few_colours.copy()
        self._set(picture, self._reduced(label))
        target = io.BytesIO()
        picture.save(target, "PNG", compress_level=4)
        return target.getvalue()

    def _reduced(self, picture: Image.Image) -> Image.Image:
        return picture.quantize(palette=self._palette, dither=Image.Dither.NONE)

    def _faces(self) -> Image.Image:
        size = (round(self._sheet.width_mm * self._dots), round(self._sheet.height_mm * self._dots))
        whole = Image.new("RGB", size, "white")
        for spot in self._sheet.spots:
            face = self._face.rotate(180) if spot.is_turned else self._face
            whole.paste(face, self._at(spot, 0, 0, face))
        return whole

    def _set(self, picture: Image.Image, label: Image.Image) -> None:
        for spot in self._sheet.spots:
            turned = label.rotate(180) if spot.is_turned else label
            place = self._at(spot, self._sheet.label_x_mm, self._sheet.label_y_mm, turned)
            picture.paste(turned, place)

    def _at(self, spot: Spot, x_mm: float, y_mm: float, piece: Image.Image) -> tuple[int, int]:
        """Return where a piece's corner comes to lie that is at `x_mm`, `y_mm` of the face."""
        if not spot.is_turned:
            return round((spot.x_mm + x_mm) * self._dots), round((spot.y_mm + y_mm) * self._dots)
        right = spot.x_mm + self._sheet.face_width_mm - x_mm
        bottom = spot.y_mm + self._sheet.face_height_mm - y_mm
        return round(right * self._dots) - piece.width, round(bottom * self._dots) - piece.height


def _sheet_of(sheets: Sheets) -> Sheet:
    assert sheets.paper.sheet is not None
    return sheets.paper.sheet


def _picture(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB")
