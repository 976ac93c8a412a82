"""A small world to train in: drawn labelled clips, a tiny network, and made-up commands."""

import json
from fractions import Fraction
from functools import partial
from pathlib import Path

from tests.video_factory import VideoPlan, barcode_frame, write_video
from ui.checkpoints import CheckpointShelf
from ui.commands import Commands
from ui.context import Context
from ui.current_settings import CurrentSettings
from ui.jobs import JobQueue
from ui.media import MediaShelf
from ui.train.training import Training
from utils.clip import Frames
from utils.config import REPO_ROOT, validate
from utils.library import LIBRARY_FILE, Library
from utils.settings import Settings

TRAIN = """
import sys, time, pathlib, yaml
config = yaml.safe_load(pathlib.Path(sys.argv[sys.argv.index("--config") + 1]).read_text())
output, seed = pathlib.Path(config["training"]["output_dir"]), config["training"]["seed"]
output.mkdir(parents=True, exist_ok=True)
(output / ".lock").touch()
try:
    print("6 steps of 2 samples")
    print("\\r 33%|###  | 2/6 [00:01<00:02]", end="")
    time.sleep(600 if seed == 7 and "--resume" not in sys.argv else 0)
except KeyboardInterrupt:
    sys.exit(130)
if seed == 9:
    print("\\nerror: no clip can be read in /home/ann/clips")
    sys.exit(2)
best = output / "best"
best.mkdir(exist_ok=True)
(best / "model.safetensors").write_bytes(b"weights")
(best / "metrics.json").write_text('{"within_clip_auc": 0.75}')
(best / "config.yaml").write_text("threshold: 0.3")
print("\\nwritten")
"""
EVALUATE = """
import sys, pathlib
output = pathlib.Path(sys.argv[sys.argv.index("--output") + 1])
output.mkdir(parents=True)
(output / "metrics.json").write_text(TEXT)
"""
MODEL = {
    "frame_inputs": "motion",
    "members": 1,
    "encoder": {
        "name": "test_resnet",
        "pretrained": "none",
        "feature_dim": 16,
        "image_size_px": 32,
    },
    "time_encoder": {"num_layers": 1},
}


def write_clips(folder: Path) -> Path:
    """Two clips to learn from and two held out, a crash at 4 s among each; their label file."""
    for row, name in enumerate(("crash", "drive", "held-crash", "held-drive")):
        draw = partial(_numbered_from, 100 * row)
        plan = VideoPlan(frames=64, rate=Fraction(8), size_px=(64, 48), draw=draw)
        write_video(folder / f"{name}.mp4", plan)
    for side, prefix in (("train", ""), ("val", "held-")):
        crash = {"video_path": f"{prefix}crash.mp4", "triggers": [{"timestamp": 4.0}]}
        labels = {"videos": [crash, {"video_path": f"{prefix}drive.mp4", "triggers": []}]}
        (folder / f"{side}.json").write_text(json.dumps(labels))
    return folder / "train.json"


def _numbered_from(first: int, number: int, size_px: tuple[int, int]) -> Frames:
    return barcode_frame(first + number, size_px)


def small_settings(folder: Path) -> Settings:
    """Settings of a run that takes a second, on the clips of `write_clips`."""
    data = {
        "train_annotations": str(folder / "train.json"),
        "val_annotations": str(folder / "val.json"),
        "cache_dir": str(folder / "cache"),
    }
    training = {
        "num_epochs": 2,
        "batch_size": 2,
        "crops_per_clip": 2,
        "warmup_steps": 1,
        "validate_every": 1,
        "resume_every_steps": 1,
    }
    trigger = {"checkpoint": str(folder / "checkpoints" / "default")}
    tree = {"device": "cpu", "data": data, "model": MODEL, "training": training, "trigger": trigger}
    return validate(tree, source="test")


def write_project(folder: Path, evaluation: str = "{}") -> Path:
    """Commands that write at once what was told them."""
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN)
    (folder / "evaluate.py").write_text(EVALUATE.replace("TEXT", repr(evaluation)))
    return folder


def make_training(
    folder: Path, project: Path = REPO_ROOT, *, outputs: Path | None = None
) -> Training:
    """The training of an app whose files are in this folder."""
    outputs = outputs or folder / "outputs"
    current = CurrentSettings(small_settings(folder), outputs / "settings.yaml")
    context = Context(
        analyze=lambda *_: iter(()),
        current=current,
        checkpoints=CheckpointShelf(lambda: current.value, folder / "checkpoints"),
        uploads=folder / "uploads",
        outputs=outputs,
        media=MediaShelf(),
        jobs=JobQueue(),
        library=Library(outputs / LIBRARY_FILE),
        commands=Commands(outputs / "runs", project),
    )
    return Training(context)
