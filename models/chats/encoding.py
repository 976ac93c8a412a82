"""Requests -> a vision-language model's inputs: pictures or one video, within the context.

Up to eight frames go in as single pictures, each with its exact time beside it. Longer clips go in
as video where the family was trained on video tokens of its own, which are two to four times
fewer; SmolVLM2 and InternVL3 read video as pictures anyway. No model runs here.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.chats.generation import Loaded, adds_begin
from models.chats.prompts import Media, control_tokens, conversation, media_marks, pictures, render
from models.interfaces import ChatRequest
from utils.clip import Clip
from utils.errors import ModelUnavailableError

log = logging.getLogger(__name__)

# From how many frames on a family reads them as video. Eight pictures keep more detail and exact
# times; VideoLLaMA3 spends up to 5120 tokens on a picture and writes each frame's time itself.
VIDEO_FROM = {
    "llava_next_video": 9,
    "llava_onevision": 9,
    "qwen2_vl": 9,
    "qwen2_5_vl": 9,
    "qwen3_vl": 9,
    "video_llama_3": 2,
}
TILE_OPTIONS = ("do_image_splitting", "crop_to_patches")  # SmolVLM; InternVL
CAP_OPTION = "cap_pixels_per_frame"  # Qwen-VL: as it was trained; else a short clip costs more
CLOCK_HZ = 1000  # frame numbers given to a video processor are milliseconds: its times are exact
Fitting = tuple[Any, list[ChatRequest]]  # inputs and the requests they were made of


@dataclass(frozen=True, slots=True)
class Encoder:
    """How requests become inputs of one loaded model.

    image_size: longest side of a frame in px; None = unscaled. tiles: cut large pictures.
    """

    loaded: Loaded
    image_size: int | None = None
    tiles: bool = False

    def prompts(self, requests: Sequence[ChatRequest]) -> list[str]:
        """The text of each request by the model's template, one mark per picture or video."""
        processor = self.loaded.processor
        controls = control_tokens(self.loaded.tokenizer, processor)
        media = self.media(requests)
        marks = media_marks(processor, media)
        talks = [conversation(request, controls, media=media) for request in requests]
        return [render(processor, talk, marks=marks) for talk in talks]

    def encode(self, requests: Sequence[ChatRequest]) -> Any:
        """Inputs (B,L) on the model's device; all requests have equally many frames."""
        prompts = self.prompts(requests)
        clips = [request.frames for request in requests if request.frames is not None]
        seen = self._video(clips) if self.media(requests) == "video" else self._pictures(clips)
        inputs = self.loaded.processor(
            text=prompts,
            padding=True,
            return_tensors="pt",
            add_special_tokens=adds_begin(self.loaded.tokenizer, prompts[0]),
            **seen,
        )
        inputs.pop("video_metadata", None)
        return inputs.to(self.loaded.device)

    def media(self, requests: Sequence[ChatRequest]) -> Media:
        """Whether the frames of these requests go in as pictures or as a video."""
        limit = VIDEO_FROM.get(self.loaded.model.config.model_type)
        return "video" if limit and frame_count(requests[0]) >= limit else "image"

    def _pictures(self, clips: Sequence[Clip]) -> dict[str, Any]:
        if not clips:
            return {}
        images = self.loaded.processor.image_processor
        square = _crops_the_middle(images)
        options = {name: self.tiles for name in TILE_OPTIONS if hasattr(images, name)}
        shown = [pictures(c.frames, image_size=self.image_size, square=square) for c in clips]
        return {"images": shown, **options}

    def _video(self, clips: Sequence[Clip]) -> dict[str, Any]:
        videos = self.loaded.processor.video_processor
        square = _crops_the_middle(videos)
        cap = {CAP_OPTION: True} if hasattr(videos, CAP_OPTION) else {}
        shown = [pictures(c.frames, image_size=self.image_size, square=square) for c in clips]
        return {
            "videos": [np.stack([np.asarray(image) for image in images]) for images in shown],
            "video_metadata": [_metadata(clip) for clip in clips],
            "do_sample_frames": False,
            **cap,
        }

    def fit(self, requests: list[ChatRequest]) -> Fitting:
        """Inputs within the context; frames are left out evenly where it is too small.

        Cutting the tokens instead would cut a picture in two. LLaVA-1.5 has 4096 tokens and
        spends 576 on a frame: six fit. Raises ModelUnavailableError where one is too much.
        """
        inputs = self.encode(requests)
        excess = self._excess(inputs, requests)
        return (inputs, requests) if excess <= 0 else self._thinned(requests, excess)

    def _thinned(self, requests: list[ChatRequest], excess: int) -> Fitting:
        """The most frames that fit, found by halving; `excess` is for the message."""
        fitting = None
        kept, too_many = 0, frame_count(requests[0])
        while too_many - kept > 1:
            count = (kept + too_many) // 2
            asked = [thin(request, count) for request in requests]
            inputs = self.encode(asked)
            if self._excess(inputs, asked) > 0:
                too_many = count
            else:
                kept, fitting = count, (inputs, asked)
        name, count = self.loaded.name, frame_count(requests[0])
        if fitting is None:
            raise ModelUnavailableError(
                f"the question is {excess} tokens too long for {name}: lower "
                "describer.llava_image_size or shorten describer.prompt"
            )
        log.warning("%s sees %d of %d frames: its context is full", name, kept, count)
        return fitting

    def _excess(self, inputs: Any, requests: Sequence[ChatRequest]) -> int:
        """Tokens by which prompt and reply overrun the context; not positive where it fits."""
        context = self.loaded.context_tokens
        if context is None:
            return 0
        new_tokens = max(request.max_new_tokens for request in requests)
        return int(inputs["input_ids"].shape[1]) + new_tokens - context


def frame_count(request: ChatRequest) -> int:
    """How many frames the request shows."""
    return 0 if request.frames is None else len(request.frames)


def thin(request: ChatRequest, kept: int) -> ChatRequest:
    """The request with `kept` of its frames, evenly spread."""
    if request.frames is None:
        return request
    last = len(request.frames) - 1
    rows = np.linspace(0, last, kept) if kept > 1 else np.array([last / 2])
    return replace(request, frames=request.frames.take([round(row) for row in rows.tolist()]))


def _crops_the_middle(images: Any) -> bool:
    """Whether the processor cuts off the sides of a wide picture, as LLaVA-1.5's does."""
    tiled = hasattr(images, "image_grid_pinpoints")
    return bool(getattr(images, "do_center_crop", False)) and not tiled


def _metadata(clip: Clip) -> Any:
    """The times of the frames as a video processor wants them; nothing is left to its defaults."""
    from transformers.video_utils import VideoMetadata

    span_s = float(clip.times_s[-1] - clip.times_s[0])
    step_s = span_s / max(1, len(clip) - 1)
    return VideoMetadata(
        total_num_frames=max(len(clip), round(len(clip) * step_s * CLOCK_HZ)),
        fps=CLOCK_HZ,
        width=clip.frames.shape[2],
        height=clip.frames.shape[1],
        duration=len(clip) * step_s,
        frames_indices=[round(time_s * CLOCK_HZ) for time_s in clip.times_s.tolist()],
    )
