"""Page bodies with the ward's facts written in: Jinja2 over Markdown, mistakes with file and line.

Editors call a handful of names (`call`, `number`, `gap`, `picture`, `screenshot`, `desk`, `team_list`,
`number_list`, `answer_list`, `change_list`, `saved_numbers`) and read `ward`, `areas`, `team`, `share`,
`all_pages` and `take_along`. A mistake does not stop the page: all of them are collected.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from functools import partial
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError, nodes
from lxml import etree
from markupsafe import Markup
from PIL import Image, UnidentifiedImageError

from forms_api.content.ward import PublicNumber, Ward
from forms_api.errors import ContentError, Problem
from site_builder.all_pages import LIST_MARK
from site_builder.contacts import contacts
from site_builder.content import SiteContent
from site_builder.feed import feed_address
from site_builder.page import ContentPage
from site_builder.regulation import emphasised
from site_builder.take_along import SIZE_MARK, ZIP_ADDRESS

PICTURES = "images"
SCREENSHOTS = f"{PICTURES}/so-tay"
DENSITY = 2
"""Screenshots have so many pixels for one of the screen."""

DESK_ADDRESSES = frozenset(
    {
        "/can-bo/",
        "/can-bo/buoi/",
        "/can-bo/khoa/",
        "/can-bo/loi-moi/",
        "/can-bo/ngay-dau/",
        "/can-bo/nguoi/",
        "/can-bo/nguoi/quyen/",
        "/can-bo/nhap-phieu/",
        "/can-bo/nhat-ky/",
        "/can-bo/phieu/",
        "/can-bo/so-lieu/",
        "/can-bo/tai-khoan/",
        "/can-bo/thong-bao/",
        "/can-bo/thung-rac/",
        "/can-bo/tim/",
        "/can-bo/vao/",
        "/can-bo/yeu-cau/",
    }
)
"""Pages of the officers' desk that the handbook may lead to."""

COUNTERS = "counters.html"
"""Written by `python -m forms_api numbers public`; a page that names it shows it where it is there."""

_BLANK_LINES = re.compile(r"\n\s*")


def day(date: dt.date) -> str:
    """Return `date` as people write it in Vietnam: 24/11/2026."""
    return f"{date:%d/%m/%Y}"


def source_date(text: str) -> str:
    """Return a source's date in Vietnamese order: 2025-06-30 → 30/06/2025, other texts as they are."""
    parts = text.split("-")
    return "/".join(reversed(parts)) if all(part.isdigit() for part in parts) else text


