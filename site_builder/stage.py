"""What the renderer may see, written from an allow-list: pages and nothing else of `content/`.

Everything that depends on our own logic is done here or in `finish`, never in a renderer's hook or
plugin, so that either renderer gives the same site. Headings get their ids here for the same reason.
"""

from __future__ import annotations

import datetime as dt
import json
import posixpath
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath

from forms_api.errors import ContentError, Problem
from site_builder.contacts import contact_files, contacts
from site_builder.content import FORM_PREFIX, HANDBOOK, HOME, NEEDS_NETWORK, NOT_FOUND, SiteContent
from site_builder.feed import atom, feed_address
from site_builder.freshness import vietnam_today
from site_builder.kept import Kept
from site_builder.page import ContentPage, address_of
from site_builder.pagewriter import DESK_ADDRESSES, PageWriter
from site_builder.regulation_pages import RegulationPage, regulation_addresses, regulation_pages
from site_builder.regulation_pdf import PaperMaker
from site_builder.regulation_versions import LIST_ADDRESS
from site_builder.search_words import unknown_targets
from site_builder.share_kit import ShareKit
from site_builder.share_pages import (
    SharePage,
    link_list,
    share_addresses,
    share_pages,
    share_titles,
)
from site_builder.share_plan import plan_share_kit
from site_builder.social import Social, as_html

FOLLOW_UP = "/tra-cuu/"
QUICK_EXIT = "/thoat/"
WHOLE_REGULATION = "/quy-che/"
REPORT_FORM = f"{FORM_PREFIX}phan-anh-antt/"
EMERGENCY_NUMBERS = ("113", "114", "115")
SHELL = PurePosixPath("_shell/page.md")
PIECES = "site/content"
MENU_PAGES = 24
"""So many pages the menu beside a page shows."""

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

    `is_listed` tells whether the search and the sitemap know it, `is_searched` whether the search does;
    `checked` is the day it was last compared with its sources.
    """

    place: PurePosixPath
    kind: Kind
    text: str
    is_listed: bool = True
    checked: dt.date | None = None
    is_searched: bool = True

    @property
    def address(self) -> str:
        """The page's address on the site."""
        return address_of(self.place)


@dataclass(frozen=True)
class Stage:
    """All pages for the renderer and the values that the theme's templates read as `config.extra`.

    `files` are served as they are, by their address: papers, contacts, the feed. `kit` is None in a
    build without the share kit. `form_heads` are pieces of the form pages' heads by the form's id: the
    service puts them in.
    """

    pages: tuple[StagedPage, ...]
    extra: dict[str, object]
    files: Mapping[str, bytes]
    kit: ShareKit | None
    form_heads: Mapping[str, str]


def stage_site(
    content: SiteContent,
    templates_dir: Path,
    kept: Kept,
    *,
    share_kit: bool = True,
    today: dt.date | None = None,
) -> Stage:
    """Return what the renderer is given; `today` decides which pages are past their day of checking.

    Drawings come from `kept` where they were made before. Raises ContentError with every mistake in
    any page, BuildError when a paper cannot be drawn.
    """
    today = today or vietnam_today()
    writer = PageWriter(content, templates_dir / PIECES)
    site_url = content.ward.site_url
    maker = PaperMaker(templates_dir / "papers", kept)
    papers = [maker.paper(version, site_url=site_url) for version in content.versions]
    regulation = [*regulation_pages(content, writer.pieces, papers, today=today)]
    kit = None
    if share_kit:
        titles = _titles(content, regulation)
        kit = plan_share_kit(content, templates_dir / "share", titles)
    social = Social(content.ward.site_name, content.ward.site_url, kit.cards if kit else {})
    problems = [*_broken_links(content), *_lost_search_targets(content)]
    pages: list[StagedPage] = []
    for page in content.pages:
        try:
            pages.append(_content_page(page, writer, content, social, kit, today))
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    pages += [_regulation_page(page, social) for page in regulation]
    files = {paper.address: paper.data for paper in papers}
    files |= contact_files([*contacts(content.ward)], site_url, kept)
    if kit:
        listed = link_list(kit)
        files[listed.address] = listed.content.encode()
        pages += [
            _share_page(page, social)
            for page in share_pages(kit, content, writer.pieces, listed.address)
        ]
    pages.append(StagedPage(SHELL, Kind.SHELL, _document({"template": "shell.html", "title": "."})))
    if site_url and (feed := feed_address(content.ward, content.changes)):
        files[feed] = atom(content.changes, content.ward, site_url=site_url)
    extra = _extra(content, with_kit=kit is not None)
    return Stage(tuple(pages), extra, files, kit, _form_heads(content, social))


def write_documents(stage: Stage, docs_dir: Path) -> None:
    """Write the staged pages below `docs_dir`, which must be new or empty."""
    for page in stage.pages:
        path = docs_dir / page.place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page.text, encoding="utf-8")


def served_elsewhere(form_ids: Iterable[str], short_paths: Iterable[str] = ()) -> frozenset[str]:
    """Return the addresses that pages may link to and the form service, not the site, serves."""
    forms = (f"{FORM_PREFIX}{form_id}/" for form_id in form_ids)
    return DESK_ADDRESSES | {FOLLOW_UP, QUICK_EXIT, *forms, *short_paths}


