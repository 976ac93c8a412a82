"""Tries the describer that the settings ask for: a few short questions about one drawn picture.

Nothing is downloaded, and no video is needed. What is found out is how this model answers, not how
well it sees roads.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from models.build import build_describer
from models.describers.asking import Attempt, ask_in_batches
from models.describers.chat import ChatDescriber
from models.interfaces import Chat, ChatRequest
from utils.answers import YesNo
from utils.clip import Clip, VideoInfo
from utils.settings import Settings
from utils.trial import DescriberTrial

PICTURE_SIZE_PX = (320, 180)
COLOUR = "red"
QUESTION = "What is the colour of the car in this picture? Answer in one short sentence."
QUESTION_WITHOUT_PICTURE = "A red car stands on a road. What is its colour? Answer in one sentence."
YES_NO = f"Is the car {COLOUR}? Answer with only 'Yes' or 'No'."
AS_JSON = 'What is the colour of the car? Answer with one JSON object: {"colour": ...}'
COLOUR_SCHEMA = {
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["green", COLOUR, "yellow"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


def try_describer(settings: Settings) -> DescriberTrial:
    """Ask the describer of the settings. Raises AppError where it cannot be made at all."""
    chosen = settings.describer.model_copy(update={"allow_download": False})
    describer, reason = build_describer(chosen, device=settings.device)
    if not isinstance(describer, ChatDescriber):
        return DescriberTrial(describer.name, reason)
    picture = _draw()
    return _ask(describer.chat, reason, picture)


def _ask(chat: Chat, reason: str, picture: Image.Image) -> DescriberTrial:
    sees = chat.sees_frames
    frames = _as_clip(picture) if sees else None
    question = QUESTION if sees else QUESTION_WITHOUT_PICTURE
    (first,) = ask_in_batches(
        chat, [ChatRequest(question, frames, max_new_tokens=48)], batch_size=1
    )
    reply = first.reply
    return DescriberTrial(
        name=chat.name,
        reason=reason,
        question=question,
        reply=reply.text.strip() if reply else None,
        error=first.error,
        seconds=reply.seconds if reply else 0.0,
        supports=tuple(_supports(chat, first, frames)) if reply else (),
        picture_png=_png(picture) if sees else b"",
    )


def _supports(chat: Chat, first: Attempt, frames: Clip | None) -> list[str]:
    requests = [
        ChatRequest(YES_NO, frames, max_new_tokens=8, choices=YesNo.choices),
        ChatRequest(AS_JSON, frames, max_new_tokens=32, json_schema=COLOUR_SCHEMA),
    ]
    choice, form = ask_in_batches(chat, requests, batch_size=1)
    found = [_sight(first, sees=frames is not None)]
    if choice.reply and choice.reply.choice_scores is not None:
        found.append("A yes or no comes with its probability.")
    else:
        found.append("A yes or no comes without a probability.")
    if form.reply and form.reply.constrained:
        found.append("Answers in a fixed form (JSON) are enforced as they are written.")
    else:
        found.append("Answers in a fixed form (JSON) are not enforced; each is checked after it.")
    return found


def _sight(first: Attempt, *, sees: bool) -> str:
    if not sees:
        return "It is given no pictures, only the facts that were measured."
    named = first.reply is not None and COLOUR in first.reply.text.lower()
    if named:
        return f"It named the colour of the drawn car ({COLOUR}), so the picture arrived."
    return f"It did not name the colour of the drawn car ({COLOUR}); it may not see pictures."


def _draw() -> Image.Image:
    """A red car on a grey road below a light sky."""
    width, height = PICTURE_SIZE_PX
    picture = Image.new("RGB", PICTURE_SIZE_PX, (190, 210, 230))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height // 2, width, height), fill=(96, 96, 100))
    draw.rectangle((110, 70, 210, 130), fill=(200, 20, 20))
    draw.rectangle((126, 78, 194, 98), fill=(40, 50, 60))
    for left in (116, 184):
        draw.rectangle((left, 124, left + 20, 138), fill=(20, 20, 20))
    return picture


def _as_clip(picture: Image.Image) -> Clip:
    info = VideoInfo(Path("drawn"), picture.width, picture.height, None, None)
    frames = np.asarray(picture, dtype=np.uint8)[None]
    return Clip(frames, np.zeros(1), np.zeros(1, dtype=np.int64), info)


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
