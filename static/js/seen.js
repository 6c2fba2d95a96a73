// Tells the bank that a person has the page in front of them: it stayed visible for a second, or was touched.
// A scanner that only fetches the address does neither.
"use strict";

(() => {
  const { seenAt } = document.currentScript.dataset;
  const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const signs = ["pointerdown", "keydown", "scroll"];
  let told = false;
  let tries = 3;
  let timer = 0;

  const listen = (name) => window.addEventListener(name, tell, { passive: true });
  const forget = (name) => window.removeEventListener(name, tell);

  async function tell() {
    if (told || tries === 0 || document.visibilityState !== "visible") return;
    told = true;
    tries -= 1;
    try {
      const answer = await fetch(seenAt, {
        method: "POST",
        headers: { "X-CSRFToken": csrf },
        credentials: "same-origin",
        keepalive: true,
      });
      told = answer.ok;
    } catch {
      told = false; // a bad network: the next sign of life tries again
    }
    if (told) signs.forEach(forget);
  }

  function watch() {
    clearTimeout(timer);
    if (document.visibilityState === "visible") timer = setTimeout(tell, 1000);
  }

  document.addEventListener("visibilitychange", watch);
  signs.forEach(listen);
  watch();
})();
