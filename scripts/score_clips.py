"""Scores of the settings' trigger for labelled clips, as `clip,time_s,score` for evaluate.py.

`python scripts/score_clips.py --set trigger.kind=yes_no --output vlm.csv`, then `python evaluate.py
--scores vlm.csv`: triggers that ask a vision-language model are measured beside checkpoints. A
second run goes on with the clips that have no score yet.
"""

import csv
import io
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ui.console import OK, PARTIAL, run_command  # noqa: E402
from utils.atomic import atomic_write_text  # noqa: E402
from utils.command_settings import add_settings_flags, settings_of  # noqa: E402
from utils.datasets.corpus import read_corpus  # noqa: E402
from utils.datasets.table import read_table  # noqa: E402
from utils.errors import AnnotationError, VideoError  # noqa: E402
from utils.labeled_clip import LabeledClip  # noqa: E402
from utils.metrics.scored_clip import ScoredClip  # noqa: E402
from utils.plain_text import one_line  # noqa: E402

COLUMNS = ("clip", "time_s", "score", "trigger")
Cells = tuple[str, ...]


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser(prog="score_clips.py", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--output", type=Path, required=True, metavar="CSV", help="clip,time_s,score,trigger")
    add("--split", choices=["train", "val", "test"], default="val")
    add("--dataset", help="of these clips only, such as drives")
    add("--data", help="folder with drives/ and cadp_frames/; unless data.* names other labels")
    add_settings_flags(parser)
    return parser.parse_args(argv)


@dataclass(slots=True)
class ScoreTable:
    """The rows of a score file; written whole after every clip, so that a stop loses nothing."""

    path: Path
    trigger: str
    rows: list[Cells]

    @classmethod
    def open(cls, path: Path, trigger: str) -> "ScoreTable":
        """What the file holds, if it is there. Raises AnnotationError for another trigger's."""
        rows = read_table(path, COLUMNS) if path.exists() else []
        other = next((row for row in rows if row.text("trigger") != trigger), None)
        if other is not None:
            raise other.fail("trigger", f"these are not scores of {trigger!r}; use another output")
        return cls(path, trigger, [tuple(row.text(name) for name in COLUMNS) for row in rows])

    def clips(self) -> set[str]:
        """The names of the clips that have scores."""
        return {row[0] for row in self.rows}

    def add(self, scored: ScoredClip) -> None:
        """Write the scores of one clip too. Raises OutputError."""
        track, name = scored.track, scored.clip.path.name
        pairs = zip(track.times_s.tolist(), track.scores.tolist(), strict=True)
        self.rows += [(name, f"{t:.4f}", f"{score:.6f}", self.trigger) for t, score in pairs]
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows([COLUMNS, *self.rows])
        atomic_write_text(self.path, buffer.getvalue())


def chosen_clips(clips: Sequence[LabeledClip], args: Namespace) -> list[LabeledClip]:
    """The clips of the split. Raises AnnotationError: none, or two of one file name."""
    wanted = [c for c in clips if c.split == args.split and args.dataset in (None, c.dataset)]
    names = [clip.path.name for clip in wanted]
    twin = next((name for name in names if names.count(name) > 1), None)
    if twin is not None:
        raise AnnotationError(f"two clips are called {twin!r}; score their data sets one by one")
    if not wanted:
        known = ", ".join(sorted({f"{c.dataset} {c.split}" for c in clips}))
        raise AnnotationError(f"no clip is in this split; there are: {known}")
    return wanted


def score_all(args: Namespace) -> list[str]:
    """Score what has no score yet; the clips that cannot be read, with the reason."""
    settings = settings_of(args)
    from models.build import build_trigger  # so that --help stays quick
    from models.clip_scoring import score_clip

    clips = chosen_clips(read_corpus(settings.data, args.data), args)
    trigger = build_trigger(settings)
    table = ScoreTable.open(args.output, trigger.name)
    known, left_out = table.clips(), []
    for clip in tqdm([c for c in clips if c.path.name not in known], unit="clip", disable=None):
        try:
            table.add(score_clip(trigger, clip))
        except VideoError as error:
            left_out.append(one_line(str(error)))
    return left_out


def run(args: Namespace) -> int:
    """Score the clips; 3 where some were left out. Raises AppError children."""
    left_out = score_all(args)
    for line in left_out:
        print(f"left out: {line}", file=sys.stderr)
    print(f"{args.output}: now python evaluate.py --scores {args.output}")
    return PARTIAL if left_out else OK


def main(argv: list[str] | None = None) -> int:
    """Score the clips that the command line names; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: run(args), stopped="stopped; run it again to go on")


if __name__ == "__main__":
    sys.exit(main())
