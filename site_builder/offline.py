"""What is there without a network: the service worker and its list, the ZIP, the stand-in, the manifest."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from site_builder.assets import Assets, minified
from site_builder.content import HANDBOOK, SiteContent
from site_builder.finish import write
from site_builder.stage import EMERGENCY_NUMBERS
from site_builder.take_along import SIZE_MARK, ZIP_ADDRESS, make_zip, size_in_words

STAND_IN = "/may-chu-tam-nghi.html"
MANIFEST = "manifest.webmanifest"
WORKER = "sw.js"
WORKER_OFF = "sw-off.js"
NEEDS_NETWORK = "/khong-co-mang/"
PRINTED_FORM = "chia-se/tai/phieu-giay*.pdf"
"""Where the share kit puts the printed form, if it made one."""

CORE_PAGES = (
    NEEDS_NETWORK,
    "/",
    "/lien-he/",
    "/huong-dan/",
    "/huong-dan/gui-phan-anh-vneid/",
    "/huong-dan/chon-kenh/",
    "/huong-dan/lua-dao-mao-danh/",
)
"""Kept even by a reader who saves data: numbers, contacts, how to report, what a fraud looks like."""

_FORM_ASSETS = ("forms.css", "forms.js")
_NOT_KEPT = ("_shell/", f"{HANDBOOK}/", "chia-se/tai/")
_PICTURES = {".svg", ".png", ".webp", ".jpg"}
_LOADED = re.compile(r"(?<![\w-])(?:href|src)=[\"']?(/assets/[^\"'\s>]+)")
_BUILD = '"@@build@@"'


def publish_offline(assets: Assets, content: SiteContent, templates: Path, *, worker: bool) -> None:
    """Add to the finished site all that serves readers without a network.

    Without `worker` the site gets one that removes what an earlier one kept, and does nothing else.
    """
    site = assets.folder.parent
    texts = _templates(templates)
    written = [
        write(site / STAND_IN.lstrip("/"), _stand_in(site, content, templates, texts)),
        write(site / MANIFEST, _manifest(assets, content)),
        _add_zip(site, content, texts),
    ]
    source = (templates / (WORKER if worker else WORKER_OFF)).read_text(encoding="utf-8")
    script = source.replace(_BUILD, json.dumps(_kept(assets)), 1)
    written.append(write(site / WORKER, minified(script.encode(), "script")))
    for path in written:
        assets.compressor.compress(path)


def _kept(assets: Assets) -> dict[str, object]:
    """Return what the worker keeps, each file with a piece of its content's hash."""
    site = assets.folder.parent
    home = (site / "index.html").read_text(encoding="utf-8")
    names = [assets.names[name] for name in sorted(assets.names) if name not in _FORM_ASSETS]
    every = [f"/assets/{name}" for name in names]
    # What every page loads; the rest is loaded on use.
    loaded = {*_LOADED.findall(home)}
    core = [address for address in every if address in loaded]
    core += [page for page in CORE_PAGES if (site / page.strip("/") / "index.html").is_file()]
    rest = [*every, "/search.json", *_other_pages(site), *_pictures(site)]
    lists = {
        "core": {address: _hash(site, address) for address in core},
        "rest": {address: _hash(site, address) for address in rest if address not in core},
    }
    version = hashlib.sha256(json.dumps(lists).encode()).hexdigest()[:12]
    return {"version": version, "needsNetwork": NEEDS_NETWORK, **lists}


def _other_pages(site: Path) -> Iterator[str]:
    for path in sorted(site.rglob("index.html")):
        name = path.relative_to(site).as_posix()
        if not name.startswith(_NOT_KEPT):
            yield "/" + name.removesuffix("index.html")


def _pictures(site: Path) -> Iterator[str]:
    """Yield the pictures of pages that are kept: those that stand right in `images/`."""
    for path in sorted((site / "images").glob("*")):
        if path.suffix in _PICTURES:
            yield f"/images/{path.name}"


def _hash(site: Path, address: str) -> str:
    path = site / address.lstrip("/")
    data = (path / "index.html" if address.endswith("/") else path).read_bytes()
    return hashlib.sha256(data).hexdigest()[:8]


def _templates(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def _stand_in(site: Path, content: SiteContent, folder: Path, texts: Environment) -> str:
    """Return the page that stands in for the form service: whole in itself, under a policy of its own."""
    style = minified((folder / "stand-in.css").read_bytes(), "style")
    return texts.get_template("stand-in.html").render(
        ward=content.ward,
        emergency=_emergency(content),
        printed_form=printed_form(site),
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
    )


def printed_form(site: Path) -> str | None:
    """Return the address of the form to print: the ward's own, which has the shortest name."""
    found = sorted(site.glob(PRINTED_FORM), key=lambda path: (len(path.name), path.name))
    return f"/{found[0].relative_to(site).as_posix()}" if found else None


def _emergency(content: SiteContent) -> list[object]:
    return [content.ward.numbers[key] for key in EMERGENCY_NUMBERS if key in content.ward.numbers]


def _manifest(assets: Assets, content: SiteContent) -> str:
    """Return the web app manifest: a name and a picture for a bookmark on the home screen.

    `display: browser` on purpose: residents are told that nothing here is to be installed, so no
    browser may offer it (docs/adr/0015-search-and-reading-offline.md).
    """
    manifest = {
        "name": content.ward.site_name,
        "short_name": content.ward.site_name,
        "lang": "vi",
        "start_url": "/",
        "scope": "/",
        "display": "browser",
        "icons": [
            {"src": f"/assets/{assets.names['icon.svg']}", "sizes": "any", "type": "image/svg+xml"}
        ],
    }
    return json.dumps(manifest, ensure_ascii=False, separators=(",", ":"))


def _add_zip(site: Path, content: SiteContent, texts: Environment) -> Path:
    """Write the ZIP, and its size into the page that offers it; return that page."""
    readme = texts.get_template("doc-truoc.txt").render(
        ward=content.ward, emergency=_emergency(content)
    )
    newest = max(page.meta.checked for page in content.pages)
    data = make_zip(site, needs_network=NEEDS_NETWORK, readme=readme, date=newest)
    (site / ZIP_ADDRESS.lstrip("/")).write_bytes(data)
    page = site / "tai-ve" / "index.html"
    text = page.read_text(encoding="utf-8")
    return write(page, text.replace(SIZE_MARK, size_in_words(len(data))))
