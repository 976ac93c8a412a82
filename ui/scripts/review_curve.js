// The risk curve of the Review tab: scores over time, the threshold, the strip of events under it.
// Each pixel column shows its highest score, so that no peak is lost at any zoom.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];
  const AROUND_S = 15;
  const TICK_PX = 90;
  const MIN_SIGN_PX = 18;
  const LONG_S = 600;

  // The first index whose time is not before `ms`.
  function indexOf(times, ms) {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  nearmiss.makeCurve = (root, { signs, names, onSeek, onOpen }) => {
    const plot = root.querySelector(".nm-rv-plot");
    const canvas = root.querySelector("canvas");
    const strip = root.querySelector(".nm-rv-strip");
    const axis = root.querySelector(".nm-rv-axis");
    const head = root.querySelector(".nm-rv-head");
    const cross = root.querySelector(".nm-rv-cross");
    const read = root.querySelector(".nm-rv-read");
    const limit = root.querySelector(".nm-rv-limit");
    const zoomButton = document.querySelector("[data-do=zoom]");
    let video = null, current = null, span = {}, section = null, zoomed = false, chosen = false, view = [0, 1], now_s = 0;

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
      if (view[1] - view[0] < 0.5) view[1] = view[0] + 0.5;
    }

    function setEvent(id, corrected) {
      const old = zoomed ? null : current;
      current = video.events.find((event) => event.id === id) ?? null;
      span = corrected;
      setView();
      if (old && !zoomed) markCurrent();
      else drawStrip();
      draw();
    }

    function draw() {
      const [width, height] = [plot.clientWidth, plot.clientHeight];
      if (!video || !width) return;
      const scale = window.devicePixelRatio || 1;
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      const pen = canvas.getContext("2d");
      pen.scale(scale, scale);
      const style = getComputedStyle(root);
      const colour = (name) => style.getPropertyValue(name).trim();
      const y = (score) => height - 1 - score * (height - 3);
      drawCurrent(pen, { width, height, colour });
      pen.strokeStyle = colour("--nm-line");
      line(pen, 0, Math.round(y(0.5)) + 0.5, width);
      if (video.curve) {
        const points = columns(width);
        pen.fillStyle = pen.strokeStyle = colour("--nm-risk");
        pen.lineWidth = 1.5;
        trace(pen, points, y);
        pen.stroke();
        pen.lineTo(points.at(-1)?.[0] ?? 0, height);
        pen.lineTo(points[0]?.[0] ?? 0, height);
        pen.globalAlpha = 0.14;
        pen.fill();
        pen.globalAlpha = 1;
        drawThreshold(pen, { width, y, colour });
      }
      drawUnplayable(pen, { width, height, colour });
      limit.hidden = !video.curve;
      moveHead();
    }

    // Where only a section plays, the rest of the curve is veiled.
    function drawUnplayable(pen, { width, height, colour }) {
      if (!section) return;
      const [start, end] = section.map((time_s) => Math.min(1, Math.max(0, share(time_s))) * width);
      pen.fillStyle = colour("--nm-line");
      pen.globalAlpha = 0.45;
      pen.fillRect(0, 0, start, height);
      pen.fillRect(end, 0, width - end, height);
      pen.globalAlpha = 1;
    }

    function drawCurrent(pen, { width, height, colour }) {
      if (!current) return;
      const start = width * share(span.start_s ?? current.start_s);
      const end = width * share(span.end_s ?? current.end_s);
      pen.fillStyle = colour("--nm-accent");
      pen.globalAlpha = 0.16;
      pen.fillRect(start, 0, Math.max(2, end - start), height);
      pen.globalAlpha = 1;
      pen.fillRect(start - 1, 0, 1.5, height);
      pen.fillRect(end, 0, 1.5, height);
      for (const time_s of current.frames_s) pen.fillRect(width * share(time_s) - 1, height - 8, 2, 8);
      pen.beginPath();
      const peak = width * share(current.peak_s);
      pen.moveTo(peak - 5, 0);
      pen.lineTo(peak + 5, 0);
      pen.lineTo(peak, 7);
      pen.fill();
    }

    function drawThreshold(pen, { width, y, colour }) {
      const { threshold } = video.curve;
      pen.setLineDash([5, 4]);
      pen.strokeStyle = colour("--nm-soft");
      line(pen, 0, y(threshold), width);
      pen.setLineDash([]);
      limit.textContent = `threshold ${threshold.toFixed(2)}`;
      limit.style.top = `${Math.max(16, y(threshold))}px`;
    }

    function line(pen, x, y, width) {
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(x + width, y);
      pen.stroke();
    }

    function trace(pen, points, y) {
      pen.beginPath();
      points.forEach(([x, score], row) => (row ? pen.lineTo(x, y(score)) : pen.moveTo(x, y(score))));
    }

    function columns(width) {
      const { times_ms: times, scores_pm: scores } = video.curve;
      const first = Math.max(0, indexOf(times, 1000 * view[0]) - 1);
      const last = Math.min(times.length, indexOf(times, 1000 * view[1]) + 1);
      const points = [];
      for (let row = first; row < last; row += 1) {
        const x = width * share(times[row] / 1000), score = scores[row] / 1000;
        const before = points.at(-1);
        if (before && last - first > width && Math.floor(before[0]) === Math.floor(x)) {
          if (score > before[1]) before[1] = score;
        } else points.push([x, score]);
      }
      return points;
    }

    function drawStrip() {
      const parts = video.events
        .filter((event) => event.end_s >= view[0] && event.start_s <= view[1])
        .map((event) => {
          const button = document.createElement("button");
          const left = Math.max(0, share(event.start_s));
          button.type = "button";
          button.dataset.event_id = event.id;
          button.style.left = `${100 * left}%`;
          const width = Math.min(1, share(event.end_s)) - left;
          button.style.width = `${100 * width}%`;
          button.classList.toggle("narrow", width * plot.clientWidth < MIN_SIGN_PX);
          button.addEventListener("click", () => onOpen(event.id));
          paint(button, event);
          return button;
        });
      strip.replaceChildren(...parts);
      drawAxis();
      markCurrent();
    }

    function paint(button, event) {
      const name = names[event.decision] ?? "Not reviewed";
      button.dataset.state = event.decision;
      button.textContent = signs[event.decision] ?? "";
      button.title = `Event ${event.number} at ${nearmiss.clock(event.peak_s, 1)}, score `
        + `${event.score.toFixed(2)}: ${name}`;
      button.setAttribute("aria-label", button.title);
    }

    function markCurrent() {
      for (const button of strip.children) {
        if (Number(button.dataset.event_id) === current?.id) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
    }

    function drawAxis() {
      const width = plot.clientWidth || 600, shown = view[1] - view[0];
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

    function moveHead() {
      const at = share(now_s);
      head.hidden = !video || at < 0 || at > 1;
      head.style.transform = `translateX(${at * plot.clientWidth}px)`;
    }

    function hover(move) {
      if (!video?.curve?.times_ms.length) return;
      const x = Math.min(plot.clientWidth, Math.max(0, move.clientX - plot.getBoundingClientRect().left));
      const { times_ms: times, scores_pm: scores } = video.curve;
      const ms = 1000 * timeAt(x);
      const after = Math.min(times.length - 1, indexOf(times, ms));
      const row = after && ms - times[after - 1] < times[after] - ms ? after - 1 : after;
      cross.hidden = read.hidden = false;
      cross.style.transform = `translateX(${x}px)`;
      read.textContent = `${nearmiss.clock(ms / 1000)} · score ${(scores[row] / 1000).toFixed(2)}`;
      read.style.left = `${Math.min(plot.clientWidth - read.offsetWidth - 4, x + 8)}px`;
    }

    plot.addEventListener("click", (click) =>
      video && onSeek(timeAt(click.clientX - plot.getBoundingClientRect().left)));
    plot.addEventListener("pointermove", hover);
    plot.addEventListener("pointerleave", () => { cross.hidden = read.hidden = true; });
    new ResizeObserver(() => { if (video) { drawStrip(); draw(); } }).observe(plot);
    new MutationObserver(draw).observe(document.body, { attributeFilter: ["class"] });

    return {
      setEvent,
      setVideo(wanted) {
        video = wanted;
        current = null;
        if (!chosen) zoom(length() > LONG_S);
        canvas.setAttribute("aria-label", video.curve
          ? `Risk from 0 to 1 over ${nearmiss.clock(length(), 0)}; the threshold is `
            + `${video.curve.threshold.toFixed(2)}; ${video.events.length} events`
          : "No risk curve: the report is gone");
      },
      setSection(made) {
        section = made ? [made.start_s, made.start_s + made.duration_s] : null;
        draw();
      },
      setSpan(corrected) { span = corrected; draw(); },
      setTime(time_s) { now_s = time_s; moveHead(); },
      toggleZoom() {
        chosen = true;
        zoom(!zoomed);
        if (!video) return;
        setView();
        drawStrip();
        draw();
      },
      mark(id, decision) {
        const event = video?.events.find((row) => row.id === id);
        if (!event) return;
        event.decision = decision;
        const button = [...strip.children].find((part) => Number(part.dataset.event_id) === id);
        if (button) paint(button, event);
      },
    };
  };
})();
