// Comfort on form pages: everything on them works without this file.
"use strict";

(() => {
  const WORDS = {
    sending: "Đang gửi…",
    copied: "Đã chép",
    notCopied: "Máy không cho chép: xin chép tay",
    left: (count) => `Còn viết được ${count} ký tự`,
    over: (count) => `Dài quá ${count} ký tự`,
    asking: "Đang nối máy chủ…",
    deadLine: "Máy đang không có mạng, phiếu chưa gửi. Những điều đã viết vẫn còn nguyên ở đây: có mạng thì bấm lại.",
    position: "Ghi vị trí của điện thoại này",
    positionAsked: "Đang tìm vị trí…",
    positionIs: (north, east, metres) => `Vị trí điện thoại lúc viết: ${north}, ${east} (sai khoảng ${metres} m)`,
    positionDone: "Đã ghi. Không phải nơi xảy ra thì xóa dòng ấy đi.",
    positionFailed: "Máy không cho biết vị trí. Hãy ghi bằng lời.",
    holdToSave: "Ảnh chưa vào máy? Nhấn giữ vào ảnh dưới đây rồi chọn lưu.",
    pictureTitle: "Giấy biên nhận phiếu phản ánh",
    pictureTrial: "PHIẾU THỬ, không phải giấy thật",
    pictureCode: "Mã theo dõi (giữ kín)",
    pictureStamp: "Dấu xác nhận:",
    pictureReference: "Số phiếu",
  };
  const SENDING_SECONDS = 30; // after that the button works again: the line may have broken
  const DONE_SECONDS = 3;
  const ASK_SECONDS = 10;
  const POSITION_SECONDS = 20;
  const EXIT_MILLISECONDS = 1500; // three presses of Shift within so long lead out

  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // Out at once: the page goes blank, and its place in the history is taken by an empty one.
  const leave = (address) => {
    document.documentElement.hidden = true;
    leaving = true;
    location.replace(address);
  };
  let leaving = false;
  const exit = document.querySelector("[data-quick-exit]");
  if (exit) {
    exit.addEventListener("click", (event) => {
      event.preventDefault();
      leave(exit.href);
    });
    let presses = [];
    document.addEventListener("keyup", (event) => {
      presses = event.key === "Shift" ? [...presses, event.timeStamp].slice(-3) : [];
      if (presses.length === 3 && presses[2] - presses[0] < EXIT_MILLISECONDS) leave(exit.href);
    });
  }

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

  // A form is not handed to a line that is dead: the browser's own error page would lose what was typed.
  all("form[data-once]").forEach((form) => {
    const said = document.createElement("p");
    said.className = "field__error";
    said.setAttribute("role", "alert");
    said.hidden = true;
    form.append(said);
    let answered = false;
    let clicked;
    form.addEventListener("click", (event) => { clicked = event.target.closest("button"); });
    form.addEventListener("submit", async (event) => {
      // Without the button that was pressed the form could not be sent on from here: the browser sends it.
      const pressed = event.submitter || clicked;
      if (event.defaultPrevented || answered || !pressed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      said.textContent = WORDS.asking;
      said.hidden = false;
      try {
        const timer = AbortSignal.timeout ? { signal: AbortSignal.timeout(ASK_SECONDS * 1000) } : {};
        await fetch("/healthz", { cache: "no-store", ...timer });
      } catch {
        said.textContent = WORDS.deadLine;
        return;
      }
      said.hidden = true;
      answered = true;
      pressed.click(); // every browser can; requestSubmit is missing before Chrome 76 and Safari 16
      answered = false;
    });
  });

  // Leaving a form that was written in is asked about, but for sending it and for the quick way out.
  all("form[enctype]").forEach((form) => {
    let written = false;
    form.addEventListener("input", () => { written = true; });
    form.addEventListener("submit", () => { written = false; });
    window.addEventListener("beforeunload", (event) => {
      if (written && !leaving) event.preventDefault();
    });
  });

  // The phone's own position, by explicit choice, as words that can be read and changed.
  // Who writes for somebody else sits elsewhere.
  all("form:not([data-on-behalf]) [data-offer-position]").forEach((area) => {
    if (!navigator.geolocation || !window.isSecureContext) return;
    const place = document.createElement("p");
    const ask = document.createElement("button");
    ask.type = "button";
    ask.className = "button button--plain";
    ask.textContent = WORDS.position;
    const told = document.createElement("span");
    told.className = "field__hint";
    told.setAttribute("role", "status");
    place.append(ask, " ", told);
    area.after(place);
    ask.addEventListener("click", () => {
      told.textContent = WORDS.positionAsked;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const [north, east] = [coords.latitude, coords.longitude].map((one) => one.toFixed(5));
          const words = WORDS.positionIs(north, east, Math.round(coords.accuracy));
          area.value = [area.value.trim(), words].filter(Boolean).join("\n");
          area.dispatchEvent(new Event("input", { bubbles: true }));
          told.textContent = WORDS.positionDone;
        },
        () => { told.textContent = WORDS.positionFailed; },
        { enableHighAccuracy: true, timeout: POSITION_SECONDS * 1000 },
      );
    });
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

  // A receipt's QR code brings the follow-up code behind the #, which no server is sent.
  const codeField = document.getElementById("code");
  const brought = new URLSearchParams(location.hash.slice(1)).get("ma");
  if (codeField && brought) {
    codeField.value = brought;
    history.replaceState(null, "", location.pathname);
  }

  const textOf = (id) => document.getElementById(id).textContent.trim();

  /** The receipt as a picture: black on white, large enough to read on any phone. */
  const drawReceipt = () => {
    const canvas = document.createElement("canvas");
    canvas.width = 1080;
    canvas.height = 1520;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, 1080, 1520);
    pen.fillStyle = "#000";
    pen.textAlign = "center";
    const line = (text, y, size, weight) => {
      const family = size > 70 ? "monospace" : "system-ui, sans-serif";
      pen.font = `${weight} ${size}px ${family}`;
      pen.fillText(text, 540, y, 1000);
    };
    const isTrial = document.querySelector("[data-trial]");
    line(isTrial ? WORDS.pictureTrial : WORDS.pictureTitle, 110, 54, 700);
    line(WORDS.pictureReference, 220, 40, 400);
    line(textOf("so-phieu"), 310, 88, 700);
    line(WORDS.pictureCode, 440, 40, 400);
    const groups = textOf("ma-theo-doi").split("-");
    line(groups.slice(0, 3).join(" "), 550, 92, 700);
    line(groups.slice(3).join(" "), 670, 92, 700);
    line(textOf("gio-nhan"), 830, 40, 400);
    line(textOf("noi-tra-cuu"), 900, 40, 400);
    line(`${WORDS.pictureStamp} ${textOf("dau")}`, 970, 40, 400);
    pen.drawImage(document.querySelector(".receipt__qr"), 300, 1010, 480, 480);
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
