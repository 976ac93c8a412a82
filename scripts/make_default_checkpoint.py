"""Makes checkpoints/default: cross-validates, calibrates on that, trains, measures.

`python scripts/make_default_checkpoint.py [--data FOLDER]`. The settings are the profile
`default_checkpoint` of config.yaml. The calibration comes from the training clips alone.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from models.checkpoint import Metrics  # noqa: E402
from models.operating_point import (  # noqa: E402
    CalibrationRequest,
    calibrated_header,
    make_calibration,
)
from models.trainers.cross_validation import cross_validate  # noqa: E402
from models.trainers.encoded import EncodedCorpus, encode_corpus, encoded_data  # noqa: E402
from models.trainers.network import NetworkTrainer  # noqa: E402
from models.trainers.preparation import new_network  # noqa: E402
from utils.calibration import Calibration  # noqa: E402
from utils.config import load_settings  # noqa: E402
from utils.datasets.corpus import read_corpus  # noqa: E402
from utils.errors import AppError  # noqa: E402
from utils.logs import configure_logs  # noqa: E402
from utils.metrics.drives import summary, within_clip_auc  # noqa: E402
from utils.metrics.scored_clip import ScoredClip  # noqa: E402
from utils.settings import Settings  # noqa: E402

ALARMS_PER_HOUR = 40.0
HELD_OUT = "5-fold cross-validation over the training clips"
PROFILE = "default_checkpoint"


def cross_validated(corpus: EncodedCorpus, settings: Settings) -> tuple[Calibration, Metrics]:
    """What each threshold costs and finds on held-out clips of drives, and their figures."""
    scored = [s for fold in cross_validate(corpus, settings) for s in fold]
    drives = [s for s in scored if not _is_cadp(s)]
    figures: Metrics = dict(summary(drives, settings.events))
    figures["cadp_within_clip_auc"] = float(
        within_clip_auc([s for s in scored if _is_cadp(s)]).mean()
    )
    counted = [s for s in drives if s.clip.kind != "near_miss"]
    request = CalibrationRequest(Path(), ALARMS_PER_HOUR)
    calibration = make_calibration(counted, counted, request, settings=settings)
    return calibration.model_copy(update={"crash_clips": HELD_OUT}), figures


def _is_cadp(scored: ScoredClip) -> bool:
    return scored.clip.group.startswith("cadp/")


def make(folder: Path, data: str | None, assignments: list[str]) -> Metrics:
    """Write the checkpoint folder; its metrics. Raises AppError children."""
    settings = load_settings(profile=PROFILE, assignments=assignments)
    corpus = encode_corpus(read_corpus(settings.data, data), settings)
    calibration, held_out = cross_validated(corpus, settings)
    network = new_network(settings)
    trainer = NetworkTrainer(network, encoded_data(network, corpus, settings), settings)
    validation = trainer.fit()
    metrics: Metrics = {"cross_validation": held_out, "validation": validation}
    network.save(folder, calibrated_header(trainer.header(), calibration), metrics)
    return metrics


def main() -> int:
    """Make the checkpoint and print its figures; the exit code."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder with drives/ and cadp_frames/")
    parser.add_argument("--output", type=Path, default=ROOT / "checkpoints" / "default")
    parser.add_argument("--set", action="append", default=[], dest="assignments", metavar="A.B=C")
    args = parser.parse_args()
    configure_logs(verbose=False)
    try:
        for part, figures in make(args.output, args.data, args.assignments).items():
            print(f"{part}: {figures}")
    except AppError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    torch.set_num_threads(1)  # the trained part is small: more threads only wait for each other
    sys.exit(main())
