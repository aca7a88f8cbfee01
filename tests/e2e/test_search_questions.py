"""Real questions of residents, asked in a real browser of the served site: the first hit answers them.

The questions stand in tests/site/data/questions.yml, as people type them: with and without dấu, with
slips, with the letters of a keyboard that did not make them into dấu.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from tests.e2e.axe import found_by_axe
from tests.e2e.browsing import PHONE
from tests.e2e.installation import ROOT, Server

pytestmark = pytest.mark.browser

QUESTIONS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests/site/data/questions.yml").read_text(encoding="utf-8")
)
LEAST_QUESTIONS = 40


@pytest.fixture(scope="module")
def search(browser: Browser, server: Server) -> Iterator[Page]:
    """A page with the search open."""
    with closing(browser.new_context(viewport=PHONE)) as context:
        page = context.new_page()
        page.goto(f"{server.url}/huong-dan/")
        page.get_by_role("button", name="Tìm", exact=True).click()
        expect(page.get_by_role("searchbox")).to_be_focused()
        yield page


def test_there_are_enough_questions_and_each_is_asked_once() -> None:
    asked = [question["ask"] for question in QUESTIONS]

    assert len(asked) >= LEAST_QUESTIONS
    assert len(asked) == len({*asked})


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question["ask"]))
def test_the_first_hit_answers_the_question(search: Page, question: dict[str, Any]) -> None:
    search.get_by_role("searchbox").fill("")
    expect(search.locator(".search__results a")).to_have_count(0)
    search.get_by_role("searchbox").fill(question["ask"])
    first = search.locator(".search__results a").first
    expect(first).to_be_visible()

    found = str(first.get_attribute("href"))

    page = found.partition("#")[0]
    assert found in question["finds"] or page in question["finds"], found


@pytest.mark.parametrize("words", ["chay nha hang xom", "bitcoin"])
def test_axe_finds_nothing_in_the_search(browser: Browser, server: Server, words: str) -> None:
    with closing(browser.new_context(reduced_motion="reduce")) as context:
        page = context.new_page()
        page.goto(f"{server.url}/lien-he/")
        page.keyboard.press("/")
        page.get_by_role("searchbox").fill(words)
        expect(page.locator(".search__ways a").first).to_be_visible()

        assert found_by_axe(page) == []
