// Tells while typing how many characters still fit. The server counts again, and says what does not fit.
document.addEventListener("input", ({ target }) => {
  const place = document.getElementById(`${target.id}-left`);
  if (!place || !target.dataset.max) return;
  const left = Number(target.dataset.max) - [...target.value.trim()].length;
  place.textContent = left;
  place.classList.toggle("error", left < 0);
});
