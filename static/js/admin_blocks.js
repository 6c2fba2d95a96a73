// Blocks of a form that open and close: by keyboard, too, and open at once when they are new.
(() => {
  const isOpen = (title) => title.closest("h3").classList.contains("border-b");

  function prepare(title) {
    title.setAttribute("role", "button");
    title.tabIndex = 0;
    const tell = () => title.setAttribute("aria-expanded", String(isOpen(title)));
    title.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      title.click();
    });
    new MutationObserver(tell).observe(title.closest("h3"), { attributeFilter: ["class"] });
    tell();
  }

  // A block is made alive some time after it was added; before, nobody listens to the click.
  function openWhenAlive(title, frames) {
    if (isOpen(title) || frames === 0) return;
    title.click();
    requestAnimationFrame(() => openWhenAlive(title, frames - 1));
  }

  const titles = (place) => place.querySelectorAll("h3.cursor-pointer strong");

  titles(document).forEach((title) => {
    if (!title.closest(".empty-form")) prepare(title);
  });

  document.addEventListener("formset:added", (event) => {
    titles(event.target).forEach((title) => {
      prepare(title);
      openWhenAlive(title, 60);
    });
  });
})();
