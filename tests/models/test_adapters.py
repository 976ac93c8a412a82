"""Adapters on their base: only the language model is hit, only the right base is taken."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText

from models.adapters import (
    ADAPTER_FILE,
    ADAPTER_HEADER_FILE,
    AdapterHeader,
    adapted_layers,
    apply_adapter,
    fingerprint,
    inject,
    merge_layers,
    name_base,
    read_header,
    save_adapter,
)
from models.build import build_describer
from models.chats.classifier_chat import ClassifierChat
from models.vlm_families import FAMILIES, family_of
from tests.tiny_models import VLM_BUILDERS, tiny_llava, tiny_smolvlm
from utils.errors import CheckpointError, ModelUnavailableError
from utils.lora_settings import LoraSettings
from utils.settings import DescriberSettings


def load(folder: Path):
    return AutoModelForImageTextToText.from_pretrained(folder)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llava(tmp_path_factory.mktemp("models") / "tiny-llava")


@pytest.fixture
def adapter(base: Path, tmp_path: Path) -> Path:
    """An adapter whose layers all changed."""
    learned = inject(load(base), LoraSettings())
    tensors = {name: torch.full_like(p, 0.01) for name, p in learned.items()}
    header = AdapterHeader(
        base=name_base(str(base)), base_fingerprint=fingerprint(base), architecture="llava"
    )
    save_adapter(tmp_path / "adapter", tensors, header, {"log_loss": 1.0})
    return tmp_path / "adapter"


@pytest.mark.parametrize("name", VLM_BUILDERS)
def test_every_linear_layer_of_the_language_model_is_hit_and_none_of_the_vision_tower(
    name: str, tmp_path: Path
) -> None:
    model = load(VLM_BUILDERS[name](tmp_path / name))
    learned, family = inject(model, LoraSettings()), family_of(model)
    hits = adapted_layers(model)
    assert len(hits) == 2 * 7  # two blocks of q, k, v, o, gate, up, down
    assert all(f".{family.language}.layers." in hit for hit in hits)
    assert not [n for n in learned if family.is_vision(n)]
    assert any(family.is_projector(n) for n in learned)
    frozen = [n for n, p in model.named_parameters() if not p.requires_grad]
    assert {n for n in frozen if ".lora_" in n or family.is_projector(n)} == set()
    assert not inject(load(tmp_path / name), LoraSettings(projector=False)).keys() - {
        n for n in learned if ".lora_" in n
    }


def test_an_unknown_architecture_is_told(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(FAMILIES, "llava")
    with pytest.raises(ModelUnavailableError, match="type 'llava' cannot be adapted"):
        inject(load(base), LoraSettings())


def test_missed_blocks_are_told(base: Path) -> None:
    model = load(base)
    model.config.get_text_config().num_hidden_layers = 3
    with pytest.raises(ModelUnavailableError, match="14 places instead of 3 blocks"):
        inject(model, LoraSettings())


def test_an_adapter_changes_the_model_and_merging_keeps_what_it_says(
    base: Path, adapter: Path
) -> None:
    plain, adapted = load(base), load(base)
    names = set(plain.state_dict())
    ids = torch.arange(5, 25)[None]
    before = plain(input_ids=ids).logits
    apply_adapter(adapted, adapter)
    assert not any(p.requires_grad for p in adapted.parameters())
    after = adapted(input_ids=ids).logits
    assert (after - before).abs().max() > 1e-4
    merge_layers(adapted)
    assert set(adapted.state_dict()) == names
    torch.testing.assert_close(adapted(input_ids=ids).logits, after, atol=1e-5, rtol=1e-4)


def test_another_base_is_refused(adapter: Path, tmp_path: Path) -> None:
    other = load(tiny_smolvlm(tmp_path / "other"))
    with pytest.raises(CheckpointError, match=r"made for tiny-llava.*set describer\.model"):
        apply_adapter(other, adapter)


def test_a_changed_base_is_refused(base: Path, adapter: Path, tmp_path: Path) -> None:
    model = load(base)
    model.model.language_model.norm.weight.data += 1
    model.save_pretrained(tmp_path / "changed")
    with pytest.raises(CheckpointError, match="another version"):
        apply_adapter(load(tmp_path / "changed"), adapter)


def test_a_base_elsewhere_is_the_same_base(base: Path, adapter: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for file in base.iterdir():
        (moved / file.name).write_bytes(file.read_bytes())
    assert apply_adapter(load(moved), adapter).header.base == "tiny-llava"


def test_a_header_names_no_place(base: Path, adapter: Path) -> None:
    assert str(base.parent) not in (adapter / ADAPTER_HEADER_FILE).read_text()
    assert name_base("smolvlm2") == "HuggingFaceTB/SmolVLM2-500M-Video-Instruct"


@pytest.mark.parametrize("fault", ["missing", "cut", "nan", "shape", "key"])
def test_damaged_tensors_are_refused(fault: str, base: Path, adapter: Path) -> None:
    path = adapter / ADAPTER_FILE
    tensors = load_file(path)
    first = next(iter(tensors))
    if fault == "missing":
        path.unlink()
    elif fault == "cut":
        path.write_bytes(path.read_bytes()[:-50])
    else:
        changed = {
            "nan": {first: tensors[first] * float("nan")},
            "shape": {first: tensors[first][:1]},
            "key": {"model.vision_tower.weight": torch.zeros(2)},
        }
        save_file({**tensors, **changed[fault]}, path)
    with pytest.raises(CheckpointError):
        apply_adapter(load(base), adapter)


def test_a_folder_without_an_adapter_is_told(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no adapter: no adapter\.yaml"):
        read_header(tmp_path)
    (tmp_path / ADAPTER_HEADER_FILE).write_text("base: x\nunknown: 1\n")
    with pytest.raises(CheckpointError, match="unknown"):
        read_header(tmp_path)


def test_an_adapter_of_another_base_is_refused_before_anything_is_loaded(
    adapter: Path, tmp_path: Path
) -> None:
    tiny_smolvlm(tmp_path / "other")
    chosen = {"kind": "llava", "model": str(tmp_path / "other"), "adapter": str(adapter)}
    with pytest.raises(CheckpointError, match="made for tiny-llava"):
        build_describer(DescriberSettings.model_validate(chosen), device="cpu")
    none = {**chosen, "adapter": str(tmp_path / "nothing")}
    with pytest.raises(CheckpointError, match="no adapter"):
        build_describer(DescriberSettings.model_validate(none), device="cpu")


@pytest.mark.parametrize("classifier", [True, False])
def test_a_classifier_is_built_as_one(base: Path, adapter: Path, classifier: bool) -> None:
    path = adapter / ADAPTER_HEADER_FILE
    path.write_text(path.read_text().replace("classifier: false", f"classifier: {classifier}"))
    chosen = {"kind": "llava", "model": str(base), "adapter": str(adapter)}
    describer, _ = build_describer(DescriberSettings.model_validate(chosen), device="cpu")
    assert isinstance(describer.chat, ClassifierChat) is classifier
    assert describer.name == "chat: tiny-llava + " + "/".join(adapter.parts[-2:])
