"""The endpoints for programs: each is documented and named once; the screen adds none."""

import re
from pathlib import Path

import pytest

from scripts.api_pages import api_markdown, endpoints, words_of
from ui.page import TABS, build_page

TESTS = Path(__file__).parent
NAME = re.compile(r"[a-z][a-z0-9_]*[a-z]")


@pytest.fixture(scope="module")
def found():
    return endpoints()


def test_every_tab_that_acts_has_endpoints(found):
    assert {endpoint.tab for endpoint in found} <= set(TABS)
    assert {"analyze", "library", "settings"} <= {endpoint.tab for endpoint in found}


def test_names_are_plain_and_given_once(found):
    names = [endpoint.name for endpoint in found]
    assert [name for name in names if not NAME.fullmatch(name)] == []
    assert len(names) == len(set(names))


def test_every_endpoint_says_what_it_does_takes_and_returns(found):
    missing = []
    for endpoint in found:
        words = words_of(endpoint.function)
        named = {parameter.name for parameter in endpoint.parameters()}
        if not words.summary or not words.returns:
            missing.append(endpoint.name)
        missing += [f"{endpoint.name}: {name}" for name in named ^ set(words.arguments)]
    assert missing == []


def test_every_parameter_has_a_type(found):
    untyped = [
        f"{endpoint.name}: {parameter.name}"
        for endpoint in found
        for parameter in endpoint.parameters()
        if parameter.annotation is parameter.empty
    ]
    assert untyped == []


def test_every_endpoint_is_called_by_a_test(found):
    files = [*TESTS.rglob("test_*api.py"), TESTS / "test_same_report.py"]
    written = "".join(path.read_text(encoding="utf-8") for path in files if path != Path(__file__))
    called = set(re.findall(r'"/?([a-z_]+)"', written))
    assert [endpoint.name for endpoint in found if endpoint.name not in called] == []


def test_what_the_screen_does_is_no_endpoint(context):
    page = build_page(context)
    of_screen = [fn for fn in page.fns.values() if fn.fn and not fn.fn.__module__.endswith("api")]
    assert len(of_screen) > 10
    public = [fn.fn.__qualname__ for fn in of_screen if fn.api_visibility != "private"]
    assert public == []


def test_the_page_of_the_endpoints_names_each_of_them(found):
    text = api_markdown()
    assert all(f"### `/{endpoint.name}`" in text for endpoint in found)


def test_a_docstring_is_read_in_its_parts():
    def function():
        """First line.

        More of it.

        Args:
            one: the first: and more
                of it
            two: the second

        Returns:
            what came
            of it
        """

    words = words_of(function)
    assert words.summary == "First line.\n\nMore of it."
    assert words.arguments == {"one": "the first: and more of it", "two": "the second"}
    assert words.returns == "what came of it"
