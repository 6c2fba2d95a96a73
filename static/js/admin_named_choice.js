// Select2 leaves the box of a choice without a name while nothing is chosen; a screen reader then reads "text box".
// Its own start waits for the same moment and was asked for earlier, so the boxes are there.
window.django.jQuery(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete[id]")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const box = document.getElementById(`select2-${select.id}-container`);
    if (label && box) box.setAttribute("aria-label", label.textContent.trim());
  }
});
