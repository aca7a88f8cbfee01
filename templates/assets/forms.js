// Comfort on form pages: everything on them works without this file.
"use strict";

(() => {
  const WORDS = {
    sending: "Đang gửi…",
    copied: "Đã chép",
    notCopied: "Máy không cho chép: xin chép tay",
    left: (count) => `Còn viết được ${count} ký tự`,
    over: (count) => `Dài quá ${count} ký tự`,
    holdToSave: "Ảnh chưa vào máy? Nhấn giữ vào ảnh dưới đây rồi chọn lưu.",
    pictureTitle: "Giấy biên nhận phiếu phản ánh",
    pictureCode: "Mã theo dõi (giữ kín)",
    pictureReference: "Số phiếu",
  };
  const SENDING_SECONDS = 30; // after that the button works again: the line may have broken
  const DONE_SECONDS = 3;

  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // What is said first on a page that came back is also what is read first.
  const first = document.querySelector("[data-focus]");
  if (first) first.focus();

  // Questions that depend on an earlier answer. What is hidden is not sent.
  all("form").forEach((form) => {
    const dependent = all("[data-shown-when]", form).map((block) => ({
      block,
      condition: JSON.parse(block.dataset.shownWhen),
    }));
    if (!dependent.length) return;
    form.classList.add("form--live"); // now "only fill in if …" need not be said

    const chosen = (name) =>
      all(`[name="${name}"]`, form)
        .filter((input) => !input.closest("[hidden]"))
        .filter((input) => !/^(radio|checkbox)$/.test(input.type) || input.checked)
        .map((input) => input.value)
        .filter(Boolean);
    const isEmptyBox = (name) => {
      const boxes = all(`[type="checkbox"][name="${name}"]`, form);
      return boxes.length === 1 && !boxes[0].closest("[hidden]");
    };
    const holds = ({ field, one_of: wanted }) => {
      const marks = chosen(field);
      if (wanted === null) return marks.length > 0;
      if (!marks.length && isEmptyBox(field)) return wanted.includes("khong");
      return marks.some((mark) => wanted.includes(mark));
    };
    const update = () => {
      dependent.forEach(({ block, condition }) => {
        const shown = holds(condition);
        block.hidden = !shown;
        all("input, select, textarea", block).forEach((input) => { input.disabled = !shown; });
      });
      // A field inside a hidden section stays out even where its own condition holds.
      all("[hidden] input, [hidden] select, [hidden] textarea", form).forEach((input) => {
        if (input.type !== "hidden") input.disabled = true;
      });
    };
    form.addEventListener("change", update);
    window.addEventListener("pageshow", update);
    update();
  });

  // How much may still be written.
  all("[data-max]").forEach((area) => {
    const most = Number(area.dataset.max);
    const counter = document.createElement("p");
    counter.className = "field__counter";
    counter.setAttribute("aria-live", "polite");
    area.after(counter);
    const count = () => {
      const left = most - Array.from(area.value).length;
      counter.textContent = left < 0 ? WORDS.over(-left) : WORDS.left(left);
      counter.classList.toggle("field__counter--over", left < 0);
      counter.hidden = left > Math.min(most / 5, 200);
    };
    area.addEventListener("input", count);
    count();
  });

  // A second press while the first is on its way sends nothing.
  all("form[data-once]").forEach((form) => {
    let sending = false;
    const buttons = all("button[type=submit]", form);
    const calm = () => {
      sending = false;
      buttons.forEach((button) => {
        button.removeAttribute("aria-disabled");
        if (button.dataset.label) button.textContent = button.dataset.label;
      });
    };
    form.addEventListener("submit", (event) => {
      if (sending || event.defaultPrevented) {
        event.preventDefault();
        return;
      }
      sending = true;
      const pressed = event.submitter || buttons[0];
      buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
      pressed.dataset.label = pressed.textContent;
      pressed.textContent = WORDS.sending;
      setTimeout(calm, SENDING_SECONDS * 1000);
    });
    window.addEventListener("pageshow", calm);
  });

  /** Puts text on the clipboard; older browsers and plain http know only the second way. */
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (_) {
      const area = document.createElement("textarea");
      area.value = text;
      area.setAttribute("readonly", "");
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };

  all("[data-copy]").forEach((button) => {
    const label = button.textContent;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      const done = await copy(document.querySelector(button.dataset.copy).textContent.trim());
      button.textContent = done ? WORDS.copied : WORDS.notCopied;
      setTimeout(() => { button.textContent = label; }, DONE_SECONDS * 1000);
    });
  });

  all("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });

  const textOf = (id) => document.getElementById(id).textContent.trim();

  /** The receipt as a picture: black on white, large enough to read on any phone. */
  const drawReceipt = () => {
    const canvas = document.createElement("canvas");
    canvas.width = 1080;
    canvas.height = 1080;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, 1080, 1080);
    pen.fillStyle = "#000";
    pen.textAlign = "center";
    const line = (text, y, size, weight) => {
      const family = size > 70 ? "monospace" : "system-ui, sans-serif";
      pen.font = `${weight} ${size}px ${family}`;
      pen.fillText(text, 540, y, 1000);
    };
    line(WORDS.pictureTitle, 110, 54, 700);
    line(WORDS.pictureReference, 220, 40, 400);
    line(textOf("so-phieu"), 310, 88, 700);
    line(WORDS.pictureCode, 440, 40, 400);
    const groups = textOf("ma-theo-doi").split("-");
    line(groups.slice(0, 3).join(" "), 550, 92, 700);
    line(groups.slice(3).join(" "), 670, 92, 700);
    line(textOf("gio-nhan"), 830, 40, 400);
    line(textOf("noi-tra-cuu"), 900, 40, 400);
    return canvas;
  };

  all("[data-picture]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const address = drawReceipt().toDataURL("image/png");
      const link = document.createElement("a");
      link.href = address;
      link.download = `phieu-${textOf("so-phieu")}.png`;
      link.click();
      // Browsers inside other apps often drop downloads; holding a picture saves it there.
      const place = document.querySelector("[data-picture-place]");
      const hint = document.createElement("p");
      hint.textContent = WORDS.holdToSave;
      const picture = document.createElement("img");
      picture.src = address;
      picture.alt = WORDS.pictureTitle;
      place.textContent = "";
      place.append(hint, picture);
      place.hidden = false;
    });
  });
})();
