"""The kinds of paper and picture that the share kit has: a table, read by plan and press alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

SCREEN_DOTS = 84
"""Dots an inch of a picture of a paper: A4 is 694 × 982, a code's module five dots wide."""

SLIDE_DOTS = 72
"""So a slide is 960 × 540; whoever shows them takes the PDF."""

LARGE_DOTS = 72
STICKER_DOTS = 120


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

    @property
    def inputs(self) -> dict[str, str]:
        """What the template of a face is told: where the label's frame is."""
        return {"label": str([self.label_x_mm, self.label_y_mm, self.label_scale])}


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
    ppi=LARGE_DOTS,
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
    ppi=STICKER_DOTS,
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
LABEL = Paper("label", "label.typ", {"part": "whole"})
"""The piece with the code: no file of its own."""

LABEL_WORDS = {"part": "words"}
LABEL_HEIGHT_MM = 66
CODE_SPOT_MM = (1, 1)
CODE_WIDTH_MM = 64
WORDS_SPOT_MM = (67, 2)
"""Where code and words stand on a label."""

# Their pages are measured in dots, one a point.
BANNER = Paper("anh-bia-nhom", "banner.typ", ppi=72)
CARD = Paper("anh-chia-se", "card.typ", ppi=72)
CODE = Paper("ma-qr", "code.typ", {"part": "whole"}, ppi=72)
CODE_BAND = {"part": "band"}
CODE_DOTS = 480
CODE_BAND_DOTS = 32
CODE_WORDS_DOTS = 205
"""The picture of a code: its width, and below it the mark of a specimen and the label's words."""

SLIDES = Paper("trinh-chieu", "slides.typ", ppi=SLIDE_DOTS, pages=None)
FORM = Paper("phieu-giay", "paper-form.typ", {"paper": "a4"}, pages=None)
FORM_SCREEN = Paper("phieu-giay-xem", "paper-form.typ", {"paper": "screen"}, pages=None)

PRINTED = (POSTER, LARGE_POSTER, LEAFLET, TENT, STICKERS)
"""What each short link has on paper."""

FOR_EVERY_AREA = {BANNER.id: ".png", SLIDES.id: ".pdf", FORM.id: ".pdf"}
"""What is the same for all and comes with the archive of each tổ dân phố, as this kind of file."""

PAPERS = {paper.id: paper for paper in (*PRINTED, BANNER, CARD, CODE, SLIDES, FORM, FORM_SCREEN)}
"""Every kind by its id."""
