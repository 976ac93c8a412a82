"""Waiting in tests: for what is to happen, and no longer than only a hang would take."""

import asyncio
import time

HANG_S = 120.0  # far beyond what anything here takes on a busy machine; no speed is asserted


def wait_until(done):
    """Wait until it is so; what `done` then says. Fails where it never becomes so."""
    until_s = time.monotonic() + HANG_S
    while not (said := done()):
        assert time.monotonic() < until_s, "it never happened"
        time.sleep(0.01)
    return said


async def until(done):
    """The same beside other tasks."""
    until_s = time.monotonic() + HANG_S
    while not (said := done()):
        assert time.monotonic() < until_s, "it never happened"
        await asyncio.sleep(0.01)
    return said
