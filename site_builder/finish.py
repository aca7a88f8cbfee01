"""Rendered pages to the site that is served: absolute addresses, hashed assets, small, compressed."""

from __future__ import annotations

import gzip
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin
from xml.sax.saxutils import escape

import brotli
import minify_html

from site_builder.assets import (
    SEARCH_INDEX,
    AssetFolder,
    collect_assets,
    copy_pictures,
    text_files,
    theme_stylesheet,
)
from site_builder.errors import RenderError
from site_builder.search_index import search_json, sections
from site_builder.stage import Kind, Stage, StagedPage

SHELL_FILE = "_shell/page.html.j2"
WHOLE_REGULATION = "/quy-che/"  # its articles are found on their own pages

_ADDRESS = re.compile(r"\b(?P<name>href|src)=\"(?P<value>[^\"]*)\"")
_OUTSIDE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|/|#|$)", re.IGNORECASE)
_EXTERNAL_LINK = re.compile(r"<a (?=[^>]*href=\"https?:)(?![^>]*\brel=)")
_INDENT = re.compile(r"\n\s+")


@dataclass(frozen=True)
class FinishPaths:
    """Where `finish` reads and writes."""

    rendered: Path
    assets: Path
    pictures: Path
    site: Path


def finish(stage: Stage, paths: FinishPaths, *, site_url: str | None) -> None:
    """Write the whole site into `paths.site`, which must not exist. Raises BuildError."""
    folder = AssetFolder(paths.site)
    collect_assets(paths.assets, theme_stylesheet(paths.rendered), folder)
    copy_pictures(paths.pictures, paths.site)
    pages = {page: _read(page, paths.rendered) for page in stage.pages}
    folder.add(SEARCH_INDEX, _index(pages))
    for page, html in pages.items():
        _write(paths.site / _file(page), _finished(page, html, folder))
    _write(paths.site / "robots.txt", _robots(site_url))
    if site_url:
        _write(paths.site / "sitemap.xml", _sitemap(stage, site_url))
    compress(paths.site)


def compress(site_dir: Path) -> None:
    """Write a `.br` and a `.gz` beside every text file, so that no server compresses on the way."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_compress_file, text_files(site_dir)))


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


def _finished(page: StagedPage, html: str, folder: AssetFolder) -> str:
    """Return one page ready to be served."""
    html = folder.resolve(absolute(html, page.address))
    html = _EXTERNAL_LINK.sub('<a rel="noreferrer" ', html)
    if page.kind is Kind.SHELL:
        return _INDENT.sub("\n", html)  # an HTML minifier must not touch another template's signs
    return str(
        minify_html.minify(
            html, minify_js=True, keep_closing_tags=True, keep_html_and_head_opening_tags=True
        )
    )


def _index(pages: dict[StagedPage, str]) -> bytes:
    return search_json(
        section
        for page, html in pages.items()
        if page.kind is Kind.PAGE and page.address != WHOLE_REGULATION
        for section in sections(page.address, html)
    )


def _robots(site_url: str | None) -> str:
    sitemap = f"Sitemap: {site_url}/sitemap.xml\n" if site_url else ""
    return f"User-agent: *\nDisallow: /can-bo/\nDisallow: /api/\n{sitemap}"


def _sitemap(stage: Stage, site_url: str) -> str:
    """Return the sitemap (sitemaps.org protocol 0.9) of the public pages."""
    urls = "".join(
        f"<url><loc>{escape(site_url + page.address)}</loc></url>"
        for page in stage.pages
        if page.kind is Kind.PAGE
    )
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{space}">{urls}</urlset>\n'


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _compress_file(path: Path) -> None:
    data = path.read_bytes()
    name = path.name
    path.with_name(f"{name}.br").write_bytes(brotli.compress(data, quality=11))
    path.with_name(f"{name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
