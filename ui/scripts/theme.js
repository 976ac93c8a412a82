// Light or dark: as the system has it until the button in the header says otherwise; remembered in
// this browser only.
(() => {
  const KEY = "nearmiss-theme";
  let wanted = new URLSearchParams(location.search).get("__theme") ?? remembered();

  function remembered() {
    try { return localStorage.getItem(KEY); } catch { return null; } // a browser that keeps nothing
  }

  function remember() {
    try { localStorage.setItem(KEY, wanted); } catch { /* as above */ }
  }

  function show() {
    const body = document.body;
    if (wanted === "dark" || wanted === "light") body.classList.toggle("dark", wanted === "dark");
    const button = document.querySelector("[data-theme-toggle]");
    button?.setAttribute("aria-pressed", String(body.classList.contains("dark")));
    return Boolean(button);
  }

  document.addEventListener("click", (click) => {
    if (!(click.target instanceof Element) || !click.target.closest("[data-theme-toggle]")) return;
    wanted = document.body.classList.contains("dark") ? "light" : "dark";
    remember();
    show();
  });

  // Gradio runs this before or after it mounts the page, and sets the class itself as it mounts and
  // when the system's choice changes.
  function watch() {
    show();
    new MutationObserver(show).observe(document.body, { attributeFilter: ["class"] });
    const mounted = new MutationObserver(() => show() && mounted.disconnect());
    mounted.observe(document.body, { childList: true, subtree: true });
  }
  if (document.body) watch();
  else addEventListener("DOMContentLoaded", watch);
})();
