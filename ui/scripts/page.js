// What the page does without the server: seek the player, move the playhead, mark the chosen event.
// One listener per kind of event on the document, so that parts can be replaced at any time. Each
// tab has its own player, timeline and events: what happens in one leaves the others alone.
(() => {
  const tabOf = (part) => part.closest("[id^='nm-tab-']") ?? document;
  const playerOf = (tab) => tab.querySelector(".nm-player video");
  const timelineOf = (tab) => tab.querySelector(".nm-timeline[data-duration]");
  const startOf = (tab) => Number(timelineOf(tab)?.dataset.start || 0);

  // The player's clock is the file's own; our times count from the first displayed frame.
  function seek(tab, timeS) {
    const video = playerOf(tab);
    if (video && Number.isFinite(timeS)) video.currentTime = startOf(tab) + timeS;
  }

  function markEvent(tab, number) {
    for (const part of tab.querySelectorAll("tr[data-event], .nm-mark")) {
      if (Number(part.dataset.event) === number) part.setAttribute("aria-current", "true");
      else part.removeAttribute("aria-current");
    }
    const row = tab.querySelector(`tr[data-event="${number}"]`);
    const box = row?.closest(".nm-scroll");
    if (!box) return;
    const above = row.offsetTop - box.scrollTop - 40;
    const below = row.offsetTop + row.offsetHeight - box.scrollTop - box.clientHeight;
    if (above < 0) box.scrollTop += above;
    else if (below > 0) box.scrollTop += below;
  }

  document.addEventListener("click", (click) => {
    const target = click.target instanceof Element ? click.target : null;
    const part = target?.closest("[data-seek], [data-event]");
    if (part) {
      const tab = tabOf(part);
      if (part.dataset.seek !== undefined) seek(tab, Number(part.dataset.seek));
      if (part.dataset.event !== undefined) markEvent(tab, Number(part.dataset.event));
      return;
    }
    const plot = target?.closest(".nm-timeline[data-duration] .nm-plot");
    if (plot) {
      const box = plot.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (click.clientX - box.left) / box.width));
      seek(tabOf(plot), share * Number(plot.parentElement.dataset.duration));
    }
  });

  function movePlayhead(happening) {
    const video = happening.target;
    if (!(video instanceof HTMLVideoElement)) return;
    const tab = tabOf(video);
    const timeline = timelineOf(tab);
    const head = timeline?.querySelector(".nm-playhead");
    if (!head || video !== playerOf(tab)) return;
    const share = (video.currentTime - startOf(tab)) / Number(timeline.dataset.duration);
    head.hidden = false;
    head.style.left = `${Math.min(100, Math.max(0, 100 * share))}%`;
  }
  for (const name of ["timeupdate", "seeking", "loadedmetadata"]) {
    document.addEventListener(name, movePlayhead, true);
  }

  function markUnplayable(happening) {
    const video = happening.target;
    if (!(video instanceof HTMLVideoElement) || !video.closest(".nm-player")) return;
    const failed = happening.type === "error" || video.videoWidth === 0;
    video.parentElement.classList.toggle("unplayable", failed);
  }
  document.addEventListener("error", markUnplayable, true);
  document.addEventListener("loadedmetadata", markUnplayable, true);

  // Gradio's menus open again on the Tab that leaves them, and then stay open over the page.
  document.addEventListener("keydown", (press) => {
    if (press.key === "Tab" && press.target instanceof Element
      && press.target.matches("input[role=combobox]")) press.stopImmediatePropagation();
  }, true);

  document.addEventListener("change", (change) => {
    const part = change.target;
    if (!(part instanceof HTMLInputElement)) return;
    if (part.dataset.boxes !== undefined) {
      part.closest(".nm-frames").classList.toggle("no-boxes", !part.checked);
    }
  });
})();
