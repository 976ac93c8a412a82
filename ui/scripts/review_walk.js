// The way through the events of the Review tab: which list, which place in it, what comes next.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const FRESH_MS = 20_000;

  nearmiss.makeWalk = (tab) => {
    const { $, keep, screen } = tab;
    let walk = { order: "to_review", ids: [], total: 0 }, listed = [];
    let at = -1, asked = 0, begun = 0; // of several wishes the last one counts

    const neighbour = (step) => walk.ids[at + step];
    const place = () => `${at + 1} of ${walk.total}`;

    async function show(index) {
      if (!walk.ids.length) return empty();
      at = Math.max(0, Math.min(walk.ids.length - 1, index));
      tellPlace();
      const ticket = ++asked;
      const stays = () => ticket === asked;
      const entry = keep.card(walk.ids[at]);
      const value = entry.value ?? (await entry.promise);
      if (!stays()) return;
      if (value.error) return screen.alert(value.error);
      screen.draw(value);
      if (Date.now() - entry.at > FRESH_MS) refresh(value.id);
      const playing = await keep.videoOf(value);
      if (!stays()) return;
      if (playing.error) screen.alert(playing.error);
      else screen.watch(playing, value);
      screen.similar(value, stays);
      keep.lookAhead();
    }

    async function refresh(id) {
      const fresh = await keep.card(id, { anew: true }).promise;
      const { shown } = tab;
      if (fresh.error || shown?.id !== id || fresh.review?.id === shown.review?.id) return;
      tab.judge.take(shown, fresh);
    }

    function empty() {
      at = -1;
      tellPlace();
      screen.empty(walk.order);
    }

    function tellPlace() {
      $("#nm-review-place").textContent = walk.ids.length ? place() : "–";
      $("[data-do=previous]").disabled = at <= 0;
      $("[data-do=next]").disabled = at < 0 || at >= walk.ids.length - 1;
    }

    async function begin(order, wanted = {}) {
      const ticket = ++begun;
      if (wanted.event_id) keep.card(wanted.event_id); // on its way together with the walk
      const reply = await tab.ask("review_walk", { order, ...wanted });
      if (ticket !== begun) return;
      if (reply.error) { screen.alert(reply.error); if (!tab.shown) empty(); return; }
      screen.progress(reply.counts);
      walk = reply;
      $("#nm-review-order").value = reply.order;
      await show(Math.max(0, walk.ids.indexOf(wanted.event_id ?? reply.event_id)));
    }

    // The list that another tab handed over, such as a search in the library.
    async function throughList(id) {
      begun += 1;
      $("#nm-review-order").value = "list";
      tab.ask("review_counts").then((reply) => screen.progress(reply.counts));
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
      await tab.judge.saved();
      if (walk.order !== "to_review") return screen.say("That was the last event of this list.");
      const seen = tab.shown?.id;
      const reply = await tab.ask("review_walk", { order: "to_review" });
      if (reply.error) return screen.alert(reply.error);
      screen.progress(reply.counts);
      const left = reply.ids.filter((id) => id !== seen);
      if (!left.length && tab.shown && !tab.shown.review) {
        return screen.say("That was the last event to review.");
      }
      walk = { ...reply, ids: left, total: reply.total - reply.ids.length + left.length };
      return show(0);
    }

    const previous = () =>
      (at > 0 ? show(at - 1) : screen.say("This is the first event of the list."));

    // What another tab wants to be shown.
    function want({ walk: ids, event_id, analysis_id }) {
      if (ids?.length) {
        listed = ids;
        $("#nm-review-order option[value=list]").hidden = false;
        return throughList(event_id);
      }
      return begin(analysis_id ? "video" : "to_review", { event_id, analysis_id });
    }

    return {
      neighbour, place, begin, throughList, open, next, previous, want,
      isBegun: () => begun > 0,
    };
  };
})();
