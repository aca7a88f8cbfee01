"""Draws what the share kit consists of: Typst makes pages, segno codes, pikepdf and Pillow sheets.

A process of its own runs `main` on an order, beside the rendering of the pages: Typst holds Python's
lock while it draws. Little of the project is imported here, so that it starts fast.

Most of a paper is the same for every tổ dân phố. So its *face* is drawn once for each shared page, the
*label* with the code once for each short link, and sheets are put together from the two: a fifth of the
work, and the same bytes on paper.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import font_source_sans_pro
import pikepdf
import segno
import typst

from forms_api.web.squares import CODE_MASK, QUIET_MODULES
from site_builder.share_order import Item, Subject

CODE_LEVEL = "m"
"""A code stays readable with 15 of 100 of its dots spoilt."""

WEIGHTS = ("Regular", "Semibold", "Bold")
LANGUAGE = "vi-VN"


class DrawingError(Exception):
    """A paper cannot be drawn; the message says which and why."""


@contextmanager
def own_fonts() -> Iterator[typst.Fonts]:
    """Give the kit's typefaces: never the machine's, which may lack Vietnamese letters.

    The package has each weight twice; a folder of our own with one of each keeps pages the same
    everywhere.
    """
    files = Path(font_source_sans_pro.__file__).parent / "files"
    with tempfile.TemporaryDirectory() as folder:
        for weight in WEIGHTS:
            name = f"SourceSansPro-{weight}.otf"
            (Path(folder) / name).symlink_to(files / name)
        yield typst.Fonts(include_system_fonts=False, font_paths=[folder])


@dataclass(frozen=True)
class Printer:
    """Draws pages from the templates of one folder, with the kit's own facts on them."""

    templates: Path
    fonts: typst.Fonts
    kit: Item

    def pdf(self, template: str, subjects: Sequence[Subject], inputs: Mapping[str, str]) -> bytes:
        """Return the pages of all subjects in one file. Raises DrawingError."""
        made = self._compile(template, subjects, inputs, format="pdf", pdf_tags=False, timestamp=0)
        assert isinstance(made, bytes)
        return made

    def pictures(
        self, template: str, subjects: Sequence[Subject], inputs: Mapping[str, str], *, ppi: float
    ) -> list[bytes]:
        """Return every page of all subjects as a PNG. Raises DrawingError."""
        made = self._compile(template, subjects, inputs, format="png", ppi=ppi)
        return made if isinstance(made, list) else [made]

    def _compile(
        self,
        template: str,
        subjects: Sequence[Subject],
        inputs: Mapping[str, str],
        **options: Any,  # noqa: ANN401 - the typesetter's own
    ) -> Any:  # noqa: ANN401 - one page or many
        data = {"kit": self.kit, "items": [_with_code(subject) for subject in subjects]}
        path = self.templates / template
        compiler = typst.Compiler(path, root=self.templates, font_paths=self.fonts)
        sys_inputs = {**inputs, "data": json.dumps(data, ensure_ascii=False)}
        try:
            return compiler.compile(sys_inputs=sys_inputs, **options)
        except typst.TypstError as error:
            reason = error.diagnostic.strip().partition("\n")[0]
            raise DrawingError(f"{template} ({_named(subjects)}): {reason}") from None


def expect_pages(template: str, subjects: Sequence[Subject], *, wanted: int, made: int) -> None:
    """Refuse what took more pages than it may: words would be cut, or stand on the wrong sheet."""
    if wanted != made:
        raise DrawingError(f"{template}: {made} pages, not {wanted} ({_named(subjects)})")


def save_pdf(pdf: pikepdf.Pdf, title: str) -> bytes:
    """Return a file with its title and language; the same pages give the same bytes."""
    pdf.Root.Lang = pikepdf.String(LANGUAGE)
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)
    pdf.docinfo["/Title"] = title
    target = io.BytesIO()
    # What is large is compressed already: trying again takes half of the time.
    pdf.save(
        target,
        deterministic_id=True,
        compress_streams=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    return target.getvalue()


def single_files(
    made: bytes, template: str, subjects: Sequence[Subject], *, each: int | None
) -> Iterator[bytes]:
    """Yield the pages of each subject as a file: `each` pages, or all there are for the only one.

    Raises DrawingError when there are more pages, or fewer.
    """
    with pikepdf.open(io.BytesIO(made)) as whole:
        count = each or len(whole.pages)
        expect_pages(template, subjects, wanted=count * len(subjects), made=len(whole.pages))
        for index, subject in enumerate(subjects):
            with pikepdf.new() as single:
                single.pages.extend(whole.pages[index * count : (index + 1) * count])
                yield save_pdf(single, subject.title)


@dataclass(frozen=True)
class Code:
    """A QR code, its quiet zone included: rows of modules, 1 for a dark one."""

    rows: tuple[bytes, ...]

    @property
    def svg(self) -> str:
        """The code as a picture of one black path, a module one unit wide."""
        size = len(self.rows)
        space = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        return f'<svg {space}><path d="{"".join(_runs(self.rows))}"/></svg>'


@cache
def code_of(address: str) -> Code:
    """Return the QR code of an address."""
    code = segno.make_qr(address, error=CODE_LEVEL, boost_error=False, mask=CODE_MASK)
    return Code(tuple(bytes(row) for row in code.matrix_iter(border=QUIET_MODULES)))


def _runs(rows: Sequence[bytes]) -> Iterator[str]:
    """Yield a rectangle of the path for every run of dark modules."""
    for y, row in enumerate(rows):
        x = row.find(1)
        while x >= 0:
            end = row.find(0, x)  # there is one: the quiet zone
            yield f"M{x} {y}h{end - x}v1h{x - end}z"
            x = row.find(1, end)


def _with_code(subject: Subject) -> dict[str, object]:
    return {**subject.item, "qr": code_of(subject.link).svg if subject.link else None}


def _named(subjects: Iterable[Subject]) -> str:
    """Return the first few titles."""
    titles = list(dict.fromkeys(subject.title for subject in subjects))
    return ", ".join(titles[:3]) + (" …" if len(titles) > 3 else "")
