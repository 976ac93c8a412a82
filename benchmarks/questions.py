"""What six questions about one clip cost against one, and how many random replies fit a schema.

    python benchmarks/questions.py                     SmolVLM2-500M shape, random weights
    python benchmarks/questions.py --model smolvlm2    any model that is on this disk
    python benchmarks/questions.py --tiny              a few seconds: checks the benchmark itself
    python benchmarks/questions.py --schema 1000       that many random constrained replies

Ratios are of one run on one machine, best of alternating rounds; processor seconds hardly change
when other programs share it. Random weights do not end by themselves: replies have `--tokens`.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.describe import event, smolvlm2_500m
from models.chats.constrained import SchemaConstraint
from models.chats.generation import end_ids
from models.chats.loading import TransformersChatSettings
from models.chats.transformers_llm import TransformersLlmChat
from models.chats.transformers_vlm import TransformersVlmChat
from models.interfaces import ChatRequest
from tests.tiny_models import tiny_llama, tiny_smolvlm
from utils.memory import peak_memory_mib
from utils.scene_metadata import SceneMetadata
from utils.tasks import CRASHCHAT_TASKS, task_named

BATCH = 50
JSON_TOKENS = 1500  # a random model writes its strings to the longest, one byte per token


def asked(tokens: int, frames: int) -> list[ChatRequest]:
    """The six questions about crashes, all about one clip; yes or no is chosen, not written."""
    clip = event(0, frames)
    tasks = [task_named(name) for name in CRASHCHAT_TASKS]
    return [
        ChatRequest(task.prompt, clip, max_new_tokens=tokens, choices=task.answer_type.choices)
        for task in tasks
    ]


def cost(chat: TransformersVlmChat, batches: Sequence[list[ChatRequest]]) -> tuple[float, float]:
    """(seconds, processor seconds) to answer these batches one after the other."""
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    for requests in batches:
        chat.ask(requests)
    return time.perf_counter() - start_s, time.process_time() - start_cpu_s


def compare(chat: TransformersVlmChat, args: argparse.Namespace) -> None:
    """Print one question, six together and six apart, best of alternating rounds."""
    six = asked(args.tokens, args.frames)
    chat.ask(six[1:2])  # the first call warms up
    ways = {"one": [six[1:2]], "six together": [six], "six apart": [[one] for one in six]}
    best = dict.fromkeys(ways, (float("inf"), float("inf")))
    for _ in range(args.rounds):
        for name, batches in ways.items():
            best[name] = tuple(map(min, best[name], cost(chat, batches)))
    for name, (wall_s, cpu_s) in best.items():
        share = f"{wall_s / best['one'][0]:.2f} of one (cpu {cpu_s / best['one'][1]:.2f})"
        print(f"{name:<13} {wall_s:.2f} s, {cpu_s:.2f} cpu-s: {share}")


def random_replies(count: int) -> None:
    """Print how many of `count` replies, drawn from a random model, fit the schema of metadata."""
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        settings = TransformersChatSettings(
            str(tiny_llama(Path(folder) / "m")), "cpu", dtype="float32"
        )
        loaded = TransformersLlmChat(settings).prepare()
        ends = end_ids(loaded.model, loaded.tokenizer)
        schema = SceneMetadata.model_json_schema()
        start_s, valid, tokens = time.perf_counter(), 0, 0
        for first in range(0, count, BATCH):
            rows = min(BATCH, count - first)
            inputs = loaded.tokenizer(["what?"] * rows, return_tensors="pt")
            output = loaded.model.generate(
                input_ids=inputs["input_ids"],
                do_sample=True,
                max_new_tokens=JSON_TOKENS,
                pad_token_id=loaded.tokenizer.pad_token_id,
                eos_token_id=sorted(ends),
                logits_processor=[SchemaConstraint(loaded.tokenizer, [schema] * rows, ends)],
            )
            new = output[:, inputs["input_ids"].shape[1] :]
            tokens += int((new != loaded.tokenizer.pad_token_id).sum())
            texts = loaded.tokenizer.batch_decode(new, skip_special_tokens=True)
            valid += sum(SceneMetadata.parse(text) is not None for text in texts)
    seconds = time.perf_counter() - start_s
    print(f"schema        {valid} of {count} valid, {tokens} tokens, {seconds:.0f} s")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="", help="model on this disk instead of random weights")
    parser.add_argument("--tiny", action="store_true", help="a tiny random model")
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--tokens", type=int, default=8, help="length of a reply")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=0, help="0 = torch's own choice")
    parser.add_argument("--rounds", type=int, default=2, help="alternating; the best counts")
    parser.add_argument("--schema", type=int, default=0, help="only so many constrained replies")
    return parser.parse_args()


def main() -> None:
    """Measure and print one table."""
    args = arguments()
    if args.threads:
        torch.set_num_threads(args.threads)
    if args.schema:
        random_replies(args.schema)
        return
    with tempfile.TemporaryDirectory() as folder:
        build = tiny_smolvlm if args.tiny else smolvlm2_500m
        model = args.model or str(build(Path(folder) / "model"))
        settings = TransformersChatSettings(model, device=args.device, batch_size=6)
        chat = TransformersVlmChat(settings)
        loaded = chat.prepare()
    millions = sum(p.numel() for p in loaded.model.parameters()) / 1e6
    print(f"model         {millions:.1f} M parameters, {loaded.model.dtype} on {loaded.device}")
    print(f"clip          {args.frames} frames, replies of {args.tokens} tokens")
    compare(chat, args)
    print(f"memory        {peak_memory_mib() or 0:.0f} MiB at most")


if __name__ == "__main__":
    main()
