"""Merges an adapter into its base model: a folder that any program over transformers loads.

    python scripts/merge_adapter.py checkpoints/crash_risk_smolvlm2/best merged/crash_risk

The base is found by the name in the adapter's header, or given with --base. Layers are added in
float32 and saved in the base's own number type. A classifier is no part of a plain model, so an
adapter with one is refused.
"""

import json
import os
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

import torch

from models.adapters import merge_layers, read_header
from models.chats.loading import TransformersChatSettings, load_vlm
from models.chats.weights import locate
from utils.errors import AppError, CheckpointError, OutputError


def main(argv: list[str] | None = None) -> int:
    """Merge as the command line asks; the exit code."""
    parser = ArgumentParser(description="Merge an adapter into its base model.")
    parser.add_argument("adapter", type=Path, help="folder that train.py wrote")
    parser.add_argument("output", type=Path, help="folder of the merged model; must not exist")
    parser.add_argument("--base", help="folder or hub id of the base, where it is elsewhere")
    args = parser.parse_args(argv)
    try:
        merge_adapter(args.adapter, args.output, base=args.base)
    except AppError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"merged model written to {args.output}")
    return 0


def merge_adapter(adapter: Path, output: Path, *, base: str | None = None) -> None:
    """Write the merged model and its processor. Raises AppError children."""
    header = read_header(adapter)
    if header.classifier:
        raise CheckpointError(f"{adapter} holds a classifier, which a plain model has no place for")
    if output.exists():
        raise OutputError(f"{output} exists; choose another folder or remove it")
    model = base or header.base
    settings = TransformersChatSettings(model, "cpu", "float32", adapter=str(adapter))
    loaded = load_vlm(settings)
    merge_layers(loaded.model)
    loaded.model.to(_own_dtype(locate(model)))
    output.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=output.parent))
    try:
        loaded.model.save_pretrained(part)
        loaded.processor.save_pretrained(part)
        os.replace(part, output)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _own_dtype(folder: Path) -> torch.dtype:
    """The number type that a model's config says it is saved in."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    name = config.get("dtype") or config.get("torch_dtype") or "float32"
    dtype: torch.dtype = getattr(torch, name)
    return dtype


if __name__ == "__main__":
    sys.exit(main())
