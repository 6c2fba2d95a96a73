// Tells when the page cannot update itself, and takes it back once it can.
function showOffline(offline) {
  const notice = document.getElementById("offline");
  if (notice) notice.hidden = !offline;
}

document.addEventListener("htmx:sendError", () => showOffline(true));
document.addEventListener("htmx:responseError", () => showOffline(true));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) showOffline(false);
});

// What is unfolded stays unfolded when news arrive.
let unfolded = new Set();
const nameOf = (details) => `${details.closest("[id]").id} ${details.querySelector("summary").textContent}`;

document.addEventListener("htmx:beforeSwap", () => {
  unfolded = new Set([...document.querySelectorAll("#live details[open]")].map(nameOf));
});
document.addEventListener("htmx:afterSwap", () => {
  for (const details of document.querySelectorAll("#live details")) {
    if (unfolded.has(nameOf(details))) details.open = true;
  }
});
