"""The settings as they are now: what the app was started with, and what was changed on the page.

Changes are kept in a file of their own that holds only the differences, so that config.yaml keeps
its comments and the file can be given to any command with --config.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from utils.atomic import atomic_write_text
from utils.config import merge, read_yaml, validate
from utils.errors import ConfigError
from utils.settings import Settings

HEADER = "# Settings that were changed in the app. Any command takes this file with --config.\n"
CHANGES_FILE = "settings.yaml"
START_SECTION = "app"
Tree = dict[str, Any]


class CurrentSettings:
    """The settings of this moment; safe to use from several threads.

    base: what config, profile and flags say. given: the part of it that flags said; it wins over
    the file, which another window of the app may change at any time.
    """

    def __init__(self, base: Settings, file: Path, given: Mapping[str, Any] | None = None) -> None:
        self.base = base
        self.file = file
        self._given = dict(given or {})
        self._lock = threading.RLock()
        self._seen: object = None
        self._value = base
        self._problem = ""

    @property
    def value(self) -> Settings:
        """The settings; those of the start where the file of changes cannot be used."""
        with self._lock:
            self._refresh()
            return self._value

    @property
    def problem(self) -> str:
        """Why the file of changes is not used; empty where it is."""
        with self._lock:
            self._refresh()
            return self._problem

    def differences(self) -> Tree:
        """What differs from the start, as the file has it."""
        return _difference(_plain(self.base), _plain(self.value))

    def is_fixed(self, key: str) -> bool:
        """Whether a setting such as `events.merge_gap_s` cannot be changed while the app runs."""
        return key.split(".")[0] == START_SECTION or _holds(self._given, key.split("."))

    def change(self, changes: Mapping[str, Any]) -> Settings:
        """Change settings, nested as in config.yaml. Raises ConfigError; then nothing changes."""
        with self._lock:
            self._refuse_to_lose_a_file()
            fixed = [key for key in _leaves(changes) if self.is_fixed(key)]
            if fixed:
                raise ConfigError(f"{fixed[0]} is set as the app starts; see config.yaml")
            return self._keep(merge(_plain(self.value), changes))

    def reset(self, key: str) -> Settings:
        """Take back the change of one setting or section. Raises ConfigError."""
        with self._lock:
            self._refuse_to_lose_a_file()
            tree = _plain(self.value)
            section: Any = tree
            started: Any = _plain(self.base)
            *path, name = key.split(".")
            for part in path:
                section, started = _inside(section, part), _inside(started, part)
            if not isinstance(started, dict) or name not in started:
                raise ConfigError(f"there is no setting {key[:80]!r}")
            section[name] = started[name]
            return self._keep(tree)

    def reset_all(self) -> Settings:
        """Take back every change; a file that cannot be read is removed too."""
        with self._lock:
            self.file.unlink(missing_ok=True)
            return self.value

    def as_yaml(self) -> str:
        """The differences as the text of a settings file."""
        return HEADER + (_yaml(self.differences()) or "# Nothing was changed.\n")

    def _keep(self, tree: Tree) -> Settings:
        changed = validate(tree, source="settings")
        differences = _difference(_plain(self.base), _plain(changed))
        atomic_write_text(self.file, HEADER + _yaml(differences))
        return self.value

    def _refuse_to_lose_a_file(self) -> None:
        if self.problem:
            raise ConfigError(f"{self.problem}. Mend this file or forget all changes first")

    def _refresh(self) -> None:
        state = _state(self.file)
        if state == self._seen:
            return
        self._seen, self._value, self._problem = state, self.base, ""
        if state is None:
            return
        try:
            over = read_yaml(self.file)
            if START_SECTION in over:
                raise ConfigError(f"{self.file.name}: {START_SECTION} belongs into config.yaml")
            over = merge(over, self._given)
            self._value = validate(merge(_plain(self.base), over), source=self.file.name)
        except ConfigError as error:
            self._problem = str(error)


def _state(file: Path) -> object:
    """What tells one content of a file from another; None where there is no file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _plain(settings: Settings) -> Tree:
    return dict(settings.model_dump(mode="json"))


def _yaml(tree: Tree) -> str:
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True) if tree else ""


def _difference(base: Mapping[str, Any], over: Mapping[str, Any]) -> Tree:
    """The values of `over` that `base` does not have."""
    found: Tree = {}
    for key, value in over.items():
        known = base.get(key)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            value = _difference(known, value)
            if value:
                found[key] = value
        elif value != known:
            found[key] = value
    return found


def _leaves(tree: Mapping[str, Any], path: str = "") -> list[str]:
    leaves: list[str] = []
    for key, value in tree.items():
        nested = isinstance(value, Mapping) and value
        leaves += _leaves(value, f"{path}{key}.") if nested else [f"{path}{key}"]
    return leaves


def _holds(tree: Any, path: list[str]) -> bool:
    for part in path:
        if not isinstance(tree, Mapping) or part not in tree:
            return False
        tree = tree[part]
    return True


def _inside(tree: Any, part: str) -> Any:
    return tree.get(part) if isinstance(tree, dict) else None
