"""What every test shares: no hub, no sockets off this machine, the data beside the checkout."""

import os
import socket
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # before torch is loaded

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("NEARMISS_DATA", ROOT.parent / "shared" / "data"))
_connect = socket.socket.connect


def _local_only(self: socket.socket, address: object) -> None:
    host = address[0] if isinstance(address, tuple) else ""
    if host and host not in ("127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"a test tried to reach {host}: tests stay on this machine")
    _connect(self, address)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr(socket.socket, "connect", _local_only)


@pytest.fixture(scope="session")
def data_dir():
    """The labelled clips beside the checkout; tests that need them skip without."""
    if not DATA.is_dir():
        pytest.skip(f"no labelled clips here: {DATA.name} is absent (set NEARMISS_DATA)")
    return DATA
