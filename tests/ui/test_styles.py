"""Style sheets: selectors survive Gradio, and each tab styles only what is its own."""

import re

import pytest

from ui.page import TABS, page_styles

# How classes and ids of a tab begin; those of Analyze, the first tab, have no name of their own.
OWN = {
    "analyze": r"#nm-(?!library|review|compare|train|evaluate|settings)",
    "library": r"[.#]nm-lib(rary)?\b",
    "review": r"[.#]nm-(rv|review)\b",
    "compare": r"[.#]nm-(cmp|compare)\b",
    "train": r"[.#]nm-train\b",
    "evaluate": r"[.#]nm-eval(uate)?\b",
    "settings": r"[.#]nm-settings\b",
}
SHEETS = {path.stem: path for path in page_styles()}
NOT_CLASSES = re.compile(r":root|\.dark|from|to")


def selectors(sheet):
    text = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    lists = re.findall(r"([^{};]+)\{", text)
    return [one.strip() for one in lists if not one.strip().startswith("@")]


@pytest.mark.parametrize("name", SHEETS)
def test_no_selector_has_a_comma_in_brackets(name):
    """Gradio splits selectors at every comma: what follows one would count for other parts too."""
    found = selectors(SHEETS[name].read_text(encoding="utf-8"))
    assert found != []
    assert [one for one in found if re.search(r"\([^()]*,", one)] == []


@pytest.mark.parametrize("name", SHEETS)
def test_rules_in_media_are_about_parts_inside_the_page(name):
    """Gradio puts its own container in front of them; what lies outside of it is never reached."""
    text = SHEETS[name].read_text(encoding="utf-8")
    inside = [block for block in re.findall(r"@media[^{]*\{(.*?)\n\}", text, re.DOTALL)]
    outer = r":root|body|html|\.dark|\.gradio-container|(?<![\w-])main\b"
    assert [one for one in selectors(" ".join(inside)) if re.search(outer, one)] == []


def test_every_tab_has_its_own_names():
    assert set(OWN) == set(TABS)
    assert [name for name in SHEETS if name not in TABS and not name.startswith("page")] == []


@pytest.mark.parametrize("name", sorted(set(TABS) & set(SHEETS)))
def test_a_tab_styles_only_what_is_its_own(name):
    lists = selectors(SHEETS[name].read_text(encoding="utf-8"))
    each = [one.strip() for many in lists for one in many.split(",")]
    others = [own for tab, own in OWN.items() if tab not in (name, "analyze")]
    foreign = [
        one
        for one in each
        if not NOT_CLASSES.fullmatch(one)
        and (not re.search(OWN[name], one) or any(re.search(own, one) for own in others))
    ]
    assert foreign == []


@pytest.mark.parametrize("name", sorted(set(SHEETS) - set(TABS)))
def test_what_tabs_share_knows_no_tab(name):
    found = selectors(SHEETS[name].read_text(encoding="utf-8"))
    own = [own for tab, own in OWN.items() if tab != "analyze"]
    assert [one for one in found if any(re.search(pattern, one) for pattern in own)] == []


def test_the_checks_do_find_what_is_wrong():
    found = selectors("/* a */ :is(.a, .b) { x: y; }\n@media (x) {\n .nm-rv-c, .d { x: y; }\n}")
    assert found == [":is(.a, .b)", ".nm-rv-c, .d"]
