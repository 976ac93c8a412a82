"""Commands: exit codes and single lines for what ends them."""

import pytest

from ui.console import run_command
from utils.errors import ConfigError


def test_work_without_a_code_ends_with_0_and_a_code_is_kept() -> None:
    assert run_command(lambda: None) == 0
    assert run_command(lambda: 3) == 3


def test_what_the_user_can_mend_is_one_line_and_2(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise ConfigError("training.batch_size: 0\nis too small")

    assert run_command(fail) == 2
    assert capsys.readouterr().err == "error: training.batch_size: 0 is too small\n"


def test_ctrl_c_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    assert run_command(stop, stopped="stopped; run it again to go on") == 130
    assert capsys.readouterr().err == "stopped; run it again to go on\n"


def test_a_bug_keeps_its_traceback() -> None:
    def break_() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_command(break_)
