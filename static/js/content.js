// Tells while typing how many characters still fit. The server counts again, and says what does not fit.
document.addEventListener("input", ({ target }) => {
  const place = document.getElementById(`${target.id}-left`);
  if (!place || !target.dataset.max) return;
  const left = Number(target.dataset.max) - [...target.value.trim()].length;
  place.textContent = left;
  place.classList.toggle("error", left < 0);
});

// Who leaves the page with something typed and not saved is asked first.
const form = document.getElementById("content-form");
let unsaved = "unsaved" in form.dataset;
form.addEventListener("input", ({ target }) => {
  unsaved ||= !target.closest(".content-choice");
});
form.addEventListener("submit", () => {
  unsaved = false;
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});
