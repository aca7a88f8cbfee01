// The proof of work that a form asks for while very many people send: worked out while its answers are
// read once more, in slices that leave the page alive. Without this file, or where it is too slow, the
// form is sent without a proof, and an officer looks at it first. The search is altcha's, version 2.
"use strict";

(() => {
  const WORDS = {
    working: "Máy đang tính, chừng vài giây. Xong thì phiếu tự gửi đi…",
    notWaiting: "Gửi luôn, không chờ",
  };
  const SLICE_MS = 20;
  const PATIENCE_SECONDS = 8; // after that a sender is offered not to wait
  const ROUNDS = new Int32Array([
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ]);
  const START = new Int32Array([
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
  ]);

  /** SHA-256 of one block (FIPS 180-4): the browser's own needs https, and a promise a hash. */
  const schedule = new Int32Array(64);
  const sum = new Int32Array(8);
  const hashBlock = () => {
    const w = schedule;
    for (let t = 16; t < 64; t += 1) {
      const x = w[t - 15];
      const y = w[t - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[t] = (w[t - 16] + s0 + w[t - 7] + s1) | 0;
    }
    let a = START[0], b = START[1], c = START[2], d = START[3];
    let e = START[4], f = START[5], g = START[6], h = START[7];
    for (let t = 0; t < 64; t += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const one = (h + s1 + ((e & f) ^ (~e & g)) + ROUNDS[t] + w[t]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0;
      d = c; c = b; b = a; a = (one + two) | 0;
    }
    sum[0] = START[0] + a; sum[1] = START[1] + b; sum[2] = START[2] + c; sum[3] = START[3] + d;
    sum[4] = START[4] + e; sum[5] = START[5] + f; sum[6] = START[6] + g; sum[7] = START[7] + h;
  };

  const words = (hex) => hex.match(/.{8}/g).map((word) => parseInt(word, 16) | 0);
  const hex = (array) => Array.from(array, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");

  /** Looks for the number whose hash begins as asked; calls `done` with it, `tell` with each slice. */
  const search = ({ salt, nonce, keyPrefix, cost, algorithm }, { tell, done }) => {
    if (algorithm !== "SHA-256" || cost !== 1) return;
    const head = [...words(salt), ...words(nonce)];
    const wanted = words(keyPrefix);
    const place = head.length;
    let counter = 0;
    const slice = () => {
      const until = performance.now() + SLICE_MS;
      do {
        for (const last = counter + 256; counter < last; counter += 1) {
          schedule.fill(0, 0, 16);
          schedule.set(head);
          schedule[place] = counter;
          schedule[place + 1] = 0x80 << 24;
          schedule[15] = (place + 1) * 32;
          hashBlock();
          if (sum[0] === wanted[0] && wanted.every((word, number) => word === sum[number])) {
            done({ counter, derivedKey: hex(sum) });
            return;
          }
        }
      } while (performance.now() < until);
      tell(counter);
      setTimeout(slice);
    };
    slice();
  };

  document.querySelectorAll("[data-proof]").forEach((box) => {
    const challenge = JSON.parse(box.dataset.proof);
    const field = box.querySelector("[name=proof]");
    const state = box.querySelector("[role=status]");
    const bar = box.querySelector("progress");
    const { form } = field;
    let pressed; // the button whose sender waits
    let goes = false; // with a proof, or without one
    const go = () => {
      goes = true;
      if (pressed) pressed.click();
    };
    search(challenge.parameters, {
      tell: (tried) => { bar.value = tried; },
      done: (solution) => {
        field.value = btoa(JSON.stringify({ challenge, solution }));
        go();
      },
    });

    let clicked;
    form.addEventListener("click", (event) => { clicked = event.target.closest("button"); });
    form.addEventListener("submit", (event) => {
      const button = event.submitter || clicked;
      const isSending = button?.name === "checked";
      if (goes || !isSending) {
        pressed = undefined; // on the way elsewhere: nothing may be sent behind it
        return;
      }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (pressed) return;
      pressed = button;
      state.textContent = WORDS.working;
      bar.hidden = false;
      setTimeout(() => {
        if (goes) return;
        const leave = document.createElement("button");
        leave.type = "button";
        leave.className = "button button--plain";
        leave.textContent = WORDS.notWaiting;
        leave.addEventListener("click", go);
        bar.after(leave);
      }, PATIENCE_SECONDS * 1000);
    }, { capture: true });
  });
})();
