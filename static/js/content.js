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

// The phone stays where it was read, and moves only to show the first line that changed.
const phone = () => document.querySelector("#preview .phone-screen");
const lines = () => [...document.querySelectorAll("#preview .line")];
let place = 0;
let before = [];
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "preview") return;
  place = phone()?.scrollTop ?? 0;
  before = lines().map((line) => line.textContent);
});
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const screen = phone();
  if (detail.target.id !== "preview" || !screen) return;
  screen.scrollTop = place;
  const changed = lines().find((line, at) => line.textContent !== before[at]);
  if (changed) screen.scrollTop = changed.offsetTop - screen.clientHeight / 2;
});
