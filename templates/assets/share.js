// The link builder, the system's share sheet and copy buttons. Everything on the pages can be had without.
"use strict";

(() => {
  const SAID_MS = 4000;
  const WORDS = {
    copied: "Đã chép.",
    notCopied: "Máy không cho chép. Xin giữ ngón tay trên chữ rồi chọn Chép.",
    code: (address) => `Mã QR của ${address}`,
  };

  const say = (place, words) => {
    const said = place.querySelector("[data-said]");
    said.textContent = words;
    setTimeout(() => { said.textContent = ""; }, SAID_MS);
  };

  const copy = async (place, text) => {
    try {
      await navigator.clipboard.writeText(text);
      say(place, WORDS.copied);
    } catch {
      say(place, WORDS.notCopied);
    }
  };

  /** Shows a button that this browser can do something with. */
  const offer = (button, able, act) => {
    if (!button || !able) return;
    button.hidden = false;
    button.addEventListener("click", act);
  };

  for (const row of document.querySelectorAll("[data-share-row]")) {
    offer(row.querySelector("[data-share]"), "share" in navigator, async () => {
      try {
        await navigator.share({ title: row.dataset.title, text: row.dataset.title, url: row.dataset.url });
      } catch {
        // Closed without choosing: nothing to say.
      }
    });
    offer(row.querySelector("[data-copy-link]"), "clipboard" in navigator, () => copy(row, row.dataset.url));
  }

  for (const one of document.querySelectorAll("[data-ready]")) {
    offer(one.querySelector("[data-copy-text]"), "clipboard" in navigator, () =>
      copy(one, one.querySelector("[data-text]").innerText));
  }

  const builder = document.querySelector("[data-builder]");
  if (!builder) return;
  const choosePage = builder.querySelector("[data-page]");
  const chooseArea = builder.querySelector("[data-area]");

  /** A file's name without its hash: what a person keeps. */
  const plain = (address) => address.split("/").pop().replace(/\.[0-9a-f]+(?=\.[a-z]+$)/, "");

  const offerFile = (name, address) => {
    const link = builder.querySelector(name);
    link.href = address;
    link.download = plain(address);
  };

  const show = ({ pages, areas }) => {
    const page = pages[choosePage.value];
    const area = areas[chooseArea.value];
    const [url, poster, code, archive] = page.links[chooseArea.value];
    const { host, pathname } = new URL(url);
    const row = builder.querySelector("[data-share-row]");
    row.dataset.url = url;
    row.dataset.title = page.title;
    row.querySelector("[data-link-text]").textContent = host + pathname;
    row.querySelector("a").href = pathname;
    const picture = builder.querySelector("[data-code]");
    picture.src = code;
    picture.alt = WORDS.code(host + pathname);
    offerFile("[data-poster-file]", poster);
    offerFile("[data-code-file]", code);
    offerFile("[data-archive-file]", archive);
    for (const one of builder.querySelectorAll("[data-ready]")) {
      const text = page.texts[one.dataset.ready];
      one.querySelector("[data-text]").textContent = text.replaceAll("{link}", url).replaceAll("{area}", area);
    }
  };

  const start = async () => {
    const reply = await fetch(builder.dataset.builder);
    if (!reply.ok) throw new Error(reply.statusText);
    const list = await reply.json();
    for (const choice of [choosePage, chooseArea]) choice.addEventListener("change", () => show(list));
    show(list); // a browser keeps what was chosen when a page is loaded anew
    builder.hidden = false;
  };
  start().catch(() => {
    // Without the list there is nothing to build from; the pages below have it all.
  });
})();
