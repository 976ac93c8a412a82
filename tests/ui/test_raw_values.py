"""Numbers of a page or a program: what is none is refused in a sentence, whatever it is."""

import math

import pytest

from ui.raw_values import as_number, read_count, read_number, read_whole, typed_number
from utils.errors import ConfigError

NO_NUMBERS = ["7", True, math.nan, math.inf, -math.inf, 10**400, [7], {"n": 7}, b"7"]


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_is_refused_everywhere(value):
    assert as_number(value) is None
    for read in (read_number, read_whole):
        with pytest.raises(ConfigError, match=r"^The seed must be a number"):
            read(value, "The seed")
    with pytest.raises(ConfigError, match=r"^The seed must be a whole number"):
        read_count(value, "The seed")


@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_field_is_no_number_and_no_count(value):
    assert read_number(value, "The seed") is None
    assert read_whole(value, "The seed") is None
    with pytest.raises(ConfigError, match="whole number"):
        read_count(value, "The seed")


def test_numbers_keep_their_value():
    assert (read_number(-0.25, "x"), read_whole(-3.0, "x"), read_count(0, "x")) == (-0.25, -3, 0)


@pytest.mark.parametrize("value", [0.5, 2**53, 1e299])
def test_what_no_browser_can_count_is_not_whole(value):
    for read in (read_whole, read_count):
        with pytest.raises(ConfigError, match="whole number"):
            read(value, "The seed")


def test_a_count_is_never_negative():
    with pytest.raises(ConfigError, match="whole number"):
        read_count(-1, "The seed")


@pytest.mark.parametrize(
    ("typed", "meant"), [("0.25", 0.25), (" 0 ", 0), ("", None), ("  ", None), (None, None), (1, 1)]
)
def test_a_typed_number_is_one_and_an_empty_field_none(typed, meant):
    assert read_number(typed_number(typed), "The threshold") == meant


@pytest.mark.parametrize("typed", ["high", "0,3", "nan", "inf", ["0.3"], {"n": 7}])
def test_what_is_typed_and_no_number_is_refused(typed):
    with pytest.raises(ConfigError, match=r"^The threshold must be a number"):
        read_number(typed_number(typed), "The threshold")
