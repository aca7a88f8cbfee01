// Opens the search on first use, copies a clause's link, opens the question that an address names, hands
// short links on to forms, shows that a page is past its day of checking, and lets the browser keep the
// pages for reading without a network. Everything works without this file.
"use strict";

(() => {
  const TOLD = {
    new: ["Trang này vừa có bản mới.", "Xem bản mới"],
    kept: ["Đang không có mạng: đây là bản đã lưu trong máy.", "Thử tải lại"],
  };

  /* Search: the link to the list of all pages becomes a button where the browser can do more. */
  const toAllPages = document.querySelector("a[data-search]");
  if (toAllPages && window.HTMLDialogElement?.prototype.showModal) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = toAllPages.className;
    button.setAttribute("aria-haspopup", "dialog");
    button.append(...toAllPages.childNodes);
    toAllPages.replaceWith(button);

    let ready; // a promise of search.js, made when the search is opened for the first time
    const load = () =>
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = toAllPages.dataset.search;
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      });
    const open = () => {
      ready ??= load();
      ready.then(
        () => window.siteSearch.open(toAllPages.dataset),
        () => {
          // Never away from a form by itself: what was typed there would be gone.
          toAllPages.append(...button.childNodes);
          button.replaceWith(toAllPages);
          if (document.querySelector("main form")) toAllPages.focus();
          else location.assign(toAllPages.href);
        },
      );
    };
    button.addEventListener("click", open);
    document.addEventListener("keydown", (event) => {
      const types = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || types) return;
      event.preventDefault();
      open();
    });
  }

  // The site stands still while days pass: a page shows by itself that its day of checking is over.
  const VIETNAM_HOURS = 7;
  const today = new Date(Date.now() + VIETNAM_HOURS * 3600e3).toISOString().slice(0, 10);
  for (const banner of document.querySelectorAll("[data-check-again]")) {
    if (today > banner.dataset.checkAgain) banner.hidden = false; // never hidden: a phone's clock may lag
  }

  // A page that a short link opened tells the forms it leads to, so that their reports count for it.
  const opened = new URLSearchParams(location.search).get("tu") ?? "";
  if (opened.length <= 60 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(opened)) {
    for (const link of document.querySelectorAll('a[href^="/gui/"]')) {
      const address = new URL(link.href);
      address.searchParams.set("tu", opened);
      link.href = address.href;
    }
  }

  /* A clause's link, copied. */
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.(".clause__link");
    if (!link || !navigator.clipboard) return;
    try {
      await navigator.clipboard.writeText(link.href);
      link.classList.add("is-copied");
      setTimeout(() => link.classList.remove("is-copied"), 2000);
    } catch {
      // The link has been followed all the same: its address stands in the address bar.
    }
  });

  /* A question that the address names. */
  const openNamed = () => {
    const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (named?.matches("details")) named.open = true;
  };
  addEventListener("hashchange", openNamed);
  openNamed();

  /* Reading without a network: after the page is there, and only what its reader's line can bear. */
  const workers = location.protocol === "file:" ? undefined : navigator.serviceWorker;
  if (workers) {
    const line = navigator.connection;
    const fill = ({ active, waiting }) => {
      if (!line?.saveData && !/2g/.test(line?.effectiveType)) (waiting ?? active)?.postMessage("fill");
    };
    workers.addEventListener("message", ({ data }) => {
      if (!TOLD[data] || document.querySelector(".told")) return;
      const told = document.createElement("p");
      const again = document.createElement("a");
      told.className = "told";
      told.setAttribute("role", "status");
      again.href = "";
      document.body.append(told);
      [, again.textContent] = TOLD[data];
      setTimeout(() => told.append(`${TOLD[data][0]} `, again), 100); // a status is read when it changes
    });
    const follow = (registration) => {
      let leaves = false;
      const watch = () => registration.installing?.addEventListener("statechange", () => fill(registration));
      registration.addEventListener("updatefound", watch);
      watch();
      fill(registration);
      // A page that is left also goes out of sight, but there the next one is already on its way.
      addEventListener("pagehide", () => { leaves = true; });
      addEventListener("pageshow", () => { leaves = false; });
      addEventListener("visibilitychange", () => {
        if (document.hidden && !leaves) registration.waiting?.postMessage("take over");
      });
    };
    const start = () => workers.register("/sw.js").then((kept) => kept && follow(kept), () => {});
    addEventListener("load", () => (window.requestIdleCallback ?? setTimeout)(start));
  }
})();
