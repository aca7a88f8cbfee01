"""What the renderer may see, written from an allow-list: pages and nothing else of `content/`.

Everything that depends on our own logic is done here or in `finish`, never in a renderer's hook or
plugin, so that either renderer gives the same site. Headings get their ids here for the same reason.
"""

from __future__ import annotations

import json
import posixpath
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from forms_api.errors import ContentError, Problem
from site_builder.content import HANDBOOK, HOME, NEEDS_NETWORK, NOT_FOUND, SiteContent
from site_builder.page import ContentPage, address_of
from site_builder.pagewriter import DESK_ADDRESSES, PageWriter
from site_builder.search_words import unknown_targets

FORM_PREFIX = "/gui/"
FOLLOW_UP = "/tra-cuu/"
REPORT_FORM = f"{FORM_PREFIX}phan-anh-antt/"
EMERGENCY_NUMBERS = ("113", "114", "115")
SHELL = PurePosixPath("_shell/page.md")

_HEADING = re.compile(r"^(#{2,4})[ \t]+(.+?)[ \t]*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_LINK = re.compile(r"\]\((?P<target>[^)\s#]+)(?:#[^)\s]*)?\)")
_MARKS = re.compile(r"[*_`]|\]\([^)]*\)|\[")


class Kind(StrEnum):
    """What becomes of a rendered page."""

    PAGE = "page"
    NOT_FOUND = "not found"
    SHELL = "shell"


@dataclass(frozen=True)
class StagedPage:
    """One page for the renderer: its place among the documents, its address, its Markdown.

    `is_listed` tells whether the search and the sitemap know it.
    """

    place: PurePosixPath
    kind: Kind
    text: str
    is_listed: bool = True

    @property
    def address(self) -> str:
        """The page's address on the site."""
        return address_of(self.place)


@dataclass(frozen=True)
class Stage:
    """All pages for the renderer and the values that the theme's templates read as `config.extra`."""

    pages: tuple[StagedPage, ...]
    extra: dict[str, object]


def stage_site(content: SiteContent, pieces_dir: Path) -> Stage:
    """Return what the renderer is given. Raises ContentError with every mistake in any page."""
    writer = PageWriter(content, pieces_dir)
    problems = [*_broken_links(content), *_lost_search_targets(content)]
    pages: list[StagedPage] = []
    for page in content.pages:
        try:
            pages.append(_content_page(page, writer, content))
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    pages += _regulation_pages(content, writer)
    pages.append(StagedPage(SHELL, Kind.SHELL, _document({"template": "shell.html", "title": "."})))
    return Stage(tuple(pages), _extra(content))


def write_documents(stage: Stage, docs_dir: Path) -> None:
    """Write the staged pages below `docs_dir`, which must be new or empty."""
    for page in stage.pages:
        path = docs_dir / page.place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.text, encoding="utf-8")


def served_elsewhere(form_ids: Iterable[str]) -> frozenset[str]:
    """Return the addresses that pages may link to and the form service, not the site, serves."""
    forms = (f"{FORM_PREFIX}{form_id}/" for form_id in form_ids)
    return DESK_ADDRESSES | {FOLLOW_UP, *forms}


def heading_slug(text: str) -> str:
    """Return the anchor for a heading: its words without marks, “Điều kiện” → `dieu-kien`."""
    plain = _MARKS.sub("", text).lower().replace("đ", "d")
    letters = unicodedata.normalize("NFD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def _content_page(page: ContentPage, writer: PageWriter, content: SiteContent) -> StagedPage:
    """Return a page of `content/` with its facts filled in, its heading ids and its source box."""
    meta: dict[str, object] = {
        "title": page.meta.title,
        "description": page.meta.description,
        "section": page.section,
        **_neighbours(content.section(page.section), page),
    }
    body = _with_heading_ids(writer.body(page))
    name = page.place.as_posix()
    if name == HOME:
        meta["template"] = "home.html"
    heading = f"# {page.meta.title} {{ #dau-trang }}\n\n"
    box = f"\n\n{writer.source_box(page)}\n"
    if name == NOT_FOUND:
        meta["robots"] = "noindex"
        return StagedPage(page.place, Kind.NOT_FOUND, _document(meta, heading + body))
    is_listed = page.section != HANDBOOK and name != NEEDS_NETWORK
    if not is_listed:
        meta["robots"] = "noindex"
    text = _document(meta, heading + body + box)
    return StagedPage(page.place, Kind.PAGE, text, is_listed)


def _neighbours(pages: list[ContentPage], page: ContentPage) -> dict[str, object]:
    """Return the links to the pages before and after `page` in its section."""
    if not page.section or page not in pages:
        return {}
    index = pages.index(page)
    before = pages[index - 1] if index else None
    after = pages[index + 1] if index + 1 < len(pages) else None
    return {
        key: {"title": other.meta.label, "url": other.address}
        for key, other in (("before", before), ("after", after))
        if other is not None
    }


def _regulation_pages(content: SiteContent, writer: PageWriter) -> list[StagedPage]:
    """Return the page of the whole regulation and one page for each article."""
    regulation = content.regulation
    whole = {"title": regulation.page.title, "description": regulation.page.description}
    pages = [
        StagedPage(
            PurePosixPath("quy-che/index.md"),
            Kind.PAGE,
            _document({**whole, "section": "quy-che"}, writer.whole_regulation()),
        )
    ]
    articles = regulation.articles
    for index, article in enumerate(articles):
        meta: dict[str, object] = {
            "title": f"{article.label} – Quy chế {regulation.signed.year}",
            "description": article.description,
            "section": "quy-che",
        }
        if index:
            previous = articles[index - 1]
            meta["before"] = {"title": previous.label, "url": previous.address}
        if index + 1 < len(articles):
            following = articles[index + 1]
            meta["after"] = {"title": following.label, "url": following.address}
        place = PurePosixPath(f"quy-che/{article.anchor}.md")
        pages.append(StagedPage(place, Kind.PAGE, _document(meta, writer.article(article))))
    return pages


def _extra(content: SiteContent) -> dict[str, object]:
    """Return what the theme's templates need to know about the ward and the menus."""
    ward = content.ward
    return {
        "official": ward.status == "official",
        "police": ward.current.police,
        "ward": ward.current.ward,
        "emergency": [
            {"number": entry.number, "name": entry.name, "tel": entry.tel}
            for key in EMERGENCY_NUMBERS
            if (entry := ward.numbers.get(key))
        ],
        "report_form": REPORT_FORM,
        "follow_up": FOLLOW_UP,
        "handbook": f"/{HANDBOOK}/",
        "sections": {
            "huong-dan": _menu("Tất cả hướng dẫn", content.section("huong-dan")),
            HANDBOOK: _menu("Sổ tay cán bộ", content.section(HANDBOOK)),
            "quy-che": {
                "title": "Quy chế, toàn văn",
                "links": [
                    {"title": article.label, "url": article.address}
                    for article in content.regulation.articles
                ],
            },
        },
    }


def _menu(title: str, pages: Iterable[ContentPage]) -> dict[str, object]:
    """Return the menu of a section: the name of its first page, and links to the others."""
    links = [{"title": page.meta.label, "url": page.address} for page in pages]
    return {"title": title, "links": links}


def _with_heading_ids(body: str) -> str:
    """Return Markdown in which every heading outside a code fence has an id of its own."""
    taken: set[str] = set()
    lines: list[str] = []
    fenced = False
    for line in body.split("\n"):
        fenced ^= _FENCE.match(line) is not None
        match = _HEADING.match(line)
        if match is None or fenced or "#" in match[2]:
            lines.append(line)
            continue
        slug = heading_slug(match[2]) or "muc"
        while slug in taken:
            slug += "-nua"
        taken.add(slug)
        lines.append(f"{match[1]} {match[2]} {{ #{slug} }}")
    return "\n".join(lines)


def _broken_links(content: SiteContent) -> list[Problem]:
    """Return a problem for every link in a page's Markdown to a page that will not exist."""
    places = {page.place.as_posix() for page in content.pages}
    addresses = _page_addresses(content) | served_elsewhere(content.form_ids)
    problems: list[Problem] = []
    for page in content.pages:
        for number, line in enumerate(page.body.split("\n"), start=page.body_line):
            for match in _LINK.finditer(line):
                target = match["target"]
                if not _resolves(target, page, places, addresses):
                    words = f"liên kết tới “{target}” không dẫn tới trang nào"
                    problems.append(Problem(page.path, number, words))
    return problems


def _page_addresses(content: SiteContent) -> set[str]:
    """Return the address of every page of the site."""
    addresses = {page.address for page in content.pages if page.place.as_posix() != NOT_FOUND}
    return addresses | {"/quy-che/", *(article.address for article in content.regulation.articles)}


def _lost_search_targets(content: SiteContent) -> list[Problem]:
    """Return a problem for every number and address of search.yml that does not exist."""
    return unknown_targets(
        content.search,
        content.search_source,
        numbers=content.ward.numbers,
        pages=_page_addresses(content),
        served_elsewhere=served_elsewhere(content.form_ids),
    )


def _resolves(target: str, page: ContentPage, places: set[str], addresses: set[str]) -> bool:
    """Return whether a link's target exists; what is not a page of ours is judged by `verify`."""
    if target.startswith("/"):
        return target in addresses
    if not target.endswith(".md"):
        return True
    return posixpath.normpath(str(page.place.parent / target)) in places


def _document(meta: dict[str, object], body: str = "") -> str:
    """Return a Markdown file with front matter; JSON is YAML too, and written much faster."""
    return f"---\n{json.dumps(meta, ensure_ascii=False)}\n---\n\n{body}"
