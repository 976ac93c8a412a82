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
from utils.tasks import DRIVING_SAFETY_PROMPT


def smolvlm2_500m(folder: Path) -> Path:
    """A checkpoint of SmolVLM2-500M's shape (507 M parameters), random, in bfloat16: 1.0 GB."""
    from transformers import AutoModelForImageTextToText, AutoProcessor, SmolVLMConfig

    tiny_smolvlm(folder)
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


def event(number: int, frames: int) -> Clip:
    """Noise frames of 1280x720 px, half a second apart."""
    pixels = np.random.default_rng(number).integers(0, 256, (frames, 720, 1280, 3), dtype=np.uint8)
    info = VideoInfo(Path("noise.mp4"), 1280, 720, Fraction(30), None)
    steps = np.arange(frames)
    return Clip(pixels, 0.5 * steps, 15 * steps, info)


def measure(chat: TransformersVlmChat, requests: list[ChatRequest], *, together: bool) -> float:
    """Seconds to answer all requests, in one batch or one by one."""
    start = time.perf_counter()
    for asked in [requests] if together else [[request] for request in requests]:
        chat.ask(asked)
    return time.perf_counter() - start


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="", help="model on this disk instead of random weights")
    parser.add_argument("--tiny", action="store_true", help="a tiny random model")
    parser.add_argument("--events", type=int, default=4)
    parser.add_argument("--frames", type=int, default=4, help="frames per event")
    parser.add_argument("--tokens", type=int, default=64, help="length of a reply")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--rounds", type=int, default=2, help="alternating; the best counts")
    return parser.parse_args()


def main() -> None:
    """Measure and print one table."""
    args = arguments()
    with tempfile.TemporaryDirectory() as folder:
        build = tiny_smolvlm if args.tiny else smolvlm2_500m
        model = args.model or str(build(Path(folder) / "model"))
        settings = TransformersChatSettings(model, device=args.device, batch_size=args.events)
        chat = TransformersVlmChat(settings)
        start = time.perf_counter()
        loaded = chat.prepare()
        load_s = time.perf_counter() - start
        requests = [
            ChatRequest(DRIVING_SAFETY_PROMPT, event(n, args.frames), max_new_tokens=args.tokens)
            for n in range(args.events)
        ]
        first_s = measure(chat, requests[:1], together=True)
        rounds = [
            (measure(chat, requests, together=False), measure(chat, requests, together=True))
            for _ in range(args.rounds)
        ]
    single_s = min(one for one, _ in rounds)
    batch_s = min(both for _, both in rounds)
    millions = sum(p.numel() for p in loaded.model.parameters()) / 1e6
    print(f"model            {millions:.0f} M parameters, {loaded.model.dtype}, {loaded.device}")
    print(f"threads          {torch.get_num_threads()}")
    print(f"load             {load_s:.1f} s")
    print(f"first event      {first_s:.1f} s ({args.frames} frames, {args.tokens} tokens)")
    print(
        f"{args.events} events singly  {single_s:.1f} s = {single_s / args.events:.1f} s per event"
    )
    print(f"{args.events} events batched {batch_s:.1f} s = {batch_s / args.events:.1f} s per event")
    print(f"ratio            batched takes {batch_s / single_s:.2f} of the single calls' time")
    print(f"peak memory      {peak_memory_mib() or 0:.0f} MiB")
    if loaded.device.type == "cuda":
        print(f"peak GPU memory  {torch.cuda.max_memory_allocated() / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
