// The keys of the Review tab: one table for what they do and for the help that shows them.
(() => {
  const nearmiss = (window.nearmiss = window.nearmiss || {});
  const KEYS = [
    { keys: ["j"], shown: "j", act: "next", words: "next event" },
    { keys: ["k"], shown: "k", act: "previous", words: "previous event" },
    { keys: ["1"], shown: "1", act: "decide", with: "confirmed", words: "confirmed" },
    { keys: ["2"], shown: "2", act: "decide", with: "near_miss", words: "near miss" },
    { keys: ["3"], shown: "3", act: "ask", words: "false alarm, then a digit for the reason" },
    { keys: ["4"], shown: "4", act: "decide", with: "unsure", words: "unsure" },
    { keys: ["u"], shown: "u", act: "undo", words: "undo the last decision" },
    { keys: ["n"], shown: "n", act: "note", words: "write a note (Escape: back)" },
    { keys: [" "], shown: "Space", act: "play", words: "play or pause" },
    { keys: ["h", "ArrowLeft"], shown: "h or ←", act: "back", words: "one second back" },
    { keys: ["l", "ArrowRight"], shown: "l or →", act: "on", words: "one second forward" },
    { keys: [","], shown: ",", act: "frame-back", words: "one frame back" },
    { keys: ["."], shown: ".", act: "frame-on", words: "one frame forward" },
    { keys: ["g"], shown: "g", act: "peak", words: "go to the event's peak" },
    { keys: ["o"], shown: "o", act: "loop", words: "repeat the event" },
    { keys: ["+", "="], shown: "+", act: "faster", words: "faster" },
    { keys: ["-", "_"], shown: "−", act: "slower", words: "slower" },
    { keys: ["["], shown: "[", act: "set-start", words: "the event starts here" },
    { keys: ["]"], shown: "]", act: "set-end", words: "the event ends here" },
    { keys: ["m"], shown: "m", act: "sound", words: "sound on or off" },
    { keys: ["f"], shown: "f", act: "full", words: "full screen" },
    { keys: ["z"], shown: "z", act: "zoom", words: "curve around the event, or whole" },
    { keys: ["b"], shown: "b", act: "boxes", words: "boxes on or off" },
    { keys: ["?"], shown: "?", act: "help", words: "this list" },
  ];
  const OWN_SPACE = "button, summary, a[href], input, select";
  const OWN_ARROWS = "[role=tab], input[type=radio], audio, [role=slider]";

  const typesText = (target) => target.closest(
    "textarea, select, [contenteditable=true], input:not([type=radio], [type=checkbox], [type=range], [type=button])");

  // Enter and space belong to the focused button, arrows to tabs, choices and sliders.
  function belongsToFocus(target, key) {
    if (typesText(target)) return true;
    if (key === " " || key === "Enter") {
      const selectedTab = target.closest("[role=tab][aria-selected=true]");
      return !selectedTab && Boolean(target.closest(OWN_SPACE));
    }
    return key.startsWith("Arrow") && Boolean(target.closest(OWN_ARROWS));
  }

  function answersWhy(root, actions, key) {
    if (!root.classList.contains("asks-why")) return false;
    if (key === "Escape") { actions.forget(); return true; }
    const buttons = [...root.querySelectorAll("[data-reason]")];
    const chosen = key === "Enter" ? buttons.at(-1) : buttons.slice(0, -1)[Number(key) - 1];
    if (chosen && (key === "Enter" || /^[1-9]$/.test(key))) {
      actions.reason(chosen.dataset.reason);
      return true;
    }
    return /^[0-9]$/.test(key); // a digit without a reason does nothing rather than decide
  }

  nearmiss.listenToKeys = ({ root, actions, visible }) => {
    const help = root.querySelector("#nm-review-help");
    help.querySelector("dl").replaceChildren(...KEYS.map(({ shown, words }) => {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      const key = document.createElement("kbd");
      key.textContent = shown;
      term.append(key);
      const meaning = document.createElement("dd");
      meaning.textContent = words;
      row.append(term, meaning);
      return row;
    }));
    help.addEventListener("click", (click) => { if (click.target === help) help.close(); });

    // Before anything else, since a focused player has keys of its own.
    document.addEventListener("keydown", (press) => {
      const held = (press.ctrlKey || press.metaKey || press.altKey) && !press.getModifierState("AltGraph");
      const target = press.target instanceof Element ? press.target : document.body;
      if (held || press.isComposing || !visible()) return;
      if (press.key === "Escape" && typesText(target)) return target.blur();
      if (help.open) {
        if (press.key === "?") { press.preventDefault(); help.close(); }
        return;
      }
      if (belongsToFocus(target, press.key)) return;
      const found = KEYS.find(({ keys }) => keys.includes(press.key));
      const takes = answersWhy(root, actions, press.key);
      if (!takes && !found) return;
      press.preventDefault();
      press.stopPropagation();
      if (takes) return;
      if (press.repeat && (found.act === "decide" || found.act === "ask")) return;
      actions[found.act](found.with);
    }, true);
  };
})();
