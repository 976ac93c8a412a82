"""Mechanical repair: finds the one answer that a chatty reply holds. Pure text work.

Nothing is guessed: where a reply holds two different answers, or none, there is no answer.
"""

import json
import re
from typing import Any

from pydantic import ValidationError

from utils.answers import SceneMetadata, TimePoint, TimeSpan, TypedAnswer, YesNo

_SECONDS = r"(\d{1,5}(?:\.\d{1,3})?)"
_UNIT = r" ?(?:s|sec|secs|seconds?)\b"
_MOMENT = re.compile(rf"(?<![\d.:-]){_SECONDS}{_UNIT}", re.IGNORECASE)
_SPAN = re.compile(
    rf"(?<![\d.:-]){_SECONDS}(?:{_UNIT})? ?(?:-|\u2013|\u2014|to|until|and) ?{_SECONDS}{_UNIT}",
    re.IGNORECASE,
)
_FIRST_WORD = re.compile(r"\W*(yes|no)\b\s*(?:[.,:;!\u2013\u2014-]|$)", re.IGNORECASE)
_SAID_SO = re.compile(r"\banswer(?: is)?:?\W*(yes|no)\b(?! \w)", re.IGNORECASE)


def repaired(kind: type[TypedAnswer], text: str) -> TypedAnswer | None:
    """The answer of this kind inside a text that is not in its form; None where it is unclear."""
    if kind is YesNo:
        return _yes_no(text)
    for found in _json_objects(text):
        answer = _from_object(kind, found)
        if answer is not None:
            return answer
    if kind is TimePoint:
        return _only(TimePoint, {(float(t),) for t in _MOMENT.findall(text)})
    if kind is TimeSpan:
        return _only(TimeSpan, {(float(a), float(b)) for a, b in _SPAN.findall(text)})
    return None


def _yes_no(text: str) -> YesNo | None:
    """The word that the reply begins with, else the one that it calls its answer."""
    first = _FIRST_WORD.match(text)
    words = {first[1].lower()} if first else {w.lower() for w in _SAID_SO.findall(text)}
    return YesNo(answer="yes" in words) if len(words) == 1 else None


def _only(kind: type[TypedAnswer], said: set[tuple[float, ...]]) -> TypedAnswer | None:
    if len(said) != 1:
        return None
    try:
        return kind.model_validate(dict(zip(kind.model_fields, said.pop(), strict=True)))
    except ValidationError:
        return None


def _json_objects(text: str) -> list[dict[str, Any]]:
    """Whole JSON objects of the text, outermost only, whatever stands around them."""
    found, at = [], text.find("{")
    while at >= 0:
        try:
            value, length = json.JSONDecoder().raw_decode(text[at:])
        except (json.JSONDecodeError, RecursionError):
            at = text.find("{", at + 1)
            continue
        found.append(value)
        at = text.find("{", at + length)
    return found


def _from_object(kind: type[TypedAnswer], found: dict[str, Any]) -> TypedAnswer | None:
    try:
        if issubclass(kind, SceneMetadata):
            return kind.from_row(found)
        return kind.model_validate(found)
    except ValidationError:
        return None
