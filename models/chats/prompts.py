"""Requests -> prompts: frames with their times, no control words from outside, any template.

Dims: T frames, H rows, W columns.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.interfaces import ChatRequest

MAX_FRAMES = 96  # CrashChat's longest input (64) and S1's (up to 96) fit
BAR_COLOUR = (122, 116, 104)  # CLIP's mean colour: zero after normalisation
Message = dict[str, Any]
Media = Literal["image", "video"]
EVEN = 0.1  # frames count as evenly spaced while no gap differs from the others by more than this


def frame_caption(number: int, time_s: float) -> str:
    """`Frame 1 at 3.80 s`: how a frame is named in every prompt."""
    return f"Frame {number} at {time_s:.2f} s"


def control_tokens(tokenizer: Any, processor: Any = None) -> tuple[str, ...]:
    """The strings that are more than text to this model (`<image>`, `</s>`), longest first."""
    added = getattr(tokenizer, "added_tokens_decoder", {}).values()
    names = {str(token.content) for token in added}
    for attribute in ("image_token", "video_token", "fake_image_token", "global_image_token"):
        names.add(str(getattr(processor, attribute, None) or ""))
    return tuple(sorted((n for n in names if n.strip() and len(n) > 1), key=len, reverse=True))


def disarm(text: str, controls: Iterable[str]) -> str:
    """Text in which no control token is left: `<image>` becomes `< image>`.

    The library's own `sanitize_control_tokens` refuses templates that leave the begin-of-text
    token to the tokenizer, as LLaVA-1.5's does.
    """
    for control in controls:
        text = text.replace(control, f"{control[0]} {control[1:]}")
    return text


def pictures(
    frames: NDArray[np.uint8], *, image_size: int | None = None, square: bool = False
) -> list[Image.Image]:
    """RGB images of frames (T,H,W,3); the longest side is at most `image_size` px.

    square: grey bars above and below (or beside), as LLaVA-1.5 was trained with. Its processor
    in transformers crops the middle instead, which loses 44 % of a 16:9 picture.
    """
    images = [Image.fromarray(frame) for frame in frames]
    for image in images if image_size else []:
        image.thumbnail((image_size or 0,) * 2, Image.Resampling.BICUBIC)
    return [_squared(image) for image in images] if square else images


def _squared(image: Image.Image) -> Image.Image:
    side = max(image.size)
    canvas = Image.new("RGB", (side, side), BAR_COLOUR)
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return canvas


def conversation(
    request: ChatRequest, controls: Iterable[str] = (), *, media: Media = "image"
) -> list[Message]:
    """Messages whose content is a list of parts: LLaVA's template drops plain strings silently.

    Instructions and frames come first and the question last, so that several questions about
    one clip begin with the same tokens.
    """
    controls = tuple(controls)
    times_s = [] if request.frames is None else request.frames.times_s.tolist()
    parts = _video_parts(times_s) if media == "video" else _picture_parts(times_s)
    parts.append(_text(("\n" if parts else "") + disarm(request.text, controls)))
    messages: list[Message] = [{"role": "user", "content": parts}]
    if request.system:
        system = _text(disarm(request.system, controls) + "\n")
        messages.insert(0, {"role": "system", "content": [system]})
    return messages


def _picture_parts(times_s: Sequence[float]) -> list[dict[str, str]]:
    parts: list[dict[str, str]] = []
    for number, time_s in enumerate(times_s, start=1):
        line_break = "\n" if parts else ""
        parts += [_text(f"{line_break}{frame_caption(number, time_s)}:"), {"type": "image"}]
    return parts


def _video_parts(times_s: Sequence[float]) -> list[dict[str, str]]:
    return [_text(f"{video_caption(times_s)}:"), {"type": "video"}]


def video_caption(times_s: Sequence[float]) -> str:
    """`9 frames, one every 0.50 s from 3.80 s to 7.80 s`; all times where they are not even."""
    gaps = np.diff(times_s)
    if len(gaps) < 1 or np.ptp(gaps) > EVEN * gaps.mean():
        return f"{len(times_s)} frames at " + ", ".join(f"{t:.2f}" for t in times_s) + " s"
    first, last = f"{times_s[0]:.2f} s", f"{times_s[-1]:.2f} s"
    return f"{len(times_s)} frames, one every {gaps.mean():.2f} s from {first} to {last}"


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def media_marks(processor: Any, media: Media = "image") -> tuple[str, ...]:
    """The strings that can stand for a picture (Gemma's is its boi_token) or video in a prompt."""
    attributes = ("video_token",) if media == "video" else ("image_token", "boi_token")
    names = (getattr(processor, attribute, None) for attribute in attributes)
    return tuple(str(name) for name in names if name)


def render(templated: Any, messages: list[Message], *, marks: Sequence[str] = ()) -> str:
    """The prompt of `messages` by the template of a processor or tokenizer.

    Templates differ in what they take: lists of parts, a system role, only plain strings, or
    there is none. The first form that keeps all pictures or the video (`marks`) and the whole text
    is used.
    """
    mark = marks[0] if marks else ""
    single = _without_system(messages)
    strings = [_as_strings(form, mark) for form in (messages, single)]
    for form in (messages, single, *strings):
        prompt = _try_template(templated, form)
        if prompt is not None and _keeps_all(prompt, messages, marks):
            return prompt
    return f"USER: {strings[1][0]['content']}\nASSISTANT:"


def _try_template(templated: Any, messages: list[Message]) -> str | None:
    import jinja2

    if not getattr(templated, "chat_template", None):
        return None
    try:
        prompt = templated.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    except (jinja2.TemplateError, TypeError, ValueError, AttributeError, KeyError):
        return None
    return str(prompt)


def _keeps_all(prompt: str, messages: list[Message], marks: Sequence[str]) -> bool:
    parts = [part for message in messages for part in message["content"]]
    texts = [part["text"].strip() for part in parts if part["type"] == "text"]
    count = len(parts) - len(texts)
    placed = not marks or any(prompt.count(mark) == count for mark in marks)
    return placed and all(_squeezed(text) in _squeezed(prompt) for text in texts)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _without_system(messages: list[Message]) -> list[Message]:
    parts = [part for message in messages for part in message["content"]]
    return [{"role": "user", "content": parts}]


def _as_strings(messages: list[Message], mark: str) -> list[Message]:
    return [
        {
            "role": message["role"],
            "content": "".join(part.get("text", f"{mark}\n") for part in message["content"]),
        }
        for message in messages
    ]
