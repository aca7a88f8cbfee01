"""Derive a small project from the real content, for tests that build a project of their own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from site_builder.content import HANDBOOK, REQUIRED
from tests.built_site import copy_project

PAGES = frozenset(
    {
        *REQUIRED,
        "tai-ve.md",
        "huong-dan/chon-kenh.md",
        "huong-dan/lua-dao-mao-danh.md",
        "huong-dan/mo-hinh.md",
        f"{HANDBOOK}/thung-rac.md",
    }
)
AREAS = 2
_ENTRY = re.compile(r"^  - .*\n(?:(?: {4}.*)?\n)*", re.MULTILINE)
"""An entry of a list that stands below a key of a YAML file."""
_LINK = re.compile(r"\[(?P<words>[^\]]+)\]\((?P<target>[^)\s#]+)(?:#[^)\s]*)?\)")


def copy_small_project(root: Path) -> Path:
    """Return `root` as a project of its own with the pages `PAGES` and `AREAS` tổ dân phố.

    Everything else is the real content: a link to a removed page becomes its words, an entry of a
    data file that names one is removed. The build refuses what is then inconsistent.
    """
    content = copy_project(root) / "content"
    removed = _remove_pages(content)
    assert removed, "the real content has no page beyond those of the small project"
    for name in PAGES:
        _edit(content / name, partial(_without_links, name=name, removed=removed))
    for name in ("changes", "search", "share"):
        _edit(content / "data" / f"{name}.yml", partial(_without_entries, removed=removed))
    _edit(content / "data/areas.yml", _with_few_areas)
    return root


def _remove_pages(content: Path) -> set[str]:
    """Remove the pages that are not in `PAGES`; return their places and addresses."""
    places = {path.relative_to(content).as_posix() for path in content.rglob("*.md")} - PAGES
    for place in places:
        (content / place).unlink()
    return places | {f"/{place.removesuffix('.md')}/" for place in places}


def _edit(path: Path, change: Callable[[str], str]) -> None:
    """Write what `change` makes of a file's text."""
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


def _without_links(text: str, *, name: str, removed: set[str]) -> str:
    """Return the page `name` with the words of each link to a removed page in the link's place."""

    def words(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), match["target"]))
        return match["words"] if {target, f"{target}/"} & removed else match[0]

    return _LINK.sub(words, text)


def _without_entries(text: str, *, removed: set[str]) -> str:
    """Return a data file without the entries that name a removed page."""
    return _ENTRY.sub(
        lambda match: "" if any(address in match[0] for address in removed) else match[0], text
    )


def _with_few_areas(text: str) -> str:
    """Return areas.yml with its first entries."""
    entries = _ENTRY.findall(text)
    assert len(entries) > AREAS, "the real content has no tổ dân phố to remove"
    for entry in entries[AREAS:]:
        text = text.replace(entry, "")
    return text
