// Below the risk curve: the strip of events, one button each, and the axis of time.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
  const TICK_PX = 90;
  const MIN_SIGN_PX = 18;

  nearmiss.makeStrip = (root, { signs, names, onOpen }) => {
    const strip = root.querySelector(".nm-rv-strip");
    const axis = root.querySelector(".nm-rv-axis");
    const buttonOf = (id) =>
      [...strip.children].find((part) => Number(part.dataset.event_id) === id);

    // view: the seconds that are shown, from and to; share: where a second is in them, from 0 to 1.
    function draw(events, { view, share, width }) {
      const parts = events
        .filter((event) => event.end_s >= view[0] && event.start_s <= view[1])
        .map((event) => {
          const button = document.createElement("button");
          const left = Math.max(0, share(event.start_s));
          const wide = Math.min(1, share(event.end_s)) - left;
          button.type = "button";
          button.dataset.event_id = event.id;
          button.style.left = `${100 * left}%`;
          button.style.width = `${100 * wide}%`;
          button.classList.toggle("narrow", wide * width < MIN_SIGN_PX);
          button.addEventListener("click", () => onOpen(event.id));
          paint(button, event);
          return button;
        });
      strip.replaceChildren(...parts);
      drawAxis(view, share, width || 600);
    }

    function paint(button, event) {
      const name = names[event.decision] ?? "Not reviewed";
      button.dataset.state = event.decision;
      button.textContent = signs[event.decision] ?? "";
      button.title = `Event ${event.number} at ${nearmiss.clock(event.peak_s, 1)}, score `
        + `${event.score.toFixed(2)}: ${name}`;
      button.setAttribute("aria-label", button.title);
    }

    function drawAxis(view, share, width) {
      const shown = view[1] - view[0];
      const step = STEPS_S.find((s) => (shown / s) * TICK_PX <= width) ?? shown;
      const marks = [];
      for (let k = Math.ceil(view[0] / step); k * step <= view[1]; k += 1) {
        const mark = document.createElement("span");
        mark.textContent = nearmiss.clock(k * step, step < 1 ? 1 : 0);
        const at = share(k * step);
        mark.style.left = `${100 * at}%`;
        mark.className = at < 0.03 ? "first" : at > 0.97 ? "last" : "";
        marks.push(mark);
      }
      axis.replaceChildren(...marks);
    }

    function markCurrent(id) {
      for (const button of strip.children) {
        if (Number(button.dataset.event_id) === id) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
    }

    function repaint(event) {
      const button = buttonOf(event.id);
      if (button) paint(button, event);
    }

    return { draw, markCurrent, repaint };
  };
})();
