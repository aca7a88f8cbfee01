// Text size and contrast as the reader left them on this device, set before the page is painted; and the
// voice that reads aloud, sent for only where the browser has a Vietnamese one. Pages need none of this.
"use strict";

(() => {
  const KEPT = "cach-hien";
  const SMALLEST = -1;
  const LARGEST = 3;
  const PERCENT = { "-1": 90, 0: 100, 1: 115, 2: 135, 3: 160 };
  const WORDS = { size: (percent) => `Cỡ chữ ${percent} %` };
  const root = document.documentElement;

  let size = 0;
  let contrast = false;

  const show = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT)) || {};
      size = PERCENT[kept.size] ? Number(kept.size) : 0;
      contrast = kept.contrast === true;
    } catch {
      // Private windows may refuse storage: then a choice holds for the page it was made on.
    }
    apply();
  };

  const apply = () => {
    root.classList.add("scripted");
    if (size) root.dataset.size = size;
    else delete root.dataset.size;
    if (contrast) root.dataset.contrast = "";
    else delete root.dataset.contrast;
  };

  const keep = () => {
    try {
      if (size || contrast) localStorage.setItem(KEPT, JSON.stringify({ size, contrast }));
      else localStorage.removeItem(KEPT);
    } catch {
      // As above.
    }
  };

  show();

  const work = () => {
    const group = document.querySelector(".reading");
    if (!group) return;
    const opener = document.querySelector(".reading-open");
    const contrastButton = group.querySelector("[data-contrast-switch]");
    const state = group.querySelector("[role=status]");
    const sizes = Array.from(group.querySelectorAll("[data-size-step]"));

    const tell = () => {
      contrastButton.setAttribute("aria-pressed", contrast);
      sizes.forEach((button) => {
        const step = Number(button.dataset.sizeStep);
        const done = (step < 0 && size === SMALLEST) || (step > 0 && size === LARGEST) || (!step && !size);
        button.setAttribute("aria-disabled", done);
      });
    };
    const changed = () => {
      apply();
      keep();
      tell();
    };

    opener.addEventListener("click", () => {
      opener.setAttribute("aria-expanded", opener.getAttribute("aria-expanded") !== "true");
    });
    sizes.forEach((button) => {
      button.addEventListener("click", () => {
        const step = Number(button.dataset.sizeStep);
        size = step ? Math.min(LARGEST, Math.max(SMALLEST, size + step)) : 0;
        changed();
        state.textContent = WORDS.size(PERCENT[size]);
      });
    });
    contrastButton.addEventListener("click", () => {
      contrast = !contrast;
      changed();
    });
    // A page that comes back from memory shows what was chosen since; so does another tab.
    const again = () => { show(); tell(); };
    window.addEventListener("pageshow", (event) => { if (event.persisted) again(); });
    window.addEventListener("storage", again);
    tell();
  };

  /** Sends for the reader aloud once the browser is known to have a Vietnamese voice. */
  const listen = () => {
    const place = document.querySelector("[data-speech]");
    const speech = window.speechSynthesis;
    if (!place || !speech) return;
    let asked = false;
    const look = () => {
      if (asked || !speech.getVoices().some(({ lang }) => /^vi\b/i.test(lang))) return;
      asked = true;
      const script = document.createElement("script");
      script.src = place.dataset.speech;
      document.head.append(script);
    };
    speech.addEventListener?.("voiceschanged", look);
    look();
  };

  document.addEventListener("DOMContentLoaded", work);
  window.addEventListener("load", listen);
})();
