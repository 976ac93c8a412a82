"""Reads `config.yaml` into `Settings`: one loader for app, train and inference.

Order: class default < file < --profile < --set a.b=value < named flag. Unknown keys are errors
that name their path and the nearest known key. YAML is read safely, 1 MB at most.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from utils.errors import ConfigError
from utils.settings import Settings

MAX_CONFIG_BYTES = 1_000_000
REPO_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_CONFIG = REPO_ROOT / "config.yaml"


class _Loader(yaml.SafeLoader):
    """Safe YAML where `1e-4` is a number and a key given twice is an error; no aliases."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not allowed", problem_mark=mark)
        return super().compose_node(parent, index)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    keys = [loader.construct_object(key) for key, _ in node.value]  # type: ignore[no-untyped-call]
    for position, key in enumerate(keys):
        if not isinstance(key, str):
            problem = f"key {key!r} is not text"
        elif key in keys[:position]:
            problem = f"key '{key}' is given twice"
        else:
            continue
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.value[position][0].start_mark)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)
_Loader.yaml_implicit_resolvers = {
    first: list(rules) for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_FLOAT_WITHOUT_POINT = re.compile(r"^[-+]?[0-9]+[eE][-+]?[0-9]+$")
_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT_WITHOUT_POINT, list("-+0123456789"))


def project_path(name: str) -> Path:
    """A path from the settings: as given where it exists or is absolute, else in the project."""
    path = Path(name).expanduser()
    return path if path.is_absolute() or path.exists() else REPO_ROOT / path


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises ConfigError naming file, line and cause."""
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise ConfigError(f"{path.name}: larger than 1 MB; a config is a short text file")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the config {path}: {error}") from error
    return parse_yaml(text, source=path.name)


def parse_yaml(text: str, *, source: str) -> dict[str, Any]:
    """The mapping in YAML text; `source` names it in errors."""
    try:
        tree = _Loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise ConfigError(f"{source}, line {line}: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"{source}: not readable as YAML: {str(error)[:120]}") from error
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ConfigError(f"{source}: expected 'key: value' lines, found {type(tree).__name__}")
    return tree


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the keys of `over` replaced, section by section."""
    merged = dict(base)
    for key, value in over.items():
        known = merged.get(key)
        both = isinstance(known, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(known, value) if both else value  # type: ignore[arg-type]
    return merged


def parse_assignment(text: str) -> dict[str, Any]:
    """`a.b=value` as the nested mapping {a: {b: value}}; the value is read as YAML."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ConfigError(f"--set {text!r}: write it as section.name=value")
    tree: Any = parse_yaml(f"value: {value}", source=f"--set {name}")["value"]
    for part in reversed(name.strip().split(".")):
        tree = {part: tree}
    return dict(tree)


def _known_keys(path: Sequence[str]) -> list[str]:
    model: Any = Settings
    for part in path:
        if part.isdecimal():  # the place in a list, whose members are the model already
            continue
        field = model.model_fields.get(part)
        model = next(iter(get_args(field.annotation)), field.annotation) if field else None
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
    return list(model.model_fields)


def _explain(error: ValidationError, source: str) -> str:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    name = ".".join(path)
    if first["type"] != "extra_forbidden":
        return f"{source}: {name}: {first['msg']}, not {str(first['input'])[:60]!r}"
    known = _known_keys(path[:-1])
    close = difflib.get_close_matches(path[-1], known, n=1, cutoff=0.5)
    advice = f"did you mean '{close[0]}'?" if close else f"known keys: {', '.join(known)}"
    return f"{source}: unknown key '{name}'; {advice}"


def _profile(profiles: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(profiles, Mapping) or name not in profiles:
        known = ", ".join(profiles) if isinstance(profiles, Mapping) else "none"
        raise ConfigError(f"--profile {name}: no such profile in the config (known: {known})")
    chosen = profiles[name]
    if not isinstance(chosen, Mapping):
        raise ConfigError(f"profiles.{name}: expected settings, found {type(chosen).__name__}")
    return chosen


def load_settings(
    path: Path | None = None,
    *,
    profile: str | None = None,
    assignments: Sequence[str] = (),
    flags: Mapping[str, Any] | None = None,
) -> Settings:
    """The resolved settings.

    path: None reads the project's config.yaml. assignments: `a.b=value` texts. flags: a nested
    mapping from named command-line flags, which wins over everything. Raises ConfigError.
    """
    source = path or DEFAULT_CONFIG
    tree = read_yaml(source)
    profiles = tree.pop("profiles", None)
    _check_profiles(profiles, source.name)
    if profile is not None:
        tree = merge(tree, _profile(profiles, profile))
    for text in assignments:
        tree = merge(tree, parse_assignment(text))
    return validate(merge(tree, flags or {}), source=source.name)


def _check_profiles(profiles: Any, source: str) -> None:
    if profiles is None:
        return
    if not isinstance(profiles, Mapping):
        raise ConfigError(f"{source}: profiles: expected named groups of settings")
    for name in profiles:
        validate(_profile(profiles, name), source=f"{source}: profiles.{name}")


def validate(tree: Mapping[str, Any], *, source: str) -> Settings:
    """Settings from a nested mapping. Raises ConfigError naming the key and what is allowed."""
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise ConfigError(_explain(error, source)) from error


def dump_settings(settings: BaseModel) -> str:
    """YAML text that `load_settings` reads back to equal settings."""
    return yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
