"""What every endpoint has in common: its name, and how it refuses."""

import asyncio

import gradio as gr
import pytest

from ui.endpoints import make_endpoints
from utils.errors import VideoError

PROBLEM = VideoError("cannot open /home/ann/drive.mp4")


def refuse(count: int) -> int:
    """Refuse."""
    raise PROBLEM


async def refuse_later(count: int) -> int:
    """Refuse later."""
    raise PROBLEM


def double(count: int) -> int:
    """Double a number."""
    return 2 * count


def break_down(count: int) -> int:
    """Have a bug."""
    raise ValueError("/home/ann")


@pytest.fixture
def made():
    """The endpoints by their names."""
    with gr.Blocks() as page:
        make_endpoints(refuse, double, break_down)
        make_endpoints(refuse_later, at_once=None)
    return {fn.api_name: fn for fn in page.fns.values()}


def test_endpoints_are_named_after_their_functions(made):
    assert list(made) == ["refuse", "double", "break_down", "refuse_later"]
    assert made["double"].fn(4) == 8
    assert made["double"].fn.__doc__ == "Double a number."


def test_what_can_be_mended_is_a_sentence_without_folders_or_traceback(made):
    with pytest.raises(gr.Error) as refused:
        made["refuse"].fn(1)
    assert refused.value.message == "Cannot open drive.mp4."
    assert not refused.value.print_exception


def test_an_endpoint_that_waits_refuses_alike(made):
    with pytest.raises(gr.Error, match=r"^'Cannot open drive\.mp4\.'$"):
        asyncio.run(made["refuse_later"].fn(1))


def test_a_bug_stays_a_bug(made):
    with pytest.raises(ValueError, match="/home/ann"):
        made["break_down"].fn(1)


def test_several_callers_are_served_at_a_time(made):
    assert made["double"].concurrency_limit == 4
    assert made["refuse_later"].concurrency_limit is None
