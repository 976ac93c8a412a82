// Decisions of the Review tab: words not yet saved, saving in order, conflicts with other windows,
// undo. The newest review of an event counts; nothing is overwritten.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});

  nearmiss.makeJudge = (tab) => {
    const { root, $, keep, screen, curve, names } = tab;
    const drafts = nearmiss.stored(sessionStorage, "nm-review-drafts", {});
    const decided = [];
    let saving = Promise.resolve();

    const inWords = (review) => names[review.decision].toLowerCase()
      + (review.reason ? ` (${review.reason})` : "");
    const stateWords = (review) => (review ? inWords(review) : "not reviewed");
    const momentOf = (value) => `${value.video} at ${nearmiss.clock(value.peak_s, 1)}`;

    const keepDrafts = () => nearmiss.store(sessionStorage, "nm-review-drafts", drafts);
    const wordOf = (name) => {
      const drafted = drafts[tab.shown.id]?.[name];
      return drafted !== undefined ? drafted : tab.shown.review?.[name];
    };
    const span = () => ({ start_s: wordOf("start_s") ?? null, end_s: wordOf("end_s") ?? null });

    function panel() {
      const { shown } = tab, { review } = shown;
      for (const button of root.querySelectorAll("[data-decision]")) {
        button.setAttribute("aria-pressed", String(button.dataset.decision === review?.decision));
      }
      $("#nm-review-notes").value = wordOf("notes") ?? "";
      const { start_s, end_s } = span();
      const corrected = start_s !== null || end_s !== null;
      $("#nm-review-span").textContent = `${nearmiss.clock(start_s ?? shown.start_s)} to `
        + `${nearmiss.clock(end_s ?? shown.end_s)}${corrected ? " (corrected)" : ""}`;
      $("[data-do=reset-span]").hidden = !corrected;
      const changed = review && Object.keys(drafts[shown.id] ?? {}).length;
      $("#nm-review-saved").textContent = !review ? "Not reviewed yet."
        : changed ? `${names[review.decision]}; your changes are saved when you decide again.`
        : `Saved: ${inWords(review)}.`;
    }

    function change(values) {
      if (!tab.shown) return;
      drafts[tab.shown.id] = { ...drafts[tab.shown.id], ...values };
      keepDrafts();
      panel();
      curve.setSpan(span());
    }

    function reasons(wanted) {
      $(".nm-rv-reasons").hidden = !wanted;
      root.classList.toggle("asks-why", wanted);
      if (wanted) screen.say("Why is it a false alarm? Press a digit, or Enter for no reason.");
    }

    function decide(decision, reason = "") {
      if (!tab.shown) return;
      reasons(false);
      const value = tab.shown;
      const { start_s, end_s } = span();
      const before = value.review;
      const review = { decision, reason, notes: wordOf("notes") ?? "", start_s, end_s };
      if ((start_s ?? value.start_s) >= (end_s ?? value.end_s)) {
        screen.alert("The corrected end must come after the start. Set both again, or reset the span.");
        return;
      }
      value.review = { ...review, id: before?.id ?? 0 };
      mark(value, decision);
      panel();
      $("#nm-review-saved").textContent = "Saving …";
      inTurn(() => save(value, review, before));
      if ($("#nm-review-advance").checked) tab.walk.next();
    }

    function inTurn(act) {
      saving = saving.then(act);
    }

    async function save(value, review, before, { over = false } = {}) {
      const seen = over ? null : (value.saved_id ?? before?.id ?? 0);
      const reply = await tab.ask("review_save", { event_id: value.id, review, based_on: seen });
      if (reply.conflict) return tellConflict(value, review, reply);
      if (!reply.saved) {
        take(value, { review: before ?? null, saved_id: value.saved_id });
        screen.alert(`${momentOf(value)}: you chose ${inWords(review)}. It was not saved: ${reply.error}`,
          ["Try again", () => inTurn(() => save(value, review, before))]);
        return;
      }
      delete drafts[value.id];
      keepDrafts();
      decided.push(value.id);
      take(value, { review: reply.saved, history: reply.history });
      screen.progress(reply.counts);
      screen.say(`Saved: ${inWords(reply.saved)}.`);
    }

    function tellConflict(value, review, { latest, history }) {
      take(value, { review: latest, history });
      screen.alert(`${momentOf(value)}: you chose ${inWords(review)}, but another window has meanwhile `
        + `made it ${stateWords(latest)}. Theirs counts for now. If you save yours too, both stay in `
        + "the history.",
        ["Save mine too", () => inTurn(() => save(value, review, null, { over: true }))],
        ["Keep theirs", () => screen.say(`Kept: ${stateWords(latest)}.`)]);
    }

    // The event has this review now, on all of the page. saved_id: what the server has.
    function take(value, { review, history = value.history, saved_id = review?.id ?? 0 }) {
      const known = { review, history, saved_id };
      Object.assign(value, known);
      keep.update(value.id, known);
      mark(value, review?.decision ?? "unreviewed");
      if (tab.shown?.id !== value.id) return;
      Object.assign(tab.shown, known);
      screen.lines();
      panel();
    }

    function mark({ id, analysis_id }, decision) {
      if (tab.video?.analysis_id === analysis_id) curve.mark(id, decision);
      else keep.mark(id, decision, analysis_id);
    }

    async function undo() {
      await saving;
      const id = decided.pop() ?? (tab.shown?.review ? tab.shown.id : undefined);
      if (id === undefined) return screen.say("There is nothing to undo.");
      const value = await keep.card(id).promise;
      if (value.error) return screen.alert(value.error);
      const reply = await tab.ask("review_undo", { event_id: id, saved_id: value.review?.id ?? 0 });
      if (reply.error) return screen.alert(reply.error);
      if (reply.conflict) {
        take(value, { review: reply.latest, history: reply.history });
        return screen.alert("Nothing was undone: another window has meanwhile made it "
          + `${stateWords(reply.latest)}.`);
      }
      take(value, { review: reply.saved, history: reply.history });
      screen.progress(reply.counts);
      if (tab.shown?.id !== id) tab.walk.open(id);
      screen.say(`Undone: ${momentOf(value)} is ${stateWords(reply.saved)} again.`);
    }

    return { panel, span, change, reasons, decide, take, undo, stateWords, saved: () => saving };
  };
})();
