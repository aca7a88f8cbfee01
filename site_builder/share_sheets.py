"""Sheets of paper put together from faces and labels, as PDF files and as pictures.

Source of the operators: ISO 32000-1, 8.3.4 (matrices) and 8.10 (form XObjects).
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pikepdf
from PIL import Image

from site_builder.share_drawing import Printer, expect_pages, save_pdf
from site_builder.share_order import Subject, WantedSheet
from site_builder.share_papers import (
    CODE,
    CODE_BAND,
    CODE_BAND_DOTS,
    CODE_DOTS,
    CODE_SPOT_MM,
    CODE_WIDTH_MM,
    CODE_WORDS_DOTS,
    LABEL,
    LABEL_HEIGHT_MM,
    LABEL_WORDS,
    SCREEN_DOTS,
    WORDS_SPOT_MM,
    Paper,
    Sheet,
    Spot,
)
from site_builder.share_pixels import (
    FewColours,
    KeptRows,
    code_picture,
    plain_png,
    square_code,
    stacked,
)

MM_PER_INCH = 25.4
POINTS_PER_MM = 72 / MM_PER_INCH


@dataclass(frozen=True)
class Sheets:
    """All sheets of one kind of paper: `faces` and `labels` are what is drawn on them."""

    paper: Paper
    faces: Sequence[Subject]
    labels: Sequence[Subject]
    wanted: Sequence[WantedSheet]


@contextmanager
def drawn_forms(
    printer: Printer, template: str, subjects: Sequence[Subject], inputs: Mapping[str, str]
) -> Iterator[list[pikepdf.Object]]:
    """Give each subject's page as a form that can be set into sheets. Raises DrawingError.

    They are compressed once, not again in every sheet.
    """
    with pikepdf.open(io.BytesIO(printer.pdf(template, subjects, inputs))) as pdf:
        expect_pages(template, subjects, wanted=len(subjects), made=len(pdf.pages))
        forms = [page.as_form_xobject() for page in pdf.pages]
        for form in forms:
            form.write(zlib.compress(form.read_bytes()), filter=pikepdf.Name.FlateDecode)
        yield forms


def sheet_files(
    printer: Printer, sheets: Sheets, labels: Sequence[pikepdf.Object]
) -> Iterator[tuple[str, bytes]]:
    """Yield every sheet that is wanted as a PDF; `labels` are the forms of `sheets.labels`."""
    sheet = _sheet_of(sheets)
    with drawn_forms(printer, sheets.paper.template, sheets.faces, sheet.inputs) as faces:
        for one in sheets.wanted:
            if one.pdf:
                face, label = faces[one.face], labels[one.label]
                yield one.pdf, _sheet_pdf(sheet, one.title, face, label)


def _sheet_pdf(sheet: Sheet, title: str, face: pikepdf.Object, label: pikepdf.Object) -> bytes:
    """Return a sheet with the face, and the label on it, at every spot."""
    size = [mm * POINTS_PER_MM * sheet.zoom for mm in (sheet.width_mm, sheet.height_mm)]
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page()
        page.MediaBox = pikepdf.Array([0, 0, *(round(points, 3) for points in size)])
        page.Resources = pikepdf.Dictionary(
            XObject=pikepdf.Dictionary(Face=pdf.copy_foreign(face), Label=pdf.copy_foreign(label))
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
        matrix = (
            f"-1 0 0 -1 {x + width:.3f} {y + height:.3f}"
            if spot.is_turned
            else f"1 0 0 1 {x:.3f} {y:.3f}"
        )
        parts.append(f"q {matrix} cm /Face Do {label} Q")
    return "\n".join(parts)


class LabelWords:
    """Draws the words of labels as pictures; several kinds of paper have them in one size."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self._known: dict[tuple[str | None, float], Image.Image] = {}

    def pictures(self, labels: Sequence[Subject], ppi: float) -> list[Image.Image]:
        """Return the words of each label, at so many dots an inch. Raises DrawingError."""
        missing = [label for label in labels if (label.link, ppi) not in self._known]
        if missing:
            drawn = self._printer.pictures(LABEL.template, missing, LABEL_WORDS, ppi=ppi)
            expect_pages(LABEL.template, missing, wanted=len(missing), made=len(drawn))
            for label, png in zip(missing, drawn, strict=True):
                self._known[label.link, ppi] = _picture(png)
        return [self._known[label.link, ppi] for label in labels]


def sheet_pictures(
    printer: Printer, sheets: Sheets, words: LabelWords
) -> Iterator[tuple[str, bytes]]:
    """Yield every sheet that is wanted as a picture, in few colours, each face's own."""
    wanted = [one for one in sheets.wanted if one.png]
    if not wanted:
        return
    sheet, template = _sheet_of(sheets), sheets.paper.template
    ppi = sheets.paper.ppi * sheet.zoom
    indices = sorted({one.face for one in wanted})
    faces = [sheets.faces[index] for index in indices]
    labels = [sheets.labels[one.label] for one in wanted]
    drawn_faces = printer.pictures(template, faces, sheet.inputs, ppi=ppi)
    drawn_words = words.pictures(labels, ppi * sheet.label_scale)
    expect_pages(template, faces, wanted=len(faces), made=len(drawn_faces))
    grounds = {
        index: _Ground(sheet, _picture(face), ppi / MM_PER_INCH)
        for index, face in zip(indices, drawn_faces, strict=True)
    }
    for one, label, beside in zip(wanted, labels, drawn_words, strict=True):
        yield str(one.png), grounds[one.face].with_label(str(label.link), beside)


