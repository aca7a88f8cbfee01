"""The search index: what each section of each page says, as one small JSON file of our own.

Material's search would cost a worker, a library and an index at the first view, and it does not find
“tố giác” for “to giac”. Here the browser folds the marks away itself, so the text is sent only once,
and only when somebody opens the search (`templates/assets/site.js`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

from lxml import html

# Left out: links to other pages, boxes repeated on every page.
_NOT_TEXT = (
    ".//nav | .//*[contains(@class,'clause__link') or contains(@class,'source-box')"
    " or contains(@class,'overdue')]"
)


@dataclass(frozen=True)
class Section:
    """A part of a page below one heading; `address` leads straight to it."""

    address: str
    page: str
    heading: str
    text: str


def sections(address: str, page_html: str) -> Iterator[Section]:
    """Yield the sections of the page's main content: the start, then one for each `h2`."""
    tree = html.document_fromstring(page_html)
    main = next(tree.iter("main"))
    for element in cast("list[html.HtmlElement]", main.xpath(_NOT_TEXT)):
        element.drop_tree()
    title = _words(next(main.iter("h1"), None))
    where, heading, words = address, "", list[str]()
    for kind, element in _blocks(main):
        if kind == "h2":
            yield Section(where, title, heading, " ".join(words))
            where = f"{address}#{element.get('id')}"
            heading, words = _words(element), []
        elif kind != "h1":
            words.append(_words(element))
    yield Section(where, title, heading, " ".join(words))


def search_json(found: Iterable[Section]) -> str:
    """Return the index: a list of [address, page title, heading, text]."""
    rows = [[section.address, section.page, section.heading, section.text] for section in found]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _blocks(main: html.HtmlElement) -> Iterator[tuple[str, html.HtmlElement]]:
    """Yield the outermost elements that hold text, with their tag, in reading order."""
    for child in main:
        if not isinstance(child.tag, str):
            continue
        if child.tag in {"h1", "h2"} or not any(True for _ in child.iter("h1", "h2")):
            yield child.tag, child
        else:
            yield from _blocks(child)


def _words(element: html.HtmlElement | None) -> str:
    """Return the element's text with single spaces, alternative texts of pictures included."""
    if element is None:
        return ""
    pieces = [*element.itertext(), *(image.get("alt", "") for image in element.iter("img"))]
    return " ".join(" ".join(pieces).split())
