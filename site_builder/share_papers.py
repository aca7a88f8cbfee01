"""The kinds of paper and picture that the share kit has: a table, read by plan and press alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SCREEN_DOTS = 96
"""Dots an inch of a picture of a paper: A4 is 794 × 1123."""


@dataclass(frozen=True)
class Spot:
    """Where a face stands on its sheet: from the left and from the top in mm, upside down or not."""

    x_mm: float
    y_mm: float
    is_turned: bool = False


@dataclass(frozen=True)
class Sheet:
    """How faces stand on a sheet of paper, and the label on each face. Lengths are mm of the face.

    `zoom` makes the whole larger. The label is drawn 180 mm wide and set in at `label_scale`.
    """

    width_mm: float
    height_mm: float
    face_width_mm: float
    face_height_mm: float
    spots: tuple[Spot, ...]
    label_x_mm: float
    label_y_mm: float
    label_scale: float = 1
    zoom: float = 1


@dataclass(frozen=True)
class Paper:
    """A kind of file: its template, what the template is told, how many dots an inch its picture has.

    With a `sheet`, the template draws a face only, and sheets are put together from faces and labels.
    `pages` is how many pages an item takes (None: as many as it needs). `shown_everywhere`: each tổ
    dân phố has it as a picture too.
    """

    id: str
    template: str
    inputs: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    ppi: int = SCREEN_DOTS
    pages: int | None = 1
    sheet: Sheet | None = None
    shown_everywhere: bool = False


_A4 = Sheet(210, 297, 210, 297, (Spot(0, 0),), label_x_mm=15, label_y_mm=209)

POSTER = Paper("ap-phich-a4", "poster.typ", sheet=_A4, shown_everywhere=True)
LARGE_POSTER = Paper(
    "ap-phich-a3",
    "poster.typ",
    sheet=Sheet(210, 297, 210, 297, (Spot(0, 0),), label_x_mm=15, label_y_mm=209, zoom=2**0.5),
)
LEAFLET = Paper(
    "to-roi-a5",
    "leaflet.typ",
    sheet=Sheet(
        297,
        210,
        148.5,
        210,
        (Spot(0, 0), Spot(148.5, 0)),
        label_x_mm=11.25,
        label_y_mm=144.5,
        label_scale=0.7,
    ),
)
TENT = Paper(
    "the-de-ban",
    "tent.typ",
    sheet=Sheet(
        210,
        297,
        210,
        148.5,
        (Spot(0, 0, is_turned=True), Spot(0, 148.5)),
        label_x_mm=12,
        label_y_mm=88,
        label_scale=0.6,
    ),
)
STICKERS = Paper(
    "nhan-dan",
    "sticker.typ",
    sheet=Sheet(
        210,
        297,
        98,
        68,
        tuple(Spot(7 + 98 * column, 12.5 + 68 * row) for row in range(4) for column in range(2)),
        label_x_mm=1.3,
        label_y_mm=16.8,
        label_scale=0.53,
    ),
)
LABEL = Paper("label", "label.typ")
"""The piece with the code: no file of its own."""

LABEL_HEIGHT_MM = 66

# Their pages are measured in dots, one a point.
BANNER = Paper("anh-bia-nhom", "banner.typ", ppi=72)
CARD = Paper("anh-chia-se", "card.typ", ppi=72)
CODE = Paper("ma-qr", "code.typ", ppi=72)
SLIDES = Paper("trinh-chieu", "slides.typ", pages=None)
FORM = Paper("phieu-giay", "paper-form.typ", {"paper": "a4"}, pages=None)
FORM_SCREEN = Paper("phieu-giay-xem", "paper-form.typ", {"paper": "screen"}, pages=None)

PRINTED = (POSTER, LARGE_POSTER, LEAFLET, TENT, STICKERS)
"""What each short link has on paper."""

SCREEN = (SLIDES, FORM_SCREEN)
"""Whose pictures only the ward's own archive holds."""

PAPERS = {
    paper.id: paper for paper in (*PRINTED, BANNER, CARD, CODE, SLIDES, FORM, FORM_SCREEN)
}
"""Every kind by its id."""
