// The desk works without this: what is here only spares a step.
(() => {
  "use strict";
  const all = (selector) => document.querySelectorAll(selector);

  // The code of an invitation link stands behind the #, which no browser sends anywhere.
  const invitation = document.getElementById("invitation");
  if (invitation && location.hash.length > 20) {
    invitation.value = decodeURIComponent(location.hash.slice(1));
    history.replaceState(null, "", location.pathname);
  }

  for (const button of all("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  for (const button of all("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.textContent = "Đã chép";
    });
  }

  const problem = document.querySelector("[data-focus]");
  if (problem) problem.focus();

  // One box ticks them all.
  for (const box of all("[data-all]")) {
    box.closest("label").hidden = false;
    box.addEventListener("change", () => {
      for (const other of all(`input[name="${box.dataset.all}"]`)) other.checked = box.checked;
    });
  }

  // A template's words go into the answer, where they can be changed.
  for (const select of all("[data-fills]")) {
    select.addEventListener("change", () => {
      const target = document.getElementById(select.dataset.fills);
      const words = select.selectedOptions[0].dataset.words;
      if (words && (!target.value || confirm("Thay những điều đã gõ bằng mẫu này?"))) target.value = words;
    });
  }

  // Five minutes before the half hour ends in which nobody did anything, who types long hears of it.
  const pause = document.querySelector("[data-pause]");
  if (pause) {
    const wait = () => setTimeout(() => { pause.hidden = false; }, 25 * 60000);
    wait();
    pause.querySelector("button").addEventListener("click", async () => {
      const reply = await fetch("/can-bo/tai-khoan/", { method: "HEAD", redirect: "manual" });
      if (reply.ok) {
        pause.hidden = true;
        wait();
      } else pause.textContent = "Máy đã tự thoát. Chữ đang gõ còn trên trang này: hãy chép lại, rồi vào lại.";
    });
  }

  // What waits, without loading the page again.
  const badge = document.querySelector("[data-badge]");
  if (badge) {
    const ask = async () => {
      if (document.hidden) return;
      try {
        const reply = await fetch("/can-bo/dem.json", { headers: { Accept: "application/json" }, redirect: "error" });
        if (!reply.ok) return;
        const { waiting } = await reply.json();
        badge.hidden = waiting === 0;
        badge.textContent = waiting;
        badge.setAttribute("aria-label", `${waiting} phiếu đang chờ`);
      } catch { /* the next round asks again */ }
    };
    ask();
    setInterval(ask, 60000);
  }
})();
