"""Styles, scripts and pictures of the site under names that change with their content."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import minify_html

from site_builder.errors import BuildError

ASSETS = "assets"
SITE_CSS = "site.css"
SEARCH_INDEX = "search.json"

_REFERENCE = re.compile(r"(?<=[\"'])/assets/(?P<name>[A-Za-z0-9._-]+)(?=[\"'])")
_SOURCE_MAP = re.compile(r"/[*/]# sourceMappingURL=\S+(?:\s*\*/)?")


def hashed_name(name: str, data: bytes) -> str:
    """Return `name` with a piece of its content's SHA-256: `site.css` → `site.1f0c9a2b.css`."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(data).hexdigest()[:8]}{dot}{suffix}"


class AssetFolder:
    """The site's `assets/`: takes files in, knows each one's hashed name."""

    def __init__(self, site_dir: Path) -> None:
        self._folder = site_dir / ASSETS
        self._folder.mkdir(parents=True)
        self.names: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> None:
        """Keep `data` under the hashed form of `name`."""
        self.names[name] = hashed_name(name, data)
        (self._folder / self.names[name]).write_bytes(data)

    def resolve(self, html: str) -> str:
        """Return `html` with every `/assets/<name>` that is ours under its hashed name."""
        return _REFERENCE.sub(
            lambda match: f"/{ASSETS}/{self.names.get(match['name'], match['name'])}", html
        )


def collect_assets(source_dir: Path, theme_css: str, folder: AssetFolder) -> None:
    """Put every file of `templates/assets/` into `folder`, minified.

    The theme's stylesheet goes before ours into one file: one request instead of two.
    """
    for path in sorted(source_dir.iterdir()):
        data = path.read_bytes()
        if path.suffix == ".css":
            css = (theme_css if path.name == SITE_CSS else "") + _minified(data, "style")
            data = css.encode()
        elif path.suffix == ".js":
            data = _minified(data, "script").encode()
        folder.add(path.name, data)


def theme_stylesheet(rendered_dir: Path) -> str:
    """Return the theme's main stylesheet as the renderer left it."""
    styles = rendered_dir / ASSETS / "stylesheets"
    folder = styles / "classic" if (styles / "classic").is_dir() else styles  # Zensical's variants
    found = sorted(folder.glob("main.*.min.css"))
    if len(found) != 1:
        raise BuildError([f"the renderer left {len(found)} main stylesheets, one is needed"])
    return _SOURCE_MAP.sub("", found[0].read_text(encoding="utf-8")).strip()


def copy_pictures(source_dir: Path, site_dir: Path) -> None:
    """Copy `content/images/` as it is; picture addresses stay the same when a picture changes."""
    if source_dir.is_dir():
        shutil.copytree(source_dir, site_dir / "images", ignore=shutil.ignore_patterns(".*"))


def text_files(site_dir: Path) -> Iterator[Path]:
    """Yield every file of the site that is worth compressing."""
    suffixes = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".webmanifest"}
    return (path for path in sorted(site_dir.rglob("*")) if path.suffix in suffixes)


def _minified(data: bytes, element: str) -> str:
    """Return a stylesheet or script minified by the HTML minifier, which knows both."""
    html = f"<{element}>{data.decode()}</{element}>"
    small = minify_html.minify(html, minify_css=True, minify_js=True, keep_closing_tags=True)
    return str(small).removeprefix(f"<{element}>").removesuffix(f"</{element}>")
