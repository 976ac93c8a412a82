"""Which class a setting gives, and what is said about the choice."""

from typing import Any

import pytest
import torch

from models.adapters import AdapterHeader, fingerprint, save_adapter
from models.build import (
    build_describer,
    build_detector,
    build_trigger,
    build_window_chat,
    choose_threshold,
)
from models.chats.classifier_chat import ClassifierChat
from models.describers.chat import ChatDescriber
from models.describers.template import TemplateDescriber
from models.picodet_detector import PicoDetDetector
from models.triggers.cascade import CascadeTrigger
from models.triggers.network import NetworkTrigger
from models.triggers.yes_no import YesNoTrigger
from tests.tiny_detectors import tiny_detr
from utils.clip import Sampling
from utils.config import validate
from utils.errors import CheckpointError, ModelUnavailableError
from utils.settings import DescriberSettings, DetectorSettings, Settings


def test_auto_without_weights_is_the_template_and_says_why():
    describer, reason = build_describer(DescriberSettings())
    assert isinstance(describer, TemplateDescriber)
    assert "llava-1.5-7b-hf" in reason
    assert "not on this disk" in reason
    assert "--describer llava" in reason


def test_auto_takes_a_vision_language_model_whose_weights_are_on_disk(checkpoint):
    folder = str(checkpoint("llava"))
    describer, reason = build_describer(DescriberSettings(model=folder, frames_per_event=3))
    assert isinstance(describer, ChatDescriber)
    assert describer.frames_per_event == 3
    assert "on this disk" in reason


def test_auto_falls_back_where_a_download_fails():
    describer, reason = build_describer(DescriberSettings(allow_download=True))
    assert isinstance(describer, TemplateDescriber)
    assert "HF_HUB_OFFLINE" in reason


@pytest.mark.parametrize("kind", ["llava", "llm"])
def test_a_describer_asked_for_by_name_is_never_replaced_silently(kind):
    with pytest.raises(ModelUnavailableError, match="not on this disk"):
        build_describer(DescriberSettings(kind=kind))


def test_detectors_by_kind(tmp_path):
    assert build_detector(DetectorSettings(kind="none")) is None
    assert isinstance(build_detector(DetectorSettings()), PicoDetDetector)
    with pytest.raises(ModelUnavailableError):
        build_detector(DetectorSettings(kind="detr"))
    folder = tiny_detr(tmp_path / "detr")
    assert build_detector(DetectorSettings(model=str(folder))).name == str(folder)


def _with_trigger(**trigger: Any) -> Settings:
    return validate({"device": "cpu", "trigger": trigger}, source="test")


def test_triggers_by_kind(checkpoint):
    vlm = {"model": str(checkpoint("smolvlm")), "image_size_px": 400, "frames_per_window": 6}
    assert isinstance(build_trigger(_with_trigger()), NetworkTrigger)
    asked = build_trigger(_with_trigger(kind="yes_no", vlm=vlm))
    assert isinstance(asked, YesNoTrigger)
    assert asked.sampling == Sampling(1.5, (400, 400))
    cascade = build_trigger(_with_trigger(kind="cascade", vlm=vlm))
    assert isinstance(cascade, CascadeTrigger)
    assert cascade.sampling == Sampling(3.0, (448, 448))


@pytest.mark.parametrize("kind", ["yes_no", "cascade"])
def test_a_trigger_without_its_model_says_how_to_fetch_it(kind):
    with pytest.raises(ModelUnavailableError, match=r"trigger\.vlm\.allow_download=true"):
        build_trigger(_with_trigger(kind=kind))


def test_a_trigger_may_ask_a_server(checkpoint):
    trigger = build_trigger(_with_trigger(kind="yes_no", vlm={"server": True, "model": "qwen"}))
    assert trigger.name == "yes or no by qwen"


def test_a_trigger_that_cannot_be_calibrated_has_no_budget(checkpoint):
    vlm = {"model": str(checkpoint("smolvlm"))}
    settings = _with_trigger(kind="yes_no", vlm=vlm, max_false_alarms_per_hour=5)
    with pytest.raises(CheckpointError, match="give --threshold"):
        choose_threshold(build_trigger(settings), settings)


def test_a_trigger_may_ask_a_classifier(checkpoint, tmp_path):
    own = fingerprint(checkpoint("smolvlm"))
    header = AdapterHeader(
        base="smolvlm", base_fingerprint=own, architecture="smolvlm", classifier=True
    )
    save_adapter(tmp_path / "risk", {"classifier.linear.bias": torch.zeros(1)}, header, {})
    vlm = {"model": str(checkpoint("smolvlm")), "adapter": str(tmp_path / "risk")}
    assert isinstance(build_window_chat(_with_trigger(kind="yes_no", vlm=vlm)), ClassifierChat)
    vlm["adapter"] = str(tmp_path / "absent")
    with pytest.raises(CheckpointError, match="absent"):
        build_trigger(_with_trigger(kind="yes_no", vlm=vlm))
