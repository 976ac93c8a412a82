// What the Review tab fetches ahead of the keys and keeps: cards, videos, copies of a few seconds.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const AHEAD = [1, -1, 2];
  const MAX_CARDS = 60;
  const MAX_VIDEOS = 40;
  const DWELL_MS = 800;

  nearmiss.makeKeep = (tab) => {
    const cards = new Map();
    const videos = new Map();

    function keepNewest(kept, most) {
      if (kept.size > most) kept.delete(kept.keys().next().value);
    }

    function card(id, { anew = false } = {}) {
      const kept = cards.get(id);
      if (kept && !anew) return kept;
      const entry = { at: Date.now(), value: null, promise: null };
      entry.promise = tab.ask("review_card", { event_id: id }).then((value) => {
        if (value.error) { cards.delete(id); return value; }
        value.node = document.createElement("div");
        value.node.innerHTML = value.card; // escaped by the server; pictures begin to load
        return (entry.value = value);
      });
      cards.delete(id);
      cards.set(id, entry);
      keepNewest(cards, MAX_CARDS);
      return entry;
    }

    function update(id, values) {
      const kept = cards.get(id)?.value;
      if (kept) Object.assign(kept, values);
    }

    async function videoOf(event) {
      const key = event.analysis_id;
      if (!videos.has(key)) videos.set(key, tab.ask("review_video", { event_id: event.id }));
      const asked = videos.get(key);
      keepNewest(videos, MAX_VIDEOS);
      const value = await asked;
      if (value.error) videos.delete(key);
      return value;
    }

    async function mark(id, decision, analysis) {
      const event = (await videos.get(analysis))?.events?.find((row) => row.id === id);
      if (event) event.decision = decision;
    }

    function lookAhead() {
      for (const step of AHEAD) {
        const id = tab.walk.neighbour(step);
        if (id === undefined) continue;
        card(id).promise.then((next) => { if (!next.error && step === 1) prepare(next); });
      }
    }

    // A copy costs seconds of work, so it is made ahead only for who stays at an event.
    async function prepare(next) {
      const { source } = await videoOf(next);
      await new Promise((done) => setTimeout(done, DWELL_MS));
      if (source?.kind === "section" && tab.walk.neighbour(1) === next.id) section(next);
    }

    async function section(value) {
      if (value.section) return value.section;
      value.making = value.making ?? tab.ask("review_section", { event_id: value.id });
      const made = await value.making;
      value.making = null;
      if (!made.error) value.section = made;
      return made;
    }

    // After videos were found elsewhere: names, players and copies are asked for anew.
    function forget() {
      cards.clear();
      videos.clear();
    }

    return { card, update, forget, videoOf, mark, lookAhead, section };
  };
})();
