// Files go one by one while the form is being filled in: with progress, tried again on a broken line.
// Without this file they travel with the form itself.
"use strict";

(() => {
  const WORDS = {
    tooMany: (most) => `Chỉ gửi được nhiều nhất ${most} tệp. Xin bỏ bớt.`,
    tooLarge: (name, megabytes) => `“${name}” quá ${megabytes} MB. Xin chọn tệp nhẹ hơn, hoặc cắt lấy đoạn cần nhất.`,
    sending: (name, percent) => `Đang gửi “${name}”: ${percent}%`,
    checking: (name) => `Đang kiểm tra “${name}”…`,
    waiting: (name) => `“${name}”: chờ đến lượt`,
    again: (name, seconds) => `Mạng yếu, “${name}” chưa gửi được. Thử lại sau ${seconds} giây…`,
    gaveUp: (name) => `“${name}” chưa gửi được. Những điều đã viết vẫn còn nguyên.`,
    kept: (count) => `Đã giữ ${count} tệp. Muốn bỏ tệp nào thì đánh dấu tệp ấy.`,
    tryNow: "Thử lại ngay",
    leave: "Bỏ tệp này",
    wait: "Đang gửi nốt tệp, xong thì phiếu tự gửi đi…",
    record: "Ghi âm ngay tại đây",
    stop: "Dừng ghi âm",
    recording: (time) => `Đang ghi âm: ${time}`,
    attach: "Gửi kèm bản ghi này",
    discard: "Bỏ, không gửi",
    noMicrophone: "Máy không cho ghi âm. Có thể ghi bằng máy khác rồi chọn tệp.",
    recordingName: "bản ghi âm",
  };
  const WAITS_SECONDS = [2, 5, 15, 30]; // before each new try
  const TRY_SECONDS = 180;
  const MOST_RECORDING_SECONDS = 10 * 60;

  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };
  const fill = (place, ...parts) => {
    place.textContent = "";
    place.append(...parts);
  };
  const button = (text, act) => {
    const made = element("button", "button button--plain", text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };

  const prepare = (input) => {
    const { form } = input;
    const field = input.closest(".field");
    const limits = {
      files: Number(input.dataset.maxFiles),
      other: Number(input.dataset.maxFileBytes),
      recording: Number(input.dataset.maxRecordingBytes),
    };
    const jobs = []; // files on their way, first come first served
    let list = field.querySelector(".kept-files");
    const progress = element("ul", "uploads");
    const state = element("p", "field__hint");
    state.setAttribute("role", "status");
    const mistake = element("p", "field__error");
    mistake.setAttribute("role", "alert");
    mistake.hidden = true;
    input.after(progress, state, mistake);
    const waiting = element("p", "field__hint");
    waiting.setAttribute("role", "status");
    form.append(waiting);

    const complain = (text) => {
      mistake.textContent = text;
      mistake.hidden = !text;
    };
    const keptCount = () => form.querySelectorAll('[name="drop_file"]:not(:checked)').length;

    const showKept = (kept) => {
      if (!list) {
        list = element("ul", "kept-files");
        input.before(list);
      }
      const dropped = new Set(
        Array.from(list.querySelectorAll(":checked"), (box) => box.value),
      );
      fill(list, ...kept.map(({ number, label }) => {
        const item = element("li", "choice");
        const box = element("input", "choice__input");
        box.type = "checkbox";
        box.name = "drop_file";
        box.value = number;
        box.id = `drop_file--${number}`;
        box.checked = dropped.has(String(number));
        const words = element("label", "choice__label", label);
        words.htmlFor = box.id;
        item.append(box, words);
        return item;
      }));
      state.textContent = WORDS.kept(kept.length);
    };

    const finish = (job) => {
      jobs.splice(jobs.indexOf(job), 1);
      job.row.remove();
      if (jobs.length) send(jobs[0]);
      else form.dispatchEvent(new Event("uploads-done"));
    };

    const stuck = (job, text, seconds) => {
      const later = seconds ? setTimeout(() => send(job), seconds * 1000) : undefined;
      const now = button(WORDS.tryNow, () => { clearTimeout(later); send(job); });
      const leave = button(WORDS.leave, () => { clearTimeout(later); finish(job); });
      job.words.textContent = text;
      job.bar.hidden = true;
      fill(job.acts, now, leave);
    };

    const send = (job) => {
      const body = new FormData();
      ["csrf_token", "submission"].forEach((name) => body.append(name, form.elements[name].value));
      const original = form.elements.keep_original;
      if (original && original.checked) body.append("keep_original", "1");
      body.append(input.name, job.file, job.file.name || "ghi-am");
      const request = new XMLHttpRequest();
      const address = new URL(form.getAttribute("action"), location.href);
      address.pathname += "tep/"; // what stands behind it, such as a talk's code, goes along
      request.open("POST", address);
      request.timeout = TRY_SECONDS * 1000;
      request.responseType = "json";
      fill(job.acts);
      job.bar.hidden = false;
      request.upload.addEventListener("progress", (event) => {
        const percent = Math.round((100 * event.loaded) / (event.total || 1));
        job.bar.value = percent;
        job.words.textContent = percent < 100 ? WORDS.sending(job.name, percent) : WORDS.checking(job.name);
      });
      const failed = () => {
        const seconds = WAITS_SECONDS[job.tries];
        job.tries += 1;
        stuck(job, seconds ? WORDS.again(job.name, seconds) : WORDS.gaveUp(job.name), seconds);
      };
      request.addEventListener("error", failed);
      request.addEventListener("timeout", failed);
      request.addEventListener("load", () => {
        const reply = request.response;
        if (reply && reply.kept) {
          showKept(reply.kept);
          finish(job);
        } else if (reply && reply.error && !reply.again) {
          complain(reply.error);
          finish(job);
        } else {
          failed();
        }
      });
      request.send(body);
    };

    const add = (file, name) => {
      const row = element("li", "uploads__row");
      const words = element("span", "uploads__words", WORDS.waiting(name));
      const bar = element("progress", "uploads__bar");
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute("aria-label", name);
      const acts = element("span", "actions");
      row.append(words, bar, acts);
      progress.append(row);
      const job = { file, name, row, words, bar, acts, tries: 0 };
      jobs.push(job);
      if (jobs.length === 1) send(job);
    };

    const take = (files) => {
      complain("");
      if (files.length > limits.files - keptCount() - jobs.length) {
        complain(WORDS.tooMany(limits.files));
        return;
      }
      files.forEach((file) => {
        const most = /^(video|audio)\//.test(file.type) ? limits.recording : limits.other;
        if (file.size > most) complain(WORDS.tooLarge(file.name, Math.floor(most / 1048576)));
        else add(file, file.name);
      });
    };

    input.addEventListener("change", () => {
      const files = Array.from(input.files);
      input.value = ""; // what was sent here is not sent again with the form
      take(files);
    });
    window.addEventListener("online", () => {
      if (jobs.length && jobs[0].acts.childElementCount) jobs[0].acts.firstElementChild.click();
    });

    let clicked;
    form.addEventListener("click", (event) => { clicked = event.target.closest("button"); });

    // A form sent while files are on their way waits for them, then goes by itself.
    form.addEventListener("submit", (event) => {
      if (!jobs.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const pressed = event.submitter || clicked;
      waiting.textContent = WORDS.wait; // beside the button: the files may stand in an earlier step
      form.addEventListener("uploads-done", () => pressed && pressed.click(), { once: true });
    }, { capture: true });

    if (/audio\//.test(input.accept)) offerRecording(input, add, take);
  };

  /** A button that records sound in the page, where the browser can. */
  const offerRecording = (input, add) => {
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return;
    const place = element("div", "recorder");
    const words = element("p", "field__hint");
    words.setAttribute("role", "status");
    const acts = element("p", "actions");
    place.append(acts, words);
    input.after(place);

    const begin = () => fill(acts, button(WORDS.record, record));
    const record = async () => {
      let stream;
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch {
        words.textContent = WORDS.noMicrophone;
        return;
      }
      const type = ["audio/webm;codecs=opus", "audio/mp4"].find((one) => MediaRecorder.isTypeSupported(one));
      const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
      const pieces = [];
      const started = Date.now();
      const clock = setInterval(() => {
        const seconds = Math.floor((Date.now() - started) / 1000);
        const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
        words.textContent = WORDS.recording(time);
        if (seconds >= MOST_RECORDING_SECONDS) recorder.stop();
      }, 500);
      recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
      recorder.addEventListener("stop", () => {
        clearInterval(clock);
        stream.getTracks().forEach((track) => track.stop());
        words.textContent = "";
        review(new Blob(pieces, { type: recorder.mimeType }));
      });
      recorder.start(1000);
      fill(acts, button(WORDS.stop, () => recorder.stop()));
    };
    const review = (sound) => {
      const player = element("audio");
      player.controls = true;
      player.src = URL.createObjectURL(sound);
      const done = () => {
        URL.revokeObjectURL(player.src);
        player.remove();
        begin();
      };
      place.prepend(player);
      fill(
        acts,
        button(WORDS.attach, () => { done(); add(sound, WORDS.recordingName); }),
        button(WORDS.discard, done),
      );
    };
    begin();
  };

  document.querySelectorAll('input[type="file"][data-max-files]').forEach(prepare);
})();
