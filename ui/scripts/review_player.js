// The player of the Review tab. Its times count from the first displayed frame; a file's own clock
// stands at time + offset_s, and a section holds only start_s to start_s + duration_s.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const SPEEDS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 4, 8];

  nearmiss.makePlayer = (root, { onTime, onRefused }) => {
    const video = root.querySelector("#nm-review-player video");
    const still = root.querySelector(".nm-rv-still");
    const words = root.querySelector(".nm-rv-message");
    const loopButton = root.querySelector("[data-do=loop]");
    let source = null, key = "", fps = 25, target = null, span = [0, 0], loops = false, speed = 4;

    const playable = () => Boolean(source?.src);
    const clockOf = (time_s) => time_s + source.offset_s;
    const time = () => (target !== null || !playable() ? target ?? 0 : video.currentTime - source.offset_s);

    function open(wanted, { key: name, fps: rate, time_s }) {
      source = wanted;
      fps = rate;
      message(wanted.note);
      show(playable());
      if (playable() && (key !== name || !video.src)) {
        key = name;
        video.src = wanted.src;
      }
      if (!playable()) { key = ""; video.removeAttribute("src"); video.load(); }
      seek(time_s);
    }

    // Until the new picture is there the event's own frame is shown, never the last event's.
    function show(plays) {
      video.hidden = !plays;
      still.hidden = plays || !still.getAttribute("src");
    }

    function setStill(src) {
      if (src) { still.src = src; video.poster = src; }
      else { still.removeAttribute("src"); video.removeAttribute("poster"); }
    }

    function seek(time_s) {
      if (!source) return;
      const end = source.duration_s ? source.start_s + source.duration_s : Infinity;
      target = Math.min(Math.max(source.start_s ?? 0, time_s, 0), Math.max(0, end - 0.001));
      onTime(target);
      if (playable() && video.readyState >= 1) {
        video.currentTime = Math.max(0, clockOf(target));
        target = null;
      }
    }

    // Half a frame further in, since a browser may round a frame's exact time down to the one before.
    function step(frames) {
      video.pause();
      const at = Math.floor(time() * fps + 1e-6);
      seek((at + frames + 0.5) / fps);
    }

    function message(text) {
      words.textContent = text || "";
      words.hidden = !text;
    }

    function play() {
      if (!playable()) return;
      video.play().catch(() => {}); // refused before the first click on the page: a press of space
    }

    function tick() {
      if (video.paused && !video.seeking) return;
      follow();
      if (loops && !video.paused && time() >= span[1]) seek(span[0]);
      requestAnimationFrame(tick);
    }

    function follow() {
      if (playable() && target === null) onTime(time());
    }

    function faster(steps) {
      speed = Math.max(0, Math.min(SPEEDS.length - 1, speed + steps));
      video.playbackRate = video.defaultPlaybackRate = SPEEDS[speed];
      root.querySelector("#nm-review-speed").textContent = `${SPEEDS[speed]}×`;
    }

    function toggleLoop() {
      loops = !loops;
      loopButton.setAttribute("aria-pressed", String(loops));
      if (loops) { seek(span[0]); play(); }
    }

    function toggleSound() {
      video.muted = !video.muted;
      root.querySelector("[data-do=sound]").setAttribute("aria-pressed", String(!video.muted));
    }

    function toggleFull() {
      if (document.fullscreenElement) document.exitFullscreen();
      else root.querySelector("#nm-review-player").requestFullscreen?.().catch(() => {});
    }

    function refused() {
      if (!playable() || !video.getAttribute("src")) return;
      show(false);
      source = { ...source, src: null };
      onRefused();
    }

    video.addEventListener("loadedmetadata", () => {
      if (video.videoWidth === 0) return refused();
      if (target !== null) seek(target);
    });
    video.addEventListener("error", refused);
    video.addEventListener("click", () => (video.paused ? play() : video.pause()));
    for (const name of ["play", "seeking"]) video.addEventListener(name, () => requestAnimationFrame(tick));
    for (const name of ["seeked", "timeupdate", "pause"]) video.addEventListener(name, follow);
    for (const name of ["play", "pause"]) {
      video.addEventListener(name, () => {
        root.querySelector("[data-do=play]").textContent = video.paused ? "Play" : "Pause";
      });
    }

    return {
      open, seek, time, step, message, play, faster, toggleLoop, toggleSound, toggleFull,
      still: setStill,
      pause: () => video.pause(),
      toggle: () => (video.paused ? play() : video.pause()),
      frameTime: () => Math.max(0, Math.floor(time() * fps + 1e-6) / fps),
      loopOver: (start_s, end_s) => { span = [start_s, end_s]; },
    };
  };
})();
