"""BERTScore on a tiny random RoBERTa: by hand, in padding, and absent without weights.

Equal to `bert-score` 0.3.13 on such a model to 6e-8 (compared once; it is no dependency).
"""

from pathlib import Path

import pytest
import torch
from tokenizers import processors
from transformers import AutoModel, AutoTokenizer, RobertaConfig, RobertaModel

from models.evaluation import answers
from models.evaluation.answer_measures import measure_task
from models.evaluation.bert_score import BertScorer
from tests.scored_clips import figures
from tests.tiny_tokenizer import tokenizer
from utils.answers import CrashDescription
from utils.metrics.crashchat import Judged
from utils.tasks import TASKS

LAYERS = 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("roberta")
    tok = tokenizer()
    tok.add_special_tokens({"cls_token": "<s>", "sep_token": "</s>"})
    ends = ("</s>", tok.convert_tokens_to_ids("</s>"))
    starts = ("<s>", tok.convert_tokens_to_ids("<s>"))
    tok.backend_tokenizer.post_processor = processors.RobertaProcessing(ends, starts)
    tok.model_max_length = 64
    tok.save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        sizes = {"hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 64}
        config = RobertaConfig(vocab_size=len(tok), num_hidden_layers=4, **sizes)
        RobertaModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def scorer(folder: Path) -> BertScorer:
    return BertScorer(folder, layers=LAYERS, device="cpu")


def test_f1_by_hand(folder, scorer) -> None:
    tok = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()

    def words(text: str) -> torch.Tensor:
        states = model(**tok(text, return_tensors="pt"), output_hidden_states=True).hidden_states
        return torch.nn.functional.normalize(states[LAYERS][0], dim=-1)

    with torch.inference_mode():
        told, said = words("a car hits a truck"), words("a truck stops")
    precision = torch.stack([(told @ word).max() for word in said[1:-1]]).mean()
    recall = torch.stack([(said @ word).max() for word in told[1:-1]]).mean()
    expected = float(2 * precision * recall / (precision + recall))
    (found,) = scorer.f1([("a car hits a truck", "a truck stops")])
    assert found == pytest.approx(expected, abs=1e-5)


def test_equal_texts_score_one_and_empty_ones_nothing(scorer) -> None:
    found = scorer.f1([("a car", "a car"), ("a car", ""), ("a car", "a car")])
    assert found.tolist() == pytest.approx([1.0, 0.0, 1.0], abs=1e-6)


def test_it_is_one_more_figure_of_texts(scorer) -> None:
    said = CrashDescription(text="car hits car")
    judged = [Judged(said, said), Judged(said, None)]
    found = figures(measure_task(TASKS["crash_description"], judged, scorer), 2)
    assert found["bertscore_f1"] == pytest.approx(0.5)
    assert found["unusable"] == 0.5


def test_without_weights_there_is_no_scorer(monkeypatch) -> None:
    monkeypatch.setattr("models.evaluation.bert_score.is_on_disk", lambda model: False)
    assert answers.find_bert_scorer() is None
