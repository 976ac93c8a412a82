"""Answers that see no picture: what any model must beat to have looked at all.

All three are made from the references that are measured, which favours them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from utils.answers import SceneMetadata, TimePoint, TimeSpan, TypedAnswer
from utils.datasets.answer_files import GivenAnswer
from utils.tasks import TASKS

Baseline = Callable[[Sequence[GivenAnswer]], list[GivenAnswer]]
SEED = 0


def best_constant(references: Sequence[GivenAnswer]) -> list[GivenAnswer]:
    """The same answer for every clip: the most frequent one, of times the median."""
    text = _constant([one.text for one in references], TASKS[references[0].task].answer_type)
    return [_said(one, text) for one in references]


def shuffled(references: Sequence[GivenAnswer]) -> list[GivenAnswer]:
    """The right answers, handed to clips at random."""
    order = np.random.default_rng(SEED).permutation(len(references))
    return [_said(one, references[n].text) for one, n in zip(references, order, strict=True)]


def source_alone(references: Sequence[GivenAnswer]) -> list[GivenAnswer]:
    """The best constant of each source: what the name of the data set gives away.

    Empty where there are not two sources.
    """
    by_source: defaultdict[str, list[GivenAnswer]] = defaultdict(list)
    for one in references:
        by_source[one.source].append(one)
    if len(by_source) < 2:
        return []
    return [said for group in by_source.values() for said in best_constant(group)]


BASELINES: dict[str, Baseline] = {
    "best constant": best_constant,
    "shuffled": shuffled,
    "source alone": source_alone,
}


def _said(reference: GivenAnswer, text: str) -> GivenAnswer:
    return replace(reference, text=text, score=None)


def _constant(texts: Sequence[str], kind: type[TypedAnswer]) -> str:
    read = [answer for answer in map(kind.parse, texts) if answer is not None]
    if kind is TimePoint or kind is TimeSpan:
        return _median(read, kind).to_text()
    if kind is SceneMetadata:
        return _most_frequent_fields(read).to_text()
    return Counter(texts).most_common(1)[0][0]


def _median(answers: Sequence[TypedAnswer], kind: type[TypedAnswer]) -> TypedAnswer:
    """Each time's median; starts stay before ends, since they do in every answer."""
    values = {name: median(getattr(a, name) for a in answers) for name in kind.model_fields}
    return kind.model_validate(values)


def _most_frequent_fields(answers: Sequence[TypedAnswer]) -> TypedAnswer:
    """Each field's most frequent value other than unknown."""
    fields = {name: _most_frequent(name, answers) for name in SceneMetadata.model_fields}
    return SceneMetadata.model_validate(fields)


def _most_frequent(name: str, answers: Sequence[TypedAnswer]) -> object:
    values = [getattr(answer, name) for answer in answers]
    known = [value for value in values if value not in ("unknown", ("unknown",))]
    return Counter(known or values).most_common(1)[0][0]
