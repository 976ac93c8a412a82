"""Settings to objects: the only place that maps a `kind` to a class.

Classes are imported where they are chosen, so that a run loads only the libraries it needs.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from models.chats.weights import is_on_disk, locate, repo_id, short_name
from models.describers.template import TemplateDescriber
from models.interfaces import Chat, Describer, Detector, Trigger
from models.pipeline import Pipeline
from utils.config import project_path
from utils.errors import CheckpointError, ModelUnavailableError
from utils.report import Components
from utils.settings import DescriberSettings, DetectorSettings, Settings
from utils.trigger_settings import WindowQuestionSettings

if TYPE_CHECKING:
    from models.chats.loading import TransformersChatSettings
    from models.triggers.window_questions import WindowPlan

FETCH_WINDOW_MODEL = (
    "python inference.py --video VIDEO --set trigger.kind=yes_no "
    "--set trigger.vlm.model={model} --set trigger.vlm.allow_download=true"
)


def build_pipeline(settings: Settings) -> Pipeline:
    """The pipeline that the settings ask for.

    Raises CheckpointError for a network that cannot be loaded and ModelUnavailableError for a
    model that was asked for by name and cannot be had.
    """
    trigger = build_trigger(settings)
    detector = build_detector(settings.detector, device=settings.device)
    describer, reason = build_describer(settings.describer, device=settings.device)
    threshold, reason_of_threshold = choose_threshold(trigger, settings)
    components = Components(
        trigger=trigger.name,
        detector=detector.name if detector else "none",
        describer=describer.name,
        describer_reason=reason,
        checkpoint="" if settings.trigger.kind == "yes_no" else settings.trigger.checkpoint,
        threshold=threshold,
        threshold_reason=reason_of_threshold,
    )
    return Pipeline(trigger, detector, describer, settings=settings, components=components)


def choose_threshold(trigger: Trigger, settings: Settings) -> tuple[float, str]:
    """The threshold and why: as set, else by the budget of false alarms, else the trigger's own.

    Raises CheckpointError for a budget that the checkpoint's calibration cannot answer.
    """
    chosen, budget = settings.trigger.threshold, settings.trigger.max_false_alarms_per_hour
    calibration = trigger.calibration
    if chosen is not None:
        return chosen, "as set"
    if budget is None:
        words = calibration.words() if calibration else "not calibrated on your own driving"
        owner = "checkpoint" if settings.trigger.kind == "network" else "trigger"
        return trigger.threshold, f"the {owner}'s own: {words}"
    if calibration is None:
        raise CheckpointError(_not_calibrated(trigger, settings))
    differs = "" if calibration.events == settings.events else "; counted with other event settings"
    return calibration.point(budget).threshold, calibration.words(budget) + differs


def _not_calibrated(trigger: Trigger, settings: Settings) -> str:
    budget = f"{settings.trigger.max_false_alarms_per_hour:g} false alarms per hour cannot be kept"
    if settings.trigger.kind == "network":
        mend = "run python calibrate.py on normal drives, or give --threshold"
        return f"{settings.trigger.checkpoint} is not calibrated, so {budget}; {mend}"
    return f"the trigger ({trigger.name}) cannot be calibrated, so {budget}; give --threshold"


def build_trigger(settings: Settings) -> Trigger:
    """The trigger of the kind that is set.

    Raises CheckpointError for a network and ModelUnavailableError for a vision-language model that
    cannot be had.
    """
    from models.triggers.cascade import CascadeTrigger
    from models.triggers.yes_no import YesNoTrigger

    kind, vlm = settings.trigger.kind, settings.trigger.vlm
    if kind == "network":
        return _network(settings)
    plan, chat = window_plan(vlm), build_window_chat(settings)
    if kind == "yes_no":
        return YesNoTrigger(chat, plan, stride_s=vlm.stride_s)
    propose = vlm.propose_threshold
    return CascadeTrigger(_network(settings), chat, plan, propose_threshold=propose)


def window_plan(vlm: WindowQuestionSettings) -> "WindowPlan":
    """How much of a video a model is shown for one question."""
    from models.triggers.window_questions import WindowPlan

    return WindowPlan(vlm.window_s, vlm.frames_per_window, vlm.image_size_px, vlm.batch_size)


def build_window_chat(settings: Settings) -> Chat:
    """The chat that is asked about windows: the describer's settings with a model of its own.

    Raises ModelUnavailableError.
    """
    vlm = settings.trigger.vlm
    own = {
        "model": vlm.model,
        "adapter": vlm.adapter,
        "batch_size": vlm.batch_size,
        "allow_download": vlm.allow_download,
        "llava_image_size": vlm.image_size_px,
        "sees_frames": True,
    }
    asked = settings.describer.model_copy(update=own)
    if vlm.server:
        return _server(asked)
    locate(vlm.model, allow_download=vlm.allow_download, command=FETCH_WINDOW_MODEL)
    return _local("llava", asked, settings.device)


def _network(settings: Settings) -> Trigger:
    from models.triggers.network import NetworkTrigger

    folder = project_path(settings.trigger.checkpoint)
    strict = settings.trigger.strict_loading
    return NetworkTrigger.load(folder, device=settings.device, strict=strict)


def build_detector(settings: DetectorSettings, *, device: str = "auto") -> Detector | None:
    """The object detector, or None for kind `none`. Raises ModelUnavailableError."""
    if settings.kind == "none":
        return None
    wants_detr = settings.kind == "detr" or (settings.kind == "auto" and is_on_disk(settings.model))
    if not wants_detr:
        from models.picodet_detector import PicoDetDetector

        return PicoDetDetector(min_score=settings.min_score)
    from models.detr_detector import DetrDetector, DetrRuntime

    runtime = DetrRuntime(device=device, allow_download=settings.allow_download)
    return DetrDetector(settings.model, min_score=settings.min_score, runtime=runtime)


def build_describer(settings: DescriberSettings, *, device: str = "auto") -> tuple[Describer, str]:
    """The describer and the sentence that says why it was chosen.

    Weights that may be downloaded are fetched here, before any video is read. Raises
    ModelUnavailableError for a describer asked for by name; `auto` falls back to the template.
    """
    kind, reason = _choose(settings)
    if kind == "template":
        return _template(settings), reason
    try:
        return _chat_describer(kind, settings, device), reason
    except ModelUnavailableError as error:
        if settings.kind != "auto":
            raise
        return _template(settings), f"auto: {error}"


def _template(settings: DescriberSettings) -> Describer:
    return TemplateDescriber(frames_per_event=settings.frames_per_event)


def _choose(settings: DescriberSettings) -> tuple[str, str]:
    if settings.kind == "openai":
        return "openai", f"openai was asked for: frames and facts go to {settings.endpoint}"
    if settings.kind != "auto":
        return settings.kind, f"{settings.kind} was asked for"
    name = short_name(settings.model)
    if is_on_disk(settings.model):
        return "llava", f"auto: the weights of {name} are on this disk"
    if settings.allow_download:
        return "llava", f"auto: {name} may be downloaded"
    return "template", (
        f"auto: the weights of {name} ({repo_id(settings.model)}) are not on this disk, so the "
        "text follows from scores and boxes; --describer llava fetches them"
    )


def _chat_describer(kind: str, settings: DescriberSettings, device: str) -> Describer:
    from models.describers.chat import ChatDescriber

    chat = _server(settings) if kind == "openai" else _local(kind, settings, device)
    frames, batch = settings.frames_per_event, settings.batch_size
    return ChatDescriber(chat, frames_per_event=frames, batch_size=batch)


def _server(settings: DescriberSettings) -> Chat:
    from models.chats.openai_api import OpenAiChat
    from models.chats.openai_endpoint import parse_endpoint
    from models.chats.openai_settings import OpenAiSettings

    return OpenAiChat(
        OpenAiSettings(
            parse_endpoint(settings.endpoint, allow_http=settings.allow_http),
            settings.model,
            key_variable=settings.api_key_env,
            sees_frames=settings.sees_frames,
            image_size=settings.llava_image_size,
            timeout_s=settings.call_timeout_s,
            patience_s=settings.patience_s,
        )
    )


def _local(kind: str, settings: DescriberSettings, device: str) -> Chat:
    from models.chats.loading import TransformersChatSettings

    model = settings.model if kind == "llava" else settings.llm_model
    folder = locate(model, allow_download=settings.allow_download)
    adapter = project_path(settings.adapter) if kind == "llava" and settings.adapter else None
    chat_settings = TransformersChatSettings(
        model=model,
        device=device,
        dtype=settings.dtype,
        quantization=settings.quantization,
        batch_size=settings.batch_size,
        image_size=settings.llava_image_size,
        allow_download=settings.allow_download,
        adapter=str(adapter or ""),
    )
    if adapter is not None and _is_classifier(adapter, base=folder):
        from models.chats.classifier_chat import ClassifierChat

        return ClassifierChat(chat_settings)
    return _chat(kind, chat_settings)


def _chat(kind: str, settings: "TransformersChatSettings") -> Chat:
    if kind == "llava":
        from models.chats.transformers_vlm import TransformersVlmChat

        return TransformersVlmChat(settings)
    from models.chats.transformers_llm import TransformersLlmChat

    return TransformersLlmChat(settings)


def _is_classifier(adapter: Path, *, base: Path) -> bool:
    """Raises CheckpointError for an adapter of another base, before any weight is loaded."""
    from models.adapters import check_base, read_header

    header = read_header(adapter)
    check_base(header, base, adapter)
    return header.classifier
