"""A vision-language model labels a folder of videos: metadata.jsonl for a person to review.

`python scripts/label_with_teacher.py VIDEOS --profile metadata_internvl3` writes a row per video
with `"review": "unreviewed"`. A person sets it to `corrected` or `accepted`. A second run goes on
where the first stopped; rows that a person touched stay as they are, with `--again` too.
"""

import hashlib
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ui.console import OK, PARTIAL, run_command  # noqa: E402
from utils.answers import SceneMetadata  # noqa: E402
from utils.atomic import probe_writable  # noqa: E402
from utils.command_settings import add_settings_flags, settings_of  # noqa: E402
from utils.datasets.named_videos import NamedVideos  # noqa: E402
from utils.datasets.teacher_labels import Teacher, TeacherLabels  # noqa: E402
from utils.plain_text import one_line  # noqa: E402
from utils.tasks import Task, task_named  # noqa: E402
from utils.version import APP_VERSION  # noqa: E402

if TYPE_CHECKING:
    from models.clip_answers import ClipAnswers, ClipQuestioner

TASK = "metadata"


@dataclass(slots=True)
class Account:
    """What a run did: rows written, rows of persons that stayed, clips left out with the reason."""

    rows: int = 0
    kept: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser(prog="label_with_teacher.py", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("videos", type=Path, help="folder of videos, or of a dataset with videos/ in it")
    add("--output", type=Path, help="default: metadata.jsonl in the folder")
    add("--again", action="store_true", help="label anew what no person has touched")
    add_settings_flags(parser)
    return parser.parse_args(argv)


@dataclass(frozen=True, slots=True)
class Labeller:
    """Labels videos of a folder by one task."""

    videos: NamedVideos
    questioner: "ClipQuestioner"
    task: Task

    def label(self, names: list[str], labels: TeacherLabels, account: Account) -> None:
        """Write a row per video as soon as its group is answered, so that a stop loses little."""
        paths = [self.videos.path(name) for name in names]
        answered = tqdm(self.questioner.ask(paths), total=len(names), unit="video", disable=None)
        for one in answered:
            name = self.videos.name(one.path)
            row = self._row(one)
            if isinstance(row, str):
                account.left_out.append(one_line(f"{name}: {row}"))
                continue
            kept = labels.put({name: row})
            account.kept += kept
            account.rows += not kept

    def _row(self, one: "ClipAnswers") -> "tuple[SceneMetadata, Teacher] | str":
        """Labels and where they come from, or why there are none."""
        from models.clip_answers import typed_answer

        if one.error:
            return one.error
        (answer,) = one.answers
        labels = typed_answer(answer)
        if not isinstance(labels, SceneMetadata):
            return answer.error or "no labels came back"
        teacher = Teacher(
            model=self.questioner.name,
            prompt_sha256=hashlib.sha256(self.task.prompt.encode()).hexdigest(),
            app_version=APP_VERSION,
            labelled_at=datetime.now(UTC),
            flags=answer.flags,
            repaired=answer.repaired,
        )
        return labels, teacher


def run(args: Namespace) -> Account:
    """Label what the command line names. Raises AppError children."""
    videos = NamedVideos.of_folder(args.videos)
    labels = TeacherLabels(args.output or args.videos / "metadata.jsonl")
    done = labels.persons() if args.again else labels.named()
    names = [name for name in videos.names if name not in done]
    probe_writable(labels.path)
    account = Account(left_out=list(videos.refused))
    if not names:
        return account
    settings = settings_of(args)
    from models.questioner import build_questioner  # so that --help stays quick

    task = task_named(TASK)
    questioner = build_questioner(settings, [task])
    Labeller(videos, questioner, task).label(names, labels, account)
    return account


def label(args: Namespace) -> int:
    """Label; 3 where videos were left out. Raises AppError children."""
    account = run(args)
    for line in account.left_out:
        print(f"left out: {line}", file=sys.stderr)
    for name in account.kept:
        print(f"kept as a person left it meanwhile: {name}", file=sys.stderr)
    print(f"{account.rows} videos labelled, unreviewed; {len(account.left_out)} left out")
    return PARTIAL if account.left_out else OK


def main(argv: list[str] | None = None) -> int:
    """Label what the command line names; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: label(args), stopped="stopped; run it again to go on")


if __name__ == "__main__":
    sys.exit(main())
