"""Seconds and memory of describing events with a vision-language model: batched against single.

    python benchmarks/describe.py                      SmolVLM2-500M shape, random weights
    python benchmarks/describe.py --model llava        any model that is on this disk
    python benchmarks/describe.py --tiny               a few seconds: checks the benchmark itself

Random weights compute exactly as trained ones do; only the text is noise, so every reply runs to
`--tokens`. Ratios are of one run on one machine.
"""

import argparse
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from models.chats.loading import TransformersChatSettings
from models.chats.transformers_vlm import TransformersVlmChat
from models.interfaces import ChatRequest
from tests.tiny_models import tiny_smolvlm
from utils.clip import Clip, VideoInfo
from utils.memory import peak_memory_mib
from utils.tasks import DRIVING_SAFETY_PROMPT, TASKS


def smolvlm2_500m(folder: Path) -> Path:
    """A checkpoint of SmolVLM2-500M's shape (507 M parameters), random, in bfloat16: 1.0 GB.

    Its tokenizer is made of our own texts, so that a prompt has about as many tokens as in life.
    """
    from transformers import AutoModelForImageTextToText, AutoProcessor, SmolVLMConfig

    tiny_smolvlm(folder, sentences=own_texts(), vocabulary=8000)
    tokenizer = AutoProcessor.from_pretrained(folder).tokenizer
    edge = {"longest_edge": 512}
    config = SmolVLMConfig(
        vision_config={
            "hidden_size": 768,
            "intermediate_size": 3072,
            "num_hidden_layers": 12,
            "num_attention_heads": 12,
            "image_size": 512,
            "patch_size": 16,
        },
        text_config={
            "model_type": "llama",
            "vocab_size": 49280,
            "hidden_size": 960,
            "intermediate_size": 2560,
            "num_hidden_layers": 32,
            "num_attention_heads": 15,
            "num_key_value_heads": 5,
            "max_position_embeddings": 8192,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        },
        image_token_id=tokenizer.image_token_id,
        scale_factor=4,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = AutoModelForImageTextToText.from_config(config, dtype=torch.bfloat16)
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    model.save_pretrained(folder)
    processor = AutoProcessor.from_pretrained(folder)
    processor.image_seq_len = 64
    processor.image_processor.max_image_size = edge
    processor.image_processor.size = {"longest_edge": 2048}
    processor.save_pretrained(folder)
    return folder


def own_texts() -> list[str]:
    """The documents of this project and all questions."""
    docs = sorted((Path(__file__).parents[1] / "docs").glob("*.md"))
    return [*(doc.read_text(encoding="utf-8") for doc in docs), *(t.prompt for t in TASKS.values())]


def event(number: int, frames: int) -> Clip:
    """Noise frames of 1280x720 px, half a second apart."""
    pixels = np.random.default_rng(number).integers(0, 256, (frames, 720, 1280, 3), dtype=np.uint8)
    info = VideoInfo(Path("noise.mp4"), 1280, 720, Fraction(30), None)
    steps = np.arange(frames)
    return Clip(pixels, 0.5 * steps, 15 * steps, info)


def measure(
    chat: TransformersVlmChat, requests: list[ChatRequest], *, together: bool
) -> tuple[float, float]:
    """(seconds, processor seconds) to answer all requests, in one batch or one by one.

    Processor seconds hardly change when other programs share the machine.
    """
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    for asked in [requests] if together else [[request] for request in requests]:
        chat.ask(asked)
    return time.perf_counter() - start_s, time.process_time() - start_cpu_s


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="", help="model on this disk instead of random weights")
    parser.add_argument("--tiny", action="store_true", help="a tiny random model")
    parser.add_argument("--events", type=int, default=4)
    parser.add_argument("--frames", type=int, default=4, help="frames per event")
    parser.add_argument("--tokens", type=int, default=64, help="length of a reply")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=0, help="0 = torch's own choice")
    parser.add_argument("--rounds", type=int, default=2, help="alternating; the best counts")
    return parser.parse_args()


def main() -> None:
    """Measure and print one table."""
    args = arguments()
    if args.threads:
        torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        build = tiny_smolvlm if args.tiny else smolvlm2_500m
        model = args.model or str(build(Path(folder) / "model"))
        settings = TransformersChatSettings(model, device=args.device, batch_size=args.events)
        chat = TransformersVlmChat(settings)
        start = time.perf_counter()
        loaded = chat.prepare()
        load_s = time.perf_counter() - start
    millions = sum(p.numel() for p in loaded.model.parameters()) / 1e6
    print(f"model      {millions:.1f} M parameters, {loaded.model.dtype} on {loaded.device}")
    print(f"load       {load_s:.1f} s; {torch.get_num_threads()} threads")
    compare(chat, args)
    print(f"memory     {peak_memory_mib() or 0:.0f} MiB at most")
    if loaded.device.type == "cuda":
        print(f"on the GPU {torch.cuda.max_memory_allocated() / 2**20:.0f} MiB at most")


def compare(chat: TransformersVlmChat, args: argparse.Namespace) -> None:
    """Print single calls against one batch, best of alternating rounds."""
    requests = [
        ChatRequest(DRIVING_SAFETY_PROMPT, event(n, args.frames), max_new_tokens=args.tokens)
        for n in range(args.events)
    ]
    first_s, first_cpu_s = measure(chat, requests[:1], together=True)
    print(
        f"first      {first_s:.1f} s, {first_cpu_s:.1f} cpu-s "
        f"({args.frames} frames, {args.tokens} tokens)"
    )
    rounds = [
        (measure(chat, requests, together=False), measure(chat, requests, together=True))
        for _ in range(args.rounds)
    ]
    single, batch = (
        tuple(min(times) for times in zip(*way, strict=True)) for way in zip(*rounds, strict=True)
    )
    for name, (wall_s, cpu_s) in (("singly", single), ("batched", batch)):
        per_event = f"{wall_s / args.events:.2f} s, {cpu_s / args.events:.2f} cpu-s per event"
        print(f"{name:<10} {args.events} events: {per_event}")
    print(
        f"ratio      batched / singly: {batch[0] / single[0]:.2f} (cpu {batch[1] / single[1]:.2f})"
    )


if __name__ == "__main__":
    main()
