"""Makes the endpoints of the API from functions; their docstrings are their documentation.

What a user can mend (AppError) reaches programs as a sentence, without a traceback or folders.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import gradio as gr
from gradio.events import api

from ui.sentences import sentence
from utils.errors import AppError

AT_ONCE = 4


def make_endpoints(*functions: Callable[..., Any], at_once: int | None = AT_ONCE) -> None:
    """One endpoint per function, under its name, on the page that is being built.

    at_once: how many callers of one function are served at a time; None for those that only wait
    for the queue of analyses.
    """
    for function in functions:
        api(_refusing(function), api_name=function.__name__, concurrency_limit=at_once)


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def answer(*args: Any, **kwargs: Any) -> Any:
        with _refusals():
            return function(*args, **kwargs)

    @wraps(function)
    async def answer_later(*args: Any, **kwargs: Any) -> Any:
        with _refusals():
            return await function(*args, **kwargs)

    return answer_later if inspect.iscoroutinefunction(function) else answer


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except AppError as error:
        raise gr.Error(sentence(str(error)), print_exception=False) from error
