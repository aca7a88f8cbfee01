// Search on first use, "copy link", short links handed on to forms, pages past their day of checking.
// Every page can be read and used without this file.
"use strict";

(() => {
  const WORDS = {
    title: "Tìm trong trang",
    label: "Gõ điều cần tìm, có dấu hay không dấu đều được",
    close: "Đóng",
    loading: "Đang tải…",
    failed: "Không tải được. Xin kiểm tra mạng rồi thử lại.",
    none: "Không thấy trang nào. Xin thử từ khác.",
    found: (count) => `Thấy ${count} chỗ.`,
  };
  const MOST_RESULTS = 20;

  /** Text without Vietnamese marks, in lower case: "Tố giác" → "to giac". */
  const fold = (text) =>
    text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };

  let entries; // a promise of the index, made when the search is opened for the first time

  const load = (address) => {
    entries ??= fetch(address)
      .then((reply) => {
        if (!reply.ok) throw new Error(reply.statusText);
        return reply.json();
      })
      .then((rows) =>
        rows.map(([url, page, heading, text]) => ({
          url, page, heading, text, titleFolded: fold(`${page} ${heading}`), folded: fold(text),
        })),
      )
      .catch((error) => {
        entries = undefined;
        throw error;
      });
    return entries;
  };

  /** Sections that hold every word, those with more words in their headings first. */
  const find = (all, query) => {
    const words = fold(query).split(/[^a-z0-9]+/).filter(Boolean);
    if (!words.length) return [];
    const phrase = words.join(" ");
    const score = (entry) => {
      let total = 0;
      for (const word of words) {
        const inTitle = entry.titleFolded.includes(word);
        if (!inTitle && !entry.folded.includes(word)) return 0;
        total += inTitle ? 3 : 1;
      }
      return total + (entry.titleFolded.includes(phrase) ? 6 : 0) + (entry.folded.includes(phrase) ? 3 : 0);
    };
    return all
      .map((entry) => [score(entry), entry])
      .filter(([points]) => points > 0)
      .sort(([one], [other]) => other - one)
      .map(([, entry]) => ({ ...entry, phrase, first: words[0] }));
  };

  /** The piece of a section's text around the words that were found. */
  const extract = ({ text, folded, phrase, first }) => {
    const at = Math.max(0, folded.includes(phrase) ? folded.indexOf(phrase) : folded.indexOf(first));
    const start = Math.max(0, text.lastIndexOf(" ", Math.max(0, at - 40)));
    return `${start ? "… " : ""}${text.slice(start, start + 150).trim()}…`;
  };

  const makeSearch = (address) => {
    const dialog = element("dialog", "search");
    dialog.setAttribute("aria-label", WORDS.title);
    const bar = element("div", "search__bar");
    const input = element("input", "search__input");
    input.type = "search";
    input.setAttribute("aria-label", WORDS.label);
    input.placeholder = WORDS.title;
    const close = element("button", "header__button", WORDS.close);
    close.type = "button";
    close.addEventListener("click", () => dialog.close());
    const state = element("p", "search__state", WORDS.label);
    state.setAttribute("role", "status");
    const list = element("ul", "search__results");
    bar.append(input, close);
    dialog.append(bar, state, list);

    const show = async () => {
      const query = input.value;
      try {
        const found = find(await load(address), query);
        if (query !== input.value) return; // somebody typed on while the index came
        state.textContent = query.trim()
          ? found.length ? WORDS.found(found.length) : WORDS.none
          : WORDS.label;
        list.replaceChildren(...found.slice(0, MOST_RESULTS).map((entry) => {
          const item = element("li");
          const link = element("a");
          link.href = entry.url;
          link.addEventListener("click", () => dialog.close());
          link.append(
            element("b", "", entry.heading ? `${entry.page}: ${entry.heading}` : entry.page),
            element("span", "", extract(entry)),
          );
          item.append(link);
          return item;
        }));
      } catch {
        state.textContent = WORDS.failed;
      }
    };
    input.addEventListener("input", show);
    document.body.append(dialog);
    return { dialog, input, show };
  };

  const button = document.querySelector("[data-search]");
  if (button && "showModal" in HTMLDialogElement.prototype) {
    let search;
    button.hidden = false;
    button.addEventListener("click", () => {
      search ??= makeSearch(button.dataset.search);
      search.dialog.showModal();
      search.input.focus();
      search.show();
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
})();
