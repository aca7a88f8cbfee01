"""The whole site as one ZIP that opens from a disk: relative links, and a search that fetches nothing.

Browsers let a page from `file://` neither fetch nor find `/…`. So every address is made relative to
its page and names a file, and the search index is a script. What is not in the ZIP (forms, files too
large to carry) leads to the page that says it needs the network.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from html import escape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import html

ZIP_ADDRESS = "/tai-ve/trang-cua-phuong.zip"
SIZE_MARK = "@@zip-size@@"
"""Stands in the page until the ZIP is made."""

LEFT_OUT = ("/chia-se/tai/", "/_shell/")
"""Prefixes of addresses that nobody carries along: pictures for print, another program's template."""

FOLDER = "trang-cua-phuong"
README = "DOC-TRUOC.txt"
INDEX_SCRIPT = "search-index.js"

# Of pages that the build has minified: quotes only where they are needed.
_ADDRESS = re.compile(
    r"\s(?P<name>href|src|data-search|data-index)=(?P<quote>[\"']?)"
    r"(?P<address>/(?!/)[^\"'\s>]*)(?P=quote)"
)
_IMAGE = re.compile(r"<img\b[^>]*>")
_ONLY_ONLINE = re.compile(
    r"<link\b[^>]*\brel=[\"']?manifest\b[^>]*>|<p class=[\"']?take-along[\"']?>.*?</p>", re.DOTALL
)
_CSS_ADDRESS = re.compile(r"url\((?P<quote>[\"']?)(?P<path>/[^)\"']+)(?P=quote)\)")
_PACKED = (".png", ".jpg", ".webp", ".woff2")
_READABLE_BY_ALL = 0o100644 << 16


class _Files:
    """The files of the ZIP by their path below its folder; grows as pages name more of them."""

    def __init__(self, site: Path, *, instead: str) -> None:
        self.data: dict[str, bytes] = {}
        self._site = site
        self._instead = instead
        found = (path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
        self._carried = {path for path in found if not f"/{path}".startswith(LEFT_OUT)}

    def take(self, path: str) -> None:
        """Carry the site's file at `path`, and what a style sheet names, along."""
        if path in self.data:
            return
        data = (self._site / path).read_bytes()
        self.data[path] = data
        if path.endswith(".css"):
            self.data[path] = _CSS_ADDRESS.sub(
                lambda match: (
                    f"url({match['quote']}{self.way(match['path'], path)}{match['quote']})"
                ),
                data.decode(),
            ).encode()

    def has(self, address: str) -> bool:
        """Tell whether a file of the site that is carried along stands at `address`."""
        return address.lstrip("/") in self._carried

    def file_of(self, address: str) -> str:
        """Return the path of the file that opens for the site's `address`."""
        path = unquote(urlsplit(address).path)
        path = f"{path}index.html" if path.endswith("/") else path
        return path.lstrip("/") if self.has(path) and path != ZIP_ADDRESS else self._instead

    def way(self, address: str, page: str) -> str:
        """Return the relative link from the file `page` to the site's `address`."""
        target = self.file_of(address)
        if not target.endswith(".html"):
            self.take(target)
        fragment = urlsplit(address).fragment if target != self._instead else ""
        return f"{_way_up(page)}{target}{'#' if fragment else ''}{fragment}"


def make_zip(site: Path, *, needs_network: str, readme: str, date: dt.date) -> bytes:
    """Return the ZIP of the finished site in `site`; the same site and `date` give the same bytes.

    `needs_network` is the address of the page that stands in for what is not carried along.
    """
    files = _Files(site, instead=f"{needs_network.strip('/')}/index.html")
    for path in sorted(site.rglob("index.html")):
        name = path.relative_to(site).as_posix()
        if files.has(f"/{name}"):
            files.data[name] = _carried_page(path.read_text(encoding="utf-8"), name, files)
    index = json.loads((site / "search.json").read_text(encoding="utf-8"))
    files.data[INDEX_SCRIPT] = _index_script(index, files)
    # Windows' editor knows the letters by the mark at the start, and lines by both signs.
    files.data[README] = readme.replace("\n", "\r\n").encode("utf-8-sig")
    return _zipped(files.data, date)


def size_in_words(size: int) -> str:
    """Return a size as people in Vietnam read it: 1,2 MB."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000))} KB"
    return f"{size / 1_000_000:.1f} MB".replace(".", ",")


def _carried_page(text: str, name: str, files: _Files) -> bytes:
    """Return the page `name` with links that work from a disk."""
    root = _way_up(name)

    def replace(match: re.Match[str]) -> str:
        attribute, address = match["name"], match["address"]
        if attribute == "data-index":
            return f' data-root="{root}" data-index="{root}{INDEX_SCRIPT}"'
        return f' {attribute}="{files.way(address, name)}"'

    text = _ONLY_ONLINE.sub("", text)
    text = _IMAGE.sub(lambda match: _image_or_words(match[0], files), text)
    return _ADDRESS.sub(replace, text).encode()


def _way_up(name: str) -> str:
    """Return the relative link from the file `name` to the ZIP's folder."""
    return "../" * name.count("/")


def _image_or_words(tag: str, files: _Files) -> str:
    """Return the `img` tag, or a picture's words where the picture is not carried along."""
    image = html.fragment_fromstring(tag)
    source = image.get("src", "")
    if not source.startswith("/") or files.has(urlsplit(source).path):
        return tag
    return f"<span>{escape(image.get('alt', ''))}</span>"


def _index_script(index: dict[str, list[list[object]]], files: _Files) -> bytes:
    """Return the search index as a script, its addresses as paths below the ZIP's folder."""
    for entry in [*index["pages"], *index["help"]]:
        entry[0] = files.file_of(str(entry[0]))
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    return f"window.siteSearchIndex={text};\n".encode()


def _zipped(files: dict[str, bytes], date: dt.date) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{FOLDER}/{name}", (date.year, date.month, date.day, 0, 0, 0))
            packed = name.endswith(_PACKED)
            member.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            member.external_attr = _READABLE_BY_ALL
            member.create_system = 3  # Unix, wherever the build runs
            archive.writestr(member, files[name], compresslevel=9)
    return buffer.getvalue()
