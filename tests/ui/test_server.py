"""The entry point and the address: what is refused, in one line; and what is bound."""

import socket

import pytest

import app
from ui.server import bind, private_folder
from utils.errors import ConfigError


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--listen"], "NEARMISS_PASSWORD"),
        (["--set", "app.host=0.0.0.0"], "--listen"),
        (["--set", "app.prt=1"], "did you mean 'port'"),
        (["--port", "70000"], "app.port"),
        (["--profile", "nothing"], "no such profile"),
        (["--config", "missing.yaml"], "cannot read the config"),
    ],
    ids=str,
)
def test_what_cannot_be_served_is_one_line_and_exit_code_2(arguments, words, capsys, monkeypatch):
    monkeypatch.delenv("NEARMISS_PASSWORD", raising=False)
    assert app.main([*arguments, "--no-browser"]) == 2
    error = capsys.readouterr().err.strip()
    assert words in error
    assert len(error.splitlines()) == 1


def test_a_taken_port_is_explained():
    with bind("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match="--port 0"), bind("127.0.0.1", port):
            pass


def test_the_socket_is_bound_to_the_loopback_address():
    with bind("127.0.0.1", 0) as listener:
        assert listener.family is socket.AF_INET
        assert listener.getsockname()[0] == "127.0.0.1"


def test_uploads_lie_in_a_private_folder_that_goes_away():
    with private_folder() as folder:
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()
