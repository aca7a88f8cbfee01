// Keeps the public pages in the browser, so that they can be read without a network.
//
// 1. Install takes the shell, the numbers, the contacts and the core guides, one file after the other.
// 2. A page that is open and idle asks for the rest ("fill"), unless its reader saves data. A new build's
//    worker fills while the one before still answers.
// 3. A page comes from the network where that answers soon, else as it is kept; the network's answer
//    is kept all the same, and a reader who looks at an older one is told. So nothing is stale twice.
// 4. Files are kept under address and hash: a new build fetches only what changed, and the caches of
//    older builds are removed when it takes over: once no page of the site is open, or when the page
//    that is open goes out of sight. Never while somebody reads: Chromium loses the navigation that
//    meets a takeover, and the reader looks at a page that never comes (ADR 15).
//
// Only addresses of the build's own list are ever kept: no form, no receipt, nobody's report.
// Should this ever have to be stopped: docs/operating.md, "When the service worker must go".
"use strict";

const BUILD = "@@build@@";
const PREFIX = "trang-";
const CACHE = PREFIX + BUILD.version;
const HASHES = new Map(Object.entries({ ...BUILD.core, ...BUILD.rest }));
/** Made for one person, or for officers: not even looked up here. */
const NEVER_KEPT = /^\/(gui|tra-cuu|can-bo|api|s)(\/|$)/;
/** Of these, the ones that residents open: without a network they get a page that helps. */
const FOR_RESIDENTS = /^\/(gui|tra-cuu|s)(\/|$)/;
const PATIENCE_MS = 1500;

/** The name under which a file is kept; never asked of the network. */
const keyOf = (path, hash = HASHES.get(path)) => `${path}?kept=${hash}`;

const mine = () => caches.open(CACHE);

const kept = async (path) =>
  HASHES.has(path) ? (await mine()).match(keyOf(path), { ignoreVary: true }) : undefined;

/** Not a sign-in page of somebody's Wi-Fi, not an error, not another site's. */
const isWhole = (reply) => reply.status === 200 && reply.type === "basic" && !reply.redirected;

const keep = async (path, reply) => {
  if (HASHES.has(path) && isWhole(reply)) await (await mine()).put(keyOf(path), reply);
};

/** Keep a page that changed since this build: for now, and for the build that it belongs to. */
const keepChanged = async (path, reply) => {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await reply.clone().arrayBuffer()));
  const hash = [...digest.slice(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  await (await mine()).put(keyOf(path, hash), reply.clone());
  await keep(path, reply);
};

/** Keep the file at `path`: from another build's cache where it did not change, else from the network. */
const take = async (path) => {
  const old = await caches.match(keyOf(path), { ignoreVary: true });
  if (old) return keep(path, old);
  // A file with a hash in its name never changes; anything else is asked for anew.
  const reply = await fetch(path, { cache: path.startsWith("/assets/") ? "default" : "no-cache" });
  if (!isWhole(reply)) throw new Error(`${reply.status} for ${path}`);
  return keep(path, reply);
};

/** Keep what did not change since an older build, before its cache goes: one look where all is there. */
const inherit = async () => {
  const there = new Set((await (await mine()).keys()).map(({ url }) => url.slice(location.origin.length)));
  for (const path of Object.keys(BUILD.rest)) {
    const old = there.has(keyOf(path)) ? undefined : await caches.match(keyOf(path), { ignoreVary: true });
    if (old) await keep(path, old);
  }
};

let filling;

const fill = async () => {
  try {
    for (const path of Object.keys(BUILD.rest)) if (!(await kept(path))) await take(path);
  } catch {
    // The line broke or the disk is full: the next page view goes on from here.
  }
  filling = undefined;
};

const tell = async (event, what) => {
  const reader = await clients.get(event.resultingClientId || event.clientId);
  reader?.postMessage(what);
};

/** How long a reader with a kept page waits for a fresh one: on a very slow line, not at all. */
const patience = () => {
  const line = navigator.connection;
  return line && (line.saveData || /2g/.test(line.effectiveType)) ? 0 : PATIENCE_MS;
};

const needsNetwork = async () => {
  const page = await kept(BUILD.needsNetwork);
  return page ? new Response(page.body, { status: 503, headers: page.headers }) : Response.error();
};

const page = async (event, path) => {
  const old = await kept(path);
  const spare = old?.clone(); // to compare with: the reader's own copy can be read once
  let shown; // "fresh", or "old" once the kept page is on its way to the reader
  const coming = fetch(event.request, { cache: "no-cache" });
  const settled = coming.then(
    async (reply) => {
      if (!isWhole(reply) || !HASHES.has(path)) return;
      const [copy, other] = [reply.clone(), reply.clone()]; // before the reader takes it
      const changed = spare && (await spare.text()) !== (await other.text());
      if (!old) await keep(path, copy);
      if (!changed) return;
      await keepChanged(path, copy);
      registration.update().catch(() => {});
      if (shown === "old") await tell(event, "new");
    },
    () => old && tell(event, "kept"),
  );
  event.waitUntil(settled.catch(() => {}));
  if (!old) {
    if (HASHES.has(`${path}/`)) return coming.catch(() => Response.redirect(`${path}/`));
    return coming.catch(needsNetwork);
  }
  const late = new Promise((resolve) => setTimeout(resolve, patience()));
  const reply = await Promise.race([coming.catch(() => undefined), late]);
  shown = reply && reply.status < 500 ? "fresh" : "old";
  return shown === "fresh" ? reply : old;
};

const file = async (event, path) => {
  const old = await kept(path);
  if (old) return old;
  const reply = await fetch(event.request);
  event.waitUntil(keep(path, reply.clone()).catch(() => {}));
  return reply;
};

addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      for (const path of Object.keys(BUILD.core)) await take(path);
    })(),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      await inherit();
      const names = await caches.keys();
      const others = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
      await Promise.all(others.map((name) => caches.delete(name)));
      await clients.claim();
    })(),
  );
});

addEventListener("message", (event) => {
  if (event.data === "fill") event.waitUntil((filling ??= fill()));
  if (event.data === "take over") skipWaiting();
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const navigates = request.mode === "navigate";
  if (NEVER_KEPT.test(pathname)) {
    if (navigates && FOR_RESIDENTS.test(pathname)) event.respondWith(fetch(request).catch(needsNetwork));
  } else if (navigates) {
    event.respondWith(page(event, pathname));
  } else if (HASHES.has(pathname)) {
    event.respondWith(file(event, pathname));
  }
});
