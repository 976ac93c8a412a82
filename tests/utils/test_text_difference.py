"""Words that differ between two texts; joined, the stretches are the texts again."""

import pytest

from tests.report_factory import HOSTILE
from utils.text_difference import MAX_WORDS, changed_words


def changed(words):
    return [part.text for part in words if part.changed]


def test_only_the_words_that_differ_are_changed():
    a, b = changed_words("A white van brakes at 0:12.5 hard.", "A red van brakes at 0:13.5 hard.")
    assert changed(a) == ["white", "0:12.5"]
    assert changed(b) == ["red", "0:13.5"]


def test_words_that_are_added_are_changed_on_their_side_only():
    a, b = changed_words("the car stops", "the car stops and turns")
    assert changed(a) == []
    assert changed(b) == [" and turns"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("", "x"),
        ("same", "same"),
        (HOSTILE, "nothing"),
        ("zwei\n Zeilen  ", "zwei Zeilen"),
        ("", ""),
    ],
)
def test_the_stretches_joined_are_the_texts(a, b):
    left, right = changed_words(a, b)
    assert "".join(part.text for part in left) == a
    assert "".join(part.text for part in right) == b


def test_equal_texts_have_no_changed_word():
    left, right = changed_words("the same words", "the same words")
    assert changed(left) == changed(right) == []


def test_very_long_texts_are_not_looked_into():
    long = "word " * (2 * MAX_WORDS)
    left, right = changed_words(long, long + "more")
    assert changed(left) == [long]
    assert changed(right) == [long + "more"]
