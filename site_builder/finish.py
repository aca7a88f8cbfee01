"""Rendered pages to the site that is served: absolute addresses, hashed assets, small, compressed."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin
from xml.sax.saxutils import escape

import minify_html

from site_builder.assets import Assets
from site_builder.errors import RenderError
from site_builder.search_index import search_json, sections
from site_builder.stage import WHOLE_REGULATION, Kind, Stage, StagedPage

# Not hashed: every page names it, and one changed word must not change every page.
SEARCH_INDEX = "search.json"
SHELL_FILE = "_shell/page.html.j2"
FORM_HEAD_FILE = "_shell/head-{form_id}.html.j2"

_ADDRESS = re.compile(r"\b(?P<name>href|src)=\"(?P<value>[^\"]*)\"")
_OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|/|#|$)", re.IGNORECASE)
_EXTERNAL_LINK = re.compile(r"<a (?=[^>]*href=\"https?:)(?![^>]*\brel=)")
_INDENT = re.compile(r"\n\s+")


def finish(stage: Stage, rendered: Path, assets: Assets, *, site_url: str | None) -> None:
    """Write the site's pages, pictures excepted, beside its `assets`. Raises BuildError.

    `rendered` is the folder that the renderer left; only the staged pages are taken from it.
    """
    site = assets.folder.parent
    pages = {page: _read(page, rendered) for page in stage.pages}
    _write(site / SEARCH_INDEX, _index(pages))
    for page, html in pages.items():
        _write(site / _file(page), _finished(page, html, assets))
    for address, data in stage.files.items():
        path = site / address.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for form_id, head in stage.form_heads.items():
        text = f"{{% raw %}}{head}{{% endraw %}}"
        _write(site / FORM_HEAD_FILE.format(form_id=form_id), text)
    _write(site / "robots.txt", _robots(site_url))
    if site_url:
        _write(site / "sitemap.xml", _sitemap(stage, site_url))
    files = [path for path in site.rglob("*") if path.is_file() and path.parent != assets.folder]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(assets.compressor.compress, files))


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
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RenderError([f"the renderer left no page for {page.address}"]) from None


def _file(page: StagedPage) -> str:
    """Return where the finished page stands below the site's folder."""
    special = {Kind.NOT_FOUND: "404.html", Kind.SHELL: SHELL_FILE}
    return special.get(page.kind) or f"{page.address.strip('/')}/index.html".lstrip("/")


def _finished(page: StagedPage, html: str, assets: Assets) -> str:
    """Return one page ready to be served."""
    html = assets.resolve(absolute(html, page.address))
    html = _EXTERNAL_LINK.sub('<a rel="noreferrer" ', html)
    if page.kind is Kind.SHELL:
        return _INDENT.sub("\n", html)  # an HTML minifier must not touch another template's signs
    return str(
        minify_html.minify(
            html, minify_js=True, keep_closing_tags=True, keep_html_and_head_opening_tags=True
        )
    )


def _index(pages: dict[StagedPage, str]) -> str:
    return search_json(
        section
        for page, html in pages.items()
        if page.kind is Kind.PAGE and page.is_listed and page.is_searched
        # The regulation's articles are found on their own pages.
        if page.address != WHOLE_REGULATION
        for section in sections(page.address, html)
    )


def _robots(site_url: str | None) -> str:
    sitemap = f"Sitemap: {site_url}/sitemap.xml\n" if site_url else ""
    return f"User-agent: *\nDisallow: /can-bo/\nDisallow: /api/\n{sitemap}"


def _sitemap(stage: Stage, site_url: str) -> str:
    """Return the sitemap (sitemaps.org protocol 0.9) of the public pages."""
    urls = "".join(
        f"<url><loc>{escape(site_url + page.address)}</loc>"
        f"{f'<lastmod>{page.checked}</lastmod>' if page.checked else ''}</url>"
        for page in stage.pages
        if page.kind is Kind.PAGE and page.is_listed
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{space}">{urls}</urlset>\n'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
