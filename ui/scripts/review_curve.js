// The risk curve of the Review tab: which seconds are in view, where the pointer and the player are.
// Its picture and the strip of events under it have files of their own.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const AROUND_S = 15;
  const LONG_S = 600;
  const SHORTEST_S = 0.5;

  nearmiss.makeCurve = (root, { signs, names, onSeek, onOpen }) => {
    const plot = root.querySelector(".nm-rv-plot");
    const canvas = root.querySelector("canvas");
    const head = root.querySelector(".nm-rv-head");
    const limit = root.querySelector(".nm-rv-limit");
    const zoomButton = document.querySelector("[data-do=zoom]");
    const strip = nearmiss.makeStrip(root, { signs, names, onOpen });
    let video = null, current = null, span = {}, section = null;
    let zoomed = false, chosen = false, view = [0, 1], now_s = 0;

    const share = (time_s) => (time_s - view[0]) / (view[1] - view[0]);
    const timeAt = (x) => view[0] + (x / plot.clientWidth) * (view[1] - view[0]);
    const length = () => video?.curve?.duration_s ?? Math.max(1, ...video.events.map((e) => e.end_s));

    function zoom(wanted) {
      zoomed = wanted;
      zoomButton.setAttribute("aria-pressed", String(zoomed));
    }

    function setView() {
      if (!video) return;
      view = [0, length()];
      if (zoomed && current) {
        view = [Math.max(0, current.start_s - AROUND_S), Math.min(length(), current.end_s + AROUND_S)];
      }
      if (view[1] - view[0] < SHORTEST_S) view[1] = view[0] + SHORTEST_S;
    }

    function setVideo(wanted) {
      video = wanted;
      current = null;
      if (!chosen) zoom(length() > LONG_S);
      canvas.setAttribute("aria-label", video.curve
        ? `Risk from 0 to 1 over ${nearmiss.clock(length(), 0)}; the threshold is `
          + `${video.curve.threshold.toFixed(2)}; ${video.events.length} events`
        : "No risk curve: the report is gone");
    }

    function setEvent(id, corrected) {
      const old = zoomed ? null : current;
      current = video.events.find((event) => event.id === id) ?? null;
      span = corrected;
      setView();
      if (old && !zoomed) strip.markCurrent(current?.id);
      else drawStrip();
      draw();
    }

    function draw() {
      const [width, height] = [plot.clientWidth, plot.clientHeight];
      if (!video || !width) return;
      const x = (time_s) => width * share(time_s);
      const style = getComputedStyle(root);
      nearmiss.drawCurve(canvas, { width, height, style, video, current, span, section, view, x });
      limit.hidden = !video.curve;
      if (video.curve) {
        const { threshold } = video.curve;
        limit.textContent = `threshold ${threshold.toFixed(2)}`;
        limit.style.top = `${Math.max(16, nearmiss.scoreY(threshold, height))}px`;
      }
      moveHead();
    }

    function drawStrip() {
      strip.draw(video.events, { view, share, width: plot.clientWidth });
      strip.markCurrent(current?.id);
    }

    function redraw() {
      if (!video) return;
      drawStrip();
      draw();
    }

    function toggleZoom() {
      chosen = true;
      zoom(!zoomed);
      setView();
      redraw();
    }

    function moveHead() {
      const at = share(now_s);
      head.hidden = !video || at < 0 || at > 1;
      head.style.transform = `translateX(${at * plot.clientWidth}px)`;
    }

    function mark(id, decision) {
      const event = video?.events.find((row) => row.id === id);
      if (!event) return;
      event.decision = decision;
      strip.repaint(event);
    }

    plot.addEventListener("click", (click) =>
      video && onSeek(timeAt(click.clientX - plot.getBoundingClientRect().left)));
    readUnderPointer(root, plot, { curve: () => video?.curve, timeAt });
    new ResizeObserver(redraw).observe(plot);
    new MutationObserver(draw).observe(document.body, { attributeFilter: ["class"] });

    return {
      setVideo, setEvent, toggleZoom, mark,
      setSection(made) {
        section = made ? [made.start_s, made.start_s + made.duration_s] : null;
        draw();
      },
      setSpan(corrected) { span = corrected; draw(); },
      setTime(time_s) { now_s = time_s; moveHead(); },
    };
  };

  // The time and the score under the pointer, in words beside a line.
  function readUnderPointer(root, plot, { curve, timeAt }) {
    const cross = root.querySelector(".nm-rv-cross");
    const words = root.querySelector(".nm-rv-read");
    plot.addEventListener("pointermove", (move) => {
      if (!curve()?.times_ms.length) return;
      const { times_ms: times, scores_pm: scores } = curve();
      const width = plot.clientWidth;
      const x = Math.min(width, Math.max(0, move.clientX - plot.getBoundingClientRect().left));
      const ms = 1000 * timeAt(x);
      const score = scores[nearmiss.nearestRow(times, ms)] / 1000;
      cross.hidden = words.hidden = false;
      cross.style.transform = `translateX(${x}px)`;
      words.textContent = `${nearmiss.clock(ms / 1000)} · score ${score.toFixed(2)}`;
      words.style.left = `${Math.min(width - words.offsetWidth - 4, x + 8)}px`;
    });
    plot.addEventListener("pointerleave", () => { cross.hidden = words.hidden = true; });
  }
})();
