"""Reading JSON label files, whole or line by line, with errors that name file, line and key."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from utils.datasets.clip_path import clip_path
from utils.datasets.json_place import Place, line_of, twice_given
from utils.datasets.label_text import read_text
from utils.errors import AnnotationError

Content = TypeVar("Content")
SHOWN_VALUE = 60  # characters of a wrong value in a message


Seconds = Annotated[float, Field(strict=True, ge=0, lt=1e7)]
FrameNumber = Annotated[int, Field(strict=True, ge=0, lt=10**9)]


class Entry(BaseModel):
    """A piece of a foreign format: the named keys are checked, further ones are not needed."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class JsonFile(Generic[Content]):
    """A checked JSON document and its text."""

    path: Path
    text: str
    content: Content
    first_line: int = 1

    def fail(self, place: Place, wanted: str) -> AnnotationError:
        """An error that names file, line, key and what is wanted there."""
        line = self.first_line - 1 + line_of(self.text, place)
        return AnnotationError(f"{self.path.name}, line {line}: {_dotted(place)}: {wanted}")

    def video(self, place: Place, video_dir: Path, name: str) -> Path:
        """The path of the video that this place names. Raises AnnotationError."""
        try:
            return clip_path(video_dir, name)
        except ValueError as error:
            raise self.fail(place, f"{error}, not {name[:SHOWN_VALUE]!r}") from error


def read_json(path: Path, kind: TypeAdapter[Content]) -> JsonFile[Content]:
    """A whole file of this kind. Raises AnnotationError."""
    return _check(JsonFile(path, read_text(path), None), kind)


def read_json_lines(path: Path, kind: TypeAdapter[Content]) -> list[JsonFile[Content]]:
    """One document of this kind per line; blank lines are skipped. Raises AnnotationError."""
    lines = enumerate(read_text(path).split("\n"), start=1)
    return [_check(JsonFile(path, text, None, n), kind) for n, text in lines if text.strip()]


def _check(file: JsonFile[None], kind: TypeAdapter[Content]) -> JsonFile[Content]:
    content = _parse(file)
    try:
        checked = kind.validate_python(content)
    except ValidationError as error:
        raise _worded(file, error.errors()[0]) from error
    return JsonFile(file.path, file.text, checked, file.first_line)


def _parse(file: JsonFile[None]) -> Any:
    sizes: list[tuple[int, int]] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        sizes.append((len(members), len(pairs)))
        return members

    try:
        content = json.loads(file.text, object_pairs_hook=collect)
        place = twice_given(file.text) if any(a < b for a, b in sizes) else None
    except json.JSONDecodeError as error:
        line = file.first_line - 1 + error.lineno
        raise AnnotationError(f"{file.path.name}, line {line}: {error.msg}") from error
    except RecursionError as error:
        name, line = file.path.name, file.first_line
        raise AnnotationError(f"{name}, line {line}: nested too deep for labels") from error
    except ValueError as error:
        raise _too_many_digits(file) from error
    if place is not None:
        raise file.fail(place, "the key is given twice; keep one")
    return content


def _too_many_digits(file: JsonFile[None]) -> AnnotationError:
    digits = re.search(r"\d{4301,}", file.text)
    line = file.first_line + file.text.count("\n", 0, digits.start() if digits else 0)
    return AnnotationError(f"{file.path.name}, line {line}: a number of thousands of digits")


def _worded(file: JsonFile[None], first: ErrorDetails) -> AnnotationError:
    """The first complaint of the schema with its place and value."""
    place: Place = first["loc"]
    if first["type"] == "missing":
        return file.fail(place, "the key is missing")
    if first["type"] == "extra_forbidden":
        return file.fail(place, "the format has no such key; remove or rename it")
    value = repr(first["input"])[:SHOWN_VALUE]
    return file.fail(
        place, f"{first['msg'].replace('Input should', 'the value should')}, not {value}"
    )


def _dotted(place: Place) -> str:
    return ".".join(str(part)[:SHOWN_VALUE] for part in place) or "the file"
