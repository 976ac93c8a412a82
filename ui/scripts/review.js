// The Review tab: puts its parts together (what is kept, shown, decided, the way through the events,
// player, curve, keys) and gives clicks and fields their actions.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const LOST = "Nearmiss did not answer. Is it still running? Nothing was lost on this page.";
  const CLICKABLE = "[data-do], [data-decision], [data-reason], [data-open], [data-go], [data-seek]";

  nearmiss.clock = (seconds, digits = 2) => {
    const ticks = Math.round(Math.abs(seconds) * 10 ** digits);
    const whole = Math.floor(ticks / 10 ** digits);
    const rest = String(ticks % 10 ** digits).padStart(digits, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const pad = (value) => String(value).padStart(2, "0");
    return (h ? `${h}:${pad(m)}` : `${m}`) + `:${pad(s)}` + (digits ? `.${rest}` : "");
  };

  // What the person chose on this computer, and words not yet saved in this window.
  nearmiss.stored = (area, key, fallback) => {
    try { return JSON.parse(area.getItem(key)) ?? fallback; } catch { return fallback; }
  };
  nearmiss.store = (area, key, value) => {
    try { area.setItem(key, JSON.stringify(value)); } catch { /* private mode: not kept */ }
  };

  function mount(element, server) {
    const root = element.querySelector("#nm-review");
    if (!root || root.dataset.mounted) return;
    root.dataset.mounted = "true";
    const tab = makeTab(root, server);
    const actions = makeActions(tab);
    nearmiss.listenToKeys({ root, actions, visible: tab.visible });
    listenToClicks(tab, actions);
    listenToFields(tab);
    watchVisibility(tab);
    const { waiting } = nearmiss.review;
    nearmiss.review.want = tab.walk.want;
    nearmiss.review.waiting = null;
    if (waiting) tab.walk.want(waiting);
  }

  // What the parts share. shown: the event that is on the screen; video: what is known of its video.
  function makeTab(root, server) {
    const $ = (selector) => root.querySelector(selector);
    const choices = [...root.querySelectorAll("[data-decision]")];
    const perDecision = (read) =>
      Object.fromEntries(choices.map((button) => [button.dataset.decision, read(button)]));
    const tab = {
      root, $, shown: null, video: null,
      part: (name) => $(`[data-part=${name}]`),
      ask: async (name, values = {}) => (await server[name](values)) ?? { error: LOST },
      visible: () => root.offsetParent !== null,
      names: perDecision((button) => button.querySelector("span").textContent),
    };
    tab.player = nearmiss.makePlayer(root, {
      onTime: (time_s) => {
        tab.curve.setTime(time_s);
        $("#nm-review-clock").textContent = nearmiss.clock(time_s);
      },
      onRefused: () => {
        if (tab.shown && !tab.shown.section) tab.screen.section(tab.shown, tab.player.time());
      },
    });
    tab.curve = nearmiss.makeCurve($("#nm-review-chart"), {
      names: tab.names,
      signs: perDecision((button) => button.dataset.sign),
      onSeek: (time_s) => tab.player.seek(time_s),
      onOpen: (id) => tab.walk.open(id),
    });
    tab.keep = nearmiss.makeKeep(tab);
    tab.screen = nearmiss.makeScreen(tab);
    tab.judge = nearmiss.makeJudge(tab);
    tab.walk = nearmiss.makeWalk(tab);
    tab.moved = nearmiss.makeMoved(tab);
    tab.extras = nearmiss.makeExtras($, { ask: tab.ask, current: () => tab.shown });
    return tab;
  }

  function makeActions(tab) {
    const { root, $, player, curve, walk, judge, extras } = tab;
    const now_s = () => Math.round(player.frameTime() * 1000) / 1000;
    return {
      previous: walk.previous, next: walk.next, everything: () => walk.begin("all"),
      help: () => $("#nm-review-help").showModal(),
      play: player.toggle,
      "frame-back": () => player.step(-1),
      "frame-on": () => player.step(1),
      back: () => player.seek(player.time() - 1),
      on: () => player.seek(player.time() + 1),
      peak: () => tab.shown && player.seek(tab.shown.peak_s),
      slower: () => player.faster(-1),
      faster: () => player.faster(1),
      loop: player.toggleLoop, sound: player.toggleSound, full: player.toggleFull,
      zoom: curve.toggleZoom,
      boxes: () => root.querySelector("[data-boxes]")?.click(),
      "set-start": () => judge.change({ start_s: now_s() }),
      "set-end": () => judge.change({ end_s: now_s() }),
      "reset-span": () => judge.change({ start_s: null, end_s: null }),
      note: () => $("#nm-review-notes").focus(),
      package: extras.makePackage,
      "speak-event": () => extras.speak("event"),
      "speak-video": () => extras.speak("video"),
      undo: judge.undo, decide: judge.decide,
      ask: () => judge.reasons(true),
      reason: (text) => judge.decide("false_alarm", text), forget: () => judge.reasons(false),
    };
  }

  // A pointer leaves no focus on a button, so that space plays.
  function listenToClicks({ root, walk, player }, actions) {
    root.addEventListener("click", (click) => {
      const target = click.target instanceof Element ? click.target : null;
      const found = target?.closest(CLICKABLE);
      if (!found) return;
      const { do: name, decision, reason, open: id, go, seek } = found.dataset;
      if (name) actions[name]();
      else if (decision) decision === "false_alarm" ? actions.ask() : actions.decide(decision);
      else if (reason !== undefined) actions.reason(reason);
      else if (id) walk.open(Number(id));
      else if (go) document.querySelector(`#nm-tab-${go}-button`)?.click();
      else player.seek(Number(seek));
      if (click.detail > 0 && found instanceof HTMLButtonElement) found.blur();
    });
  }

  function listenToFields(tab) {
    const { root, $, walk, judge, extras } = tab;
    const wishes = nearmiss.stored(localStorage, "nm-review", {});
    for (const name of ["advance", "autoplay"]) {
      const box = $(`#nm-review-${name}`);
      box.checked = wishes[name] ?? box.checked;
      box.addEventListener("change", () => {
        wishes[name] = box.checked;
        nearmiss.store(localStorage, "nm-review", wishes);
      });
    }
    const notes = $("#nm-review-notes");
    notes.addEventListener("input", () => judge.change({ notes: notes.value }));
    notes.addEventListener("keydown", (key) => {
      if (key.key !== "Enter" || !(key.ctrlKey || key.metaKey)) return;
      const pressed = root.querySelector("[data-decision][aria-pressed=true]");
      notes.blur();
      if (pressed) judge.decide(pressed.dataset.decision);
    });
    $("#nm-review-order").addEventListener("change", ({ target }) => (target.value === "list"
      ? walk.throughList(tab.shown?.id)
      : walk.begin(target.value, tab.shown ? { event_id: tab.shown.id } : {})));
    $("#nm-review-listen").addEventListener("toggle", extras.voices);
  }

  function watchVisibility(tab) {
    const { root, player, walk, screen } = tab;
    new IntersectionObserver(([seen]) => {
      root.toggleAttribute("data-wide", seen.isIntersecting);
      if (!seen.isIntersecting) player.pause();
      else if (tab.shown) tab.ask("review_counts").then((reply) => screen.progress(reply.counts));
      else if (root.dataset.state === "empty" || !walk.isBegun()) walk.begin("to_review");
    }).observe(root);
  }

  nearmiss.review = {
    mount,
    waiting: null,
    want(wanted) { nearmiss.review.waiting = wanted; },
  };
})();
