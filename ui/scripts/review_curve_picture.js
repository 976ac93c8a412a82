// The picture of the risk curve: scores, threshold, the event that is shown, what does not play. It
// draws what it is given and keeps nothing. Each pixel column shows its highest score, so that no
// peak is lost at any zoom.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});

  // The first row whose time is not before `ms`.
  function firstRow(times, ms) {
    let low = 0, high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle] < ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  nearmiss.nearestRow = (times, ms) => {
    const after = Math.min(times.length - 1, firstRow(times, ms));
    return after && ms - times[after - 1] < times[after] - ms ? after - 1 : after;
  };

  nearmiss.scoreY = (score, height) => height - 1 - score * (height - 3);

  // view: the seconds that are shown, from and to; x: the pixel of a second; span: the corrected
  // start and end of the current event; section: the seconds that play, null where all do.
  nearmiss.drawCurve = (canvas, { width, height, style, ...scene }) => {
    const scale = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    const colour = (name) => style.getPropertyValue(name).trim();
    const y = (score) => nearmiss.scoreY(score, height);
    const paper = { ...scene, pen, width, height, colour, y };
    drawCurrent(paper);
    pen.strokeStyle = colour("--nm-line");
    line(pen, Math.round(y(0.5)) + 0.5, width);
    if (scene.video.curve) {
      drawScores(paper);
      drawThreshold(paper);
    }
    drawUnplayable(paper);
  };

  function drawCurrent({ pen, current, span, x, height, colour }) {
    if (!current) return;
    const start = x(span.start_s ?? current.start_s);
    const end = x(span.end_s ?? current.end_s);
    pen.fillStyle = colour("--nm-accent");
    pen.globalAlpha = 0.16;
    pen.fillRect(start, 0, Math.max(2, end - start), height);
    pen.globalAlpha = 1;
    pen.fillRect(start - 1, 0, 1.5, height);
    pen.fillRect(end, 0, 1.5, height);
    for (const time_s of current.frames_s) pen.fillRect(x(time_s) - 1, height - 8, 2, 8);
    pen.beginPath();
    const peak = x(current.peak_s);
    pen.moveTo(peak - 5, 0);
    pen.lineTo(peak + 5, 0);
    pen.lineTo(peak, 7);
    pen.fill();
  }

  function drawScores(paper) {
    const { pen, height, colour, y } = paper;
    const points = columns(paper);
    pen.fillStyle = pen.strokeStyle = colour("--nm-risk");
    pen.lineWidth = 1.5;
    pen.beginPath();
    points.forEach(([x, score], row) => (row ? pen.lineTo(x, y(score)) : pen.moveTo(x, y(score))));
    pen.stroke();
    pen.lineTo(points.at(-1)?.[0] ?? 0, height);
    pen.lineTo(points[0]?.[0] ?? 0, height);
    pen.globalAlpha = 0.14;
    pen.fill();
    pen.globalAlpha = 1;
  }

  function columns({ video, view, width, x: xOf }) {
    const { times_ms: times, scores_pm: scores } = video.curve;
    const first = Math.max(0, firstRow(times, 1000 * view[0]) - 1);
    const last = Math.min(times.length, firstRow(times, 1000 * view[1]) + 1);
    const points = [];
    for (let row = first; row < last; row += 1) {
      const x = xOf(times[row] / 1000), score = scores[row] / 1000;
      const before = points.at(-1);
      if (before && last - first > width && Math.floor(before[0]) === Math.floor(x)) {
        if (score > before[1]) before[1] = score;
      } else points.push([x, score]);
    }
    return points;
  }

  function drawThreshold({ pen, video, width, colour, y }) {
    pen.setLineDash([5, 4]);
    pen.strokeStyle = colour("--nm-soft");
    line(pen, y(video.curve.threshold), width);
    pen.setLineDash([]);
  }

  // Where only a section plays, the rest of the curve is veiled.
  function drawUnplayable({ pen, section, x, width, height, colour }) {
    if (!section) return;
    const [start, end] = section.map((time_s) => Math.min(width, Math.max(0, x(time_s))));
    pen.fillStyle = colour("--nm-line");
    pen.globalAlpha = 0.45;
    pen.fillRect(0, 0, start, height);
    pen.fillRect(end, 0, width - end, height);
    pen.globalAlpha = 1;
  }

  function line(pen, y, width) {
    pen.beginPath();
    pen.moveTo(0, y);
    pen.lineTo(width, y);
    pen.stroke();
  }
})();
