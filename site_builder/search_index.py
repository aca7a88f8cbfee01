"""The search index: what each section of each page says, as one small JSON file of our own.

The browser folds the marks away itself, so the text is sent only once, and only when somebody opens
the search (`templates/assets/search.js`). A question of a guide is a section of its own: people look
for the question, not for the list it stands in. `docs/adr/0015-search-and-reading-offline.md` says why
no library does this.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from lxml import html

from forms_api.content.ward import PublicNumber
from site_builder.search_words import SearchWords

# Left out: links to other pages, boxes repeated on every page.
_NOT_TEXT = (
    ".//nav | .//*[contains(@class,'clause__link') or contains(@class,'source-box')"
    " or contains(@class,'overdue')]"
)
_BEFORE_SIGN = re.compile(r" ([.,;:!?…)”])")
_QUESTION = ".//details[contains(@class,'question') and @id]"


@dataclass(frozen=True)
class Section:
    """A part of a page below one heading; `anchor` leads straight to it, "" to the page's start."""

    address: str
    anchor: str
    page: str
    heading: str
    text: str


def sections(address: str, page_html: str) -> Iterator[Section]:
    """Yield the sections of the page's main content: the start, each `h2`, each question."""
    tree = html.document_fromstring(page_html)
    main = next(tree.iter("main"))
    for element in cast("list[html.HtmlElement]", main.xpath(_NOT_TEXT)):
        element.drop_tree()
    title = _words(next(main.iter("h1"), None))
    anchor, heading, words = "", "", list[str]()
    questions: list[Section] = []
    for kind, element in _blocks(main):
        if kind == "h2":
            yield Section(address, anchor, title, heading, " ".join(words))
            yield from questions
            anchor, heading, words = str(element.get("id")), _words(element), []
            questions = []
        elif kind != "h1":
            questions += _taken_out_questions(address, title, element)
            words.append(_words(element))
    yield Section(address, anchor, title, heading, " ".join(filter(None, words)))
    yield from questions


def search_json(
    found: Iterable[Section], words: SearchWords, numbers: dict[str, PublicNumber]
) -> str:
    """Return the index: pages with their sections, and what editors taught the search."""
    pages = [
        [address, title, [[part.anchor, part.heading, part.text] for part in parts]]
        for (address, title), parts in groupby(found, key=lambda part: (part.address, part.page))
    ]
    pages += [[place.address, place.title, [["", "", place.text]]] for place in words.places]
    calls = [(urgent.words, numbers[urgent.call]) for urgent in words.urgent]
    index = {
        "pages": pages,
        "same": [[same.typed, same.means] for same in words.same],
        "stop": words.stop,
        "urgent": [[said, call.number, call.tel, call.name] for said, call in calls],
        "help": [[link.address, link.label] for link in words.help],
    }
    return json.dumps(index, ensure_ascii=False, separators=(",", ":"))


def _taken_out_questions(address: str, title: str, block: html.HtmlElement) -> list[Section]:
    """Return the questions of `block` as sections of their own, and take them out of it."""
    found = [block] if block.tag == "details" and _is_question(block) else block.xpath(_QUESTION)
    taken: list[Section] = []
    for question in cast("list[html.HtmlElement]", found):
        summary = next(question.iter("summary"))
        asked = _words(summary)
        summary.drop_tree()
        taken.append(Section(address, str(question.get("id")), title, asked, _words(question)))
        question.clear(keep_tail=True)
    return taken


def _is_question(element: html.HtmlElement) -> bool:
    return bool(element.get("id")) and "question" in (element.get("class") or "").split()


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
    return _BEFORE_SIGN.sub(r"\1", " ".join(" ".join(pieces).split()))
