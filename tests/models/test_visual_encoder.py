"""The visual encoder: shapes for each network, own normalisation, where weights come from."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from models.visual_encoder import VisualEncoder
from utils.errors import ConfigError, ModelUnavailableError
from utils.settings import EncoderSettings


def _settings(name: str = "resnet18", **values: object) -> EncoderSettings:
    return EncoderSettings(
        **{"name": name, "pretrained": "none", "image_size_px": 64, "feature_dim": 8} | values
    )


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_b0", "tf_efficientnet_lite0"])
def test_each_network_gives_features_of_the_chosen_size(name: str) -> None:
    encoder = VisualEncoder(_settings(name)).eval()
    frames = torch.randint(0, 256, (1, 2, 3, 64, 64), dtype=torch.uint8)
    with torch.no_grad():
        features = encoder.describe(frames)
        assert encoder(frames).shape == (1, 2, 8)
    assert features.pooled.shape == (1, 2, encoder.num_features)
    assert features.cells.shape[:3] == (1, 2, 49)
    assert features.grey.shape == (1, 2, 56, 56)
    torch.testing.assert_close(features.cells.norm(dim=-1), torch.ones(1, 2, 49))


def test_bytes_and_floats_are_the_same_picture() -> None:
    encoder = VisualEncoder(_settings()).eval()
    frames = torch.randint(0, 256, (1, 2, 3, 64, 64), dtype=torch.uint8)
    with torch.no_grad():
        torch.testing.assert_close(encoder(frames), encoder(frames.float()))


def test_the_packaged_weights_are_loaded() -> None:
    loaded = VisualEncoder(_settings("tf_efficientnet_lite0", pretrained="auto"))
    again = VisualEncoder(_settings("tf_efficientnet_lite0", pretrained="auto"))
    weight = loaded.body.conv_stem.weight
    assert torch.equal(weight, again.body.conv_stem.weight)
    assert not torch.equal(
        weight, VisualEncoder(_settings("tf_efficientnet_lite0")).body.conv_stem.weight
    )


def test_weights_come_from_a_local_file(tmp_path: Path) -> None:
    source = VisualEncoder(_settings())
    file = tmp_path / "resnet18.safetensors"
    save_file({k: v.contiguous() for k, v in source.body.state_dict().items()}, file)
    loaded = VisualEncoder(_settings(pretrained="auto", weights_file=str(file)))
    assert torch.equal(loaded.body.conv1.weight, source.body.conv1.weight)


def test_weights_that_are_not_here_are_named() -> None:
    with pytest.raises(ModelUnavailableError, match="weights_file"):
        VisualEncoder(_settings(pretrained="auto"))
    with pytest.raises(ModelUnavailableError, match="no safetensors file"):
        VisualEncoder(_settings(pretrained="auto", weights_file="absent.safetensors"))


def test_an_unknown_network_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="resnet999"):
        VisualEncoder(_settings("resnet999"))
