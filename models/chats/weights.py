"""Where a model's weights are: a local folder, the hub's cache on this disk, or still on the hub.

Nothing is fetched unless `allow_download` is set, and only safetensors and text files ever are.
torch and transformers are not needed here.
"""

import json
import logging
import re
import shutil
from pathlib import Path
from typing import Any

from utils.errors import ModelUnavailableError

log = logging.getLogger(__name__)

SHORT_NAMES = {
    "llava": "llava-hf/llava-1.5-7b-hf",
    "llava-1.5-7b-hf": "llava-hf/llava-1.5-7b-hf",
    "llava-1.5-13b-hf": "llava-hf/llava-1.5-13b-hf",
    "llava-phi-3-mini": "xtuner/llava-phi-3-mini-hf",
    "llava-next": "llava-hf/llava-v1.6-mistral-7b-hf",
    "llava-next-video": "llava-hf/LLaVA-NeXT-Video-7B-hf",
    "llava-onevision": "llava-hf/llava-onevision-qwen2-0.5b-ov-hf",
    "smolvlm2": "HuggingFaceTB/SmolVLM2-500M-Video-Instruct",
    "smolvlm2-2.2b": "HuggingFaceTB/SmolVLM2-2.2B-Instruct",
    "internvl3": "OpenGVLab/InternVL3-1B-hf",
    "internvl3-8b": "OpenGVLab/InternVL3-8B-hf",
    "qwen2.5-vl": "Qwen/Qwen2.5-VL-3B-Instruct",
    "qwen3-vl": "Qwen/Qwen3-VL-4B-Instruct",
    "videollama3-2b": "lkhl/VideoLLaMA3-2B-Image-HF",
    "videollama3": "lkhl/VideoLLaMA3-7B-Image-HF",
    "smollm2": "HuggingFaceTB/SmolLM2-1.7B-Instruct",
}
FETCHED_FILES = ["*.safetensors", "*.json", "*.jinja", "*.txt", "*.model"]
SKIPPED_FILES = ["*/*", "consolidated*", "*.bin", "*.pth", "*.pt"]
INDEX_FILE = "model.safetensors.index.json"
REPO_ID = re.compile(r"(?!.*(--|\.\.))\w[\w.-]*/\w[\w.-]*(?<!\.)", re.ASCII)
COMMAND = "python inference.py --video VIDEO --describer llava --set describer.model={model}"


def repo_id(model: str) -> str:
    """The hub id behind a short name; anything else comes back as it is."""
    return SHORT_NAMES.get(model.lower(), model)


