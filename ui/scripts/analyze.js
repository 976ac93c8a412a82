// The Analyze tab: this window keeps the key of its run, so that it finds the run again after a
// reload. The browser keeps that of its last run, for a window that was closed by mistake.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const KEY = "nm-run";

  nearmiss.run = {
    known: () => [sessionStorage, localStorage].map((area) => nearmiss.stored(area, KEY, "")),
    keep(key) {
      if (key) for (const area of [sessionStorage, localStorage]) nearmiss.store(area, KEY, key);
      return [key];
    },
  };
})();
