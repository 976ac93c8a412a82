"""Drafts annotations.json for a folder of videos, to be corrected by a person.

`python scripts/generate_annotations_from_videos.py VIDEOS` lists every video without a moment.
With `--checkpoint` the events that it finds become moments labelled "possible crash". A second
run adds new videos only and keeps every entry that is there.
"""

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ui.console import OK, PARTIAL, REFUSED, run_command  # noqa: E402
from utils.atomic import probe_writable  # noqa: E402
from utils.datasets.annotation_draft import UNCHECKED, AnnotationDraft  # noqa: E402
from utils.datasets.annotations import AnnotatedVideo, Trigger  # noqa: E402
from utils.datasets.clip_path import clip_path  # noqa: E402
from utils.datasets.named_label import label_of  # noqa: E402
from utils.errors import VideoError  # noqa: E402
from utils.plain_text import clock, one_line  # noqa: E402
from utils.report import AnalysisReport, EventReport  # noqa: E402
from utils.video import probe  # noqa: E402
from utils.video_files import find_videos  # noqa: E402

if TYPE_CHECKING:
    from models.pipeline import Pipeline

SHIPPED = "checkpoints/default"
LABEL = "possible crash"


@dataclass(slots=True)
class Account:
    """What a run did: entries made, moments in them, and videos left out with the reason."""

    entries: int = 0
    moments: int = 0
    left_out: list[str] = field(default_factory=list)


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser(
        prog="generate_annotations_from_videos.py", description=__doc__.splitlines()[0]
    )
    add = parser.add_argument
    add("videos", type=Path, help="folder of videos")
    add("--output", type=Path, help="annotations file (default: annotations.json in the folder)")
    add("--checkpoint", nargs="?", const=SHIPPED, metavar="FOLDER", help="draft moments with it")
    add("--threshold", type=float, help="0 to 1; overrides the checkpoint's own")
    add("--folder-labels", action="store_true", help="names like crash/ and normal/ are true")
    add("--device", choices=["auto", "cpu", "cuda"], default="auto")
    args = parser.parse_args(argv)
    if args.threshold is not None and args.checkpoint is None:
        parser.error("--threshold needs --checkpoint")
    return args


def load_pipeline(args: Namespace) -> "Pipeline | None":
    """The product's pipeline without boxes and words, or None without a checkpoint."""
    if args.checkpoint is None:
        return None
    from models.build import build_pipeline  # after the arguments, so that --help stays quick
    from utils.config import load_settings

    trigger: dict[str, Any] = {"checkpoint": args.checkpoint}
    if args.threshold is not None:
        trigger["threshold"] = args.threshold
    flags = {
        "trigger": trigger,
        "device": args.device,
        "detector": {"kind": "none"},
        "describer": {"kind": "template"},
        "limits": {"max_described_frames": 0},
    }
    return build_pipeline(load_settings(flags=flags))


@dataclass(frozen=True, slots=True)
class Drafter:
    """Makes the entry of one video. folder: where video paths start from."""

    folder: Path
    pipeline: "Pipeline | None"
    folder_labels: bool

    def entry(self, video: Path) -> AnnotatedVideo:
        """Raises VideoError where the video cannot be read, or only a moment would make it true."""
        name = video.relative_to(self.folder)
        label = label_of(name) if self.folder_labels else None
        if self.pipeline is None or label == "normal":
            probe(video)
            return self._without_moment(name, label)
        report = self.pipeline.analyze(video)
        triggers = tuple(_trigger(event) for event in report.triggers)
        if not triggers and label in ("crash", "near_miss"):
            triggers = (_highest(report),)
        if label == "near_miss":
            triggers = tuple(t.model_copy(update={"label": "near_miss"}) for t in triggers)
        return AnnotatedVideo(
            video_path=name.as_posix(), triggers=triggers, description=_origin(report)
        )

    def _without_moment(self, name: Path, label: str | None) -> AnnotatedVideo:
        if label in ("crash", "near_miss"):
            raise VideoError(
                f"{one_line(name.as_posix())}: a {label} needs its moment, and an entry without "
                "one means normal driving; use --checkpoint to draft it"
            )
        described = "normal by its folder's name" if label else f"listed only, {UNCHECKED}"
        return AnnotatedVideo(video_path=name.as_posix(), description=described)


def _origin(report: AnalysisReport) -> str:
    """Who made the entry, so that a person sees what is left to check."""
    damaged = "; the file is damaged, part of it was read" if report.status == "partial" else ""
    checkpoint = Path(report.components.checkpoint).name
    return f"drafted by the checkpoint {checkpoint}, {UNCHECKED}{damaged}"


def _trigger(event: EventReport) -> Trigger:
    span = f"{clock(event.event.start_s)} to {clock(event.event.end_s)}"
    text = f"score {event.trigger_confidence:.2f}, {span}"
    return Trigger(timestamp=round(event.timestamp, 3), label=LABEL, description=text)


def _highest(report: AnalysisReport) -> Trigger:
    """Where to begin looking in a video that holds an event by its name, but none was found."""
    scores = report.score_track.scores
    row = scores.index(max(scores))
    text = f"highest score {scores[row]:.2f}, below the threshold"
    return Trigger(
        timestamp=round(report.score_track.times_s[row], 3), label=LABEL, description=text
    )


def draft_annotations(drafter: Drafter, draft: AnnotationDraft) -> Account:
    """Add the missing videos; the file is written after each, so that a stop loses nothing."""
    known, account = draft.names(), Account()
    videos = find_videos([drafter.folder])
    for video in tqdm(videos, unit="video", disable=None):
        name = video.relative_to(drafter.folder).as_posix()
        if name in known:
            continue
        try:
            _check_name(drafter.folder, name)
            entry = drafter.entry(video)
        except VideoError as error:
            account.left_out.append(one_line(str(error)))
        else:
            draft.add([entry])
            account.entries += 1
            account.moments += len(entry.triggers)
    return account


def _check_name(folder: Path, name: str) -> None:
    try:
        clip_path(folder, name)
    except ValueError:
        raise VideoError(f"{ascii(name)[:80]}: label files cannot hold this name") from None


def run(args: Namespace) -> int:
    """Draft; 2 where nothing could be read, 3 where some. Raises AppError children."""
    output = args.output or args.videos / "annotations.json"
    if not args.videos.is_dir():
        raise VideoError(f"{args.videos} is no folder; give a folder of videos")
    drafter = Drafter(args.videos, load_pipeline(args), args.folder_labels)
    draft = AnnotationDraft(output)
    probe_writable(output)
    account = draft_annotations(drafter, draft)
    readable = bool(draft.names())
    for line in account.left_out:
        print(f"left out: {line}", file=sys.stderr)
    print(f"{output}: {account.entries} videos added with {account.moments} moments to check")
    if not readable:
        return REFUSED
    return PARTIAL if account.left_out else OK


def main(argv: list[str] | None = None) -> int:
    """Draft what the command line names; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: run(args), stopped="stopped; run it again to go on")


if __name__ == "__main__":
    sys.exit(main())
