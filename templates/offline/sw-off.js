// The service worker's end: removes all that was kept and then leaves every request alone.
// Built instead of sw.js by `python build.py build --without-worker`; see docs/operating.md.
"use strict";

addEventListener("install", () => skipWaiting());

const empty = async () => {
  const names = await caches.keys();
  await Promise.all(names.map((name) => caches.delete(name)));
};

addEventListener("activate", (event) => event.waitUntil(empty().then(() => clients.claim())));

// The worker before may still be in the middle of its list, and keep a file after its cache was removed:
// every page that is opened sends a message, and what is there by then goes.
addEventListener("message", (event) => event.waitUntil(empty()));
