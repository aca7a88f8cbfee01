"""The finished site read back and held against every rule; all breaches are reported at once."""

from __future__ import annotations

import os
import re
import struct
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError
from lxml import html

from site_builder.errors import VerifyError
from site_builder.finish import SHELL_FILE
from site_builder.offline import STAND_IN

FIRST_VIEW_LIMIT_BYTES = 65_000
CARD_SIZE = (1200, 630)
CARD_LIMIT_BYTES = 1_000_000
SHELL_BLOCKS = ("title", "description", "robots", "content")
_DATA_SUFFIXES = (".yml", ".yaml", ".md", ".py", ".map")
_LOADING = {"script": "src", "img": "src", "iframe": "src", "source": "src", "audio": "src"}
_EVENT = re.compile(r"^on[a-z]+$")
_WEIGHED = re.compile(r"/(huong-dan|so-tay-can-bo)/")


@dataclass(frozen=True)
class FirstView:
    """The heaviest guide's first view over the wire, with brotli: page, styles and scripts."""

    address: str
    bytes: int


@dataclass(frozen=True)
class SitePage:
    """A page as a browser gets it."""

    address: str
    text: str

    @cached_property
    def tree(self) -> html.HtmlElement:
        """The page's elements."""
        return html.document_fromstring(self.text)

    @cached_property
    def anchors(self) -> frozenset[str]:
        """Every id on the page."""
        return frozenset(element.get("id") for element in self.tree.xpath("//*[@id]"))

    def meta(self, key: str) -> str | None:
        """Return the content of the `meta` element whose name or property is `key`."""
        for element in self.tree.iter("meta"):
            if key in (element.get("name"), element.get("property")):
                return str(element.get("content", ""))
        return None

    @property
    def public(self) -> bool:
        """Whether search engines may list the page."""
        return "noindex" not in (self.meta("robots") or "")


@dataclass(frozen=True)
class Site:
    """The finished site and what it may link to beyond itself."""

    folder: Path
    pages: Mapping[str, SitePage]
    served_elsewhere: frozenset[str]
    site_url: str | None
    has_cards: bool

    @cached_property
    def files(self) -> frozenset[str]:
        """The path below the folder of every file: read once, for there are thousands of links."""
        found = (Path(place, name) for place, _, names in os.walk(self.folder) for name in names)
        return frozenset(path.relative_to(self.folder).as_posix() for path in found)

    def file(self, address: str) -> Path | None:
        """Return the file that is served at `address`; None where nothing is."""
        name = unquote(address).lstrip("/")
        name = f"{name}index.html" if name.endswith("/") or not name else name
        return self.folder / name if name in self.files else None


PageRule = Callable[[SitePage, Site], Iterator[str]]


def verify(
    folder: Path,
    *,
    served_elsewhere: frozenset[str],
    site_url: str | None,
    has_cards: bool = True,
) -> FirstView:
    """Return the weight of a guide's first view after holding the site against every rule.

    `served_elsewhere` are the addresses that links may use though no file stands there. `has_cards`
    is false for a site built without the share kit, which has no pictures of links. Raises VerifyError
    with every breach, each with its page.
    """
    pages = {
        address: SitePage(address, path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.html"))
        for address in [_address(path, folder)]
    }
    site = Site(folder, pages, served_elsewhere, site_url, has_cards)
    breaches = [
        f"{page.address}: {words}"
        for page in pages.values()
        for rule in PAGE_RULES
        for words in rule(page, site)
    ]
    breaches += [*_unique_titles(site), *_published_data(site), *_shell(site), *_sitemap(site)]
    views = [first_view(page, site) for address, page in pages.items() if _WEIGHED.match(address)]
    heaviest = max(views, key=lambda view: view.bytes, default=FirstView("", 0))
    if heaviest.bytes > FIRST_VIEW_LIMIT_BYTES:
        breaches.append(f"{heaviest.address}: first view weighs {heaviest.bytes} bytes")
    if breaches:
        raise VerifyError(breaches)
    return heaviest


def first_view(page: SitePage, site: Site) -> FirstView:
    """Return what a browser downloads for `page` before anybody touches it, with brotli."""
    found = [site.file(target) for target in (page.address, *_loads(page.tree))]
    files = [path for path in found if path is not None]
    pairs = [(path, path.with_name(f"{path.name}.br")) for path in files]
    weights = [small if small.exists() else path for path, small in pairs]
    return FirstView(page.address, sum(path.stat().st_size for path in weights))


def _one_heading(page: SitePage, _site: Site) -> Iterator[str]:
    count = len([*page.tree.iter("h1")])
    if count != 1:
        yield f"has {count} h1 headings, one is needed"


def _language(page: SitePage, _site: Site) -> Iterator[str]:
    if page.tree.get("lang") != "vi":
        yield "is not marked as Vietnamese (lang)"


def _description(page: SitePage, _site: Site) -> Iterator[str]:
    length = len(page.meta("description") or "")
    if not 50 <= length <= 160:
        yield f"description has {length} characters, 50 to 160 are needed"


def _title(page: SitePage, _site: Site) -> Iterator[str]:
    if not (page.tree.findtext(".//title") or "").strip():
        yield "has no title"


def _links(page: SitePage, site: Site) -> Iterator[str]:
    for element in page.tree.xpath("//a[@href] | //link[@href] | //*[@src]"):
        target = element.get("href") or element.get("src") or ""
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        path = parts.path or page.address
        if path in site.served_elsewhere:
            continue
        fragment = unquote(parts.fragment)
        if site.file(path) is None:
            yield f"links to {path}, where nothing is"
        elif fragment and path in site.pages and fragment not in site.pages[path].anchors:
            yield f"links to {path}#{fragment}, but the page has no such anchor"


def _own_resources(page: SitePage, _site: Site) -> Iterator[str]:
    for target in _loads(page.tree):
        if urlsplit(target).netloc:
            yield f"loads {target} from another site"


def _no_inline_code(page: SitePage, _site: Site) -> Iterator[str]:
    for script in page.tree.iter("script"):
        data = script.get("type") in ("application/json", "application/ld+json")
        if script.get("src") is None and not data:
            yield "has an inline script"
    # The stand-in is whole in itself, under a policy that names its one style.
    if page.address != STAND_IN and next(page.tree.iter("style"), None) is not None:
        yield "has an inline style element"
    for element in page.tree.iter():
        names = element.attrib.keys() if isinstance(element.tag, str) else ()
        for name in names:
            if name == "style" or _EVENT.match(name):
                yield f"has a {name} attribute on <{element.tag}>"


def _described_pictures(page: SitePage, _site: Site) -> Iterator[str]:
    for image in page.tree.iter("img"):
        if not image.get("alt"):
            yield f"shows {image.get('src')} without an alternative text"


def _social(page: SitePage, site: Site) -> Iterator[str]:
    if site.site_url is None or not page.public:
        return
    canonical = page.tree.xpath("string(//link[@rel='canonical']/@href)")
    if canonical != f"{site.site_url}{page.address}":
        yield f"canonical address is {canonical or 'missing'}"
    for key in ("og:title", "og:description", "og:url"):
        if not page.meta(key):
            yield f"has no {key}"


def _card(page: SitePage, site: Site) -> Iterator[str]:
    """A public page has a picture for links to it, of the size that programs expect."""
    if site.site_url is None or not page.public or not site.has_cards:
        return
    address = page.meta("og:image") or ""
    if not address.startswith(f"{site.site_url}/"):
        yield f"og:image is {address or 'missing'}"
        return
    path = site.file(address.removeprefix(site.site_url))
    if path is None:
        yield f"og:image {address} does not exist"
        return
    size = _png_size(path)
    if size != CARD_SIZE:
        yield f"og:image {address} is no picture of 1200 × 630"
    if path.stat().st_size > CARD_LIMIT_BYTES:
        yield f"og:image {address} is too heavy"
    told = (page.meta("og:image:width"), page.meta("og:image:height"))
    if told != tuple(map(str, CARD_SIZE)) or not page.meta("og:image:alt"):
        yield "og:image has no width, height or alternative text"
    if page.meta("twitter:card") != "summary_large_image":
        yield "twitter:card is not summary_large_image"


def _png_size(path: Path) -> tuple[int, int] | None:
    """Return width and height of a PNG; None for anything else. Source: ISO/IEC 15948, 11.2.2."""
    with path.open("rb") as file:
        head = file.read(24)
    if len(head) < 24 or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[16:])
    return width, height


