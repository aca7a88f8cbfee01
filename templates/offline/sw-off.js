// The service worker's end: removes all that was kept and then leaves every request alone.
// Built instead of sw.js by `python build.py build --without-worker`; see docs/operating.md.
"use strict";

addEventListener("install", () => skipWaiting());

addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      await Promise.all(names.map((name) => caches.delete(name)));
      await clients.claim();
    })(),
  );
});
