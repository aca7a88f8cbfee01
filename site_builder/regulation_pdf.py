"""A version of the regulation as a PDF: a copy to read, laid out as administrative papers are.

Source: Nghị định 30/2020/NĐ-CP, Phụ lục I, for paper, margins, sizes and places. What the copy adds
to the words of the source is named here and nowhere else; `docs/adr/0017` says why it may.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from forms_api.moments import vietnam_day
from site_builder.errors import BuildError
from site_builder.kept import Kept
from site_builder.regulation import Regulation

FONT_PACKAGE = "rinoh_typeface_texgyretermes"
"""Its fonts have the widths of Times New Roman, which Nghị định 30/2020 asks for."""
FONT = "TeX Gyre Termes"

MARK = "BẢN SAO ĐỂ ĐỌC, không có giá trị thay bản chính"
NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
NO_BODY = "không ghi tên cơ quan ban hành"
NO_NUMBER = "không ghi số, ký hiệu"
NOTES_TITLE = "GHI CHÚ CỦA TRANG, KHÔNG THUỘC VĂN BẢN"
ABOUT_THE_COPY = (
    "Bản sao này",
    "Trang web thêm vào: Quốc hiệu, Tiêu ngữ, chữ trong ngoặc vuông ở đầu văn bản, số trang, dòng “bản sao để đọc” và trang ghi chú này. Các chữ khác đúng từng chữ như bản mà trang có. Bản sao không có số, dấu và chữ ký.",
)

_PAGE = re.compile(rb"/Type\s*/Page\b")  # the typesetter writes each page's dictionary in clear
_RUN = re.compile(r"\*\*(?P<bold>.+?)\*\*|\*(?P<italic>.+?)\*|(?P<plain>[^*]+)")


@dataclass(frozen=True)
class Paper:
    """A drawn PDF and the address that it is served at."""

    address: str
    data: bytes

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return len(_PAGE.findall(self.data))


class PaperMaker:
    """Draws versions of the regulation with the template of `templates_dir`, each only once."""

    def __init__(self, templates_dir: Path, kept: Kept) -> None:
        self._template = templates_dir / "regulation.typ"
        self._kept = kept

    def paper(self, regulation: Regulation, *, site_url: str | None) -> Paper:
        """Return the PDF of `regulation`. Raises BuildError when it cannot be drawn."""
        words = json.dumps(_words(regulation, site_url), ensure_ascii=False, sort_keys=True)
        recipe = b"\0".join([_tools().encode(), self._template.read_bytes(), words.encode()])
        data = self._kept.get(recipe, lambda: _draw(self._template, words))
        return Paper(f"/quy-che/quy-che-{regulation.signed}.pdf", data)


def _words(regulation: Regulation, site_url: str | None) -> dict[str, object]:
    """Return what the template prints, emphasis as runs of text."""
    signed = vietnam_day(regulation.signed)
    online = f" Bản trên mạng: {site_url}/quy-che/" if site_url else ""
    return {
        "title": f"{regulation.page.title}, ngày {signed} (bản sao để đọc)",
        "font": FONT,
        "mark": MARK,
        "foot": f"Bản sao để đọc, không có giá trị thay bản chính. Văn bản ngày {signed}.{online}",
        "nation": NATION,
        "motto": MOTTO,
        "no_body": NO_BODY,
        "no_number": NO_NUMBER,
        "date_line": _runs(regulation.date_line),
        "name": [_runs(line) for line in regulation.name],
        "chapters": [
            {
                "heading": [_runs(line) for line in chapter.heading],
                "articles": [
                    {
                        "heading": _runs(article.heading),
                        "opening": _runs(article.opening) if article.opening else None,
                        "clauses": [_runs(clause) for clause in article.clauses],
                    }
                    for article in chapter.articles
                ],
            }
            for chapter in regulation.chapters
        ],
        "recipients": {
            "heading": _runs(regulation.recipients.heading),
            "lines": [_runs(line) for line in regulation.recipients.lines],
        },
        "signature": [_runs(line) for line in regulation.signature],
        "notes_title": NOTES_TITLE,
        "notes": [ABOUT_THE_COPY, *((note.title, note.text) for note in regulation.notes)],
    }


def _runs(text: str) -> list[dict[str, object]]:
    """Return `text` as runs, its `*italic*` and `**bold**` as flags."""
    return [
        {
            "text": match["bold"] or match["italic"] or match["plain"],
            "bold": match["bold"] is not None,
            "italic": match["italic"] is not None,
        }
        for match in _RUN.finditer(text)
    ]


def _tools() -> str:
    """Return what else decides how a drawing looks: the versions of the typesetter and of the font."""
    packages = ("typst", FONT_PACKAGE.replace("_", "-"))
    try:
        return " ".join(f"{package} {version(package)}" for package in packages)
    except PackageNotFoundError as error:
        raise BuildError([f"{error.name} is not installed: `make` installs it"]) from None


def _draw(template: Path, words: str) -> bytes:
    """Return the drawing as PDF/UA-1: tagged, with a title, a language and every letter in a font."""
    import typst  # noqa: PLC0415 (most builds find the drawing kept)

    spec = find_spec(FONT_PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=folders
    )
    try:
        drawn = typst.compile(
            template,
            format="pdf",
            font_paths=fonts,
            sys_inputs={"paper": words},
            pdf_standards=["ua-1"],
        )
    except typst.TypstError as error:
        raise BuildError([f"{template.name}: {error.message}"]) from None
    assert isinstance(drawn, bytes)
    return drawn
