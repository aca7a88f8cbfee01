"""What can be measured of a page's looks: its width, text that is cut or covered, targets, focus."""

from __future__ import annotations

from playwright.sync_api import Page

STOPS_OF_A_DATE = 5
"""Day, month, year, the calendar's button, and one to spare."""

# Every line of text that can be seen: its words, where it stands, which element it belongs to.
_MEASURE = """() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`${root.scrollWidth - innerWidth} px wider than the screen`);
  const hidden = (element) => element.closest(".visually-hidden, .skip, .trap, .code__dash, dialog:not([open]), option");
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, owner = node.parentElement;
    if (!node.data.trim() || hidden(owner) || !owner.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      lines.push({ box, owner, words: node.data.trim().slice(0, 40) });
      if (box.left < -1 || box.right > innerWidth + 1) found.push(`beside the screen: ${node.data.trim().slice(0, 40)}`);
    }
    for (let part = owner; part && part !== document.body; part = part.parentElement) {
      const style = getComputedStyle(part);
      const cutsX = style.overflowX === "hidden" || style.overflowX === "clip";
      const cutsY = style.overflowY === "hidden" || style.overflowY === "clip";
      if ((cutsX && part.scrollWidth > part.clientWidth + 1) || (cutsY && part.scrollHeight > part.clientHeight + 1))
        found.push(`cut: ${node.data.trim().slice(0, 40)}`);
    }
  }
  lines.sort((a, b) => a.box.top - b.box.top);
  for (let i = 0; i < lines.length; i++) for (let j = i + 1; j < lines.length; j++) {
    const a = lines[i], b = lines[j];
    if (b.box.top > a.box.bottom) break;
    const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const high = Math.min(a.box.bottom, b.box.bottom) - b.box.top;
    // Boxes of letters reach over their line: only what covers a third of the smaller one is an overlap.
    if (wide > 3 && high > Math.min(a.box.height, b.box.height) / 3) found.push(`overlap: ${a.words} / ${b.words}`);
  }
  const fields = document.querySelectorAll("input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea");
  for (const field of fields) {
    if (hidden(field) || !field.checkVisibility()) continue;
    const box = field.getBoundingClientRect();
    if (box.right > innerWidth + 1) found.push(`beside the screen: ${field.name}`);
  }
  return [...new Set(found)];
}"""

# Targets of less than 24 px, but for links within a sentence (WCAG 2.5.8).
_SMALL_TARGETS = """() => [...document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")]
  .filter((element) => !element.closest(".visually-hidden, .skip, .trap, dialog:not([open])"))
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .map((element) => (element.matches("input[type=radio], input[type=checkbox]") ? element.closest(".choice") || element : element))
  .filter((element) => getComputedStyle(element).display !== "inline")
  .map((element) => [element.textContent.trim().slice(0, 30), element.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([words, box]) => `${words}: ${Math.round(box.width)} × ${Math.round(box.height)} px`)"""

# The element with the focus, whether its outline is seen, and whether anything lies over its middle.
_FOCUSED = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const shown = element.matches(".choice__input") ? element.closest(".choice") : element;
  const box = element.getClientRects()[0], style = getComputedStyle(shown); // a link may go over two lines
  const over = document.elementFromPoint(
    Math.min(innerWidth - 1, Math.max(0, box.left + Math.min(box.width / 2, 40))), box.top + Math.min(box.height / 2, 12));
  const index = [...document.querySelectorAll("*")].indexOf(element);
  return {
    index,
    words: (element.textContent.trim() || element.name || element.id).slice(0, 40),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    covered: box.bottom <= 0 || box.top >= innerHeight
      || !(over && (element.contains(over) || over.contains(element) || element.closest(".choice")?.contains(over))),
  };
}"""


def faults(page: Page) -> list[str]:
    """Return what is wider than the screen, beside it, cut, or covered by other text."""
    found: list[str] = page.evaluate(_MEASURE)
    return found


def small_targets(page: Page) -> list[str]:
    """Return what is too small to be pressed safely."""
    found: list[str] = page.evaluate(_SMALL_TARGETS)
    return found


def walk_by_keyboard(page: Page, *, most: int = 500) -> list[str]:
    """Press Tab until the page is left; return what had no visible focus, was covered or was a trap."""
    wrong: list[str] = []
    seen: list[int] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(_FOCUSED)
        if focused is None or (seen and focused["index"] == seen[0] != seen[-1]):
            return wrong
        stays = seen[-1:] == [focused["index"]] and seen.count(focused["index"]) < STOPS_OF_A_DATE
        if focused["index"] in seen and not stays:
            return [*wrong, f"trap: {focused['words']}"]
        seen.append(focused["index"])
        if not focused["outlined"]:
            wrong.append(f"no outline: {focused['words']}")
        if focused["covered"]:
            wrong.append(f"covered: {focused['words']}")
    return [*wrong, f"more than {most} stops"]
