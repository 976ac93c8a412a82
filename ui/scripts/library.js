// The Library tab without the server: arrow keys move among the moments.
(() => {
  const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

  function columns(cards) {
    const top = cards[0].getBoundingClientRect().top;
    return cards.filter((card) => card.getBoundingClientRect().top === top).length;
  }

  document.addEventListener("keydown", (press) => {
    const card = press.target instanceof Element ? press.target.closest(".nm-lib-open") : null;
    if (!card || press.ctrlKey || press.altKey || press.metaKey) return;
    const cards = [...card.closest(".nm-lib-grid").querySelectorAll(".nm-lib-open")];
    const rows = { ArrowUp: -1, ArrowDown: 1 };
    const step = rows[press.key] ? rows[press.key] * columns(cards) : STEPS[press.key];
    if (step === undefined) return;
    const at = cards.indexOf(card) + step;
    const next = cards[Math.min(cards.length - 1, Math.max(0, at))];
    press.preventDefault();
    next.focus();
  });
})();
