// The Analyze tab: this window keeps the key of its run, so that it finds the run again after a
// reload. The browser keeps that of its last run, for a window that was closed by mistake.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const KEY = "nm-run";
  const AREAS = ["sessionStorage", "localStorage"];

  // A browser that is told to keep nothing refuses even to name its storage.
  const inArea = (area, action) => {
    try { return action(window[area]); } catch { return ""; }
  };

  nearmiss.run = {
    known: () => AREAS.map((area) => inArea(area, (kept) => kept.getItem(KEY) ?? "")),
    keep(key) {
      if (key) for (const area of AREAS) inArea(area, (kept) => kept.setItem(KEY, key));
      return [key];
    },
  };
})();
