// The Review tab: which event is shown, what was decided, and everything fetched ahead of the keys.
// The server sends cards as HTML and curves as numbers; player, curve and keys have their own files.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const AHEAD = [1, -1, 2];
  const MAX_CARDS = 60;
  const FRESH_MS = 20_000;
  const LEAD_S = 1.5;
  const DWELL_MS = 800;
  const LOST = "Nearmiss did not answer. Is it still running? Nothing was lost on this page.";

  const clock = (seconds, digits = 2) => {
    const ticks = Math.round(Math.abs(seconds) * 10 ** digits);
    const whole = Math.floor(ticks / 10 ** digits);
    const rest = String(ticks % 10 ** digits).padStart(digits, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const pad = (value) => String(value).padStart(2, "0");
    return (h ? `${h}:${pad(m)}` : `${m}`) + `:${pad(s)}` + (digits ? `.${rest}` : "");
  };
  nearmiss.clock = clock;

  // What the person chose on this computer, and words not yet saved in this window.
  const stored = (area, key, fallback) => {
    try { return JSON.parse(area.getItem(key)) ?? fallback; } catch { return fallback; }
  };
  const store = (area, key, value) => {
    try { area.setItem(key, JSON.stringify(value)); } catch { /* private mode: not kept */ }
  };

  function mount(element, server) {
    const root = element.querySelector("#nm-review");
    if (!root || root.dataset.mounted) return;
    root.dataset.mounted = "true";
    const $ = (selector) => root.querySelector(selector);
    const part = (name) => $(`[data-part=${name}]`);
    const wishes = stored(localStorage, "nm-review", {});
    const drafts = stored(sessionStorage, "nm-review-drafts", {});
    const cards = new Map();
    const videos = new Map();
    const decided = [];
    let walk = { order: "to_review", ids: [], total: 0 }, listed = [];
    let at = -1, shown = null, video = null, asked = 0, begun = 0, saving = Promise.resolve();

    const say = (text) => { $("#nm-review-said").textContent = text; };
    const ask = async (name, values = {}) => (await server[name](values)) ?? { error: LOST };

    function alert(text, ...buttons) {
      const box = $("#nm-review-alert");
      box.hidden = !text;
      box.replaceChildren(text || "");
      for (const [words, act] of buttons) {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "nm-small";
        button.textContent = words;
        button.addEventListener("click", () => { alert(""); act(); });
        box.append(" ", button);
      }
      if (text && !buttons.length) alert.timer = setTimeout(() => alert(""), 12_000);
      else clearTimeout(alert.timer);
    }

    // ---- fetching

    function card(id, { anew = false } = {}) {
      const kept = cards.get(id);
      if (kept && !anew) return kept;
      const entry = { at: Date.now(), value: null, promise: null };
      entry.promise = ask("review_card", { event_id: id }).then((value) => {
        if (value.error) { cards.delete(id); return value; }
        value.node = document.createElement("div");
        value.node.innerHTML = value.card; // escaped by the server; pictures begin to load
        return (entry.value = value);
      });
      cards.delete(id);
      cards.set(id, entry);
      if (cards.size > MAX_CARDS) cards.delete(cards.keys().next().value);
      return entry;
    }

    async function videoOf(event) {
      const key = event.analysis_id;
      if (!videos.has(key)) videos.set(key, ask("review_video", { event_id: event.id }));
      const value = await videos.get(key);
      if (value.error) videos.delete(key);
      return value;
    }

    function lookAhead() {
      for (const step of AHEAD) {
        const id = walk.ids[at + step];
        if (id === undefined) continue;
        card(id).promise.then((next) => { if (!next.error && step === 1) prepare(next); });
      }
    }

    // A copy costs seconds of work, so it is made ahead only for who stays at an event.
    async function prepare(next) {
      const { source } = await videoOf(next);
      await new Promise((done) => setTimeout(done, DWELL_MS));
      if (source?.kind === "section" && walk.ids[at + 1] === next.id) make(next);
    }

    async function make(value) {
      if (value.section) return value.section;
      value.making = value.making ?? ask("review_section", { event_id: value.id });
      const made = await value.making;
      value.making = null;
      if (!made.error) value.section = made;
      return made;
    }

    // ---- showing

    async function show(index) {
      if (!walk.ids.length) return empty();
      at = Math.max(0, Math.min(walk.ids.length - 1, index));
      place();
      const ticket = ++asked;
      const entry = card(walk.ids[at]);
      const value = entry.value ?? (await entry.promise);
      if (ticket !== asked) return;
      if (value.error) { alert(value.error); return; }
      draw(value);
      if (Date.now() - entry.at > FRESH_MS) refresh(value.id);
      const playing = await videoOf(value);
      if (ticket !== asked) return;
      if (playing.error) alert(playing.error);
      else watch(playing, value);
      similar(value, ticket);
      lookAhead();
    }

    function draw(value) {
      shown = value;
      root.dataset.state = "open";
      root.dataset.event = value.id;
      $("#nm-review-empty").hidden = true;
      part("card").replaceChildren(value.node);
      part("history").innerHTML = value.history;
      part("similar").replaceChildren();
      localTimes();
      $("#nm-review-card").scrollTop = 0;
      $("#nm-review-package").replaceChildren();
      player.still(value.poster);
      reasons(false);
      panel();
      say(`Event ${at + 1} of ${walk.ids.length}: ${value.video} at ${clock(value.peak_s, 1)}, `
        + `score ${value.score.toFixed(2)}, ${stateWords(value.review)}`);
      address(value.id);
    }

    function watch(playing, value) {
      const same = playing === video;
      video = playing;
      if (!same) curve.setVideo(playing);
      curve.setEvent(value.id, span());
      const start = Math.max(0, value.start_s - ($("#nm-review-autoplay").checked ? LEAD_S : 0));
      player.loopOver(Math.max(0, value.start_s - LEAD_S), value.end_s + LEAD_S);
      const source = value.section ?? playing.source;
      curve.setSection(value.section);
      player.open(source, { key: value.section ? `section-${value.id}` : `${playing.analysis_id}`, fps: playing.fps, time_s: start });
      if (source.kind !== "file" && !source.src) return section(value, start);
      if ($("#nm-review-autoplay").checked && visible()) player.play();
      else player.pause();
    }

    async function section(value, start) {
      const gone = video.source.kind === "gone"; // a copy that was made before may still be there
      if (!gone) {
        player.message("This file does not play in browsers. A copy of the seconds around this "
          + "event is being made …");
      }
      const made = await make(value);
      if (shown !== value) return;
      if (made.error) return player.message(gone ? video.source.note : made.error);
      curve.setSection(made);
      player.open(made, { key: `section-${value.id}`, fps: video.fps, time_s: start });
      if ($("#nm-review-autoplay").checked && visible()) player.play();
    }

    async function similar(value, ticket) {
      await new Promise((done) => setTimeout(done, 150));
      if (ticket !== asked) return;
      value.similar = value.similar ?? ask("review_similar", { event_id: value.id });
      const reply = await value.similar;
      if (ticket === asked) part("similar").innerHTML = reply.html ?? "";
    }

    async function refresh(id) {
      const fresh = await card(id, { anew: true }).promise;
      if (fresh.error || shown?.id !== id || fresh.review?.id === shown.review?.id) return;
      take(fresh);
    }

    function take(fresh) {
      const same = shown?.id === fresh.id;
      mark(fresh.id, fresh.review?.decision ?? "unreviewed", fresh.analysis_id);
      if (!same) return;
      shown.review = fresh.review;
      shown.history = fresh.history;
      part("history").innerHTML = fresh.history;
      localTimes();
      panel();
    }

    function localTimes() {
      for (const time of root.querySelectorAll("time[data-local]")) {
        const moment = new Date(time.dateTime);
        const today = moment.toDateString() === new Date().toDateString();
        time.textContent = today ? moment.toLocaleTimeString() : moment.toLocaleString();
      }
    }

    function place() {
      $("#nm-review-place").textContent = walk.ids.length ? `${at + 1} of ${walk.total}` : "–";
      $("[data-do=previous]").disabled = at <= 0;
      $("[data-do=next]").disabled = at < 0 || at >= walk.ids.length - 1;
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

    function empty() {
      root.dataset.state = "empty";
      delete root.dataset.event;
      shown = null;
      at = -1;
      place();
      player.pause();
      const box = $("#nm-review-empty");
      box.hidden = false;
      box.innerHTML = walk.order === "video"
        ? "<h2>No event in this video</h2><p>No score reached the threshold. That is not proof that "
          + "nothing happened.</p>"
          + '<button type="button" class="nm-small" data-do="everything">Go through everything</button>'
        : Number(root.dataset.total)
        ? "<h2>Everything is reviewed</h2><p>New moments appear here after the next analysis. "
          + "Decisions can be looked at and changed at any time.</p>"
          + '<button type="button" class="nm-small" data-do="everything">Go through everything</button>'
        : "<h2>Nothing to review yet</h2><p>Analyse a video, or add a folder to the library: the "
          + "moments that are found wait here, highest score first.</p>"
          + '<button type="button" class="nm-small" data-go="analyze">Analyze a video</button> '
          + '<button type="button" class="nm-small" data-go="library">Add a folder</button>';
      say(box.querySelector("h2").textContent);
    }

    function address(id) {
      const url = new URL(location.href);
      url.searchParams.set("event", id);
      history.replaceState(history.state, "", url);
    }

    // ---- the walk

    async function begin(order, wanted = {}) {
      const ticket = ++begun; // a later wish counts, whichever is answered first
      const reply = await ask("review_walk", { order, ...wanted });
      if (ticket !== begun) return;
      if (reply.error) { alert(reply.error); if (!shown) empty(); return; }
      progress(reply.counts);
      walk = reply;
      $("#nm-review-order").value = reply.order;
      await show(Math.max(0, walk.ids.indexOf(wanted.event_id ?? reply.event_id)));
    }

    // The list that another tab handed over, such as a search in the library.
    async function throughList(id) {
      const ticket = ++begun;
      $("#nm-review-order").value = "list";
      const reply = await ask("review_counts");
      if (ticket !== begun) return;
      progress(reply.counts);
      walk = { order: "list", ids: [...listed], total: listed.length };
      await show(Math.max(0, walk.ids.indexOf(id)));
    }

    function open(id) {
      const index = walk.ids.indexOf(id);
      if (index < 0) { walk.ids.splice(at + 1, 0, id); walk.total += 1; }
      show(index < 0 ? at + 1 : index);
    }

    async function next() {
      if (at < walk.ids.length - 1) return show(at + 1);
      await saving;
      if (walk.order !== "to_review") return say("That was the last event of this list.");
      const seen = shown?.id;
      const reply = await ask("review_walk", { order: "to_review" });
      if (reply.error) return alert(reply.error);
      progress(reply.counts);
      const left = reply.ids.filter((id) => id !== seen);
      if (!left.length && shown && !shown.review) return say("That was the last event to review.");
      walk = { ...reply, ids: left, total: reply.total - reply.ids.length + left.length };
      return show(0);
    }

    const previous = () => (at > 0 ? show(at - 1) : say("This is the first event of the list."));

    // ---- decisions

    const names = Object.fromEntries([...root.querySelectorAll("[data-decision]")].map(
      (button) => [button.dataset.decision, button.querySelector("span").textContent]));
    const signs = Object.fromEntries([...root.querySelectorAll("[data-decision]")].map(
      (button) => [button.dataset.decision, button.dataset.sign]));
    const inWords = (review) => names[review.decision].toLowerCase()
      + (review.reason ? ` (${review.reason})` : "");
    const stateWords = (review) => (review ? inWords(review) : "not reviewed");

    const draft = () => (drafts[shown.id] = drafts[shown.id] ?? {});
    const keepDrafts = () => store(sessionStorage, "nm-review-drafts", drafts);
    const wordOf = (name) => drafts[shown.id]?.[name] !== undefined
      ? drafts[shown.id][name] : shown.review?.[name];
    const span = () => ({ start_s: wordOf("start_s") ?? null, end_s: wordOf("end_s") ?? null });

    function panel() {
      const review = shown.review;
      for (const button of root.querySelectorAll("[data-decision]")) {
        button.setAttribute("aria-pressed", String(button.dataset.decision === review?.decision));
      }
      $("#nm-review-notes").value = wordOf("notes") ?? "";
      const { start_s, end_s } = span();
      const corrected = start_s !== null || end_s !== null;
      $("#nm-review-span").textContent = `${clock(start_s ?? shown.start_s)} to `
        + `${clock(end_s ?? shown.end_s)}${corrected ? " (corrected)" : ""}`;
      $("[data-do=reset-span]").hidden = !corrected;
      const changed = review && Object.keys(drafts[shown.id] ?? {}).length;
      $("#nm-review-saved").textContent = !review ? "Not reviewed yet."
        : changed ? `${names[review.decision]}; your changes are saved when you decide again.`
        : `Saved: ${inWords(review)}.`;
    }

    function change(values) {
      if (!shown) return;
      Object.assign(draft(), values);
      keepDrafts();
      panel();
      curve.setSpan(span());
    }

    function resetSpan() {
      if (shown) change({ start_s: null, end_s: null });
    }

    function reasons(wanted) {
      const box = $(".nm-rv-reasons");
      box.hidden = !wanted;
      root.classList.toggle("asks-why", wanted);
      if (wanted) say("Why is it a false alarm? Press a digit, or Enter for no reason.");
    }

    function decide(decision, reason = "") {
      if (!shown) return;
      reasons(false);
      const value = shown;
      const { start_s, end_s } = span();
      const before = value.review;
      const review = { decision, reason, notes: wordOf("notes") ?? "", start_s, end_s };
      if ((start_s ?? value.start_s) >= (end_s ?? value.end_s)) {
        alert("The corrected end must come after the start. Set both again, or reset the span.");
        return;
      }
      value.review = { ...review, id: before?.id ?? 0 };
      mark(value.id, decision, value.analysis_id);
      panel();
      $("#nm-review-saved").textContent = "Saving …";
      saving = saving.then(() => save(value, review, before));
      if ($("#nm-review-advance").checked) next();
    }

    async function save(value, review, before, { over = false } = {}) {
      const seen = over ? null : (value.saved_id ?? before?.id ?? 0);
      const reply = await ask("review_save", { event_id: value.id, review, based_on: seen });
      if (reply.saved) {
        value.saved_id = reply.saved.id;
        delete drafts[value.id];
        keepDrafts();
        decided.push(value.id);
        settle(value, reply);
        progress(reply.counts);
        say(`Saved: ${inWords(reply.saved)}.`);
        return;
      }
      const what = `${value.video} at ${clock(value.peak_s, 1)}: you chose ${inWords(review)}`;
      if (reply.conflict) {
        value.saved_id = reply.latest?.id ?? 0;
        settle(value, { saved: reply.latest, history: reply.history });
        alert(`${what}, but another window has meanwhile made it ${stateWords(reply.latest)}. `
          + "Theirs counts for now. If you save yours too, both stay in the history.",
          ["Save mine too", () => { saving = saving.then(() => save(value, review, null, { over: true })); }],
          ["Keep theirs", () => say(`Kept: ${stateWords(reply.latest)}.`)]);
        return;
      }
      settle(value, { saved: before ?? null, history: value.history });
      alert(`${what}. It was not saved: ${reply.error}`,
        ["Try again", () => { saving = saving.then(() => save(value, review, before)); }]);
    }

    function settle(value, { saved, history: lines }) {
      value.review = saved;
      value.history = lines ?? value.history;
      const kept = cards.get(value.id);
      if (kept?.value) Object.assign(kept.value, { review: saved, history: value.history });
      mark(value.id, saved?.decision ?? "unreviewed", value.analysis_id);
      if (shown?.id === value.id) {
        part("history").innerHTML = value.history;
        localTimes();
        panel();
      }
    }

    async function undo() {
      await saving;
      const id = decided.pop() ?? (shown?.review ? shown.id : undefined);
      if (id === undefined) return say("There is nothing to undo.");
      const value = (await card(id).promise);
      if (value.error) return alert(value.error);
      const reply = await ask("review_undo", { event_id: id, saved_id: value.review?.id ?? 0 });
      if (reply.error) return alert(reply.error);
      if (reply.conflict) {
        settle(value, { saved: reply.latest, history: reply.history });
        return alert(`Nothing was undone: another window has meanwhile made it ${stateWords(reply.latest)}.`);
      }
      value.saved_id = reply.saved?.id ?? 0;
      settle(value, reply);
      progress(reply.counts);
      if (shown?.id !== id) open(id);
      say(`Undone: ${value.video} at ${clock(value.peak_s, 1)} is ${stateWords(reply.saved)} again.`);
    }

    function mark(id, decision, analysis) {
      if (video?.analysis_id === analysis) curve.mark(id, decision);
      else videos.get(analysis)?.then((other) => {
        const event = other.events?.find((row) => row.id === id);
        if (event) event.decision = decision;
      });
    }

    // ---- parts and actions

    const visible = () => root.offsetParent !== null;
    const player = nearmiss.makePlayer(root, {
      onTime: (time_s) => { curve.setTime(time_s); $("#nm-review-clock").textContent = clock(time_s); },
      onRefused: () => shown && !shown.section && section(shown, player.time()),
    });
    const curve = nearmiss.makeCurve($("#nm-review-chart"), {
      signs, names, onSeek: (time_s) => player.seek(time_s), onOpen: open });

    const extras = nearmiss.makeExtras($, { ask, current: () => shown });

    const actions = {
      previous, next, undo, help: () => $("#nm-review-help").showModal(),
      play: () => player.toggle(),
      "frame-back": () => player.step(-1),
      "frame-on": () => player.step(1),
      back: () => player.seek(player.time() - 1),
      on: () => player.seek(player.time() + 1),
      peak: () => shown && player.seek(shown.peak_s),
      slower: () => player.faster(-1),
      faster: () => player.faster(1),
      loop: () => player.toggleLoop(),
      zoom: () => curve.toggleZoom(),
      sound: () => player.toggleSound(),
      full: () => player.toggleFull(),
      boxes: () => {
        const toggle = root.querySelector("[data-boxes]");
        if (toggle) toggle.click();
      },
      "set-start": () => change({ start_s: Math.round(player.frameTime() * 1000) / 1000 }),
      "set-end": () => change({ end_s: Math.round(player.frameTime() * 1000) / 1000 }),
      "reset-span": resetSpan,
      note: () => $("#nm-review-notes").focus(),
      everything: () => begin("all"),
      package: extras.makePackage,
      "speak-event": () => extras.speak("event"),
      "speak-video": () => extras.speak("video"),
      ask: () => reasons(true),
      decide, reason: (text) => decide("false_alarm", text), forget: () => reasons(false),
    };
    nearmiss.listenToKeys({ root, actions, visible });
    listen({ root, $, actions, wishes, change, decide, curve, player });

    $("#nm-review-order").addEventListener("change", ({ target }) => (target.value === "list"
      ? throughList(shown?.id) : begin(target.value, shown ? { event_id: shown.id } : {})));
    $("#nm-review-listen").addEventListener("toggle", extras.voices);
    new IntersectionObserver(([seen]) => {
      root.toggleAttribute("data-wide", seen.isIntersecting);
      if (!seen.isIntersecting) player.pause();
      else if (shown) ask("review_counts").then((reply) => progress(reply.counts));
      else if ((root.dataset.state === "empty" || !begun)) begin("to_review");
    }).observe(root);

    nearmiss.review.want = (wanted) => {
      if (wanted.walk?.length) {
        listed = wanted.walk;
        $("#nm-review-order option[value=list]").hidden = false;
        return throughList(wanted.event_id);
      }
      const { event_id, analysis_id } = wanted;
      return begin(analysis_id ? "video" : "to_review", { event_id, analysis_id });
    };
    if (nearmiss.review.waiting) nearmiss.review.want(nearmiss.review.waiting);
    nearmiss.review.waiting = null;
  }

  // Clicks and fields of the tab; a pointer leaves no focus on a button, so that space plays.
  function listen({ root, $, actions, wishes, change, decide, curve, player }) {
    root.addEventListener("click", (click) => {
      const target = click.target instanceof Element ? click.target : null;
      const found = target?.closest("[data-do], [data-decision], [data-reason], [data-open], [data-go], [data-seek]");
      if (!found) return;
      const { do: name, decision, reason, open: id, go, seek } = found.dataset;
      if (name) actions[name]();
      else if (decision) decision === "false_alarm" ? actions.ask() : decide(decision);
      else if (reason !== undefined) actions.reason(reason);
      else if (id) curve.open(Number(id));
      else if (go) document.querySelector(`#nm-tab-${go}-button`)?.click();
      else player.seek(Number(seek));
      if (click.detail > 0 && found instanceof HTMLButtonElement) found.blur();
    });
    for (const name of ["advance", "autoplay"]) {
      const box = $(`#nm-review-${name}`);
      box.checked = wishes[name] ?? box.checked;
      box.addEventListener("change", () => {
        wishes[name] = box.checked;
        store(localStorage, "nm-review", wishes);
      });
    }
    const notes = $("#nm-review-notes");
    notes.addEventListener("input", () => change({ notes: notes.value }));
    notes.addEventListener("keydown", (key) => {
      if (key.key !== "Enter" || !(key.ctrlKey || key.metaKey)) return;
      const pressed = root.querySelector("[data-decision][aria-pressed=true]");
      notes.blur();
      if (pressed) decide(pressed.dataset.decision);
    });
  }

  nearmiss.review = {
    mount,
    waiting: null,
    want(wanted) { nearmiss.review.waiting = wanted; },
  };
})();
