// Asks every few seconds whether the code on the page was scanned, and then shows what has become of it.
// Without this script the button under the code does the same.
"use strict";

(() => {
  const { stateAt } = document.currentScript.dataset;
  const EVERY_MS = 3000;
  const AT_MOST = 320; // a little longer than a code is valid

  let asked = 0;
  const timer = setInterval(ask, EVERY_MS);

  async function ask() {
    if (document.visibilityState !== "visible") return;
    asked += 1;
    if (asked > AT_MOST) return clearInterval(timer);
    try {
      const answer = await fetch(stateAt, { credentials: "same-origin" });
      if (answer.ok && (await answer.json()).reached) {
        clearInterval(timer);
        location.reload();
      }
    } catch {
      // A bad network: the next time may be better.
    }
  }
})();
