"""A process that draws a part of the share kit: reads an order, writes files.

`python -m site_builder.share_worker` takes the order as JSON on standard input. Exit codes: 0 done, 1
with the reason on standard error.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from site_builder.share_drawing import (
    DrawingError,
    Printer,
    expect_pages,
    own_fonts,
    single_files,
)
from site_builder.share_order import Order, WantedPages, read_order
from site_builder.share_papers import CODE, LABEL, PAPERS, Paper
from site_builder.share_sheets import (
    LabelWords,
    Sheets,
    code_pictures,
    drawn_forms,
    sheet_files,
    sheet_pictures,
)


def draw(order: Order) -> None:
    """Write every file of the order. Raises DrawingError."""
    folder = Path(order.folder)
    with own_fonts() as fonts:
        printer = Printer(Path(order.templates), fonts, order.kit)
        for name, content in _files(printer, order):
            (folder / name).write_bytes(content)


def _files(printer: Printer, order: Order) -> Iterator[tuple[str, bytes]]:
    kinds = [
        Sheets(PAPERS[paper_id], order.faces[paper_id], order.labels, wanted)
        for paper_id, wanted in order.sheets.items()
    ]
    if any(one.pdf for sheets in kinds for one in sheets.wanted):
        with drawn_forms(printer, LABEL.template, order.labels, LABEL.inputs) as labels:
            for sheets in kinds:
                yield from sheet_files(printer, sheets, labels)
    words = LabelWords(printer)
    for sheets in kinds:
        yield from sheet_pictures(printer, sheets, words)
    for paper_id, pages in order.pages.items():
        paper = PAPERS[paper_id]
        yield from _pdfs(printer, paper, pages)
        yield from _pictures(printer, paper, pages, words)


def _pdfs(
    printer: Printer, paper: Paper, pages: Sequence[WantedPages]
) -> Iterator[tuple[str, bytes]]:
    """Yield the PDF files of things that have pages of their own."""
    for together in _together(paper, [one for one in pages if one.pdf]):
        subjects = [one.subject for one in together]
        made = printer.pdf(paper.template, subjects, paper.inputs)
        files = single_files(made, paper.template, subjects, each=paper.pages)
        yield from zip([str(one.pdf) for one in together], files, strict=True)


def _pictures(
    printer: Printer, paper: Paper, pages: Sequence[WantedPages], words: LabelWords
) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures of things that have pages of their own."""
    shown = [one for one in pages if one.pngs]
    if not shown:
        return
    subjects = [one.subject for one in shown]
    if paper is CODE:
        pictures = list(code_pictures(printer, subjects, words))
    else:
        pictures = [
            picture
            for together in _together(paper, shown)
            for picture in printer.pictures(
                paper.template, [one.subject for one in together], paper.inputs, ppi=paper.ppi
            )
        ]
    names = [name for one in shown for name in one.pngs]
    expect_pages(paper.template, subjects, wanted=len(names), made=len(pictures))
    yield from zip(names, pictures, strict=True)


def _together(paper: Paper, pages: Sequence[WantedPages]) -> list[Sequence[WantedPages]]:
    """Return what is drawn in one go: things with pages of a fixed number, others each alone."""
    if paper.pages is None:
        return [[one] for one in pages]
    return [pages] if pages else []


def main() -> int:
    """Draw the order on standard input; 1, with the reason on standard error, when that fails."""
    try:
        draw(read_order(sys.stdin.read()))
    except DrawingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