PAGE_RULES: tuple[PageRule, ...] = (
    _one_heading,
    _language,
    _title,
    _description,
    _links,
    _own_resources,
    _no_inline_code,
    _described_pictures,
    _social,
    _card,
)


def _unique_titles(site: Site) -> Iterator[str]:
    titles = Counter(page.tree.findtext(".//title") for page in site.pages.values())
    return (
        f'title "{title}" is used {count} times' for title, count in titles.items() if count > 1
    )


def _published_data(site: Site) -> Iterator[str]:
    """Data, form definitions and sources of pages never belong to the public."""
    for name in sorted(site.files):
        if name.endswith(_DATA_SUFFIXES):
            yield f"{name} must not be published"


def _shell(site: Site) -> Iterator[str]:
    """The shell must be a template that a form page can extend."""
    path = site.folder / SHELL_FILE
    if not path.is_file():
        yield f"{SHELL_FILE} is missing"
        return
    fills = "".join(f"{{% block {name} %}}filled-{name}{{% endblock %}}" for name in SHELL_BLOCKS)
    loader = DictLoader(
        {
            "page.html.j2": path.read_text(encoding="utf-8"),
            "form.html": f'{{% extends "page.html.j2" %}}{fills}',
        }
    )
    environment = Environment(loader=loader, undefined=StrictUndefined, autoescape=True)
    try:
        text = environment.get_template("form.html").render()
    except TemplateError as error:
        yield f"{SHELL_FILE} is no template: {error.message}"
        return
    yield from (
        f"{SHELL_FILE}: block {name} is missing"
        for name in SHELL_BLOCKS
        if f"filled-{name}" not in text
    )
    page = SitePage("/", text)
    for rule in (_language, _links, _own_resources, _no_inline_code):
        yield from (f"{SHELL_FILE}: {words}" for words in rule(page, site))


def _sitemap(site: Site) -> Iterator[str]:
    if site.site_url is None:
        return
    path = site.folder / "sitemap.xml"
    listed = path.read_text(encoding="utf-8") if path.is_file() else ""
    for page in site.pages.values():
        if page.public and f"<loc>{site.site_url}{page.address}</loc>" not in listed:
            yield f"{page.address}: is not in the sitemap"


def _loads(tree: html.HtmlElement) -> Iterator[str]:
    """Yield the addresses of what a browser fetches by itself; lazy pictures come later."""
    for element in tree.iter(*_LOADING):
        if element.get("src") and element.get("loading") != "lazy":
            yield str(element.get("src"))
    for link in tree.iter("link"):
        if {"stylesheet", "icon", "preload"} & set((link.get("rel") or "").split()):
            yield str(link.get("href"))


def _address(path: Path, folder: Path) -> str:
    return "/" + path.relative_to(folder).as_posix().removesuffix("index.html")
