"""Is a collision likely right after each clip of a folder? A table `file_name,risk` of 1 and 0.

`python scripts/predict_risk.py CLIPS --profile crash_risk_smolvlm2 --output risk.csv` asks the
collision question about every whole clip. The answers are kept in risk.jsonl as they come, so that
a second run goes on; evaluate.py reads the table.
"""

import csv
import io
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.ask_about_clips import Asking  # noqa: E402
from ui.console import OK, PARTIAL, run_command  # noqa: E402
from utils.answers import YesNo  # noqa: E402
from utils.atomic import atomic_write_text, probe_writable  # noqa: E402
from utils.command_settings import add_settings_flags, settings_of  # noqa: E402
from utils.datasets.answer_files import GivenAnswer, read_answers  # noqa: E402
from utils.errors import ConfigError  # noqa: E402
from utils.settings import Settings  # noqa: E402
from utils.tasks import task_named  # noqa: E402

TASK = task_named("crash_risk")


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser(prog="predict_risk.py", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("clips", type=Path, help="folder of clips; a clip ends where the risk is asked about")
    add("--output", type=Path, default=Path("outputs/risk.csv"), metavar="CSV", help="the table")
    add("--scores", action="store_true", help="a third column: the probability of yes")
    add("--threshold", type=float, default=0.5, help="probability from which risk is 1")
    add_settings_flags(parser)
    args = parser.parse_args(argv)
    if not 0 <= args.threshold <= 1:
        parser.error("--threshold is a probability: 0 to 1")
    return args


def resolve_settings(args: Namespace) -> Settings:
    """The describer of the settings; boxes are not needed. Raises ConfigError."""
    return settings_of(args, detector={"kind": "none"})


def write_table(answers: list[GivenAnswer], args: Namespace) -> None:
    """Write the table, wholly or not at all. Raises OutputError."""
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\n")
    table.writerow(["file_name", "risk", *(["score"] if args.scores else [])])
    for answer in sorted(answers, key=lambda a: a.video):
        cells: list[object] = [answer.video, risk(answer, args.threshold)]
        if args.scores:
            cells.append("" if answer.score is None else f"{answer.score:.4f}")
        table.writerow(cells)
    atomic_write_text(args.output, buffer.getvalue())


def risk(answer: GivenAnswer, threshold: float) -> int:
    """1 or 0: by the probability where the model gave one, else by its words."""
    if answer.score is not None:
        return int(answer.score >= threshold)
    said = YesNo.parse(answer.text)
    return int(said is not None and said.answer)


def predict(args: Namespace) -> int:
    """Ask and write the table; 3 where clips were left out. Raises AppError children."""
    answers, left_out = args.output.with_suffix(".jsonl"), 0
    if answers == args.output:
        raise ConfigError("the table cannot be a .jsonl file; name it risk.csv")
    probe_writable(args.output)
    for line in Asking(args.clips, [TASK], resolve_settings(args)).run(answers):
        print(f"left out: {line}", file=sys.stderr)
        left_out += 1
    given = read_answers(answers, "test") if answers.exists() else []
    write_table(given, args)
    print(
        f"{args.output}: {len(given)} clips, {sum(risk(a, args.threshold) for a in given)} at risk"
    )
    return PARTIAL if left_out else OK


def main(argv: list[str] | None = None) -> int:
    """Ask about every clip that has no answer yet and write the table; the exit code."""
    args = parse_arguments(argv)
    return run_command(lambda: predict(args), stopped="stopped; run it again to go on")


if __name__ == "__main__":
    sys.exit(main())
