"""The list of all pages and their headings for `/muc-luc/`, taken from the rendered pages themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from site_builder.search_index import Section
from site_builder.search_words import Place

LIST_MARK = "@@all-pages@@"
"""Stands in the page until every other page is rendered."""

_TEMPLATE = "all-pages.html"


@dataclass(frozen=True)
class ListedPage:
    """A page with the sections below its start."""

    address: str
    title: str
    parts: tuple[Section, ...]

    @property
    def group(self) -> str:
        """The first part of the address; empty for a page at the top."""
        parts = self.address.strip("/").split("/")
        return parts[0] if len(parts) > 1 or parts[0] in {"huong-dan", "quy-che"} else ""


def all_pages_html(
    found: Iterable[Section],
    places: Iterable[Place],
    *,
    order: Mapping[str, int],
    pieces_dir: Path,
) -> str:
    """Return the list as HTML: what the form service serves, then the pages by group, in menu `order`."""
    pages = [
        ListedPage(address, title, tuple(part for part in parts if part.anchor))
        for (address, title), parts in groupby(found, key=lambda part: (part.address, part.page))
    ]
    groups: dict[str, list[ListedPage]] = {}
    for page in sorted(pages, key=lambda page: order.get(page.address, 0)):
        groups.setdefault(page.group, []).append(page)
    environment = Environment(
        loader=FileSystemLoader(pieces_dir), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template(_TEMPLATE)
    return template.render(groups=[*groups.items()], places=list(places))
