"""A desk with a library of one analysed video: three events, drawn pictures, a drawn video."""

import pytest

from tests.ui.conftest import three_events
from tests.ui.review.stored import store
from ui.review.desk import Desk
from ui.review.extras import Extras
from ui.review.handlers import Screen


@pytest.fixture
def analyse(context, video):
    """Stores a report on the drawn video."""
    return lambda report, name="drive": store(
        context.library, report, video, context.outputs / name
    )


@pytest.fixture
def analysed(analyse):
    return analyse(three_events())


@pytest.fixture
def ask(context):
    """Calls a function as the page does."""
    screen = Screen(context, Desk(context), Extras(context))
    functions = {function.__name__: function for function in screen.functions()}
    return lambda name, values=None: functions[name](values)
