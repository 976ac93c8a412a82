"""Settings to objects: the only place that maps a `kind` to a class.

Classes are imported where they are chosen, so that a run loads only the libraries it needs.
"""

from typing import TYPE_CHECKING

from models.chats.weights import is_on_disk, locate, repo_id, short_name
from models.describers.template import TemplateDescriber
from models.interfaces import Chat, Describer, Detector, Trigger
from models.pipeline import Pipeline
from utils.config import project_path
from utils.errors import CheckpointError, ModelUnavailableError
from utils.report import Components
from utils.settings import DescriberSettings, DetectorSettings, Settings

if TYPE_CHECKING:
    from models.chats.loading import TransformersChatSettings


def build_pipeline(settings: Settings) -> Pipeline:
    """The pipeline that the settings ask for.

    Raises CheckpointError for a trigger that cannot be loaded and ModelUnavailableError for a
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
        checkpoint=settings.trigger.checkpoint,
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
        return trigger.threshold, f"the checkpoint's own: {words}"
    if calibration is None:
        raise CheckpointError(
            f"{settings.trigger.checkpoint} is not calibrated, so {budget:g} false alarms per hour "
            "cannot be kept; run python calibrate.py on normal drives, or give --threshold"
        )
    differs = "" if calibration.events == settings.events else "; counted with other event settings"
    return calibration.point(budget).threshold, calibration.words(budget) + differs


def build_trigger(settings: Settings) -> Trigger:
    """The network trigger of a checkpoint folder. Raises CheckpointError."""
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
    locate(model, allow_download=settings.allow_download)
    chat_settings = TransformersChatSettings(
        model=model,
        device=device,
        dtype=settings.dtype,
        quantization=settings.quantization,
        batch_size=settings.batch_size,
        image_size=settings.llava_image_size,
        allow_download=settings.allow_download,
    )
    return _chat(kind, chat_settings)


def _chat(kind: str, settings: "TransformersChatSettings") -> Chat:
    if kind == "llava":
        from models.chats.transformers_vlm import TransformersVlmChat

        return TransformersVlmChat(settings)
    from models.chats.transformers_llm import TransformersLlmChat

    return TransformersLlmChat(settings)
