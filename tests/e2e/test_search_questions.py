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
# Asks one question after the other and returns the address of each first hit, "" where none is seen.
FIRST_HITS = """async (questions) => {
  const input = document.querySelector("dialog[open] input[type=search]");
  const hit = () => document.querySelector(".search__results a");
  const until = async (fact) => {
    for (let turn = 0; turn < 1000 && !fact(); turn += 1) await new Promise((done) => setTimeout(done, 1));
  };
  const ask = (words) => {
    input.value = words;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const found = [];
  for (const question of questions) {
    ask("");
    await until(() => !hit());
    ask(question);
    await until(() => hit()?.checkVisibility());
    found.push(hit()?.checkVisibility() ? hit().getAttribute("href") : "");
  }
  return found;
}"""


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


def test_the_first_hit_answers_the_question(search: Page) -> None:
    first: list[str] = search.evaluate(FIRST_HITS, [question["ask"] for question in QUESTIONS])

    unanswered = {
        question["ask"]: found
        for question, found in zip(QUESTIONS, first, strict=True)
        if not {found, found.partition("#")[0]} & {*question["finds"]}
    }
    assert unanswered == {}


@pytest.mark.parametrize("words", ["chay nha hang xom", "bitcoin"])
def test_axe_finds_nothing_in_the_search(browser: Browser, server: Server, words: str) -> None:
    with closing(browser.new_context(reduced_motion="reduce")) as context:
        page = context.new_page()
        page.goto(f"{server.url}/lien-he/")
        page.keyboard.press("/")
        page.get_by_role("searchbox").fill(words)
        expect(page.locator(".search__ways a").first).to_be_visible()

        assert found_by_axe(page) == []
