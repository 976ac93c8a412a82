import os
import platform
import subprocess
import sys

import pytest

from utils.library.lease import is_gone, new_owner

posix = pytest.mark.skipif(sys.platform == "win32", reason="nobody can tell on Windows")


def changed(owner, **parts):
    """The owner with another computer, pid or start."""
    values = dict(zip(("computer", "pid", "started", "random"), owner.split(":"), strict=True))
    return ":".join({**values, **parts}.values())


def test_the_owner_of_this_process_is_not_gone():
    assert not is_gone(new_owner())


def test_owners_differ():
    assert new_owner() != new_owner()


@posix
def test_the_owner_of_a_process_that_ended_is_gone():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert is_gone(changed(new_owner(), pid=str(process.pid)))


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="needs /proc")
def test_another_process_with_the_same_id_is_not_the_owner():
    assert is_gone(changed(new_owner(), started="before the restart"))


@posix
def test_where_nobody_knows_starts_a_living_process_is_the_owner():
    assert not is_gone(changed(new_owner(), started=""))


@posix
def test_a_process_of_another_person_lives():
    owner = f"{platform.node().replace(':', '-')}:1::abcd"
    assert not is_gone(owner)


def test_of_another_computer_nothing_is_known():
    assert not is_gone(changed(new_owner(), computer="elsewhere", pid="999999999"))


@pytest.mark.parametrize("owner", ["", "::::", "a:b:c:d", "x", "host:-1:s:r", "host:1"])
def test_of_a_strange_owner_nothing_is_known(owner):
    assert not is_gone(owner)


@posix
def test_a_process_id_that_cannot_be_is_no_error():
    assert not is_gone(changed(new_owner(), pid="9" * 40, started=""))
