"""Tiny random object-detection checkpoints that run the real loading code without a download.

Each builder writes a folder as `save_pretrained` does. Where the boxes lie is noise; only shapes,
ranges, times and agreement between runs can be tested.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModelForObjectDetection,
    ConditionalDetrConfig,
    ConditionalDetrImageProcessor,
    DeformableDetrConfig,
    DeformableDetrImageProcessor,
    DetrConfig,
    DetrImageProcessor,
    DFineConfig,
    HGNetV2Config,
    ResNetConfig,
    RTDetrImageProcessor,
    RTDetrResNetConfig,
    RTDetrV2Config,
)

Builder = Callable[[Path], Path]

# As the hub spells them in different families.
LABELS = {0: "person", 1: "car", 2: "motorbike", 3: "bus", 4: "toaster"}
SIDE_PX = 64


def _labels() -> dict[str, Any]:
    return {"id2label": dict(LABELS), "label2id": {name: n for n, name in LABELS.items()}}


def _resnet() -> ResNetConfig:
    return ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 16],
        depths=[1, 1],
        layer_type="basic",
        out_features=["stage1", "stage2"],
    )


def _transformer() -> dict[str, Any]:
    return {
        "d_model": 32,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "encoder_ffn_dim": 32,
        "decoder_ffn_dim": 32,
        "num_queries": 10,
    }


def _hybrid() -> dict[str, Any]:
    return {
        "encoder_hidden_dim": 32,
        "encoder_ffn_dim": 32,
        "encoder_attention_heads": 2,
        "d_model": 32,
        "decoder_layers": 2,
        "decoder_attention_heads": 2,
        "decoder_ffn_dim": 32,
        "num_queries": 10,
        "num_denoising": 0,
        "feat_strides": [8, 16],
        "num_feature_levels": 2,
        "decoder_n_points": 2,
        "encode_proj_layers": [1],
    }


def _save(config: Any, processor: Any, folder: Path) -> Path:
    torch.manual_seed(0)
    model = AutoModelForObjectDetection.from_config(config, dtype=torch.float32)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def tiny_detr(folder: Path) -> Path:
    """DETR, Carion et al. 2020."""
    config = DetrConfig(
        use_timm_backbone=False,
        backbone=None,
        backbone_config=_resnet(),
        **_transformer(),
        **_labels(),
    )
    return _save(config, DetrImageProcessor(size=_edges()), folder)


def tiny_conditional_detr(folder: Path) -> Path:
    """Conditional DETR, Meng et al. 2021."""
    config = ConditionalDetrConfig(
        use_timm_backbone=False,
        backbone=None,
        backbone_config=_resnet(),
        **_transformer(),
        **_labels(),
    )
    return _save(config, ConditionalDetrImageProcessor(size=_edges()), folder)


def tiny_deformable_detr(folder: Path) -> Path:
    """Deformable DETR, Zhu et al. 2021."""
    config = DeformableDetrConfig(
        use_timm_backbone=False,
        backbone=None,
        backbone_config=_resnet(),
        num_feature_levels=2,
        **_transformer(),
        **_labels(),
    )
    return _save(config, DeformableDetrImageProcessor(size=_edges()), folder)


def tiny_rt_detr_v2(folder: Path) -> Path:
    """RT-DETR v2, Lv et al. 2024."""
    backbone = RTDetrResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 16, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=["stage2", "stage3"],
    )
    config = RTDetrV2Config(
        backbone_config=backbone,
        encoder_in_channels=[16, 16],
        decoder_in_channels=[32, 32],
        decoder_n_levels=2,
        **_hybrid(),
        **_labels(),
    )
    return _save(config, RTDetrImageProcessor(size=_square()), folder)


def tiny_d_fine(folder: Path) -> Path:
    """D-FINE, Peng et al. 2024."""
    backbone = HGNetV2Config(
        stem_channels=[3, 8, 8],
        stage_in_channels=[8, 16, 16, 16],
        stage_mid_channels=[8, 8, 8, 8],
        stage_out_channels=[16, 16, 16, 16],
        stage_num_blocks=[1, 1, 1, 1],
        stage_numb_of_layers=[1, 1, 1, 1],
        embedding_size=8,
        hidden_sizes=[16, 16, 16, 16],
        depths=[1, 1, 1, 1],
        out_features=["stage2", "stage3"],
    )
    config = DFineConfig(
        backbone_config=backbone,
        encoder_in_channels=[16, 16],
        decoder_in_channels=[32, 32],
        **_hybrid(),
        **_labels(),
    )
    return _save(config, RTDetrImageProcessor(size=_square()), folder)


def _edges() -> dict[str, int]:
    return {"shortest_edge": SIDE_PX, "longest_edge": 2 * SIDE_PX}


def _square() -> dict[str, int]:
    return {"height": SIDE_PX, "width": SIDE_PX}


DETR_FAMILY: dict[str, Builder] = {
    "detr": tiny_detr,
    "conditional_detr": tiny_conditional_detr,
    "deformable_detr": tiny_deformable_detr,
    "rt_detr_v2": tiny_rt_detr_v2,
    "d_fine": tiny_d_fine,
}
