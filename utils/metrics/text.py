"""Texts against one reference text each: corpus BLEU and ROUGE as CrashChat's evaluation has them.

BLEU is nltk's `corpus_bleu` on words between blanks, up to four in a row, smoothing method 1. nltk
counts at least one run of words per text, so texts of fewer than four words lower even the BLEU of
perfect answers. ROUGE is rouge-score's, stemmed, the mean F of all texts. Dims: N texts.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from nltk.translate.bleu_score import brevity_penalty, modified_precision
from rouge_score.rouge_scorer import RougeScorer

from utils.clip import Floats, Ints
from utils.metrics.measure import ratio

ORDERS = (1, 2, 3, 4)
EPSILON = 0.1  # of smoothing method 1
ROUGE = ("rouge1", "rouge2", "rougeL")
_SCORER = RougeScorer(list(ROUGE), use_stemmer=True)


class TextMeasure:
    """BLEU, the F of ROUGE-1, -2 and -L, and the share of answers equal to the reference."""

    names = ("bleu", *(f"{kind}_f" for kind in ROUGE), "exact")

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Reference and answer of each text; an answer that is not there is empty."""
        self.used = range(len(pairs))
        self._counts = np.array([_bleu_counts(*pair) for pair in pairs], dtype=np.int64)
        exact = [[float(reference == answer)] for reference, answer in pairs]
        self._means = np.hstack([np.array([_rouge(*pair) for pair in pairs]), np.array(exact)])

    def values(self, weights: Ints) -> Floats:
        """See `utils.metrics.measure.Measure`."""
        total = float(weights.sum())
        means = [ratio(float(weights @ column), total) for column in self._means.T]
        return np.array([bleu_of_counts(weights @ self._counts) if total else np.nan, *means])


def bleu_of_counts(counts: Ints) -> float:
    """BLEU of summed counts (10,): matches, runs of 1 to 4 words, words of reference and answer."""
    matches, runs = counts[:4], counts[4:8]
    reference_words, answer_words = int(counts[8]), int(counts[9])
    if matches[0] == 0:
        return 0.0
    smoothed = np.where(matches == 0, EPSILON, matches) / runs
    return float(brevity_penalty(reference_words, answer_words) * np.exp(np.log(smoothed).mean()))


@cache
def _bleu_counts(reference: str, answer: str) -> tuple[int, ...]:
    told, said = reference.split(), answer.split()
    found = [modified_precision([told], said, order) for order in ORDERS]
    return (
        *(part.numerator for part in found),
        *(part.denominator for part in found),
        len(told),
        len(said),
    )


@cache
def _rouge(reference: str, answer: str) -> tuple[float, ...]:
    found = _SCORER.score(reference, answer)
    return tuple(found[kind].fmeasure for kind in ROUGE)
