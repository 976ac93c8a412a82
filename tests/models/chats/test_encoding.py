"""What a model is shown: every frame, whole, with its time, as pictures or as a video."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.chats.encoding import VIDEO_FROM
from models.chats.prompts import MAX_FRAMES, video_caption
from models.interfaces import ChatRequest
from tests.tiny_chats import make_chat
from tests.tiny_models import VLM_BUILDERS
from utils.clip import Clip

pytestmark = pytest.mark.usefixtures("one_thread")

Checkpoint = Callable[[str], Path]
MakeClip = Callable[..., Clip]
READ_AS_VIDEO = ("qwen", "llava-next-video", "onevision", "qwen3", "videollama3")


def encoded(chat: Any, clip: Clip) -> Any:
    return chat.encoder(chat.prepare()).encode([ChatRequest("what?", clip)])


def written(chat: Any, clip: Clip) -> str:
    return str(chat.prepare().tokenizer.decode(encoded(chat, clip)["input_ids"][0]))


def frames_seen(inputs: Any) -> int:
    """How many frames the inputs hold; Qwen-VL reads a video's frames in pairs."""
    for name in ("image_grid_thw", "video_grid_thw"):
        if name in inputs:
            return int(inputs[name][:, 0].sum())
    pixels = inputs.get("pixel_values_videos", inputs.get("pixel_values"))
    batched = pixels.ndim == 5 and len(pixels) == 1
    return int(pixels.shape[1] if batched else len(pixels))


@pytest.mark.parametrize("name", VLM_BUILDERS)
@pytest.mark.parametrize("count", [2, 8, 12, MAX_FRAMES])
def test_every_frame_goes_in(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str, count: int
) -> None:
    chat = make_chat(checkpoint(name))
    inputs = encoded(chat, make_clip(count))
    kind = chat.prepare().model.config.model_type
    is_video = count >= VIDEO_FROM.get(kind, count + 1)
    assert ("pixel_values_videos" in inputs) == is_video
    paired = is_video and name.startswith("qwen")
    assert frames_seen(inputs) == (count // 2 if paired else count)


@pytest.mark.parametrize("name", READ_AS_VIDEO)
def test_a_video_costs_fewer_tokens_than_its_pictures(
    checkpoint: Checkpoint, make_clip: MakeClip, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    chat = make_chat(checkpoint(name))
    video = encoded(chat, make_clip(12))["input_ids"].shape[1]
    monkeypatch.setattr("models.chats.encoding.VIDEO_FROM", {})
    assert video < encoded(chat, make_clip(12))["input_ids"].shape[1]


@pytest.mark.parametrize("name", VLM_BUILDERS)
@pytest.mark.parametrize("count", [1, 12])
def test_what_happens_at_the_edge_of_wide_frames_is_seen(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str, count: int
) -> None:
    chat, clip = make_chat(checkpoint(name)), make_clip(count)
    grey, marked = np.full_like(clip.frames, 128), np.full_like(clip.frames, 128)
    marked[:, :, :10] = (255, 0, 0)  # the outer 8 % on the left; a middle crop loses 22 %
    seen = [encoded(chat, replace(clip, frames=frames)) for frames in (grey, marked)]
    key = "pixel_values_videos" if "pixel_values_videos" in seen[0] else "pixel_values"
    assert not torch.equal(seen[0][key], seen[1][key])


@pytest.mark.parametrize("name", READ_AS_VIDEO)
def test_the_times_of_a_video_are_told(
    checkpoint: Checkpoint, make_clip: MakeClip, name: str
) -> None:
    text = written(make_chat(checkpoint(name)), make_clip(12))
    assert "12 frames, one every 0.40 s from 3.80 s to 8.20 s:" in text


def test_the_times_that_a_family_writes_itself_are_ours(
    checkpoint: Checkpoint, make_clip: MakeClip
) -> None:
    text = written(make_chat(checkpoint("videollama3")), make_clip(12))
    assert all(f"Time {3.8 + 0.4 * n:.1f}s:" in text for n in range(12))
    # Qwen-VL looks at frames in pairs and tells the middle of each.
    text = written(make_chat(checkpoint("qwen3")), make_clip(12))
    assert all(f"<{4.0 + 0.8 * n:.1f} seconds>" in text for n in range(6))
    inputs = encoded(make_chat(checkpoint("qwen")), make_clip(12))
    assert inputs["second_per_grid_ts"].tolist() == pytest.approx([0.8])


def test_uneven_times_are_all_told(make_clip: MakeClip) -> None:
    assert video_caption([1.0, 1.5, 3.0]) == "3 frames at 1.00, 1.50, 3.00 s"
    assert video_caption([1.0, 1.5, 2.01]) == "3 frames, one every 0.50 s from 1.00 s to 2.01 s"
    assert video_caption([1.0]) == "1 frames at 1.00 s"


def test_a_still_video_costs_videollama3_fewer_tokens(
    checkpoint: Checkpoint, make_clip: MakeClip
) -> None:
    chat, moving = make_chat(checkpoint("videollama3")), make_clip(12)
    still = replace(moving, frames=np.repeat(moving.frames[:1], 12, axis=0))
    lengths = [encoded(chat, clip)["input_ids"].shape[1] for clip in (still, moving)]
    assert lengths[0] < lengths[1]
    assert len(chat.ask([ChatRequest("what?", still, max_new_tokens=2)])) == 1


@pytest.mark.parametrize("name", ["llava", "videollama3", "onevision"])
def test_a_full_context_drops_frames_evenly(
    tmp_path: Path, make_clip: MakeClip, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    chat = make_chat(VLM_BUILDERS[name](tmp_path / name))
    chat.prepare().model.config.text_config.max_position_embeddings = 150
    request = ChatRequest("what?", make_clip(48), max_new_tokens=8)
    inputs, asked = chat.encoder(chat.prepare()).fit([request])
    assert inputs["input_ids"].shape[1] <= 142
    kept = asked[0].frames
    assert 1 < len(kept) < 48
    assert (kept.times_s[0], kept.times_s[-1]) == pytest.approx((3.8, 3.8 + 47 * 0.4))
    assert "of 48 frames" in caplog.text
