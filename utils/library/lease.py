"""Who works on a video, and whether that program still lives.

An owner is `<computer>:<process id>:<when the process started>:<random>`. A process id alone is
not enough: after a restart another program may have it.
"""

import os
import platform
import secrets
import sys
from contextlib import suppress
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def new_owner() -> str:
    """A name for one worker of this process."""
    pid = os.getpid()
    return f"{_computer()}:{pid}:{_started(pid)}:{secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Whether the owner's process surely ended; False where nobody can tell."""
    parts = owner.split(":")
    if len(parts) != 4 or parts[0] != _computer() or not parts[1].isdecimal():
        return False
    pid, started = int(parts[1]), parts[2]
    if not _lives(pid):
        return True
    return bool(started) and _started(pid) != started


def _computer() -> str:
    return platform.node().replace(":", "-")


def _started(pid: int) -> str:
    """When a process started, in a form that another start never has; empty where unknown."""
    with suppress(OSError, IndexError):
        boot = BOOT_ID.read_text(encoding="ascii").strip()
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return f"{boot}-{fields.rpartition(')')[2].split()[19]}"
    return ""


if sys.platform == "win32":

    def _lives(pid: int) -> bool:
        return True  # os.kill would end it; nobody can tell without further libraries

else:

    def _lives(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except (PermissionError, OverflowError):
            return True
        return True
