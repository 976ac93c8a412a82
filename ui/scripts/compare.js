// The Compare tab: a hair line over the curves that says time and both scores where the pointer is.
(() => {
  const pointsOf = new WeakMap();

  function read(line) {
    if (!pointsOf.has(line)) {
      const points = [...line.points].map((point) => [point.x, point.y]);
      pointsOf.set(line, points);
    }
    return pointsOf.get(line);
  }

  function scoreAt(line, percent) {
    let best = null;
    for (const [x, y] of read(line)) {
      if (!best || Math.abs(x - percent) < Math.abs(best[0] - percent)) best = [x, y];
    }
    return best ? (1 - best[1] / 100).toFixed(2) : "–";
  }

  function clock(seconds) {
    const minutes = Math.floor(seconds / 60);
    return `${minutes}:${(seconds - 60 * minutes).toFixed(1).padStart(4, "0")}`;
  }

  function follow(move) {
    const plot = move.target instanceof Element ? move.target.closest(".nm-cmp-curves[data-duration] .nm-plot") : null;
    for (const hair of document.querySelectorAll(".nm-cmp-curves .nm-cmp-hair")) {
      const own = hair.parentElement;
      hair.hidden = own !== plot;
      if (own !== plot) own.closest(".nm-cmp-curves").querySelector(".nm-cmp-at").textContent = "";
    }
    if (!plot) return;
    const box = plot.getBoundingClientRect();
    const percent = Math.min(100, Math.max(0, (100 * (move.clientX - box.left)) / box.width));
    const curves = plot.closest(".nm-cmp-curves");
    const scores = [...curves.querySelectorAll("polyline[data-side]")].map(
      (line) => `${line.dataset.side} ${scoreAt(line, percent)}`,
    );
    plot.querySelector(".nm-cmp-hair").style.left = `${percent}%`;
    const timeS = (percent / 100) * Number(curves.dataset.duration);
    curves.querySelector(".nm-cmp-at").textContent = [clock(timeS), ...scores].join(" · ");
  }
  document.addEventListener("pointermove", follow, { passive: true });
})();
