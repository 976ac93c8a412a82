"""How fast training is, against the limits that decoding and the network set, in one run.

    python -m benchmarks.training

Two drawn 720p clips. Four ratios, each of two things timed in turns: the first pass (decode and
encode once) against the slower of decoding and encoding alone, a step on cached features against
encoding its frames anew, and a step on pictures, without and with worker processes, against the
same step on samples that lie ready. 1.0 means that nothing but the limit costs time.
"""

import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import torch

from benchmarks.decode import draw_clips
from models.device import pick_device
from models.trainers.drawing import Places, load_steps
from models.trainers.encoded import encode_corpus, encoded_data
from models.trainers.feature_cache import BATCH_FRAMES, FeatureCache
from models.trainers.network import NetworkTrainer, TrainingData
from models.trainers.pixels import pixel_data
from models.trainers.preparation import new_network
from models.trainers.samples import Batch, stack
from models.trainers.schedule import Schedule
from utils.clip import Sampling
from utils.config import validate
from utils.labeled_clip import LabeledClip
from utils.settings import Settings
from utils.video import VideoFile

ROUNDS, STEPS, WORKERS = 3, 2, 2
PICTURE_SIDE_PX = 112  # a learning encoder at 224 px would take minutes on a CPU
CRASH_S = 15.0


def main() -> None:
    """Print one line per ratio."""
    logging.getLogger().setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        crash, normal = draw_clips(place)
        corpus = [
            LabeledClip(crash, "crash", (CRASH_S,), "crash"),
            LabeledClip(normal, "normal", (), "normal"),
        ]
        print(f"device {pick_device()}, {torch.get_num_threads()} threads")
        first_pass(corpus, settings(place))
        cached_steps(corpus, settings(place))
        learning = settings(place, freeze=[], augment_pictures="light", batch_size=1)
        picture_steps(corpus, with_side(learning, PICTURE_SIDE_PX))


def settings(place: Path, **training: object) -> Settings:
    """Settings that write below a folder; `training` on top of a batch of two short crops."""
    own = {"batch_size": 2, "num_epochs": 1000, "crops_per_clip": 2, **training}
    data = {"cache_dir": str(place / "cache")}
    return validate({"data": data, "training": own}, source="benchmark")


def with_side(chosen: Settings, side_px: int) -> Settings:
    """The settings with an encoder that sees squares of this side."""
    encoder = chosen.model.encoder.model_copy(update={"image_size_px": side_px})
    model = chosen.model.model_copy(update={"encoder": encoder})
    return chosen.model_copy(update={"model": model})


def first_pass(corpus: list[LabeledClip], chosen: Settings) -> None:
    """Decoding and encoding together against each alone."""
    encoder = new_network(chosen).to(pick_device()).visual_backbone
    rate, side = chosen.training.cache_fps, chosen.model.encoder.image_size_px
    sampling, clip = Sampling(rate, (side, side)), corpus[0]

    def decode() -> int:
        with VideoFile(clip.path) as video:
            return sum(len(piece) for piece in video.sample(sampling, batch_frames=BATCH_FRAMES))

    frames = decode()
    pixels = torch.zeros(1, BATCH_FRAMES, 3, side, side, dtype=torch.uint8, device=pick_device())

    @torch.inference_mode()
    def encode() -> int:
        batches = frames // BATCH_FRAMES
        for _ in range(batches):
            encoder.describe(pixels)
        _wait()
        return batches * BATCH_FRAMES

    def both() -> int:
        with tempfile.TemporaryDirectory() as empty:
            return len(FeatureCache(Path(empty), encoder, rate).encode(clip).times_s)

    decode_s, encode_s, both_s = in_turns([decode, encode, both])
    limit_s = max(decode_s, encode_s)
    print(
        f"first pass: {1 / both_s:.0f} frames/s; decoding alone {1 / decode_s:.0f}, "
        f"encoding alone {1 / encode_s:.0f}; time over the slower {both_s / limit_s:.2f}"
    )


def cached_steps(corpus: list[LabeledClip], chosen: Settings) -> None:
    """A step on cached features against encoding the frames of that step anew."""
    network = new_network(chosen).to(pick_device())
    data = encoded_data(network, encode_corpus(corpus, chosen), chosen)
    trainer = NetworkTrainer(network, data, chosen)
    steps = trainer.optimize()
    outcome = next(steps)
    side = chosen.model.encoder.image_size_px
    shape = (1, max(1, outcome.frames), 3, side, side)
    pixels = torch.zeros(shape, dtype=torch.uint8, device=pick_device())

    @torch.inference_mode()
    def encode() -> int:
        network.visual_backbone.describe(pixels)
        _wait()
        return pixels.shape[1]

    step_s, encode_s = in_turns([lambda: next(steps).frames, encode])
    print(
        f"cached features: {1 / step_s:.0f} frames/s, "
        f"{encode_s / step_s:.1f} times as fast as encoding them anew"
    )


def picture_steps(corpus: list[LabeledClip], chosen: Settings) -> None:
    """Steps that decode nothing but crop, change and load pictures, against ready samples."""
    data = pixel_data(corpus, chosen)
    ready = list(islice(loaded(data, chosen, 0), STEPS))
    trainer = NetworkTrainer(new_network(chosen), data, chosen)
    schedule = trainer.schedule

    def train(steps: Iterable[list[Batch]]) -> int:
        return sum(trainer.optimization.step(b, schedule, 0).frames for b in islice(steps, STEPS))

    plain, worked = (loaded(data, chosen, workers) for workers in (0, WORKERS))
    ready_s, plain_s, worked_s = in_turns(
        [lambda: train(ready), lambda: train(plain), lambda: train(worked)]
    )
    print(
        f"pictures of {PICTURE_SIDE_PX} px, encoder learning: {1 / ready_s:.1f} frames/s on "
        f"ready samples; time over that {plain_s / ready_s:.2f} without workers, "
        f"{worked_s / ready_s:.2f} with {WORKERS}"
    )


def loaded(data: TrainingData, chosen: Settings, workers: int) -> Iterator[list[Batch]]:
    """The batches of each step, made by so many worker processes."""
    training = chosen.training.model_copy(update={"workers": workers})
    schedule = Schedule(training, len(data.train.clips))
    return load_steps(data.train, Places(data.train.weights, schedule), 0, stack)


def in_turns(works: list[Callable[[], int]]) -> list[float]:
    """Median seconds per frame of each, in turns after one round that does not count.

    Each work returns how many frames it was.
    """
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS + 1):
        for row, work in zip(seconds, works, strict=True):
            start_s = time.perf_counter()
            count = work()
            row.append((time.perf_counter() - start_s) / count)
    return [statistics.median(row[1:]) for row in seconds]


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
