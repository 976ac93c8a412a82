"""Starts TensorBoard on request, on this machine only; it ends with the app."""

import atexit
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from socket import create_connection, create_server

from utils.config import REPO_ROOT
from utils.errors import AppError

HOST = "127.0.0.1"
PATIENCE_S = 30.0
POLL_S = 0.1


def command(folder: Path) -> str:
    """What to type in the project folder to get the same."""
    place = folder.relative_to(REPO_ROOT) if folder.is_relative_to(REPO_ROOT) else folder
    return f"tensorboard --logdir {place} --host {HOST}"


class TensorBoard:
    """At most one TensorBoard over the folder of all runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def start(self) -> str:
        """The address of a TensorBoard that answers. Raises AppError where none comes up."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._launch()
            return f"http://{HOST}:{self._port}/"

    def stop(self) -> None:
        """End it, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait()

    def _launch(self) -> None:
        with closing(create_server((HOST, 0))) as listener:
            self._port = int(listener.getsockname()[1])
        place = ["--logdir", str(self._folder), "--host", HOST, "--port", str(self._port)]
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-m", "tensorboard.main", *place],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        atexit.register(self.stop)
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AppError(f"TensorBoard did not start. In a terminal: {command(self._folder)}")
            time.sleep(POLL_S)

    def _answers(self) -> bool:
        try:
            with closing(create_connection((HOST, self._port), timeout=1)):
                return True
        except OSError:
            return False
