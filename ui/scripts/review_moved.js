// Where a video is now that is not where it was: asked for under the pictures, followed to its end.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const ASK_EVERY_MS = 400;

  nearmiss.makeMoved = (tab) => {
    const form = tab.$("#nm-review-moved");
    if (!form) return { show() {} }; // on the network no path of this computer is named
    const find = (part) => form.querySelector(`[data-part=${part}]`);
    const place = form.querySelector("input"), words = form.querySelector("[role=status]");
    const bar = form.querySelector("[role=progressbar]");
    let follows = false, told = "";

    function show(playing) {
      form.hidden = !playing.missing;
      if (told) tab.player.message(told);
      told = "";
      if (form.hidden) return;
      find("name").textContent = playing.name;
      if (!follows) tab.ask("review_finding").then((state) => { if (state.running) follow(state); });
    }

    function draw({ running, words: said, fraction }) {
      const percent = fraction === null ? null : Math.round(100 * fraction);
      find("start").disabled = place.disabled = running;
      find("stop").hidden = bar.hidden = !running;
      bar.classList.toggle("unknown", percent === null);
      bar.querySelector("i").style.width = percent === null ? "" : `${percent}%`;
      if (percent === null) bar.removeAttribute("aria-valuenow");
      else bar.setAttribute("aria-valuenow", percent);
      words.textContent = said;
    }

    async function follow(state) {
      follows = true;
      while (!state.error && state.running) {
        draw(state);
        await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
        state = await tab.ask("review_finding");
      }
      follows = false;
      draw({ running: false, words: state.error || state.words, fraction: null });
      tab.keep.forget(); // also after a refusal: another window may have found it meanwhile
      if (!state.found?.length) return;
      place.value = "";
      told = state.words;
      tab.screen.say(told);
      if (tab.shown) tab.walk.open(tab.shown.id);
    }

    form.addEventListener("submit", async (submit) => {
      submit.preventDefault();
      if (follows || !tab.shown) return;
      follow(await tab.ask("review_find", { event_id: tab.shown.id, place: place.value }));
    });
    find("stop").addEventListener("click", () => tab.ask("review_find_stop"));

    return { show };
  };
})();
