// What the Review tab makes of an event on request: an evidence package, a spoken text.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});

  nearmiss.makeExtras = ($, { ask, current }) => {
    async function makePackage() {
      const value = current(), place = $("#nm-review-package"), began = Date.now();
      if (!value) return;
      const tick = setInterval(() => {
        if (current() === value) place.textContent = `Being made … ${Math.round((Date.now() - began) / 1000)} s`;
      }, 500);
      place.textContent = "Being made …";
      const reply = await ask("review_package", { event_id: value.id });
      clearInterval(tick);
      if (current() !== value) return;
      place.replaceChildren(reply.error ?? "");
      if (reply.error) return;
      const link = Object.assign(document.createElement("a"),
        { href: reply.address, download: reply.name, textContent: `Save ${reply.name}` });
      place.append(link, ` ${reply.size}`);
    }

    async function speak(what) {
      const value = current(), words = $("#nm-review-spoken"), audio = $("#nm-review-listen audio");
      if (!value) return;
      words.textContent = "Being spoken …";
      const rate = Number($("#nm-review-rate").value) || null;
      const reply = await ask("review_speak", {
        event_id: value.id, what, voice: $("#nm-review-voice").value, rate_wpm: rate });
      words.textContent = reply.error ?? "";
      audio.hidden = Boolean(reply.error);
      if (reply.error) return;
      audio.src = reply.address;
      audio.play().catch(() => {});
    }

    async function voices() {
      const menu = $("#nm-review-voice");
      if (menu.dataset.filled) return;
      menu.dataset.filled = "true";
      const reply = await ask("review_voices");
      if (reply.error) { $("#nm-review-spoken").textContent = reply.error; return; }
      $("#nm-review-rate").value = reply.rate_wpm;
      for (const voice of reply.voices) menu.append(new Option(voice.name, voice.id));
      menu.value = reply.voice;
    }

    return { makePackage, speak, voices };
  };
})();
