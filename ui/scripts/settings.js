// The Settings tab in the browser: search, groups that stay open, controls in step with the page.
(() => {
  const open = new Set(["1"]);
  const form = () => document.querySelector("#nm-settings-form");
  const groups = () => form()?.querySelectorAll(".nm-settings-group") || [];
  let searching = false;

  // A control that a person has used ignores the attributes of a new version; set its value.
  function putInStep() {
    for (const part of form().querySelectorAll("input, textarea, select")) {
      if (!part.closest("[data-key]") || part === document.activeElement) continue;
      if (part.type === "checkbox") part.checked = part.defaultChecked;
      else if (part instanceof HTMLSelectElement) {
        const chosen = [...part.options].find((option) => option.defaultSelected);
        if (chosen) part.value = chosen.value;
      } else part.value = part.defaultValue;
    }
  }

  function search() {
    const words = form().querySelector("#nm-settings-search").value.toLowerCase().trim();
    const only = form().querySelector("#nm-settings-only").checked;
    const parts = words.split(/\s+/).filter(Boolean);
    searching = Boolean(parts.length || only);
    let found = 0;
    for (const group of groups()) {
      let inGroup = 0;
      for (const row of group.querySelectorAll("[data-key]")) {
        const fits = parts.every((part) => row.dataset.words.includes(part));
        row.hidden = !fits || (only && !("changed" in row.dataset));
        inGroup += row.hidden ? 0 : 1;
      }
      for (const section of group.querySelectorAll(".nm-settings-section")) {
        section.hidden = !section.querySelector("[data-key]:not([hidden])");
      }
      group.hidden = inGroup === 0;
      group.open = searching ? inGroup > 0 : open.has(group.dataset.group);
      found += inGroup;
    }
    form().querySelector(".nm-settings-none").hidden = found > 0;
  }

  document.addEventListener("nm-settings-shown", () => {
    putInStep();
    search();
  });
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      if (event.target.id === "nm-settings-search" || event.target.id === "nm-settings-only") {
        search();
      }
    });
  }
  document.addEventListener("click", (click) => {
    const group = click.target.closest?.("#nm-settings-form summary")?.parentElement;
    if (!group || searching) return;
    if (group.open) open.delete(group.dataset.group);
    else open.add(group.dataset.group);
  });
})();
