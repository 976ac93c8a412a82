"""Trying a describer: what it said, what it can do, and why it failed."""

import io

import pytest
from PIL import Image

from models import describer_trial
from models.describer_trial import try_describer
from models.interfaces import ChatReply
from tests.fake_chat_server import fake_chat_server
from tests.fakes import FakeChat
from utils.errors import ModelUnavailableError
from utils.settings import Settings


def asking(**describer):
    return Settings.model_validate({"describer": describer})


@pytest.fixture
def server():
    with fake_chat_server() as server:
        yield server


def trial_of(chat):
    return describer_trial._ask(chat, "because", describer_trial._draw())


def test_the_template_asks_nothing_and_says_why_it_was_chosen():
    trial = try_describer(asking(kind="template"))
    assert (trial.name, trial.question, trial.reply) == ("template", "", None)
    assert trial.reason == "template was asked for"


def test_a_servers_reply_is_shown_with_the_picture_it_was_given(server):
    endpoint = server.endpoint("good")
    trial = try_describer(asking(kind="openai", endpoint=endpoint, model="org/tiny"))
    assert trial.name == "tiny"
    assert trial.reply
    assert trial.error == ""
    assert trial.seconds > 0
    assert Image.open(io.BytesIO(trial.picture_png)).size == describer_trial.PICTURE_SIZE_PX
    assert "image_url" in str(server.asked[0].body)
    assert "may not see pictures" in trial.supports[0]
    assert "are enforced" in trial.supports[2]


def test_a_server_that_is_not_there_is_an_error_and_no_reply():
    endpoint = "http://127.0.0.1:9/v1"
    trial = try_describer(asking(kind="openai", endpoint=endpoint, patience_s=1, call_timeout_s=1))
    assert trial.reply is None
    assert trial.error
    assert trial.supports == ()


def test_a_model_that_is_not_there_is_not_fetched(tmp_path):
    model = str(tmp_path / "nothing")
    with pytest.raises(ModelUnavailableError):
        try_describer(asking(kind="llava", model=model, allow_download=True))


def test_what_a_chat_can_do_is_found_out_by_asking():
    def answer(request):
        scores = (0.9, 0.1) if request.choices else None
        constrained = request.json_schema is not None
        return ChatReply("The car is Red.", True, 0.5, scores, constrained)

    assert trial_of(FakeChat(answer)).supports == (
        "It named the colour of the drawn car (red), so the picture arrived.",
        "A yes or no comes with its probability.",
        "Answers in a fixed form (JSON) are enforced as they are written.",
    )


def test_a_chat_without_eyes_is_told_and_shown_nothing():
    chat = FakeChat(lambda request: "It is red.", sees_frames=False)
    trial = trial_of(chat)
    assert trial.picture_png == b""
    assert all(request.frames is None for request in chat.asked)
    assert trial.supports[0].startswith("It is given no pictures")


def test_a_chat_that_breaks_in_the_middle_keeps_its_first_reply():
    def answer(request):
        if request.choices or request.json_schema:
            raise RuntimeError("out of memory")
        return "Red."

    trial = trial_of(FakeChat(answer))
    assert trial.reply == "Red."
    assert trial.supports[1:] == (
        "A yes or no comes without a probability.",
        "Answers in a fixed form (JSON) are not enforced; each is checked after it.",
    )
