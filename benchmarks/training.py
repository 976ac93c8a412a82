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
from collections.abc import Callable, Iterator
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
from models.trainers.samples import Batch
from models.trainers.schedule import Schedule
from utils.clip import Sampling
from utils.config import validate
from utils.labeled_clip import LabeledClip
from utils.settings import Settings
from utils.video import VideoFile

ROUNDS, STEPS, WORKERS = 3, 6, 2
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
        picture_steps(corpus, settings(place, freeze=[], augment_pictures="light"))


def settings(place: Path, **training: object) -> Settings:
    """Settings that write below a folder; `training` on top of a batch of two short crops."""
    own = {"batch_size": 2, "num_epochs": 1000, "crops_per_clip": 2, **training}
    data = {"cache_dir": str(place / "cache")}
    return validate({"data": data, "training": own}, source="benchmark")


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
    def encode() -> None:
        for _ in range(frames // BATCH_FRAMES):
            encoder.describe(pixels)
        _wait()

    def both() -> None:
        with tempfile.TemporaryDirectory() as empty:
            FeatureCache(Path(empty), encoder, rate).encode(clip)

    decode_s, encode_s, both_s = in_turns([decode, encode, both])
    limit_s = max(decode_s, encode_s)
    print(
        f"first pass: {frames / both_s:.0f} frames/s; decoding alone {frames / decode_s:.0f}, "
        f"encoding alone {frames / encode_s:.0f}; time over the slower {both_s / limit_s:.2f}"
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
    def encode() -> None:
        network.visual_backbone.describe(pixels)
        _wait()

    step_s, encode_s = in_turns([lambda: next(steps), encode])
    print(
        f"cached features: {outcome.frames / step_s:.0f} frames/s, "
        f"{encode_s / step_s:.1f} times as fast as encoding them anew"
    )


def picture_steps(corpus: list[LabeledClip], chosen: Settings) -> None:
    """Steps that decode nothing but crop, change and load pictures, against ready samples."""
    data = pixel_data(corpus, chosen)
    ready = list(islice(loaded(data, chosen, 0), STEPS))
    trainer = NetworkTrainer(new_network(chosen), data, chosen)
    schedule = trainer.schedule

    def compute() -> None:
        for batches in ready:
            trainer.optimization.step(batches, schedule, 0)

    def alone(workers: int) -> Callable[[], None]:
        steps = loaded(data, chosen, workers)
        next(steps)  # worker processes are started

        def run() -> None:
            for batches in islice(steps, STEPS):
                trainer.optimization.step(batches, schedule, 0)

        return run

    frames = sum(int(b.valid.sum()) for batches in ready for b in batches)
    ready_s, plain_s, worked_s = in_turns([compute, alone(0), alone(WORKERS)])
    print(
        f"pictures, encoder learning: {frames / ready_s:.0f} frames/s on ready samples; time over "
        f"that {plain_s / ready_s:.2f} without workers, {worked_s / ready_s:.2f} with {WORKERS}"
    )


def loaded(data: TrainingData, chosen: Settings, workers: int) -> Iterator[list[Batch]]:
    """The batches of each step, made by so many worker processes."""
    training = chosen.training.model_copy(update={"workers": workers})
    schedule = Schedule(training, len(data.train.clips))
    return load_steps(data.train, Places(data.train.weights, schedule), 0)


def in_turns(works: list[Callable[[], object]]) -> list[float]:
    """Median seconds of each, measured in turns after one round that does not count."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS + 1):
        for row, work in zip(seconds, works, strict=True):
            start_s = time.perf_counter()
            work()
            row.append(time.perf_counter() - start_s)
    return [statistics.median(row[1:]) for row in seconds]


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
