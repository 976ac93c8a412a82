"""The model of a fine-tuning run: base, LoRA layers, classifier, and how they are optimized.

Dims: N answer tokens, V entries of the vocabulary.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from models.adapters import CLASSIFIER, inject
from models.chats.encoding import Encoder
from models.chats.generation import Loaded
from models.chats.loading import TransformersChatSettings
from models.chats.transformers_vlm import TransformersVlmChat
from models.clip_classifier import ClipClassifier, hidden_size, hidden_states
from models.device import pick_device
from models.trainers.lora_batch import EncodedBatch, EncodedRow
from models.trainers.steps import StepLoss, StepOptimizer
from models.vlm_families import family_of
from utils.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class TunedModel:
    """A chat whose model learns; `learned` by name. classifier: None where it answers in words."""

    chat: TransformersVlmChat
    learned: dict[str, nn.Parameter]
    classifier: ClipClassifier | None

    @property
    def loaded(self) -> Loaded:
        """Model, tokenizer and processor."""
        return self.chat.prepare()

    @property
    def encoder(self) -> Encoder:
        """What turns questions into the model's inputs."""
        return self.chat.encoder(self.loaded)


def tuned_model(settings: Settings) -> TunedModel:
    """The base of the settings with fresh LoRA layers, which depend on training.seed alone.

    Raises ModelUnavailableError where it cannot be had or adapted.
    """
    chat = TransformersVlmChat(base_settings(settings))
    loaded = chat.prepare()
    with torch.random.fork_rng([]):
        torch.manual_seed(settings.training.seed)
        learned = inject(loaded.model, settings.fine_tuning.lora)
        classifier = _classifier(settings, loaded)
    if classifier is not None:
        named = classifier.named_parameters()
        learned |= {f"{CLASSIFIER}{name}": parameter for name, parameter in named}
    for parameter in learned.values():
        parameter.data = parameter.data.float()  # a small step would be lost in fewer bits
    if settings.training.gradient_checkpointing:
        loaded.model.activation_checkpointing_enable({"use_reentrant": False})
    return TunedModel(chat, learned, classifier)


def base_settings(settings: Settings) -> TransformersChatSettings:
    """How the base is loaded: in full precision where no mixed precision makes up for less."""
    describer = settings.describer
    mixed = settings.training.use_mixed_precision and pick_device(settings.device).type == "cuda"
    whole = describer.dtype == "auto" and not mixed
    return TransformersChatSettings(
        model=describer.model,
        device=settings.device,
        dtype="float32" if whole else describer.dtype,
        quantization=describer.quantization,
        image_size=describer.llava_image_size,
        allow_download=describer.allow_download,
    )


def _classifier(settings: Settings, loaded: Loaded) -> ClipClassifier | None:
    if settings.fine_tuning.answers == "text":
        return None
    return ClipClassifier(hidden_size(loaded.model)).to(loaded.device)


class RowLoss(StepLoss):
    """What both losses have in common: the model, and its mode in training."""

    def __init__(self, tuned: TunedModel) -> None:
        super().__init__()
        self.model = tuned.loaded.model
        self.classifier = tuned.classifier

    def amounts(self, batch: EncodedBatch) -> tuple[int, int]:
        """See `StepLoss`."""
        return sum(row.frames for row in batch.rows), len(batch)

    def start_training(self) -> None:
        """Only the language model is in training mode: vision towers may hold statistics."""
        self.model.eval()
        language = family_of(self.model).language
        for name, module in self.model.named_modules():
            if name.rpartition(".")[2] == language:
                module.train()


class AnswerLoss(RowLoss):
    """Minus the log likelihood of the answer's tokens, given the question and those before."""

    names = ("answer",)

    def counts(self, batch: EncodedBatch) -> tuple[float, ...]:
        """See `StepLoss`."""
        return (float(sum(row.answer_tokens for row in batch.rows)),)

    def forward(self, batch: EncodedBatch, counts: Sequence[float]) -> Tensor:
        """See `StepLoss`."""
        losses = [
            cross_entropy(answer_logits(self.model, row), row.targets, reduction="sum")
            for row in batch.rows
        ]
        return torch.stack(losses).sum()[None] / counts[0]


class LabelLoss(RowLoss):
    """Binary cross entropy of the classifier's logits."""

    names = ("label",)

    def counts(self, batch: EncodedBatch) -> tuple[float, ...]:
        """See `StepLoss`."""
        return (float(len(batch)),)

    def forward(self, batch: EncodedBatch, counts: Sequence[float]) -> Tensor:
        """See `StepLoss`."""
        logits = torch.stack(list(self._logits(batch)))
        labels = torch.tensor([row.label for row in batch.rows], device=logits.device)
        loss = binary_cross_entropy_with_logits(logits, labels, reduction="sum")
        return loss[None] / counts[0]

    def _logits(self, batch: EncodedBatch) -> Iterator[Tensor]:
        for row in batch.rows:
            yield label_logit(self.model, self.classifier, row)


def answer_logits(model: Any, row: EncodedRow) -> Tensor:
    """Logits (N,V) of the answer's tokens, each seen from the token before it."""
    hidden = hidden_states(model, row.inputs)[0, -row.answer_tokens - 1 : -1]
    logits: Tensor = model.get_output_embeddings()(hidden)
    return logits.float()


def label_logit(model: Any, classifier: ClipClassifier | None, row: EncodedRow) -> Tensor:
    """The classifier's logit () of a row; the answer's tokens are not seen."""
    if classifier is None:
        raise ValueError("the model answers in words")
    length = row.inputs["input_ids"].shape[1]
    asked = length - row.answer_tokens
    question = {
        name: value[:, :asked] if value.shape == row.inputs["input_ids"].shape else value
        for name, value in row.inputs.items()
    }
    states = hidden_states(model, question)
    logits: Tensor = classifier(states, question["attention_mask"])
    return logits[0].float()


class LoraOptimization(StepOptimizer):
    """The learned parts, their optimizer and what makes them parallel."""

    def __init__(self, tuned: TunedModel, settings: Settings) -> None:
        learned = nn.ParameterDict({k.replace(".", "/"): p for k, p in tuned.learned.items()})
        loss = AnswerLoss(tuned) if tuned.classifier is None else LabelLoss(tuned)
        groups = [{"params": list(tuned.learned.values()), "scale": 1.0}]
        super().__init__(learned, loss, groups, settings)
