// What the Review tab shows of an event: card, player, curve, similar events; and what it says.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const LEAD_S = 1.5;
  const ALERT_MS = 12_000;
  const SIMILAR_AFTER_MS = 150;
  const button = (attributes, words) =>
    `<button type="button" class="nm-small" ${attributes}>${words}</button>`;
  const EMPTY = {
    video: "<h2>No event in this video</h2><p>No score reached the threshold. That is not proof that "
      + `nothing happened.</p>${button('data-do="everything"', "Go through everything")}`,
    done: "<h2>Everything is reviewed</h2><p>New moments appear here after the next analysis. "
      + "Decisions can be looked at and changed at any time.</p>"
      + button('data-do="everything"', "Go through everything"),
    nothing: "<h2>Nothing to review yet</h2><p>Analyse a video, or add a folder to the library: the "
      + "moments that are found wait here, highest score first.</p>"
      + `${button('data-go="analyze"', "Analyze a video")} ${button('data-go="library"', "Add a folder")}`,
  };

  nearmiss.makeScreen = (tab) => {
    const { root, $, part, keep, player, curve } = tab;
    const autoplays = () => $("#nm-review-autoplay").checked;
    let timer = 0;

    const say = (text) => { $("#nm-review-said").textContent = text; };

    function alert(text, ...choices) {
      const box = $("#nm-review-alert");
      box.hidden = !text;
      box.replaceChildren(text || "");
      for (const [words, act] of choices) {
        const choice = document.createElement("button");
        choice.type = "button";
        choice.className = "nm-small";
        choice.textContent = words;
        choice.addEventListener("click", () => { alert(""); act(); });
        box.append(" ", choice);
      }
      clearTimeout(timer);
      if (text && !choices.length) timer = setTimeout(() => alert(""), ALERT_MS);
    }

    function draw(value) {
      tab.shown = value;
      root.dataset.state = "open";
      root.dataset.event = value.id;
      $("#nm-review-empty").hidden = true;
      part("card").replaceChildren(value.node);
      part("similar").replaceChildren();
      lines();
      $("#nm-review-card").scrollTop = 0;
      $("#nm-review-package").replaceChildren();
      player.still(value.poster);
      tab.judge.reasons(false);
      tab.judge.panel();
      say(`Event ${tab.walk.place()}: ${value.video} at ${nearmiss.clock(value.peak_s, 1)}, `
        + `score ${value.score.toFixed(2)}, ${tab.judge.stateWords(value.review)}`);
      address(value.id);
    }

    // The history of the event that is shown, its times as this computer's clock has them.
    function lines() {
      part("history").innerHTML = tab.shown.history;
      for (const time of root.querySelectorAll("time[data-local]")) {
        const moment = new Date(time.dateTime);
        const today = moment.toDateString() === new Date().toDateString();
        time.textContent = today ? moment.toLocaleTimeString() : moment.toLocaleString();
      }
    }

    function watch(playing, value) {
      const same = playing === tab.video;
      tab.video = playing;
      if (!same) curve.setVideo(playing);
      curve.setEvent(value.id, tab.judge.span());
      const start = Math.max(0, value.start_s - (autoplays() ? LEAD_S : 0));
      player.loopOver(Math.max(0, value.start_s - LEAD_S), value.end_s + LEAD_S);
      const source = value.section ?? playing.source;
      const key = value.section ? `section-${value.id}` : `${playing.analysis_id}`;
      curve.setSection(value.section);
      player.open(source, { key, fps: playing.fps, time_s: start });
      tab.moved.show(playing);
      if (source.kind !== "file" && !source.src) return section(value, start);
      if (autoplays() && tab.visible()) player.play();
      else player.pause();
    }

    async function section(value, start) {
      const { source, fps } = tab.video;
      const gone = source.kind === "gone"; // a copy that was made before may still be there
      if (!gone) {
        player.message("This file does not play in browsers. A copy of the seconds around this "
          + "event is being made …");
      }
      const made = await keep.section(value);
      if (tab.shown !== value) return;
      if (made.error) return player.message(gone ? source.note : made.error);
      curve.setSection(made);
      player.open(made, { key: `section-${value.id}`, fps, time_s: start });
      if (autoplays() && tab.visible()) player.play();
    }

    // For who stays: nothing is asked for events that are passed by. `stays` says so.
    async function similar(value, stays) {
      await new Promise((done) => setTimeout(done, SIMILAR_AFTER_MS));
      if (!stays()) return;
      value.similar = value.similar ?? tab.ask("review_similar", { event_id: value.id });
      const reply = await value.similar;
      if (stays()) part("similar").innerHTML = reply.html ?? "";
    }

    function progress(counts) {
      if (!counts) return;
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      const done = total - (counts.unreviewed ?? 0);
      const percent = total ? Math.round((100 * done) / total) : 0;
      $("#nm-review-bar").setAttribute("aria-valuenow", percent);
      $("#nm-review-bar i").style.width = `${percent}%`;
      $("#nm-review-progress").textContent = `${done} of ${total} reviewed`;
      root.dataset.total = total;
    }

    function empty(order) {
      root.dataset.state = "empty";
      delete root.dataset.event;
      tab.shown = null;
      player.pause();
      const box = $("#nm-review-empty");
      box.hidden = false;
      box.innerHTML = order === "video" ? EMPTY.video
        : Number(root.dataset.total) ? EMPTY.done : EMPTY.nothing;
      say(box.querySelector("h2").textContent);
    }

    function address(id) {
      const url = new URL(location.href);
      url.searchParams.set("event", id);
      history.replaceState(history.state, "", url);
    }

    return { say, alert, draw, lines, watch, section, similar, progress, empty };
  };
})();
