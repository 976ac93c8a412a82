"""Which class a setting gives, and what is said about the choice."""

import pytest

from models.build import build_describer, build_detector
from models.describers.chat import ChatDescriber
from models.describers.template import TemplateDescriber
from models.picodet_detector import PicoDetDetector
from tests.tiny_detectors import tiny_detr
from utils.errors import ModelUnavailableError
from utils.settings import DescriberSettings, DetectorSettings


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
