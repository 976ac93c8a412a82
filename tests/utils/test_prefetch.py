"""Items made ahead in a thread: order, errors, closing."""

import threading
import time

import pytest

from utils.prefetch import prefetch


def numbers(count, made=None, closed=None):
    try:
        for number in range(count):
            if made is not None:
                made.append(number)
            yield number
    finally:
        if closed is not None:
            closed.append(True)


def prefetch_threads():
    return [t for t in threading.enumerate() if t.name == "prefetch"]


def test_all_items_come_in_order():
    assert list(prefetch(numbers(100))) == list(range(100))
    assert prefetch_threads() == []


def test_nothing_to_make():
    assert list(prefetch(numbers(0))) == []


def test_no_more_than_depth_items_are_made_ahead():
    made = []
    ahead = prefetch(numbers(50, made), depth=3)
    assert next(ahead) == 0
    time.sleep(0.3)
    assert len(made) <= 1 + 3 + 1
    ahead.close()


def test_an_error_comes_after_the_items_before_it():
    def broken():
        yield 1
        raise ValueError("no more")

    ahead = prefetch(broken())
    assert next(ahead) == 1
    with pytest.raises(ValueError, match="no more"):
        next(ahead)


def test_closing_early_closes_the_source_and_ends_the_thread():
    closed = []
    ahead = prefetch(numbers(10_000, closed=closed))
    next(ahead)
    ahead.close()
    assert closed == [True]
    assert prefetch_threads() == []
