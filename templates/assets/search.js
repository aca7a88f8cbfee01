// Search in the page, loaded by site.js when somebody opens it. Nothing that is typed leaves the browser.
//
// 1. A word is known by two forms: "fold" without marks ("to giac"), "exact" with them, spelt one way.
// 2. A query becomes words with their likely readings: as typed, as typed by a keyboard that did not
//    turn Telex into marks, with a slip, with a syllable missing its space. Editors add other words for
//    the same thing (content/data/search.yml).
// 3. Every section is scored: rare words, words in headings and neighbours in the query that are
//    neighbours there count more; a query with marks prefers the same marks.
"use strict";

window.siteSearch = (() => {
  const WORDS = {
    title: "Tìm trong trang",
    label: "Gõ điều cần tìm, có dấu hay không dấu đều được",
    close: "Đóng",
    loading: "Đang tải…",
    failed: "Không tải được. Xin kiểm tra mạng rồi thử lại.",
    none: "Không thấy chỗ nào. Xin thử từ khác, ít từ hơn.",
    found: (count) => `Thấy ${count} chỗ.`,
    arrows: " Bấm phím mũi tên xuống để chọn.",
    urgent: "Đang xảy ra? Gọi ngay:",
    calls: "Đang nguy hiểm thì gọi ngay:",
    help: "Chưa thấy điều cần tìm?",
  };
  const MOST_RESULTS = 20;
  const MOST_WORDS = 40;
  const MOST_OF_A_PAGE = 3;
  const EXTRACT_CHARACTERS = 150;
  const STATUS_AFTER_MS = 400;

  const fill = (place, ...parts) => {
    place.textContent = "";
    place.append(...parts);
  };

  // What a hit is worth, by where it stands.
  const IN_HEADING = 3;
  const IN_TITLE = 1.2;
  const IN_TEXT = 1;
  const NEIGHBOURS = 1.2;
  const STOP_WORD = 0.1;
  const OTHER_MARKS = 0.25;
  const LEAST_COVERED = 0.4;

  /* Words ------------------------------------------------------------------------------------- */

  const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;
  const WORD = /[\p{L}\p{N}]+/gu;

  /** Text without Vietnamese marks, in lower case: "Tố giác" → "to giac". The desk folds in the same way. */
  const fold = (text) =>
    text.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");

  /** A folded syllable as it sounds: "quy" and "qui", "kỹ" and "kĩ" are one. */
  const sound = (syllable) => syllable.replace(/^(qu|[^aeiou]+)y$/, "$1i");

  /** The word with its tone at the end: "hoà" and "hòa" are one. */
  const spell = (word) => {
    const apart = word.normalize("NFD");
    return apart.replace(TONES, "").normalize("NFC") + (apart.match(TONES)?.[0] ?? "");
  };

  const seen = new Map();

  /** What is known of a word; one object for one word. */
  const known = (word) => {
    let info = seen.get(word);
    if (!info) seen.set(word, (info = { fold: sound(fold(word)), exact: spell(word) }));
    return info;
  };

  const wordsOf = (text) => (text.normalize("NFC").toLowerCase().match(WORD) ?? []).map(known);

  const isMarked = (word) => /[^a-z0-9]/.test(word.exact);

  /* The index --------------------------------------------------------------------------------- */

  const prepare = (raw) => {
    const sections = raw.pages.flatMap(([address, title, parts]) =>
      parts.map(([anchor, heading, text]) => ({
        address, title, anchor, heading, text,
        titleWords: wordsOf(title), headingWords: wordsOf(heading), textWords: wordsOf(text),
      })),
    );
    const folds = new Map(); // fold → in how many sections
    const exacts = new Set();
    const pairs = new Set(); // neighbours, for words typed without a space
    for (const section of sections) {
      const here = new Set();
      for (const field of [section.titleWords, section.headingWords, section.textWords]) {
        field.forEach((word, at) => {
          here.add(word.fold);
          exacts.add(word.exact);
          if (at) pairs.add(`${field[at - 1].fold} ${word.fold}`);
        });
      }
      for (const one of here) folds.set(one, (folds.get(one) ?? 0) + 1);
    }
    const phrases = (list) => list.map(wordsOf);
    return {
      sections, folds, exacts, pairs,
      stop: phrases(raw.stop),
      same: raw.same.map(([typed, means]) => [phrases(typed), wordsOf(means)]),
      urgent: raw.urgent.map(([words, ...call]) => [phrases(words), call]),
      help: raw.help,
    };
  };

  /* The query --------------------------------------------------------------------------------- */

  /** Keys of Telex that stayed letters: "toos" → "to", "dduwowngf" → "duong", "ann" → "an". */
  const withoutTelex = (word) => {
    const tones = word.replace(/^([^aeiouy]*[aeiouyw]+[a-z]*?)[sfrxj]+$/, "$1");
    const plain = (text) =>
      sound(text.replace(/(^|[^aeiouy])w/g, "$1u").replace(/w/g, "").replace(/([a-z])\1+/g, "$1"));
    return [plain(tones), plain(word), plain(word.replace(/[sfrxj](?=[a-z]*$)/, ""))];
  };

  /** Whether two words differ by one letter typed wrong, left out, added, or two swapped. */
  const isSlip = (one, other) => {
    if (Math.abs(one.length - other.length) > 1 || one === other) return false;
    let at = 0;
    while (at < one.length && one[at] === other[at]) at += 1;
    const [a, b] = [one.slice(at), other.slice(at)];
    return (
      a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) ||
      (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
    );
  };

  /** The folds that a typed word may stand for, with what each is worth. */
  const readings = (word, isLast, { folds }) => {
    if (folds.has(word.fold)) return new Map([[word.fold, 1]]);
    const telex = withoutTelex(word.fold).find((one) => folds.has(one));
    if (telex) return new Map([[telex, 0.9]]);
    const all = [...folds.keys()];
    const begun = isLast && word.fold.length > 1 ? all.filter((one) => one.startsWith(word.fold)) : [];
    if (begun.length) return new Map(begun.map((one) => [one, 0.7]));
    const slips = word.fold.length > 2 ? all.filter((one) => isSlip(one, word.fold)) : [];
    return new Map(slips.map((one) => [one, 0.5]));
  };

  /** "matkhau" → "mat khau", where these are neighbours somewhere. */
  const apart = (word, { folds, pairs }) => {
    if (folds.has(word.fold) || word.fold.length < 4) return [word];
    for (let at = 2; at <= word.fold.length - 2; at += 1) {
      const [one, other] = [word.fold.slice(0, at), word.fold.slice(at)];
      if (pairs.has(`${one} ${other}`)) return [known(one), known(other)];
    }
    return [word];
  };

  /** Whether the words from `at` on are the phrase; marks count where the reader set any. */
  const isPhrase = (words, at, phrase, marked) =>
    phrase.every((part, index) => {
      const word = words[at + index];
      return word && word.fold === part.fold && (!marked || word.exact === part.exact || !isMarked(word));
    });

  /** The query with other words for the same thing put in; undefined where there are none. */
  const inOtherWords = (words, marked, { same }) => {
    const said = [];
    let changed = false;
    for (let at = 0; at < words.length; ) {
      let best; // the longest phrase that starts here
      for (const [typed, means] of same)
        for (const phrase of typed)
          if (isPhrase(words, at, phrase, marked) && !(best?.length >= phrase.length))
            best = { length: phrase.length, means };
      said.push(...(best ? best.means : [words[at]]));
      at += best ? best.length : 1;
      changed ||= Boolean(best);
    }
    return changed ? said : undefined;
  };

  /** What to look for: each word with its readings, its weight, and how much other marks are worth. */
  const readQuery = (words, index) => {
    const marked = words.some(isMarked);
    const isStop = words.map(() => false);
    words.forEach((_, at) => {
      for (const phrase of index.stop)
        if (isPhrase(words, at, phrase, marked)) isStop.fill(true, at, at + phrase.length);
    });
    const allStop = isStop.every(Boolean);
    return words.map((word, at) => {
      const folds = readings(word, at === words.length - 1, index);
      const found = Math.max(...[...folds.keys()].map((one) => index.folds.get(one)), 0);
      const rarity = Math.log(1 + index.sections.length / Math.max(1, found));
      return {
        word, folds,
        // A word that stands nowhere says little about what does.
        weight: rarity * (isStop[at] && !allStop ? STOP_WORD : found ? 1 : 0.3),
        judgesMarks: marked && folds.has(word.fold),
        isKnown: index.exacts.has(word.exact),
        isAlone: words.length === 1,
      };
    });
  };

  /** What a word of a page is worth for a word of the query, from 0 to 1. */
  const likeness = (asked, word) => {
    const worth = asked.folds.get(word.fold) ?? 0;
    if (!worth || !asked.judgesMarks || asked.word.exact === word.exact) return worth;
    if (asked.isKnown) return worth * OTHER_MARKS;
    // Nobody writes it as it was typed ("dường"): the nearest is meant.
    const letters = (exact) => exact.replace(TONES, "");
    const tone = (exact) => exact.match(TONES)?.[0];
    const near = letters(asked.word.exact) === letters(word.exact) || tone(asked.word.exact) === tone(word.exact);
    return worth * (near ? 0.9 : 0.7) * (asked.isAlone ? 1 : 0.6);
  };

  /* Scoring ----------------------------------------------------------------------------------- */

  /** For one field: the best likeness of each query word, how often it stands there, and neighbours. */
  const look = (field, query, byFold) => {
    const best = new Float32Array(query.length);
    const count = new Float32Array(query.length);
    const beside = new Float32Array(query.length);
    let before = [];
    for (const word of field) {
      const here = [];
      for (const at of byFold.get(word.fold) ?? []) {
        const worth = likeness(query[at], word);
        here[at] = worth;
        count[at] += worth;
        if (worth > best[at]) best[at] = worth;
        if (at && before[at - 1]) beside[at] = Math.max(beside[at], Math.min(worth, before[at - 1]));
      }
      before = here;
    }
    return { best, count, beside };
  };

  const score = (section, query, byFold) => {
    const title = look(section.titleWords, query, byFold);
    const heading = section.heading ? look(section.headingWords, query, byFold) : title;
    const text = look(section.textWords, query, byFold);
    const headingLength = (section.heading ? section.headingWords : section.titleWords).length;
    const short = 1 / (0.7 + 0.3 * (headingLength / 7)); // a short heading that has the word says more
    let total = 0, covered = 0, all = 0, own = 0;
    query.forEach(({ weight }, at) => {
      const inTitle = section.heading ? title.best[at] * IN_TITLE : 0;
      const inText = text.count[at] / (text.count[at] + 1.5);
      const here = heading.best[at] * IN_HEADING * short + inText * IN_TEXT;
      own += here;
      total += weight * (here + inTitle);
      covered += weight * Math.max(title.best[at], heading.best[at], text.best[at]);
      all += weight;
      if (!at) return;
      const together = (weight + query[at - 1].weight) / 2;
      total += together * NEIGHBOURS *
        (heading.beside[at] * IN_HEADING * short + (section.heading ? title.beside[at] * IN_TITLE : 0) + text.beside[at] * IN_TEXT);
    });
    const share = all ? covered / all : 0;
    // One word with other marks is shown, last; of several words most must be there.
    const enough = query.length === 1 || share >= LEAST_COVERED;
    return own && enough ? total * share ** 2 : 0;
  };

  const ranked = (words, index) => {
    const query = readQuery(words, index);
    const byFold = new Map();
    query.forEach(({ folds }, at) => {
      for (const one of folds.keys()) byFold.set(one, [...(byFold.get(one) ?? []), at]);
    });
    return index.sections.map((section) => ({ section, points: score(section, query, byFold), query }));
  };

  /** The sections that answer `text`, best first, and the numbers to call for what it names. */
  const find = (index, text) => {
    const typed = wordsOf(text).slice(0, MOST_WORDS).flatMap((word) => apart(word, index));
    if (!typed.length) return { found: [], urgent: [] };
    const marked = typed.some(isMarked);
    const hits = ranked(typed, index);
    const other = inOtherWords(typed, marked, index);
    if (other)
      ranked(other, index).forEach((hit, at) => {
        if (hit.points > hits[at].points) hits[at] = hit;
      });
    const ofPage = new Map();
    const found = hits
      .filter(({ points }) => points > 0)
      .sort((one, next) => next.points - one.points)
      .filter(({ section }) => {
        const count = (ofPage.get(section.address) ?? 0) + 1;
        ofPage.set(section.address, count);
        return count <= MOST_OF_A_PAGE;
      });
    const urgent = index.urgent.filter(([phrases]) =>
      phrases.some((phrase) => typed.some((_, at) => isPhrase(typed, at, phrase, marked))),
    );
    return { found, urgent: urgent.map(([, call]) => call) };
  };

  /* What is shown ----------------------------------------------------------------------------- */

  const element = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  };

  /** `text` with the words that were found in <mark>. */
  const highlighted = (text, query) => {
    const pieces = [];
    let from = 0;
    for (const match of text.matchAll(WORD)) {
      const word = known(match[0].normalize("NFC").toLowerCase());
      const isHit = query.some((asked) => asked.weight > 0.5 && likeness(asked, word) > OTHER_MARKS);
      if (!isHit) continue;
      pieces.push(text.slice(from, match.index), element("mark", "", match[0]));
      from = match.index + match[0].length;
    }
    return [...pieces, text.slice(from)];
  };

  /** The piece of the text that holds most of what was asked. */
  const extract = (text, query) => {
    const hits = [...text.matchAll(WORD)].map((match) => {
      const word = known(match[0].normalize("NFC").toLowerCase());
      return [match.index, Math.max(...query.map((asked) => asked.weight * likeness(asked, word)))];
    });
    let [start, most] = [0, 0];
    hits.forEach(([at, worth], index) => {
      if (!worth) return;
      let sum = 0;
      for (let next = index; next < hits.length && hits[next][0] < at + EXTRACT_CHARACTERS - 40; next += 1) sum += hits[next][1];
      if (sum > most) [start, most] = [at, sum];
    });
    const from = start > 40 ? text.indexOf(" ", start - 40) + 1 : 0;
    const piece = text.slice(from, from + EXTRACT_CHARACTERS);
    const whole = from + EXTRACT_CHARACTERS >= text.length;
    return `${from ? "… " : ""}${whole ? piece : `${piece.slice(0, piece.lastIndexOf(" "))} …`}`;
  };

  const link = (address, className, ...children) => {
    const made = element("a", className, ...children);
    made.href = address;
    return made;
  };

  const calls = (label, entries) =>
    element("p", "search__calls", `${label} `, ...entries.map(([number, tel, name]) => link(tel, "tel", `${number} ${name}`)));

  /** The numbers that stand on top of every page. */
  const pageNumbers = () =>
    [...document.querySelectorAll(".emergency a[href^='tel:']")].map((one) => [one.textContent.trim(), one.href, ""]);

  const isTouched = () => matchMedia("(pointer: coarse)").matches;

  const load = async (address) => {
    if (!address.endsWith(".js")) {
      const reply = await fetch(address);
      if (!reply.ok) throw new Error(reply.statusText);
      return reply.json();
    }
    // From a disk nothing can be fetched; a script can be loaded.
    const script = element("script");
    script.src = address;
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
    return window.siteSearchIndex;
  };

  const makeDialog = ({ index: address, root = "" }) => {
    const dialog = element("dialog", "search");
    dialog.setAttribute("aria-label", WORDS.title);
    const input = element("input", "search__input");
    Object.assign(input, { type: "search", placeholder: WORDS.title, autocomplete: "off", enterKeyHint: "search", maxLength: 200 });
    input.setAttribute("aria-label", WORDS.label);
    const close = element("button", "header__button", WORDS.close);
    const shut = () => {
      document.activeElement?.blur(); // else the hidden field would go on taking keys for a moment
      dialog.close(); // puts the focus back where it was
    };
    close.type = "button";
    close.addEventListener("click", shut);
    const state = element("p", "search__state", WORDS.label);
    state.setAttribute("role", "status");
    const list = element("ul", "search__results");
    const more = element("div", "search__more");
    dialog.append(element("div", "search__bar", input, close), state, list, more);

    let coming, telling;
    const index = () =>
      (coming ??= load(address).then(prepare).catch((error) => {
        coming = undefined;
        throw error;
      }));

    /** Say it once the typing rests: a screen reader would never come to an end otherwise. */
    const say = (words) => {
      clearTimeout(telling);
      telling = setTimeout(() => (state.textContent = words), STATUS_AFTER_MS);
    };

    const item = ({ section, query }) => {
      const { address: page, anchor, title, heading, text } = section;
      const name = heading ? `${title}: ${heading}` : title;
      return element("li", "", link(
        root + page + (anchor && `#${anchor}`), "",
        element("b", "", ...highlighted(name, query)),
        element("span", "", ...highlighted(extract(text, query), query)),
      ));
    };

    const help = (entries) => [
      element("p", "search__help", WORDS.help),
      element("ul", "search__ways", ...entries.map(([page, label]) => element("li", "", link(root + page, "", label)))),
    ];

    const show = async () => {
      const text = input.value;
      try {
        const ready = await index();
        if (text !== input.value) return; // somebody typed on while the index came
        const asks = Boolean(text.trim());
        const { found, urgent } = find(ready, text);
        fill(list, ...found.slice(0, MOST_RESULTS).map(item));
        fill(
          more,
          ...(asks && !found.length ? [calls(WORDS.calls, pageNumbers())] : []),
          ...(asks ? help(ready.help) : []),
        );
        dialog.querySelector(".search__calls--now")?.remove();
        if (urgent.length) {
          const now = calls(WORDS.urgent, urgent);
          now.classList.add("search__calls--now");
          state.before(now);
        }
        say(!asks ? WORDS.label : found.length ? WORDS.found(found.length) + (isTouched() ? "" : WORDS.arrows) : WORDS.none);
      } catch {
        fill(list);
        fill(more, calls(WORDS.calls, pageNumbers()));
        say(WORDS.failed);
      }
    };

    /** The field and every link below it, in the order in which they are seen. */
    const stops = () => [input, ...dialog.querySelectorAll("a")];

    dialog.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        const all = stops();
        const at = all.indexOf(document.activeElement);
        all[Math.min(Math.max(at + step, 0), all.length - 1)].focus();
        event.preventDefault();
      } else if (event.key === "Escape") {
        shut(); // a search field keeps this key to itself while it holds words
        event.preventDefault();
      } else if (event.key === "Enter" && event.target === input) {
        event.preventDefault();
        // On a touch screen this key puts the keyboard away, so that the results can be seen.
        if (isTouched()) input.blur();
        else list.querySelector("a")?.click();
      }
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("a")) shut();
    });
    input.addEventListener("input", show);
    document.body.append(dialog);
    return { dialog, input, show, index };
  };

  let search;

  /** Open the search; `places` says where the index is. */
  const open = (places) => {
    search ??= makeDialog(places);
    if (!search.dialog.open) search.dialog.showModal();
    search.input.focus();
    search.input.select();
    search.show();
  };

  return { open, find, prepare, load };
})();
