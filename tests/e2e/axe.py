"""axe and the width of the screen, on a phone and on a desk, in light, in dark and in high contrast."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
from playwright.sync_api import Page, ViewportSize

from tests.e2e.browsing import PHONE

DESK: ViewportSize = {"width": 1280, "height": 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SCRIPT = Path(axe_playwright_python.__file__).with_name("axe.min.js")

# Without parts axe judges the whole document, with parts what stands in them.
_RUN = """([options, parts]) => axe.run(parts ? { include: window.unseen } : document,
    { ...options, resultTypes: ["violations"] }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`)))"""
# Targets of 24 px (WCAG 2.2) are off in axe unless asked for.
_TARGETS = {"target-size": {"enabled": True}}
_NO_CONTRAST = {"color-contrast": {"enabled": False}}
# All that a colour scheme can change: every other rule judges the same in light and in dark.
_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
# Keeps the elements with words whose colours, sizes and grounds `seen` does not hold, and returns
# those: an element's contrast follows from its own style and from the grounds below it.
_UNSEEN = """(seen) => {
  const known = new Set(seen), fresh = [], looks = new Map();
  const look = (element) => {
    if (!element) return "";
    if (!looks.has(element)) {
      const { color, backgroundColor, backgroundImage, opacity, fontSize, fontWeight, textShadow, textDecorationLine } =
        getComputedStyle(element);
      const ground = [color, backgroundColor, backgroundImage, opacity, textDecorationLine].join();
      looks.set(element, [`${ground} < ${look(element.parentElement)[0] ?? ""}`, [fontSize, fontWeight, textShadow].join()]);
    }
    return looks.get(element);
  };
  window.unseen = [];
  const judge = (element) => {
    const words = look(element).join(" ");
    if (known.has(words)) return;
    known.add(words);
    fresh.push(words);
    window.unseen.push(element);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const owner = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && owner.checkVisibility({ visibilityProperty: true })) judge(owner);
  }
  document.querySelectorAll("input, select, textarea").forEach((field) => field.checkVisibility() && judge(field));
  return fresh;
}"""


class SeenColours:
    """The colours that axe has judged on earlier pages, by scheme: each is judged once."""

    def __init__(self) -> None:
        self._by_scheme: dict[str, set[str]] = {}

    def keep_unseen(self, page: Page, scheme: str) -> bool:
        """Mark what the page shows for the first time in this scheme; tell whether there is any."""
        seen = self._by_scheme.setdefault(scheme, set())
        fresh: list[str] = page.evaluate(_UNSEEN, list(seen))
        seen.update(fresh)
        return bool(fresh)


def found_by_axe(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands, and where it is wider than the screen."""
    found: list[str] = []

    def look_at_width(where: str) -> None:
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            found.append(f"{where}: {wide} px wider than the screen")

    found += _on_both_screens(page, {}, SeenColours(), look_at_width)
    return found


def found_on_public_page(page: Page, seen: SeenColours) -> list[str]:
    """Return what axe finds by WCAG 2.2 on a page of the residents' face, in high contrast too."""
    found = _on_both_screens(page, _TARGETS, seen)
    page.evaluate("document.documentElement.dataset.contrast = ''")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        found += _unseen_colours(page, f"high contrast, {scheme}", seen)
    return found


def _on_both_screens(
    page: Page,
    rules: dict[str, Any],
    seen: SeenColours,
    look: Callable[[str], None] = lambda _where: None,
) -> list[str]:
    """Return what axe finds: every rule on both screens, of colours all on the phone.

    On the desk and in dark, which colours can break alone, those that are not in `seen`.
    """
    _load(page)
    found: list[str] = []
    for size in (PHONE, DESK):
        where = f"{size['width']} px"
        page.set_viewport_size(size)
        page.emulate_media(color_scheme="light")
        if size is PHONE:
            found += _violations(page, f"{where}, light", {"rules": rules})
            seen.keep_unseen(page, "light")
        else:
            found += _violations(page, f"{where}, light", {"rules": rules | _NO_CONTRAST})
            found += _unseen_colours(page, "light", seen)
        page.emulate_media(color_scheme="dark")
        found += _unseen_colours(page, "dark", seen)
        look(where)
    return found


def _unseen_colours(page: Page, scheme: str, seen: SeenColours) -> list[str]:
    if not seen.keep_unseen(page, scheme):
        return []
    return _violations(page, scheme, _COLOURS, unseen_only=True)


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def _load(page: Page) -> None:
    """Give axe to the page, once until the next page."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(_script())


def _violations(
    page: Page, where: str, options: dict[str, Any], *, unseen_only: bool = False
) -> list[str]:
    found: list[str] = page.evaluate(_RUN, [options, unseen_only])
    return [f"{where}: {words}" for words in found]
