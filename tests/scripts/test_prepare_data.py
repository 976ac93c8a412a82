"""prepare_data.py: archives of both corpora to one folder per clip, with one line per error."""

from scripts.prepare_data import main
from tests.archive_factory import clip_files, split_file, write_tar


def run(tmp_path, *extra):
    return main(["--dota", str(tmp_path / "down"), "--output", str(tmp_path / "data"), *extra])


def test_both_corpora_are_unpacked_and_a_second_run_says_so(tmp_path, capsys):
    folder = tmp_path / "down"
    folder.mkdir()
    split_file(write_tar(folder / "DoTA.tar.gz", clip_files(("ab_1",))), (".part00", ".part01"))
    other = write_tar(tmp_path / "bdd.tar", clip_files(("00a",), prefix="train"), mode="w")
    assert run(tmp_path, "--bdd100k", str(other)) == 0
    assert len(list((tmp_path / "data/DoTA/DoTA_Frames/ab_1/images").iterdir())) == 4
    assert len(list((tmp_path / "data/BDD100K/BDD_Frames/00a/images").iterdir())) == 4
    assert "4 files" in capsys.readouterr().out
    assert run(tmp_path, "--bdd100k", str(other)) == 0
    assert capsys.readouterr().out.count("unpacked before") == 2


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    folder = tmp_path / "down"
    folder.mkdir()
    split_file(write_tar(folder / "DoTA.tar.gz", clip_files(("ab_1",))), (".00", ".01"))
    assert run(tmp_path, "--dry-run") == 0
    assert "DoTA.tar.gz: 2 parts" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()


def test_a_missing_part_is_one_line_and_exit_code_2(tmp_path, capsys):
    folder = tmp_path / "down"
    folder.mkdir()
    parts = split_file(write_tar(folder / "DoTA.tar.gz", clip_files(("a",))), (".00", ".01", ".02"))
    parts[1].unlink()
    assert run(tmp_path) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: DoTA.tar.gz: the part after DoTA.tar.gz.00 is missing")
    assert message.count("\n") == 1
