"""Unpacks downloaded DoTA and BDD100K archives, whole or in parts, into folders of frames.

`python scripts/prepare_data.py --dota DoTA_parts/ --bdd100k bdd.tar.gz.part-* --output data/`
makes `data/DoTA/DoTA_Frames/<clip>/` and `data/BDD100K/BDD_Frames/<clip>/`. Archives that were
unpacked before are left alone; `--dry-run` says what would be done.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from utils.archives.layout import LAYOUTS  # noqa: E402
from utils.archives.parts import Archive, find_archives  # noqa: E402
from utils.archives.unpack import Target, Unpacked, check_space, finished, unpack  # noqa: E402
from utils.errors import AppError  # noqa: E402

Job = tuple[Archive, Target]


def parse_arguments(argv: list[str] | None = None) -> Namespace:
    """The command line."""
    parser = ArgumentParser(prog="prepare_data.py", description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--dota", nargs="+", type=Path, default=[], metavar="PATH", help="archives or folders")
    add("--bdd100k", nargs="+", type=Path, default=[], metavar="PATH", help="archives or folders")
    add("--output", type=Path, required=True, help="folder for DoTA/ and BDD100K/")
    add("--dry-run", action="store_true", help="check parts and space, write nothing")
    args = parser.parse_args(argv)
    if not args.dota and not args.bdd100k:
        parser.error("give --dota or --bdd100k")
    return args


def plan(args: Namespace) -> list[Job]:
    """Every archive with where it goes. Raises ArchiveError where a part is missing."""
    return [
        (archive, Target(args.output / layout.corpus, layout.place))
        for key, layout in LAYOUTS.items()
        if getattr(args, key)
        for archive in find_archives(getattr(args, key))
    ]


def describe(jobs: list[Job]) -> Iterator[str]:
    """What a run would do, a line per archive. Raises OutputError where the disk is too small."""
    for archive, target in jobs:
        size = f"{archive.size_bytes / 2**20:.1f} MiB"
        if finished(archive, target):
            yield f"{archive.name}: unpacked before"
            continue
        check_space(archive, target)
        parts = f"{len(archive.parts)} parts, " if len(archive.parts) > 1 else ""
        yield f"{archive.name}: {parts}{size} to {target.folder}"


def run(jobs: list[Job]) -> None:
    """Unpack what is not unpacked yet. Raises ArchiveError and OutputError."""
    for archive, target in jobs:
        done = finished(archive, target)
        if done:
            print(f"{archive.name}: unpacked before, {_account(done)}")
        else:
            print(f"{archive.name}: {_account(_unpack(archive, target))} in {target.folder}")


def _unpack(archive: Archive, target: Target) -> Unpacked:
    with tqdm(
        total=archive.size_bytes, desc=archive.name[:28], unit="B", unit_scale=True, disable=None
    ) as bar:
        return unpack(archive, target, report=lambda read: _advance(bar, read))


def _advance(bar: "tqdm[None]", read_bytes: int) -> None:
    bar.update(read_bytes - bar.n)


def _account(done: Unpacked) -> str:
    return f"{len(done.files)} files, {done.size_bytes / 2**20:.1f} MiB"


def main(argv: list[str] | None = None) -> int:
    """Do what the command line says; the exit code."""
    args = parse_arguments(argv)
    try:
        jobs = plan(args)
        if args.dry_run:
            print("\n".join(describe(jobs)))
        else:
            run(jobs)
    except AppError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; run it again to go on", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