class _Ground:
    """A sheet with faces and no labels yet, and the colours that all its pictures share."""

    def __init__(self, sheet: Sheet, face: Image.Image, dots_per_mm: float) -> None:
        self._sheet = sheet
        self._dots = dots_per_mm
        self._faces = self._with_faces(face)
        self._ready: tuple[FewColours, KeptRows] | None = None

    def with_label(self, link: str, words: Image.Image) -> bytes:
        """Return the picture of the sheet with code and words on every face, as a PNG."""
        if self._ready is None:
            example = self._faces.copy()
            self._set(example, words, WORDS_SPOT_MM)
            colours = FewColours(example)
            top, bottom = self._band()
            self._ready = colours, KeptRows(colours.reduced(self._faces), top, bottom)
        colours, rows = self._ready
        band = rows.band()
        code = square_code(colours.reduced(code_picture(link)), self._length(CODE_WIDTH_MM))
        self._set(band, colours.reduced(words), WORDS_SPOT_MM, top=rows.top)
        self._set(band, code, CODE_SPOT_MM, top=rows.top)
        return rows.png(band)

    def _with_faces(self, face: Image.Image) -> Image.Image:
        size = (round(self._sheet.width_mm * self._dots), round(self._sheet.height_mm * self._dots))
        whole = Image.new("RGB", size, "white")
        for spot in self._sheet.spots:
            turned = face.rotate(180) if spot.is_turned else face
            whole.paste(turned, self._at(spot, 0, 0, turned))
        return whole

    def _band(self) -> tuple[int, int]:
        """Return the rows between which labels stand."""
        height = LABEL_HEIGHT_MM * self._sheet.label_scale
        tops = [
            spot.y_mm + self._sheet.face_height_mm - self._sheet.label_y_mm - height
            if spot.is_turned
            else spot.y_mm + self._sheet.label_y_mm
            for spot in self._sheet.spots
        ]
        return int(min(tops) * self._dots), math.ceil((max(tops) + height) * self._dots)

    def _set(
        self,
        picture: Image.Image,
        piece: Image.Image,
        spot_mm: tuple[float, float],
        *,
        top: int = 0,
    ) -> None:
        """Paste a piece of a label at its place on every face; `picture` begins at the row `top`."""
        x_mm = self._sheet.label_x_mm + spot_mm[0] * self._sheet.label_scale
        y_mm = self._sheet.label_y_mm + spot_mm[1] * self._sheet.label_scale
        for spot in self._sheet.spots:
            turned = piece.rotate(180) if spot.is_turned else piece
            x, y = self._at(spot, x_mm, y_mm, turned)
            picture.paste(turned, (x, y - top))

    def _at(self, spot: Spot, x_mm: float, y_mm: float, piece: Image.Image) -> tuple[int, int]:
        """Return where a piece's corner comes to lie that is at `x_mm`, `y_mm` of the face."""
        if not spot.is_turned:
            return round((spot.x_mm + x_mm) * self._dots), round((spot.y_mm + y_mm) * self._dots)
        right = spot.x_mm + self._sheet.face_width_mm - x_mm
        bottom = spot.y_mm + self._sheet.face_height_mm - y_mm
        return round(right * self._dots) - piece.width, round(bottom * self._dots) - piece.height

    def _length(self, mm: float) -> int:
        return int(mm * self._sheet.label_scale * self._dots)


def code_pictures(
    printer: Printer, subjects: Sequence[Subject], words: LabelWords
) -> Iterator[bytes]:
    """Yield the picture of each subject's code, whole dots for every module, its words below."""
    [band] = map(_picture, printer.pictures(CODE.template, subjects[:1], CODE_BAND, ppi=CODE.ppi))
    lower = Image.new("RGB", (CODE_DOTS, CODE_BAND_DOTS + CODE_WORDS_DOTS), "white")
    lower.paste(band, (0, 0))
    colours: FewColours | None = None
    for subject, beside in zip(subjects, words.pictures(subjects, SCREEN_DOTS), strict=True):
        below = lower.copy()
        below.paste(beside, ((CODE_DOTS - beside.width) // 2, CODE_BAND_DOTS))
        colours = colours or FewColours(below)
        code = square_code(colours.reduced(code_picture(str(subject.link))), CODE_DOTS)
        yield plain_png(stacked(code, colours.reduced(below)))


def _sheet_of(sheets: Sheets) -> Sheet:
    assert sheets.paper.sheet is not None
    return sheets.paper.sheet


def _picture(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB")
