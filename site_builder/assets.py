"""Styles, scripts and pictures of the site under names that change with their content."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import minify_html

from site_builder.compression import Compressor

ASSETS = "assets"

_MINIFIED = {".css": "style", ".js": "script"}
_REFERENCE = re.compile(r"(?<=[\"'])/assets/(?P<name>[A-Za-z0-9._-]+)(?=[\"'])")


def hashed_name(name: str, data: bytes) -> str:
    """Return `name` with a piece of its content's SHA-256: `site.css` → `site.1f0c9a2b.css`."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(data).hexdigest()[:8]}{dot}{suffix}"


@dataclass(frozen=True)
class Assets:
    """The site's `assets/` folder and the hashed name of each file in it."""

    folder: Path
    names: dict[str, str]
    compressor: Compressor

    def add(self, name: str, data: bytes) -> None:
        """Keep `data`, and its compressed forms, under the hashed form of `name`."""
        self.names[name] = hashed_name(name, data)
        path = self.folder / self.names[name]
        path.write_bytes(data)
        self.compressor.compress(path)

    def resolve(self, html: str) -> str:
        """Return `html` with every `/assets/<name>` that is ours under its hashed name."""
        return _REFERENCE.sub(
            lambda match: f"/{ASSETS}/{self.names.get(match['name'], match['name'])}", html
        )


def collect_assets(
    source_dir: Path, pictures_dir: Path, site_dir: Path, compressor: Compressor
) -> Assets:
    """Return the assets of `site_dir`: every file of `templates/assets/`, minified and compressed.

    The pictures of `pictures_dir` come with them. This needs nothing that is rendered, so the build
    does both at once.
    """
    assets = Assets(site_dir / ASSETS, {}, compressor)
    assets.folder.mkdir(parents=True)
    for path in sorted(source_dir.iterdir()):
        data = path.read_bytes()
        element = _MINIFIED.get(path.suffix)
        assets.add(path.name, minified(data, element).encode() if element else data)
    _copy_pictures(pictures_dir, site_dir, compressor)
    return assets


def _copy_pictures(source_dir: Path, site_dir: Path, compressor: Compressor) -> None:
    """Copy `content/images/` as it is; picture addresses stay the same when a picture changes."""
    if not source_dir.is_dir():
        return
    images = shutil.copytree(source_dir, site_dir / "images", ignore=shutil.ignore_patterns(".*"))
    for path in images.rglob("*"):
        compressor.compress(path)


def minified(data: bytes, element: str) -> str:
    """Return a stylesheet or script, without its `element`, minified by the HTML minifier, which knows both."""
    html = f"<{element}>{data.decode()}</{element}>"
    small = minify_html.minify(html, minify_css=True, minify_js=True, keep_closing_tags=True)
    return str(small).removeprefix(f"<{element}>").removesuffix(f"</{element}>")
