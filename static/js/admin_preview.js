// What is chosen is shown at once; without this file the button does it.
document.querySelectorAll("form[data-shows-at-once]").forEach((form) => {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) form.requestSubmit();
  });
});
