"""Checks labelled videos before training; on request draws frames, cuts clips or writes jsonl.

`python scripts/preprocess_data.py --annotations annotations.json --videos VIDEOS` (or the corpora
that the settings name) lists what is missing, unreadable, mislabelled, twice there, or in two
splits at once. `--write-jsonl DATASET` writes the collision-question files from folders.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from utils.atomic import atomic_write_text  # noqa: E402
from utils.clip import Sampling  # noqa: E402
from utils.command_settings import add_settings_flags, settings_of  # noqa: E402
from utils.datasets.annotations import write_annotations  # noqa: E402
from utils.datasets.corpus import labelled_clips, tidied  # noqa: E402
from utils.datasets.question_files import write_question_files  # noqa: E402
from utils.errors import AppError, VideoError  # noqa: E402
from utils.labeled_clip import LabeledClip  # noqa: E402
from utils.logs import configure_logs  # noqa: E402
from utils.plain_text import one_line  # noqa: E402
from utils.preparation.clip_cuts import write_cuts  # noqa: E402
from utils.preparation.clip_frames import write_frames  # noqa: E402
from utils.preparation.clip_names import unique_names  # noqa: E402
from utils.preparation.corpus_account import account, record  # noqa: E402
from utils.preparation.corpus_check import CorpusCheck, check_clip, check_corpus  # noqa: E402
from utils.settings import Settings  # noqa: E402

OK, REFUSED, FAULTS = 0, 2, 3


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser(prog="preprocess_data.py", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--annotations", type=Path, help="label file (default: what the settings name)")
    add("--videos", type=Path, help="folder of its videos (default: where the labels are)")
    add_settings_flags(parser, device=False)
    add("--data", help="folder with drives/ and cadp_frames/")
    add("--decode", action="store_true", help="read every video to its end to find damage")
    add("--report", type=Path, metavar="FILE", help="write everything that was found as JSON")
    add("--frames", type=Path, metavar="FOLDER", help="write a folder of frames per clip")
    add("--fps", type=float, help="frames per second (default: data.frame_sampling_rate)")
    add("--size", type=int, help="their side in pixels (default: model.encoder.image_size_px)")
    add(
        "--cut", type=Path, metavar="FOLDER", help="write short clips around events, and quiet ones"
    )
    add("--write-jsonl", type=Path, metavar="DATASET", help="train/ val/ test/ folders to .jsonl")
    return parser.parse_args(argv)


def resolve_settings(args: Namespace) -> Settings:
    """Settings with the label file of the command line. Raises ConfigError."""
    labels: dict[str, Any] = {}
    if args.annotations is not None:
        folder = "" if args.videos is None else str(args.videos)
        labels = {"train_annotations": str(args.annotations), "train_video_dir": folder}
    data = {**labels, **({"frame_sampling_rate": args.fps} if args.fps is not None else {})}
    encoder = {} if args.size is None else {"image_size_px": args.size}
    return settings_of(args, data=data, model={"encoder": encoder})


def check(clips: Sequence[LabeledClip], *, decode: bool) -> CorpusCheck:
    """Every clip against its video, then all of them together."""
    bar = tqdm(clips, desc="checking", unit="clip", disable=None)
    return check_corpus([check_clip(clip, decode=decode) for clip in bar])


def draw_frames(clips: Sequence[LabeledClip], folder: Path, settings: Settings) -> Iterator[str]:
    """A folder of frames per clip, by split; a line at the end and one per clip left out."""
    side = settings.model.encoder.image_size_px
    sampling = Sampling(settings.data.frame_sampling_rate, (side, side))
    names, written, present = unique_names(clip.path for clip in clips), 0, 0
    for clip in tqdm(clips, desc="frames", unit="clip", disable=None):
        try:
            new = write_frames(clip, folder / clip.split / names[clip.path], sampling)
        except VideoError as error:
            yield f"left out: {one_line(str(error))}"
            continue
        written, present = written + new, present + (not new)
    yield f"{folder}: frames of {written} clips written, {present} were there"


def cut_clips(clips: Sequence[LabeledClip], folder: Path) -> Iterator[str]:
    """Short clips and `<split>.json` with their moments, and a line about each split."""
    names = unique_names(clip.path for clip in clips)
    cuts: dict[str, list[LabeledClip]] = {}
    for clip in tqdm(clips, desc="cutting", unit="clip", disable=None):
        try:
            done = write_cuts(clip, folder / clip.split, names[clip.path])
        except VideoError as error:
            yield f"left out: {one_line(str(error))}"
            continue
        cuts.setdefault(clip.split, []).extend(done)
    for split, done in cuts.items():
        write_annotations(folder / f"{split}.json", done)
        events = sum(bool(cut.events_s) for cut in done)
        yield f"{folder / f'{split}.json'}: {events} cuts with an event, {len(done) - events} quiet"


def write_jsonl(folder: Path) -> Iterator[str]:
    """The collision-question files of a data set, and a line about each."""
    for file in write_question_files(folder):
        yield f"{file.path}: {file.positives} with label 1, {file.negatives} with label 0"
        yield from (f"left out: {name}: its names say neither" for name in file.unnamed)


def prepare(args: Namespace) -> int:
    """Check, then do what was asked; the exit code. Raises AppError."""
    if args.write_jsonl is not None:
        return _say(write_jsonl(args.write_jsonl))
    settings = resolve_settings(args)
    checked = check(labelled_clips(settings.data, args.data), decode=args.decode)
    _say(account(checked))
    if args.report is not None:
        atomic_write_text(args.report, record(checked).model_dump_json(indent=2) + "\n")
    usable = tidied([c.clip for c in checked.clips if c.usable], settings.data)
    if not usable:
        print("error: no clip can be used", file=sys.stderr)
        return REFUSED
    code = OK if checked.sound else FAULTS
    if args.frames is not None:
        code = max(code, _say(draw_frames(usable, args.frames, settings)))
    if args.cut is not None:
        code = max(code, _say(cut_clips(usable, args.cut)))
    return code


def _say(lines: Iterator[str]) -> int:
    """Print lines; FAULTS where one of them tells of something left out."""
    code = OK
    for line in lines:
        print(line)
        code = FAULTS if line.startswith("left out: ") else code
    return code


def main(argv: list[str] | None = None) -> int:
    """Do what the command line says; the exit code: 0 sound, 2 refused, 3 something to mend."""
    args = parse_arguments(argv)
    configure_logs()
    try:
        return prepare(args)
    except AppError as error:
        print(f"error: {error}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("stopped; run it again to go on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