def heading_slug(text: str) -> str:
    """Return the anchor for a heading: its words without marks, “Điều kiện” → `dieu-kien`."""
    plain = _MARKS.sub("", text).lower().replace("đ", "d")
    letters = unicodedata.normalize("NFD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def _form_heads(content: SiteContent, social: Social) -> dict[str, str]:
    """Return what stands in the head of each form's page; nothing as long as the site has no address."""
    heads: dict[str, str] = {}
    for form_id, form in content.forms.items():
        address = f"{FORM_PREFIX}{form_id}/"
        tags = social.tags(address, form.title, form.description)
        if tags and form.is_public:
            heads[form_id] = as_html(tags, f"{social.site_url}{address}")
    return heads


def _titles(content: SiteContent, regulation: Iterable[RegulationPage]) -> dict[str, str]:
    """Return the title of every page that may be shared, by its address."""
    pages = {
        page.address: page.meta.title
        for page in content.pages
        if page.section != HANDBOOK and page.place.as_posix() != NOT_FOUND
    }
    clauses = {
        address_of(page.place): str(page.meta["title"])
        for page in regulation
        if "robots" not in page.meta
    }
    forms = {
        f"{FORM_PREFIX}{form_id}/": form.title
        for form_id, form in content.forms.items()
        if form.is_public
    }
    return {**pages, **clauses, **share_titles(content), **forms}


def _share_page(page: SharePage, social: Social) -> StagedPage:
    """Return a page of the kit; residents who search look for something else."""
    meta: dict[str, object] = {
        "title": page.title,
        "description": page.description,
        "template": "share.html",
        "social": social.tags(address_of(page.place), page.title, page.description),
    }
    body = f"# {page.title} {{ #dau-trang }}\n\n{page.body}"
    return StagedPage(page.place, Kind.PAGE, _document(meta, body), is_searched=False)


def _content_page(
    page: ContentPage,
    writer: PageWriter,
    content: SiteContent,
    social: Social,
    kit: ShareKit | None,
    today: dt.date,
) -> StagedPage:
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
    if is_listed:
        meta["social"] = social.tags(page.address, page.meta.title, page.meta.description)
        meta["share"] = kit.shared_at.get(page.address) if kit else None
    else:
        meta["robots"] = "noindex"
    banner = f"{writer.overdue(page, today)}\n\n"
    text = _document(meta, heading + banner + body + box)
    return StagedPage(page.place, Kind.PAGE, text, is_listed, page.meta.checked)


def _neighbours(pages: list[ContentPage], page: ContentPage) -> dict[str, object]:
    """Return the links to the pages before and after `page` in its section, and which its menu shows.

    A menu shows so many pages around this one: else each page would grow with their number.
    """
    if not page.section:
        return {}
    index = pages.index(page) if page in pages else 0
    start = max(0, min(index - MENU_PAGES // 2, len(pages) - MENU_PAGES))
    menu = [start, start + MENU_PAGES]
    if page not in pages:
        return {"menu": menu}
    before = pages[index - 1] if index else None
    after = pages[index + 1] if index + 1 < len(pages) else None
    links = {
        key: {"title": other.meta.label, "url": other.address}
        for key, other in (("before", before), ("after", after))
        if other is not None
    }
    return {"menu": menu, **links}


def _regulation_page(page: RegulationPage, social: Social) -> StagedPage:
    """Return a page of the regulation with what is shown where it is shared."""
    meta = dict(page.meta)
    if "robots" not in meta:
        title, description = str(meta["title"]), str(meta["description"])
        meta["social"] = social.tags(address_of(page.place), title, description)
    return StagedPage(
        page.place, Kind.PAGE, _document(meta, page.html), page.is_listed, page.checked
    )


def _extra(content: SiteContent, *, with_kit: bool) -> dict[str, object]:
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
        "feed": feed_address(ward, content.changes),
        "report_form": REPORT_FORM,
        "follow_up": FOLLOW_UP,
        "handbook": f"/{HANDBOOK}/",
        "share_kit": with_kit,
        "sections": {
            "huong-dan": _menu("Tất cả hướng dẫn", content.section("huong-dan")),
            HANDBOOK: _menu("Sổ tay cán bộ", content.section(HANDBOOK)),
            "quy-che": {
                "title": "Quy chế, toàn văn",
                "links": [
                    {"title": article.label, "url": article.address}
                    for article in content.regulation.articles
                ]
                + [{"title": "Các bản của Quy chế", "url": LIST_ADDRESS}],
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
    problems = [
        content.files["changes"].problem(
            ("changes", index, "page"), f"“{change.page}” không phải là trang nào"
        )
        for index, change in enumerate(content.changes.changes)
        if change.page not in addresses
    ]
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
    return addresses | regulation_addresses(content) | share_addresses(content)


def _lost_search_targets(content: SiteContent) -> list[Problem]:
    """Return a problem for every number and address of search.yml that does not exist."""
    return unknown_targets(
        content.search,
        content.files["search"],
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


def _document(meta: Mapping[str, object], body: str = "") -> str:
    """Return a Markdown file with front matter; JSON is YAML too, and written much faster."""
    return f"---\n{json.dumps({**meta}, ensure_ascii=False)}\n---\n\n{body}"