def short_name(model: str) -> str:
    """The last part of a hub id or folder, for reports: `llava-1.5-7b-hf`."""
    return Path(repo_id(model)).name


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of a model folder; empty where one of them is missing."""
    index = folder / INDEX_FILE
    names = _shards(index) if index.is_file() else ["model.safetensors"]
    files = [folder / name for name in names]
    return files if all(file.is_file() for file in files) else []


def _shards(index: Path) -> list[str]:
    try:
        return sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (ValueError, KeyError, TypeError, AttributeError):
        log.warning("%s is damaged", index)
        return []


def parameter_count(folder: Path) -> int:
    """How many numbers the weights hold, read from the headers of the safetensors files.

    Raises ValueError for a file that is none.
    """
    return sum(_count_in(file) for file in weight_files(folder))


def _count_in(file: Path) -> int:
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > file.stat().st_size:
            raise ValueError(f"{file} is no safetensors file")
        header = json.loads(stream.read(length))
    header.pop("__metadata__", None)
    return sum(_product(entry["shape"]) for entry in header.values())


def _product(shape: list[int]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


def is_on_disk(model: str) -> bool:
    """Whether all weights can be loaded without the network. Quick: looks at file names only."""
    folder = _on_disk(model)
    return folder is not None and bool(weight_files(folder))


def _on_disk(model: str) -> Path | None:
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    return _in_cache(repo_id(model))


def _in_cache(repo: str) -> Path | None:
    """The newest cached snapshot of a hub repository, whole or not.

    Not `snapshot_download(local_files_only=True)`: that misses what other programs fetched in
    part, although all that is needed here is there.
    """
    from huggingface_hub import constants, try_to_load_from_cache

    if not REPO_ID.fullmatch(repo):
        return None
    config = try_to_load_from_cache(repo, "config.json", cache_dir=constants.HF_HUB_CACHE)
    return Path(config).parent if isinstance(config, str) else None


def locate(model: str, *, allow_download: bool = False, command: str = COMMAND) -> Path:
    """The folder with the weights of `model`: a short name, a hub id or a folder.

    command: what the user types to fetch them. Raises ModelUnavailableError, which says where it
    looked and how the weights get there.
    """
    folder = _on_disk(model)
    if folder is not None and weight_files(folder):
        return folder
    if folder is not None and not (allow_download and _is_hub_name(model)):
        raise ModelUnavailableError(_incomplete(model, folder))
    if not _is_hub_name(model):
        raise ModelUnavailableError(
            f"no such model folder: {model}. Give a folder with config.json and "
            f"model.safetensors, a hub id like owner/name, or one of {', '.join(SHORT_NAMES)}"
        )
    if allow_download:
        return download(model)
    raise ModelUnavailableError(_not_on_disk(model, command))


def _is_hub_name(model: str) -> bool:
    local = Path(model).expanduser().exists() or model.startswith((".", "~", "/"))
    return not local and REPO_ID.fullmatch(repo_id(model)) is not None


def _incomplete(model: str, folder: Path) -> str:
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt*")):
        return (
            f"{folder} has only pickle weights (.bin, .pt), which can run code and are refused: "
            "convert them to safetensors or choose a model that has model.safetensors"
        )
    missing = INDEX_FILE if (folder / INDEX_FILE).is_file() else "model.safetensors"
    return (
        f"the weights of {model} are incomplete: {folder} lacks files of {missing}. "
        "Copy the missing files, or fetch them again with allow_download: true"
    )


def _not_on_disk(model: str, command: str) -> str:
    from huggingface_hub import constants

    repo = repo_id(model)
    message = (
        f"the weights of {repo} are not on this disk (looked in {constants.HF_HUB_CACHE}). "
        f"Fetch them with `{command.format(model=model)}`, or put a folder with its files "
        "anywhere and give its path instead of the name"
    )
    return message + (" (HF_HUB_OFFLINE is set)" if constants.is_offline_mode() else "")


def download(model: str, *, progress: bool = True) -> Path:
    """Fetch a model into the hub's cache, its total size logged first; returns its folder.

    Interrupted downloads go on where they stopped. Raises ModelUnavailableError offline, for
    unknown or closed models, for models without safetensors, and where the disk is too full.
    """
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]

    repo = repo_id(model)
    if constants.is_offline_mode():
        raise ModelUnavailableError(
            f"{repo} must be downloaded but HF_HUB_OFFLINE is set: unset it, or copy the model's "
            f"folder from another machine (see docs/vlm.md)"
        )
    try:
        size_bytes = _size_on_hub(repo)
        _check_disk(repo, size_bytes, Path(constants.HF_HUB_CACHE))
        log.info("downloading %s: %.1f GB", repo, size_bytes / 1e9)
        folder = snapshot_download(
            repo,
            allow_patterns=FETCHED_FILES,
            ignore_patterns=SKIPPED_FILES,
            cache_dir=constants.HF_HUB_CACHE,
            **_bars(progress),
        )
    except (OSError, HTTPError, ValueError) as error:
        raise ModelUnavailableError(_download_failed(repo, error)) from error
    return Path(folder)


def _bars(progress: bool) -> dict[str, Any]:
    if progress:
        return {}
    from functools import partial

    from tqdm.auto import tqdm

    return {"tqdm_class": partial(tqdm, disable=True)}


def _size_on_hub(repo: str) -> int:
    """Bytes that a download will fetch at most. Raises ModelUnavailableError: no safetensors."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils import filter_repo_objects  # type: ignore[attr-defined]

    siblings = HfApi().model_info(repo, files_metadata=True).siblings or []
    sizes = {entry.rfilename: entry.size or 0 for entry in siblings}
    wanted = list(
        filter_repo_objects(sizes, allow_patterns=FETCHED_FILES, ignore_patterns=SKIPPED_FILES)
    )
    if not any(name.endswith(".safetensors") for name in wanted):
        raise ModelUnavailableError(
            f"{repo} offers no safetensors weights and pickle weights are refused: choose another"
        )
    return sum(sizes[name] for name in wanted)


def _check_disk(repo: str, size_bytes: int, cache: Path) -> None:
    existing = next(p for p in (cache, *cache.parents) if p.exists())
    free_bytes = shutil.disk_usage(existing).free
    if size_bytes > free_bytes:
        raise ModelUnavailableError(
            f"{repo} needs {size_bytes / 1e9:.1f} GB but {cache} has {free_bytes / 1e9:.1f} GB "
            "free: free some space or point HF_HOME at a larger disk"
        )


def _download_failed(repo: str, error: Exception) -> str:
    first_line = str(error).strip().split("\n", maxsplit=1)[0][:300]
    return (
        f"{repo} could not be downloaded: {type(error).__name__}: {first_line}. Check the name "
        "and the connection, or copy the model's folder from another machine (see docs/vlm.md)"
    )
