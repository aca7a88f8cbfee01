"""Rendered pages to the site that is served: absolute addresses, hashed assets, small, compressed."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin

import minify_html

from site_builder.all_pages import LIST_MARK, all_pages_html
from site_builder.assets import Assets
from site_builder.content import ALL_PAGES, SiteContent
from site_builder.errors import RenderError
from site_builder.search_index import Section, search_json, sections
from site_builder.stage import WHOLE_REGULATION, Kind, Stage, StagedPage, heading_slug

# Not hashed: every page names it, and one changed word must not change every page.
SEARCH_INDEX = "search.json"
SHELL_FILE = "_shell/page.html.j2"
FORM_HEAD_FILE = "_shell/head-{form_id}.html.j2"

_ADDRESS = re.compile(r"\b(?P<name>href|src)=\"(?P<value>[^\"]*)\"")
_OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|/|#|$)", re.IGNORECASE)
_EXTERNAL_LINK = re.compile(r"<a (?=[^>]*href=\"https?:)(?![^>]*\brel=)")
_ID = re.compile(r"\bid=\"([^\"]+)\"")
_QUESTION = re.compile(
    r"<details class=\"question\">(?P<summary>\s*<summary>(?P<words>.*?)</summary>)", re.DOTALL
)
_TAG = re.compile(r"<[^>]+>")
_INDENT = re.compile(r"\n\s+")


def finish(
    stage: Stage, rendered: Path, assets: Assets, *, content: SiteContent, pieces_dir: Path
) -> None:
    """Write the site's pages, and their compressed forms, beside its `assets`. Raises BuildError.

    `rendered` is the folder that the renderer left; only the staged pages are taken from it.
    """
    with ThreadPoolExecutor() as pool:  # compresses one file while the next is made
        written = _written(stage, rendered, assets, content, pieces_dir)
        list(pool.map(assets.compressor.compress, written))


def _written(
    stage: Stage, rendered: Path, assets: Assets, content: SiteContent, pieces_dir: Path
) -> Iterator[Path]:
    """Write every file, and yield each as soon as it is there."""
    site, site_url = assets.folder.parent, content.ward.site_url
    pages = {page: _read(page, rendered) for page in stage.pages}
    found = _sections(pages)
    yield write(site / SEARCH_INDEX, search_json(found, content.search, content.ward.numbers))
    order = {page.address: page.meta.order for page in content.pages}
    listed = all_pages_html(found, content.search.places, order=order, pieces_dir=pieces_dir)
    for page, html in pages.items():
        whole = html.replace(LIST_MARK, listed) if page.place.name == ALL_PAGES else html
        yield write(site / _file(page), _finished(page, whole, assets))
    for address, data in stage.files.items():
        yield write(site / address.lstrip("/"), data)
    for form_id, head in stage.form_heads.items():
        text = f"{{% raw %}}{head}{{% endraw %}}"
        yield write(site / FORM_HEAD_FILE.format(form_id=form_id), text)
    yield write(site / "robots.txt", _robots(site_url))
    if site_url:
        yield write(site / "sitemap.xml", _sitemap(stage, site_url))


def absolute(html: str, address: str) -> str:
    """Return `html` of the page at `address` with its relative addresses made absolute."""

    def replace(match: re.Match[str]) -> str:
        if _OUTSIDE.match(match["value"]):
            return match[0]
        return f'{match["name"]}="{urljoin(address, match["value"])}"'

    return _ADDRESS.sub(replace, html)


def _read(page: StagedPage, rendered: Path) -> str:
    path = rendered / page.address.strip("/") / "index.html"
    try:
        html = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RenderError([f"the renderer left no page for {page.address}"]) from None
    return with_question_ids(absolute(html, page.address))


def with_question_ids(html: str) -> str:
    """Return `html` in which every question that opens has an id made of its words."""
    taken = set(_ID.findall(html))

    def replace(match: re.Match[str]) -> str:
        slug = heading_slug(entities.unescape(_TAG.sub("", match["words"]))) or "hoi"
        while slug in taken:
            slug += "-nua"
        taken.add(slug)
        return f'<details class="question" id="{slug}">{match["summary"]}'

    return _QUESTION.sub(replace, html)


def _file(page: StagedPage) -> str:
    """Return where the finished page stands below the site's folder."""
    special = {Kind.NOT_FOUND: "404.html", Kind.SHELL: SHELL_FILE}
    return special.get(page.kind) or f"{page.address.strip('/')}/index.html".lstrip("/")


def _finished(page: StagedPage, html: str, assets: Assets) -> str:
    """Return one page ready to be served."""
    html = assets.resolve(html)
    html = _EXTERNAL_LINK.sub('<a rel="noreferrer" ', html)
    if page.kind is Kind.SHELL:
        return _INDENT.sub("\n", html)  # an HTML minifier must not touch another template's signs
    return str(
        minify_html.minify(
            html, minify_js=True, keep_closing_tags=True, keep_html_and_head_opening_tags=True
        )
    )


def _sections(pages: dict[StagedPage, str]) -> list[Section]:
    """Return the sections that readers may look for, page by page."""
    return [
        section
        for page, html in pages.items()
        if page.kind is Kind.PAGE and page.is_listed and page.is_searched
        if page.place.name != ALL_PAGES
        for section in sections(page.address, html)
        if page.address != WHOLE_REGULATION or not section.anchor
    ]


def _robots(site_url: str | None) -> str:
    sitemap = f"Sitemap: {site_url}/sitemap.xml\n" if site_url else ""
    return f"User-agent: *\nDisallow: /can-bo/\nDisallow: /api/\n{sitemap}"


def _sitemap(stage: Stage, site_url: str) -> str:
    """Return the sitemap (sitemaps.org protocol 0.9) of the public pages."""
    urls = "".join(
        f"<url><loc>{entities.escape(site_url + page.address)}</loc>"
        f"{f'<lastmod>{page.checked}</lastmod>' if page.checked else ''}</url>"
        for page in stage.pages
        if page.kind is Kind.PAGE and page.is_listed
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{space}">{urls}</urlset>\n'


def write(path: Path, data: str | bytes) -> Path:
    """Write a file of the site, with the folders it needs, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path
