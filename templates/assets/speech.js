// Reads a page aloud with the browser's own Vietnamese voice, sentence by sentence. reading.js sends for
// this file only where such a voice is there. We send nothing to anyone; a voice that is not on the device
// is the browser maker's own service, and the button says so before it is pressed.
"use strict";

(() => {
  const WORDS = {
    start: "Đọc to trang này",
    remote: "giọng lấy qua mạng",
    remoteNote: "Máy không có sẵn giọng tiếng Việt. Trình duyệt dùng giọng trên mạng: chữ của trang được gửi tới hãng làm trình duyệt.",
    pause: "Tạm dừng",
    resume: "Đọc tiếp",
    stop: "Thôi đọc",
    bar: "Đọc to trang này",
    place: (at, all) => `Đoạn ${at} trên ${all}`,
    failed: "Trình duyệt không đọc được. Xin thử lại.",
  };
  const RATE = 0.95;
  const LONGEST = 160; // Chrome falls silent in an utterance of more than about 15 seconds
  const READ = "h1, h2, h3, h4, p, li, dt, dd, th, td, summary, figcaption";
  const PASSED_OVER = "nav, .crumb, .source-box, .clause__link, .article__own, .article__whole, .remark__source, [hidden], script";
  const DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
  // Numbers to dial are said digit by digit: 113, 0769.04.04.04, 1900 0368. Years and amounts are not.
  const DIALLED = /(?<![\d.,/–-])(?:11[1-5]|(?:0|1[89]00[ .]?)\d(?:[ .]?\d){3,})(?![\d/–-]|[.,]\d)/g;
  const SAID = [
    [/VNeID/g, "vi en e ai đi"],
    [/\bANTT\b/g, "an ninh trật tự"],
    [/\bOTP\b/g, "ô tê pê"],
    [/\bQR\b/g, "quy a"],
    [/[“”"#*]/g, ""],
  ];

  const speech = window.speechSynthesis;
  const place = document.querySelector("[data-speech]");
  const main = document.querySelector("main");
  if (!speech || !place || !main) return;

  const make = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };
  const makeButton = (className, text, act) => {
    const button = make("button", className, text);
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  };

  const voice = () => {
    const vietnamese = speech.getVoices().filter(({ lang }) => /^vi\b/i.test(lang));
    return vietnamese.find(({ localService }) => localService) || vietnamese[0];
  };

  const sayable = (text) =>
    SAID.reduce(
      (words, [what, said]) => words.replace(what, said),
      text.replace(DIALLED, (number) => Array.from(number.replace(/\D/g, ""), (digit) => DIGITS[digit]).join(" ")),
    ).replace(/\s+/g, " ").trim();

  /** Pieces of at most LONGEST characters: sentences, and long ones cut at a comma or a space. */
  const pieces = (text) => {
    const found = [];
    for (let rest of text.match(/.+?(?:[.!?…:;]+(?=\s|$)|$)/g) || []) {
      rest = rest.trim();
      while (rest.length > LONGEST) {
        const comma = rest.lastIndexOf(", ", LONGEST);
        const cut = comma > LONGEST / 3 ? comma + 1 : rest.lastIndexOf(" ", LONGEST);
        if (cut <= 0) break;
        found.push(rest.slice(0, cut));
        rest = rest.slice(cut).trim();
      }
      if (rest) found.push(rest);
    }
    return found;
  };

  /** What a block says by itself, without blocks in it that are read on their own and what nobody needs to hear. */
  const ownText = (block) => {
    const copy = block.cloneNode(true);
    copy.querySelectorAll(`${READ}, ul, ol, ${PASSED_OVER}`).forEach((part) => part.remove());
    return copy.textContent;
  };

  const isShown = (block) =>
    block.checkVisibility ? block.checkVisibility() : block.getClientRects().length > 0;

  const collect = () =>
    Array.from(main.querySelectorAll(`${READ}, img[alt]`))
      .filter((block) => !block.closest(PASSED_OVER) && isShown(block))
      .map((block) => ({
        block,
        pieces: pieces(sayable(block.tagName === "IMG" ? block.alt : ownText(block))),
      }))
      .filter((part) => part.pieces.length);

  let parts = [];
  let at = 0; // the block that is read
  let piece = 0; // the piece of it
  let turn = 0; // counts starts: what an older utterance reports is not heard
  let paused = false;
  let bar;
  let kept; // a browser that frees a running utterance never says that it ended

  const mark = (block) => {
    main.querySelectorAll(".is-read").forEach((one) => one.classList.remove("is-read"));
    if (!block) return;
    block.classList.add("is-read");
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    block.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  };

  const say = () => {
    const part = parts[at];
    if (!part) return stop();
    if (!piece) {
      mark(part.block);
      bar.state.textContent = WORDS.place(at + 1, parts.length);
    }
    const mine = ++turn;
    const utterance = new SpeechSynthesisUtterance(part.pieces[piece]);
    utterance.voice = voice();
    utterance.lang = "vi-VN";
    utterance.rate = RATE;
    utterance.onend = () => {
      if (mine !== turn) return;
      piece += 1;
      if (piece >= part.pieces.length) {
        piece = 0;
        at += 1;
      }
      say();
    };
    utterance.onerror = ({ error }) => {
      if (mine !== turn || error === "canceled" || error === "interrupted") return;
      hold();
      bar.state.textContent = WORDS.failed;
    };
    kept = utterance;
    speech.speak(kept);
  };

  // Android's pause() ends the utterance: so a pause is an end for us, and going on repeats the sentence.
  const hold = () => {
    turn += 1;
    paused = true;
    speech.cancel();
    bar.toggle.textContent = WORDS.resume;
  };
  const goOn = () => {
    paused = false;
    bar.toggle.textContent = WORDS.pause;
    say();
  };
  const stop = () => {
    turn += 1;
    speech.cancel();
    mark(null);
    bar.element.remove();
    bar = undefined;
    document.documentElement.classList.remove("is-aloud");
    start.hidden = false;
    start.focus({ preventScroll: true });
  };

  const begin = () => {
    parts = collect();
    if (!parts.length) return;
    at = 0;
    piece = 0;
    const element = make("div", "aloud");
    element.setAttribute("role", "region");
    element.setAttribute("aria-label", WORDS.bar);
    const toggle = makeButton("button", WORDS.pause, () => (paused ? goOn() : hold()));
    const state = make("p", "aloud__state");
    element.append(toggle, makeButton("button button--plain", WORDS.stop, stop), state);
    if (!voice()?.localService) element.append(make("p", "aloud__note", WORDS.remoteNote));
    element.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
    bar = { element, toggle, state };
    document.body.append(element);
    // The page ends above the bar, so that it hides neither the last lines nor what has the focus.
    document.documentElement.style.setProperty("--bar", `${element.offsetHeight + 8}px`);
    document.documentElement.classList.add("is-aloud");
    start.hidden = true;
    toggle.focus({ preventScroll: true });
    speech.cancel(); // what another page of this browser left behind
    goOn();
  };

  const start = makeButton("button button--plain aloud-start", WORDS.start, begin);
  if (!voice()?.localService) start.append(make("small", "", `(${WORDS.remote})`));
  place.append(start);
  window.addEventListener("pagehide", () => speech.cancel());
})();
