"""Every tab, empty and filled, light and dark: axe-core finds nothing serious, keys reach all.

Rules of structure are checked once in light; in dark only colours can differ.
"""

from pathlib import Path

import pytest

from tests.fake_analyze import FakeAnalyze
from tests.ui.browser_page import assert_nothing_left_this_machine, in_browser, open_page, served
from tests.ui.conftest import three_events
from tests.video_factory import VideoPlan, write_video
from ui.page import TABS
from utils.library import LIBRARY_FILE, Library
from utils.library.records import Review
from utils.writers import OutputLayout, write_json

pytestmark = in_browser
QUIET_MS = 500
# Nothing on the page has changed for a while, and no colour is fading into another.
SETTLED = """(quiet_ms) => new Promise((done) => {
  let timer;
  const watch = new MutationObserver(again);
  function again() {
    clearTimeout(timer);
    timer = setTimeout(() => { watch.disconnect(); done(); }, quiet_ms);
  }
  watch.observe(document.body, {subtree: true, childList: true, attributes: true});
  again();
})"""
FADED = """() => !document.getAnimations().some(
  a => a.playState === 'running' && a.effect.getComputedTiming().endTime < Infinity)"""

RUN_AXE = """async (rules) => {
  const only = rules.length ? {runOnly: {type: 'rule', values: rules}} : {};
  const found = await axe.run(document, {resultTypes: ['violations'], ...only});
  return found.violations.filter(v => ['serious', 'critical'].includes(v.impact)).flatMap(
    v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')} | ${n.html.slice(0, 160)} | `
      + (n.failureSummary || '').split('\\n').slice(1, 2).join('').trim()));
}"""
# What a key should reach: every control that is shown; of radios of one name, one.
CONTROLS = """() => {
  const shown = (part) => part.checkVisibility({visibilityProperty: true, opacityProperty: false})
    && part.getClientRects().length > 0 && !part.closest('[inert]');
  const wanted = [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, video[controls], audio[controls]')]
    .filter(part => !part.disabled && part.type !== 'hidden' && part.type !== 'file' && shown(part)
      && part.getAttribute('tabindex') !== '-1' && part.getAttribute('role') !== 'tab');
  const radios = new Set();
  return wanted.filter(part => {
    if (part.type !== 'radio') return true;
    return !radios.has(part.name) && radios.add(part.name);
  }).map((part, number) => {
    part.dataset.keyTest = part.type === 'radio' ? part.name : String(number);
    return part.dataset.keyTest + ' ' + part.outerHTML.slice(0, 120);
  });
}"""
FOCUSED = """() => {
  const part = document.activeElement;
  if (!part || part === document.body) return null;
  if (part.matches('audio, video')) return {key: part.dataset.keyTest ?? null, seen: true};
  const looks = (name) => { const s = getComputedStyle(name);
    return [s.outlineStyle === 'none' ? '' : s.outlineWidth + s.outlineColor, s.boxShadow,
      s.borderColor, s.backgroundColor].join('|'); };
  const around = [part, part.parentElement, part.parentElement?.parentElement, ...part.labels || [],
    part.nextElementSibling].filter(Boolean);
  const on = around.map(looks);
  part.blur();
  const off = around.map(looks);
  part.focus({preventScroll: true});
  const key = part.type === 'radio' ? part.name : part.dataset.keyTest;
  return {key: key ?? null, html: part.outerHTML.slice(0, 120),
    seen: on.some((look, n) => look !== off[n])};
}"""


@pytest.fixture
def axe(page):
    """Violations of a page as it is now; rules: only these."""
    playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core")
    script = (Path(playwright.__file__).parent / "axe.min.js").read_text(encoding="utf-8")

    def run(*rules):
        page.evaluate(script + "\n;0")
        return page.evaluate(RUN_AXE, list(rules))

    return run


@pytest.fixture
def empty_address(tmp_path, settings):
    with served(FakeAnalyze(three_events()), settings, tmp_path) as address:
        yield address


@pytest.fixture
def filled_address(tmp_path, settings):
    """A page with two analysed videos, a decision, and a queue with something in it."""
    out = tmp_path / "out"
    video = write_video(tmp_path / "drive.mp4", VideoPlan(frames=100))
    library = Library(out / LIBRARY_FILE)
    for name in ("drive one", "drive two"):
        layout = OutputLayout(out / name / f"{name}.json")
        *_, end = FakeAnalyze(three_events())(video, settings, layout)
        write_json(end.report.model_copy(update={"video_path": str(video)}), layout.base)
        analysis = library.analyses.add(layout.base)
    event = library.events.of(analysis.id)[0]
    library.reviews.save(event.id, Review("near_miss", notes="Close."))
    library.queue.paused = True
    library.queue.add([video], {})
    with served(FakeAnalyze(three_events()), settings, tmp_path) as address:
        yield address


def open_tab(page, name):
    page.get_by_role("tab", name=name.capitalize(), exact=True).click()
    page.locator(f"#nm-tab-{name}").wait_for(state="attached")
    page.evaluate(SETTLED, QUIET_MS)
    page.wait_for_function(FADED)


def violations(page, axe):
    """What axe-core finds on the page in light, and of colours in dark."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(SETTLED, QUIET_MS)
    page.wait_for_function(FADED)
    found = axe()
    page.evaluate("document.body.classList.add('dark')")
    page.wait_for_function(FADED)
    found += [f"dark {found}" for found in axe("color-contrast")]
    page.evaluate("document.body.classList.remove('dark')")
    page.wait_for_function(FADED)
    return found


def missed_by_keys(page):
    """Controls that the Tab key does not reach, or where nothing shows that it did."""
    controls = page.evaluate(CONTROLS)
    page.evaluate("document.activeElement.blur()")
    reached, unseen, ends = set(), set(), 0
    for _ in range(2 * len(controls) + 20):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        ends += focused is None
        if ends > 2:
            break
        if focused is not None:
            reached.add(focused["key"])
            unseen |= set() if focused["seen"] else {f"not seen: {focused['html']}"}
    return [c for c in controls if c.split(" ", 1)[0] not in reached] + sorted(unseen)


def test_empty_tabs_have_no_serious_violation(empty_address, page, axe):
    open_page(page, empty_address)
    found = {}
    for name in TABS:
        open_tab(page, name)
        found[name] = violations(page, axe)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert_nothing_left_this_machine(page, empty_address)


def test_filled_tabs_have_no_serious_violation_and_keys_reach_every_control(
    filled_address, page, axe, tmp_path
):
    open_page(page, filled_address)
    page.locator("#nm-path textarea, #nm-path input").fill(str(tmp_path / "drive.mp4"))
    page.get_by_role("button", name="Analyze Video").click()
    page.wait_for_selector(".nm-status[data-state=found]")
    found = {}
    for name in TABS:
        open_tab(page, name)
        found[name] = missed_by_keys(page) + violations(page, axe)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert_nothing_left_this_machine(page, filled_address)


def test_the_checks_do_find_what_is_wrong(empty_address, page, axe):
    open_page(page, empty_address)
    page.get_by_role("tab", name="Analyze").wait_for()
    page.evaluate(
        """() => document.body.insertAdjacentHTML('afterbegin', `
        <p style="color:#999;background:#fff">faint</p><img src="data:image/gif;base64,R0lGODlh">
        <button style="outline:none!important" id="unseen">x</button>`)"""
    )
    rules = {wrong.split(":")[0] for wrong in axe()}
    assert {"color-contrast", "image-alt"} <= rules
