"""Runs of train.py on drawn clips, killed at random moments and resumed; not tests themselves.

Each run is a forked copy of this process, so that it does not import everything anew. POSIX only.
"""

import hashlib
import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import torch
import yaml

import models.trainers.run  # noqa: F401 - else every forked run would import it anew
import train
from models.video_trigger_model import VideoTriggerModel
from tests.video_factory import VideoPlan, write_video
from tests.waiting import wait_until

READY = "steps of"  # the last line before the first step
EARLY_SHARE = 0.2  # of the kills come while the program is still loading


@dataclass(frozen=True)
class KilledRuns:
    """A corpus and settings in a folder; runs write below it."""

    folder: Path
    epochs: int

    def prepare(self) -> None:
        """Draw the clips, write their labels and the settings."""
        for name, frames in (("a.mp4", 150), ("b.mp4", 120), ("c.mp4", 90)):
            write_video(self.folder / name, VideoPlan(frames=frames))
        contact = {"timestamp": 3.0, "label": "collision", "description": ""}
        videos = [
            {"video_path": "a.mp4", "triggers": [contact], "description": ""},
            {"video_path": "b.mp4", "triggers": [], "description": ""},
            {"video_path": "c.mp4", "triggers": [], "description": ""},
        ]
        labels = self.folder / "labels.json"
        labels.write_text(json.dumps({"videos": videos}))
        clips = {"annotations": str(labels), "video_dir": str(self.folder)}
        data = {f"{split}_{k}": v for split in ("train", "val") for k, v in clips.items()}
        encoder = {"name": "test_resnet", "pretrained": "none", "image_size_px": 32}
        training = {"num_epochs": self.epochs, "batch_size": 1, "resume_every_steps": 1}
        training |= {"save_every": 3, "validate_every": 4, "log_dir": str(self.folder / "logs")}
        settings = {
            "device": "cpu",
            "data": {**data, "cache_dir": str(self.folder / "cache"), "split_by": "labels"},
            "model": {"encoder": encoder, "members": 1},
            "training": training,
        }
        (self.folder / "config.yaml").write_text(yaml.safe_dump(settings))

    def start(self, run: Path) -> int:
        """The process number of train.py into this folder, resumed where the folder is there."""
        arguments = ["--config", str(self.folder / "config.yaml")]
        arguments += ["--set", f"training.output_dir={run}"]
        arguments += ["--resume", str(run)] if run.is_dir() else []
        self.said.write_text("")
        number = os.fork()
        if number == 0:
            code = 1
            try:
                with self.said.open("w") as out:
                    sys.stdout = sys.stderr = out
                    torch.set_num_threads(1)  # a forked process cannot use its parent's threads
                    code = train.main(arguments)
            finally:
                os._exit(code)
        return number

    @property
    def said(self) -> Path:
        """What the last run printed."""
        return self.folder / "said.txt"

    def finish(self, run: Path) -> str:
        """Run to the end; the hash of the final weights. Raises RuntimeError where it fails."""
        self._end(self.start(run), (0,))
        weights = (run / "final" / "model.safetensors").read_bytes()
        return hashlib.sha256(weights).hexdigest()

    def kill_once(self, run: Path, generator: random.Random, *, longest_s: float) -> bool:
        """Start or resume a run and kill it after a random time; False where it ended before."""
        number = self.start(run)
        if generator.random() >= EARLY_SHARE:
            wait_until(lambda: self._is_ready(number))
        time.sleep(generator.uniform(0, longest_s))
        os.kill(number, signal.SIGKILL)
        return self._end(number, (0, -signal.SIGKILL)) != 0

    def _is_ready(self, number: int) -> bool:
        """Whether the first step comes next, or the run has ended without one."""
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return READY in self.said.read_text() or os.waitid(os.P_PID, number, how) is not None

    def _end(self, number: int, allowed: tuple[int, ...]) -> int:
        code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        if code not in allowed:
            raise RuntimeError(f"train.py ended with {code}: {self.said.read_text()[-2000:]}")
        return code


def unreadable_checkpoints(run: Path) -> list[str]:
    """The names of checkpoints in a run's folder that cannot be loaded, or not wholly."""
    bad = []
    for weights in sorted(run.glob("*/model.safetensors")):
        if not (weights.parent / "config.yaml").is_file():
            continue  # killed before the checkpoint's first writing was complete
        _, _, report = VideoTriggerModel.load(weights.parent)
        if not report.complete:
            bad.append(weights.parent.name)
    return bad
