"""A word from one thread to the work of another: stop soon."""

import threading


class Cancelled(BaseException):
    """Ends work that nobody waits for any more.

    No Exception, as with asyncio's: a guard against bad replies must not swallow it.
    """


class Cancellation:
    """Work looks at it between small steps; whoever wants the work to end calls `cancel`."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def cancel(self) -> None:
        """Ask the work to end."""
        self._asked.set()

    @property
    def asked(self) -> bool:
        """Whether the work is to end."""
        return self._asked.is_set()

    def check(self) -> None:
        """Raise Cancelled where the work is to end."""
        if self._asked.is_set():
            raise Cancelled


NEVER = Cancellation()  # for work that is never cancelled; nobody calls its `cancel`
