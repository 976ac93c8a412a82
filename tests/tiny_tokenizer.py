"""A byte-level BPE tokenizer of 420 entries from five sentences: any text goes through."""

from collections.abc import Sequence

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

SENTENCES = [
    "A car brakes hard and stops in front of a truck at the crossing.",
    "Frame 1 at 3.80 s. Frame 2 at 4.20 s. The score peaks at 4.00 s.",
    "USER: what happens here? ASSISTANT: nothing can be seen.",
    "Describe the event in two or three short sentences.",
    "A pedestrian walks along the lane; no contact is visible.",
]


def tokenizer(
    named: dict[str, str] | None = None, *, sentences: Sequence[str] = SENTENCES, size: int = 420
) -> PreTrainedTokenizerFast:
    """Byte-level BPE with `<s>` put in front, as Llama's does; `named` become special tokens."""
    named = named or {}
    special = ["<s>", "</s>", "<pad>", "<|start|>", "<|end|>", *named.values()]
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    core.train_from_iterator(sentences, trainer)
    core.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", core.token_to_id("<s>"))]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        extra_special_tokens=["<|start|>", "<|end|>", *named.values()],
        model_specific_special_tokens=named,
        padding_side="right",
    )
