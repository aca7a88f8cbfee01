// A long form in short steps on a phone. Without this file, on a wide screen, and when a form comes back
// with mistakes, it is one page.
"use strict";

(() => {
  const WORDS = {
    step: (number, count, title) => `Bước ${number} trong ${count}: ${title}`,
    next: "Tiếp tục",
    back: "Quay lại bước trước",
    missing: "Hãy trả lời mục này, rồi đi tiếp.",
  };
  const form = document.querySelector("form[data-steps]");
  if (!form || !matchMedia("(max-width: 45rem)").matches) return;

  // A folded section belongs to the step before it.
  const steps = [];
  Array.from(form.querySelectorAll(":scope > .form__section")).forEach((section) => {
    if (section.matches("details") && steps.length) steps[steps.length - 1].push(section);
    else steps.push([section]);
  });
  if (steps.length < 3) return;

  const send = form.querySelector("button[type=submit]").closest("p");
  const where = document.createElement("p");
  where.className = "steps__where";
  where.tabIndex = -1;
  const bar = document.createElement("progress");
  bar.className = "steps__bar";
  bar.max = steps.length;
  bar.setAttribute("aria-hidden", "true");
  const acts = document.createElement("p");
  acts.className = "actions";
  const makeButton = (text, kind, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `button button--${kind}`;
    button.textContent = text;
    button.addEventListener("click", act);
    acts.append(button);
    return button;
  };

  let now = 0;
  const titleOf = (step) => step[0].querySelector(".form__heading").textContent;
  const show = (step, { focus = true } = {}) => {
    now = step;
    steps.forEach((sections, place) => sections.forEach((section) => {
      section.classList.toggle("is-elsewhere", place !== step);
    }));
    where.textContent = WORDS.step(step + 1, steps.length, titleOf(steps[step]));
    bar.value = step + 1;
    back.hidden = step === 0;
    next.hidden = step === steps.length - 1;
    send.hidden = step !== steps.length - 1;
    if (focus) {
      where.focus({ preventScroll: true });
      where.scrollIntoView({ block: "start" });
    }
  };

  const mark = (field, on) => {
    let said = field.querySelector(".steps__missing");
    if (on && !said) {
      said = document.createElement("p");
      said.className = "field__error steps__missing";
      said.textContent = WORDS.missing;
      const label = field.querySelector(".field__label");
      (label || field.firstElementChild).after(said);
    } else if (!on && said) {
      said.remove();
    }
  };
  const isAnswered = (field) => {
    const inputs = Array.from(field.querySelectorAll("input:not([type=hidden]), select, textarea"));
    const ticks = inputs.filter((input) => /^(radio|checkbox)$/.test(input.type));
    return ticks.length ? ticks.some((input) => input.checked) : inputs.some((input) => input.value.trim());
  };
  /** Required fields of the step that are shown and empty. The server judges everything else. */
  const missing = () => {
    const fields = steps[now].flatMap((section) => Array.from(section.querySelectorAll(".field")));
    const wanted = fields.filter((field) =>
      !field.closest("[hidden]") && field.querySelector(".field__label, legend") &&
      (field.matches("[aria-required]") || field.querySelector("[aria-required]") || field.dataset.required));
    wanted.forEach((field) => mark(field, !isAnswered(field)));
    return wanted.filter((field) => !isAnswered(field));
  };

  const next = makeButton(WORDS.next, "main", () => {
    const [first] = missing();
    if (!first) {
      show(now + 1);
      return;
    }
    first.scrollIntoView({ block: "start" });
    first.querySelector("input, select, textarea").focus({ preventScroll: true });
  });
  const back = makeButton(WORDS.back, "plain", () => show(now - 1));
  form.addEventListener("change", (event) => {
    const field = event.target.closest(".field");
    if (field && isAnswered(field)) mark(field, false);
  });
  form.prepend(where, bar);
  send.before(acts);
  form.classList.add("form--steps");
  show(0, { focus: false });
})();
