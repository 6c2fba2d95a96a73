// A click on a placeholder puts it where the cursor of the last text was.
(() => {
  const texts = "textarea, input[name$='-subject']";
  let last = null;

  document.addEventListener("focusin", (event) => {
    if (event.target.matches(texts)) last = event.target;
  });

  function insert(words) {
    if (!last || !last.isConnected) return;
    last.focus();
    last.setRangeText(words, last.selectionStart, last.selectionEnd, "end");
    last.dispatchEvent(new Event("input", { bubbles: true }));
  }

  document.querySelectorAll("[data-placeholder]").forEach((code) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = code.className;
    button.textContent = code.textContent;
    // The text keeps the focus, and with it the cursor that people see.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => insert(code.dataset.placeholder));
    code.replaceWith(button);
  });

  const hint = document.querySelector("[data-placeholder-hint]");
  if (hint) hint.textContent = hint.dataset.chosen;
})();
