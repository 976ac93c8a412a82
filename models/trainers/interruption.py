"""Ctrl-C and SIGTERM during training: the step under way is finished and the state is written."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class TrainingStopped(Exception):  # noqa: N818  (nothing failed)
    """The run was asked to stop, and its state was written."""

    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class StopRequest:
    """Whether a signal asked the run to stop, and which."""

    def __init__(self) -> None:
        self.signal: int | None = None

    @property
    def exit_code(self) -> int:
        """What a shell expects of a program that this signal ended; SIGTERM's where unknown."""
        return EXIT_CODES.get(signal.Signals(self.signal or signal.SIGTERM), 143)

    def note(self, number: int, _frame: FrameType | None) -> None:
        """The handler; the second signal acts as it does without a handler."""
        self.signal = number
        default = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
        signal.signal(number, default)


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Catch SIGINT and SIGTERM inside the block; only the main thread can."""
    request = StopRequest()
    before = {}
    try:
        for number in EXIT_CODES:
            before[number] = signal.signal(number, request.note)
    except ValueError:  # not the main thread: signals go where they went
        pass
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