def pieces_environment(pieces_dir: Path) -> Environment:
    """Return the environment of the pieces that pages are put together from."""
    pieces = Environment(
        loader=FileSystemLoader(pieces_dir),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    pieces.filters.update(day=day, source_date=source_date, emphasised=emphasised)
    return pieces


class PageWriter:
    """Writes bodies for one build; holds the compiled pieces so that pages share them."""

    def __init__(self, content: SiteContent, pieces_dir: Path) -> None:
        self._content = content
        self.pieces = pieces = pieces_environment(pieces_dir)
        self._pieces = cast("Any", pieces.get_template("pieces.html").module)
        # Markdown, not HTML: the pieces escape what they print. `{#` opens a heading's id in
        # Markdown, so Jinja comments get other signs.
        self._bodies = Environment(
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701
            comment_start_string="{##",
            comment_end_string="##}",
            keep_trailing_newline=True,
        )
        self._bodies.filters["day"] = day

    def body(self, page: ContentPage) -> str:
        """Return the page's Markdown with every name filled in.

        Raises ContentError with every mistake in the page.
        """
        padded = "\n" * (page.body_line - 1) + page.body  # template lines are the file's lines
        names = _Names(self._content, self._pieces, page.path)
        try:
            tree = self._bodies.parse(padded)
            known = names.for_body()
            if unknown := _unknown_names(tree, page.path, {*known}):
                raise ContentError(unknown)
            names.template = template = self._bodies.from_string(tree)
            text = template.render(known)
        except (TemplateError, TypeError) as error:  # TypeError: a name called with wrong values
            line = getattr(error, "lineno", None) or _line_of(sys.exc_info()[2])
            words = f"không hiểu được chỗ {{{{ … }}}} hay {{% … %}}: {error}"
            raise ContentError([*names.problems, Problem(page.path, line, words)]) from None
        if names.problems:
            raise ContentError(names.problems)
        return text[page.body_line - 1 :]

    def source_box(self, page: ContentPage) -> str:
        """Return the box with the page's owner, day of checking and sources."""
        return tight(self._pieces.source_box(page.meta, self._content.sources))

    def overdue(self, page: ContentPage, today: dt.date) -> str:
        """Return the banner that the page is past its day of checking; hidden before that day."""
        return tight(self._pieces.overdue(page.meta, today))


class _Names:
    """The names one page may use, and the mistakes made with them."""

    def __init__(self, content: SiteContent, pieces: Any, path: Path) -> None:  # noqa: ANN401
        self._content = content
        self._pieces = pieces
        self._path = path
        self.problems: list[Problem] = []
        self.template: Template | None = None

    def for_body(self) -> dict[str, object]:
        """Return what a body may name."""
        return {
            "ward": self._content.ward,
            "areas": self._content.areas,
            "team": self._content.team,
            "share": self._content.share,
            "call": self.call,
            "number": self.number,
            "gap": self.gap,
            "picture": self.picture,
            "screenshot": self.screenshot,
            "desk": self.desk,
            "team_list": self.team_list,
            "number_list": self.number_list,
            "answer_list": self.answer_list,
            "change_list": partial(_change_list, self._content, self._pieces),
            "saved_numbers": partial(_saved_numbers, self._content.ward, self._pieces),
            # Written by `finish` and `offline`, which know all pages and the ZIP.
            "all_pages": f'<div class="all-pages">{LIST_MARK}</div>',
            "take_along": tight(self._pieces.take_along(ZIP_ADDRESS, SIZE_MARK)),
            "counters": self.counters(),
        }

    def call(self, key: str) -> str:
        """Return a large link that calls the number `key` of ward.yml."""
        entry = self._entry(key)
        return tight(self._pieces.call(entry)) if entry else ""

    def number(self, key: str) -> str:
        """Return the number `key` of ward.yml as a link within a sentence."""
        entry = self._entry(key)
        return tight(self._pieces.number(entry)) if entry else ""

    def gap(self, what: str) -> str:
        """Return a mark that the ward has not supplied `what`."""
        return tight(self._pieces.gap(what))

    def picture(self, name: str, alt: str = "") -> str:
        """Return the picture `name` of `content/images/`, which must be described in `alt`."""
        if not alt.strip():
            return self._mistake(f'hình “{name}” cần lời mô tả: alt="…"')
        size = svg_size(self._content.content_dir / PICTURES / name)
        if size is None:
            return self._mistake(f"không có hình SVG “{name}” trong content/images")
        return tight(self._pieces.picture(f"/{PICTURES}/{name}", alt, *size))

    def screenshot(self, name: str, alt: str = "") -> str:
        """Return a picture of the desk from `content/images/so-tay/`, described in `alt`."""
        if not alt.strip():
            return self._mistake(f'hình “{name}” cần lời mô tả: alt="…"')
        size = _screen_size(self._content.content_dir / SCREENSHOTS / name)
        if size is None:
            return self._mistake(f"không có hình PNG “{name}” trong content/{SCREENSHOTS}")
        return tight(self._pieces.screenshot(f"/{SCREENSHOTS}/{name}", alt, *size))

    def desk(self, address: str, words: str) -> str:
        """Return a link to a page of the officers' desk."""
        if address not in DESK_ADDRESSES:
            return self._mistake(f"bàn làm việc không có trang “{address}”")
        return tight(self._pieces.desk(address, words))

    def team_list(self) -> str:
        """Return every seat of the team, by group."""
        return tight(self._pieces.team_list(self._content.team))

    def number_list(self) -> str:
        """Return every public number with when to call it, its source and the day of checking."""
        numbers = self._content.ward.numbers.values()
        return tight(self._pieces.number_list(numbers, self._content.sources))

    def counters(self) -> str:
        """Return the ward's counters as `numbers public` wrote them; "" where it has written none."""
        file = self._content.content_dir / "data" / COUNTERS
        return _BLANK_LINES.sub(" ", file.read_text("utf-8")).strip() if file.is_file() else ""

    def answer_list(self) -> str:
        """Return the ready answers that officers choose from, each with its words."""
        return tight(self._pieces.answer_list(self._content.answers))

    def _entry(self, key: str) -> PublicNumber | None:
        entry = self._content.ward.numbers.get(key)
        if entry is None:
            self._mistake(f"ward.yml không có số “{key}”")
        return entry

    def _mistake(self, words: str) -> str:
        """Note a mistake at the body's current line; the page prints nothing there."""
        frame = sys._getframe(1)  # noqa: SLF001 (the only way to the running template's line)
        line = 1
        while frame.f_back is not None:
            frame = frame.f_back
            if self.template is not None and frame.f_code.co_filename == "<template>":
                line = self.template.get_corresponding_lineno(frame.f_lineno)
                break
        self.problems.append(Problem(self._path, line, words))
        return ""


def _change_list(content: SiteContent, pieces: Any) -> str:  # noqa: ANN401 (a template's macros)
    """Return what is new on the site, the newest first."""
    feed = feed_address(content.ward, content.changes)
    return tight(pieces.change_list(content.changes.newest_first, feed))


def _saved_numbers(ward: Ward, pieces: Any) -> str:  # noqa: ANN401
    """Return links and QR codes by which a phone saves the numbers of ward.yml."""
    return tight(pieces.saved_numbers([*contacts(ward)], ward.site_url))


def _unknown_names(tree: nodes.Template, path: Path, known: set[str]) -> list[Problem]:
    """Return a problem for every name the body reads and nobody defines."""
    made = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    globals_ = {"range", "loop", "dict", "namespace", "cycler", "joiner"}
    return [
        Problem(path, name.lineno, f"không có tên “{name.name}”; hãy kiểm tra chính tả")
        for name in tree.find_all(nodes.Name)
        if name.ctx == "load" and name.name not in known | made | globals_
    ]


def _line_of(traceback: Any) -> int:  # noqa: ANN401
    """Return the template's line where the error was raised (Jinja rewrites its traceback)."""
    line = 1
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename in ("<template>", "<unknown>"):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def svg_size(path: Path) -> tuple[int, int] | None:
    """Return an SVG's width and height in its own units; None when there is no such picture."""
    try:
        root = etree.parse(path).getroot()
        box = [float(part) for part in root.get("viewBox", "").replace(",", " ").split()]
    except (OSError, etree.XMLSyntaxError, ValueError):
        return None
    return (round(box[2]), round(box[3])) if len(box) == 4 else None


def _screen_size(path: Path) -> tuple[int, int] | None:
    """Return a screenshot's width and height on the screen; None when there is no such picture."""
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            return picture.width // DENSITY, picture.height // DENSITY
    except (OSError, UnidentifiedImageError):
        return None


def tight(html: Markup) -> str:
    """Return `html` without line breaks: Markdown must see one raw block or one inline piece."""
    return _BLANK_LINES.sub(" ", str(html)).strip()
