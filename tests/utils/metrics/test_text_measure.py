"""BLEU and ROUGE against the libraries and by hand, and what short texts do to BLEU."""

import math

import numpy as np
import pytest
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu
from rouge_score.rouge_scorer import RougeScorer

from tests.scored_clips import figures
from utils.metrics.text import TextMeasure

PAIRS = [
    ("ego-car hits a car", "ego-car hits a pedestrian"),
    ("no collision.", "no collision."),
    ("car hits car", ""),
    ("Vehicles are out of control.", "Vehicles drive too fast with short braking distance."),
    ("The driver is drinking and driving.", "the drivers were driving after drinking"),
    ("Vehicles do not give way to pedestrians.", "Vehicles do not give way to other vehicles."),
]


def published_bleu(pairs: list[tuple[str, str]]) -> float:
    references = [[reference.split()] for reference, _ in pairs]
    answers = [answer.split() for _, answer in pairs]
    return float(corpus_bleu(references, answers, smoothing_function=SmoothingFunction().method1))


def test_bleu_by_hand() -> None:
    found = figures(TextMeasure([("a b c d e", "a b c x")]), 1)
    shares = [3 / 4, 2 / 3, 1 / 2, 0.1 / 1]
    brevity = math.exp(1 - 5 / 4)
    assert found["bleu"] == pytest.approx(brevity * math.prod(shares) ** 0.25)


def test_rouge_by_hand() -> None:
    found = figures(TextMeasure([("the cars hit a truck", "a truck hits the car")]), 1)
    assert found["rouge1_f"] == 1.0  # stemmed, order does not matter
    assert found["rouge2_f"] == pytest.approx(2 / 4)  # "the car" and "a truck" of four pairs
    assert found["rougeL_f"] == pytest.approx(2 / 5)
    assert found["exact"] == 0.0


def test_figures_are_those_of_the_libraries() -> None:
    found = figures(TextMeasure(PAIRS), len(PAIRS))
    scorer = RougeScorer(["rougeL"], use_stemmer=True)
    rouge = [scorer.score(reference, answer)["rougeL"].fmeasure for reference, answer in PAIRS]
    assert found["bleu"] == pytest.approx(published_bleu(PAIRS))
    assert found["rougeL_f"] == pytest.approx(np.mean(rouge))
    assert found["exact"] == pytest.approx(1 / 6)


def test_a_text_drawn_twice_counts_twice() -> None:
    weights = np.array([2, 0, 1, 3, 0, 1])
    repeated = [pair for pair, n in zip(PAIRS, weights, strict=True) for _ in range(n)]
    drawn = TextMeasure(PAIRS).values(weights)
    assert drawn[0] == pytest.approx(published_bleu(repeated))
    assert drawn.tolist() == pytest.approx(
        TextMeasure(repeated).values(np.ones(len(repeated), np.int64)).tolist()
    )


def test_perfect_answers_of_two_words_have_a_low_bleu() -> None:
    found = figures(TextMeasure([("no collision.", "no collision.")]), 1)
    assert found["bleu"] == pytest.approx(math.sqrt(0.1))  # two of the four shares are 0.1
    assert found["rougeL_f"] == found["exact"] == 1.0


def test_nothing_in_common_scores_nothing() -> None:
    found = figures(TextMeasure([("a car stops", ""), ("a car stops", "b")]), 2)
    assert found["bleu"] == 0.0
    assert found["rouge1_f"] == 0.0
