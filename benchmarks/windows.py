"""What a trigger that asks a vision-language model costs: seconds per window, alone and in batches.

    python benchmarks/windows.py                       SmolVLM2-500M shape, random weights
    python benchmarks/windows.py --model smolvlm2      any model that is on this disk
    python benchmarks/windows.py --tiny                a few seconds: checks the benchmark itself

Windows are noise of 1280x720 px, shown as `trigger.vlm` says by default. Processor seconds hardly
change when other programs share the machine.
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
from models.chats.loading import TransformersChatSettings
from models.chats.transformers_vlm import TransformersVlmChat
from models.triggers.window_questions import WindowPlan, each_frame, judge, make_window
from models.triggers.yes_no import RISK_TASK
from tests.tiny_models import tiny_smolvlm
from utils.clip import Clip
from utils.memory import peak_memory_mib
from utils.trigger_settings import WindowQuestionSettings


def cost(chat: TransformersVlmChat, batches: Sequence[Sequence[Clip]]) -> tuple[float, float]:
    """(seconds, processor seconds) per window."""
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    count = sum(len(judge(chat, RISK_TASK, batch).scores) for batch in batches)
    return (time.perf_counter() - start_s) / count, (time.process_time() - start_cpu_s) / count


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="", help="model on this disk instead of random weights")
    parser.add_argument("--tiny", action="store_true", help="a tiny random model")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=0, help="0 = torch's own choice")
    return parser.parse_args()


def main() -> None:
    """Measure and print one table."""
    args, vlm = arguments(), WindowQuestionSettings()
    if args.threads:
        torch.set_num_threads(args.threads)
    plan = WindowPlan(vlm.window_s, vlm.frames_per_window, vlm.image_size_px, vlm.batch_size)
    windows = [
        make_window(list(each_frame([event(n, plan.frames)])), plan) for n in range(plan.batch_size)
    ]
    with tempfile.TemporaryDirectory() as folder:
        build = tiny_smolvlm if args.tiny else smolvlm2_500m
        model = args.model or str(build(Path(folder) / "model"))
        settings = TransformersChatSettings(
            model, device=args.device, batch_size=plan.batch_size, image_size=plan.side_px
        )
        chat = TransformersVlmChat(settings)
        loaded = chat.prepare()
    millions = sum(p.numel() for p in loaded.model.parameters()) / 1e6
    print(f"model     {millions:.1f} M parameters, {loaded.model.dtype} on {loaded.device}")
    print(f"windows   {len(windows)} of {plan.frames} frames, {plan.side_px} px")
    judge(chat, RISK_TASK, windows[:1])  # the first call warms up
    for name, batches in {"singly": [[one] for one in windows], "batched": [windows]}.items():
        wall_s, cpu_s = cost(chat, batches)
        print(f"{name:<9} {wall_s:.2f} s, {cpu_s:.2f} cpu-s per window")
    print(f"memory    {peak_memory_mib() or 0:.0f} MiB at most")


if __name__ == "__main__":
    main()
