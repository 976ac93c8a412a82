"""Asks a model tasks about every video of a folder: answers that evaluate.py measures.

`python scripts/ask_about_clips.py VIDEOS --profile crashchat --tasks crash_recognition --output
tuned.jsonl` writes a line per video and task. A second run asks what has no answer yet.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ui.console import OK, PARTIAL, run_command  # noqa: E402
from utils.command_settings import add_settings_flags, settings_of  # noqa: E402
from utils.datasets.answer_files import AnswerLine  # noqa: E402
from utils.datasets.answer_log import AnswerLog  # noqa: E402
from utils.datasets.named_videos import NamedVideos  # noqa: E402
from utils.plain_text import one_line  # noqa: E402
from utils.settings import Settings  # noqa: E402
from utils.tasks import TASKS, Task, task_named  # noqa: E402

if TYPE_CHECKING:
    from models.clip_answers import ClipAnswers

ASKED = [name for name, task in TASKS.items() if not task.states_facts]


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser(prog="ask_about_clips.py", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("videos", type=Path, help="folder of videos")
    add("--tasks", nargs="+", choices=ASKED, required=True, metavar="TASK", help=", ".join(ASKED))
    add("--output", type=Path, required=True, metavar="JSONL", help="lines of video, task, answer")
    add_settings_flags(parser)
    return parser.parse_args(argv)


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked about the videos of a folder, and by which settings."""

    folder: Path
    tasks: list[Task]
    settings: Settings

    def run(self, output: Path) -> Iterator[str]:
        """Ask what has no answer yet; yields what was left out. Raises AppError children."""
        from models.questioner import build_questioner  # so that --help stays quick

        videos = NamedVideos.of_folder(self.folder)
        yield from videos.refused
        questioner = build_questioner(self.settings, self.tasks)
        log = AnswerLog(output, questioner.name)
        paths = [videos.path(name) for name in self._unanswered(videos.names, log)]
        answered = tqdm(questioner.ask(paths), total=len(paths), unit="video", disable=None)
        for one in answered:
            name = videos.name(one.path)
            log.add(_lines(name, one))
            reasons = [one.error] if one.error else [a.error or "" for a in one.answers]
            yield from (one_line(f"{name}: {reason}") for reason in reasons if reason)

    def _unanswered(self, names: Sequence[str], log: AnswerLog) -> list[str]:
        known = log.answered()
        return [n for n in names if any((n, task.name) not in known for task in self.tasks)]


def _lines(name: str, one: "ClipAnswers") -> Iterator[AnswerLine]:
    from models.clip_answers import typed_answer

    for answer in one.answers:
        typed = typed_answer(answer)
        if typed is not None:
            text, score = typed.to_text(), answer.score
            yield AnswerLine(video=name, task=answer.task, answer=text, score=score)


def run(args: Namespace) -> int:
    """Ask; 3 where answers are missing. Raises AppError children."""
    left_out = 0
    settings = settings_of(args)
    asking = Asking(args.videos, [task_named(name) for name in args.tasks], settings)
    for line in asking.run(args.output):
        print(f"left out: {line}", file=sys.stderr)
        left_out += 1
    print(f"{args.output}: {left_out} answers are missing")
    return PARTIAL if left_out else OK


def main(argv: list[str] | None = None) -> int:
    """Ask what the command line names; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: run(args), stopped="stopped; run it again to go on")


if __name__ == "__main__":
    sys.exit(main())
