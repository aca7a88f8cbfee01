"""A reader's browser and what its service worker has kept, seen from outside."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.store.waiting import wait_until

# What stands in the caches: addresses without the hash, by the name of the cache. To open a cache that
# was removed a moment ago makes it again: one that holds nothing does not count.
KEPT = """async () => {
    const found = {};
    for (const name of await caches.keys()) {
        const requests = await (await caches.open(name)).keys();
        if (requests.length) found[name] = requests.map(({ url }) => new URL(url).pathname).sort();
    }
    return found;
}"""
TEXTS = """async () => {
    const texts = [];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const reply = await cache.match(request, { ignoreVary: true });
            texts.push(`${request.url} ${await reply.text()}`);
        }
    }
    return texts;
}"""
LISTED = """async () => {
    const script = await (await fetch("/sw.js", { cache: "no-store" })).text();
    const paths = [...script.matchAll(/"(\\/[^"]*)":`[0-9a-f]{8}`/g)].map((match) => match[1]).sort();
    return { [`trang-${script.match(/version:`([0-9a-f]+)`/)[1]}`]: paths };
}"""
SAYS_IT_SAVES_DATA = """Object.defineProperty(navigator, "connection", {
    value: { saveData: true, effectiveType: "4g" },
});"""
NOTES_MESSAGES = """(() => {
    const send = ServiceWorker.prototype.postMessage;
    ServiceWorker.prototype.postMessage = function (...words) {
        sessionStorage.setItem("asked", `${sessionStorage.getItem("asked") ?? ""}${words[0]} `);
        return send.apply(this, words);
    };
})();"""


def kept(page: Page) -> dict[str, list[str]]:
    """Return the paths that are kept, by the cache's name."""
    found: dict[str, list[str]] = page.evaluate(KEPT)
    return found


def kept_paths(page: Page) -> list[str]:
    """Return every path that is kept."""
    return sorted(path for paths in kept(page).values() for path in paths)


def listed(page: Page) -> dict[str, list[str]]:
    """Return every path that the present build's worker would keep, by the name of its cache."""
    found: dict[str, list[str]] = page.evaluate(LISTED)
    return found


def kept_texts(page: Page) -> str:
    """Return the words of everything that is kept."""
    texts: list[str] = page.evaluate(TEXTS)
    return "\n".join(texts)


def visit_once(context: BrowserContext, url: str) -> Page:
    """Open the home page and stay until everything is kept."""
    page = context.new_page()
    page.goto(f"{url}/")
    wait_until_kept(page)
    return page


def wait_until_kept(page: Page) -> None:
    """Return when all that the present build's worker keeps is there, and nothing older."""
    wanted = listed(page)
    wait_until(lambda: kept(page) == wanted)


def is_controlled(page: Page) -> bool:
    """Tell whether a service worker answers for the page."""
    found: Any = page.evaluate("Boolean(navigator.serviceWorker.controller)")
    return bool(found)
