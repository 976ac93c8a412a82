"""What happens on the Settings tab, for the screen and for programs: one implementation.

Everything that arrives comes from a browser or an API client; keys are looked up and values are
checked by the settings classes.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any, NamedTuple

import gradio as gr

from ui.context import Context
from ui.parts import SKIP, clicked
from ui.sentences import sentence
from ui.settings import views
from ui.settings.views import Said
from utils.asked_tasks import asked_tasks
from utils.config import merge, validate
from utils.errors import AppError, ConfigError
from utils.setting_fields import SettingField, nested, setting_fields, value_of
from utils.settings import SpeechSettings
from utils.speech import Voice, list_voices, speak
from utils.trial import DescriberTrial

SAMPLE_TEXT = "One event was found. At eight seconds, a car comes close from the left."
TRIAL_POLL_S = 1.0


class Screen(NamedTuple):
    """New values of the tab's parts; what is left out stays as it is."""

    form: Any = SKIP
    changes: Any = SKIP
    questions: Any = SKIP


class Actions:
    """What can be done with settings. Raises AppError with a sentence for the user."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.current = context.current

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change settings by their keys, such as `events.merge_gap_s`."""
        tree: dict[str, Any] = {}
        for key, value in changes.items():
            tree = merge(tree, nested(known_field(key).key, value))
        self.context.change_settings(tree)

    def reset(self, key: str) -> None:
        """Take back the change of a setting or section; with an empty key, every change."""
        self.context.refuse_on_the_network()
        if key:
            self.current.reset(key)
        else:
            self.current.reset_all()

    def try_describer(self) -> DescriberTrial:
        """Ask the describer of the settings."""
        if self.context.try_describer is None:
            raise ConfigError("This app was started without models, so no describer can be tried.")
        return self.context.try_describer(self.context.settings)

    def voices(self) -> list[Voice]:
        """The voices of this computer."""
        return list_voices()

    def speak_sample(self, text: str, speech: SpeechSettings) -> str:
        """The address of a spoken sample."""
        path = self.context.uploads / f"sample-{secrets.token_hex(4)}.wav"
        speak(text, path, speech)
        return self.context.media.lend(path)

    def speech(self, **changes: Any) -> SpeechSettings:
        """The settings of speech with what is not None replaced, checked."""
        over = {key: value for key, value in changes.items() if value is not None}
        tree = merge(self.context.settings.model_dump(), {"speech": over})
        return validate(tree, source="speech").speech


class Handlers:
    """The events of the screen."""

    def __init__(self, actions: Actions) -> None:
        self.actions = actions
        self.context = actions.context
        self._voices: list[Voice] | None = None

    def show(self, said: Said | None = None) -> Screen:
        """The tab as the settings are now."""
        context, current = self.context, self.context.current
        saved = current.file.is_file() and context.local_allowed
        href = context.media.lend(current.file, download=True) if saved else None
        settings = context.settings
        return Screen(
            form=views.form(current, editable=context.local_allowed, said=said),
            changes=views.changes(current, href, editable=context.local_allowed),
            questions=views.questions(asked_tasks(settings.describer), settings),
        )

    def opened(self) -> Screen:
        """The tab was opened."""
        return self.show()

    def changed(self, event: gr.EventData) -> Screen:
        """A control of the form was changed, or a reset was clicked."""
        reset, key, raw = (clicked(event, name) for name in ("reset", "key", "value"))
        if reset is not None:
            return self._reset(reset)
        try:
            field = known_field(key)
        except ConfigError as error:
            return self.show(Said(sentence(str(error)), is_error=True))
        try:
            self.actions.change({field.key: field.read(raw)})
        except AppError as error:
            return self.show(_refused(field, raw, error))
        return self.show(Said(self._saved(field)))

    def forget(self, event: gr.EventData) -> Screen:
        """Forget all changes."""
        return self._reset("") if clicked(event, "forget") is True else Screen()

    async def try_describer(self) -> AsyncGenerator[str, None]:
        """The trial: how long it takes, then what came of it."""
        started = time.monotonic()
        asked = asyncio.create_task(asyncio.to_thread(self.actions.try_describer))
        while not asked.done():
            yield views.asking(started)
            await asyncio.wait([asked], timeout=TRIAL_POLL_S)
        try:
            yield views.trial(await asked)
        except AppError as error:
            yield views.failure(str(error))

    def load_voices(self) -> Any:
        """The menu of voices, asked for once."""
        if self._voices is None:
            try:
                self._voices = self.actions.voices()
            except AppError:
                self._voices = []
        chosen = self.context.settings.speech.voice
        choices = views.voice_choices(self._voices)
        known = {voice for _, voice in choices}
        if chosen not in known:
            choices.append((chosen, chosen))
        return gr.Dropdown(choices=choices, value=chosen)

    def choose_voice(self, voice: Any) -> Screen:
        """A voice was chosen in the menu."""
        field = setting_fields()["speech.voice"]
        known = {"", *(known.id for known in self._voices or [])}
        if not isinstance(voice, str) or voice == self.context.settings.speech.voice:
            return Screen()
        if voice not in known:
            return self.show(Said("That voice is not in the list.", is_error=True))
        try:
            self.actions.change({field.key: voice})
        except AppError as error:
            return self.show(Said(sentence(str(error)), is_error=True))
        return self.show(Said(self._saved(field)))

    def sample(self) -> str:
        """A spoken sample with the settings of speech."""
        try:
            return views.sample(self.actions.speak_sample(SAMPLE_TEXT, self.actions.speech()))
        except AppError as error:
            return views.failure(str(error))

    def _reset(self, key: Any) -> Screen:
        try:
            if not isinstance(key, str):
                raise ConfigError("There is no such setting.")
            self.actions.reset(key)
        except AppError as error:
            return self.show(Said(sentence(str(error)), is_error=True))
        field = setting_fields().get(key)
        words = f"{field.label} is as it was." if field else "All changes are forgotten."
        return self.show(Said(words))

    def _saved(self, field: SettingField) -> str:
        shown = views.shown_value(field, value_of(self.context.settings, field.key))
        words = {True: "on", False: "off"}.get(shown) if isinstance(shown, bool) else shown
        words = ", ".join(words) if isinstance(words, list) else words
        short = isinstance(words, str) and 0 < len(words) <= 40 and "\n" not in words
        value = f": {words} {field.unit}".rstrip() if short else ""
        return f"Saved: {field.label}{value}"


def known_field(key: object) -> SettingField:
    """The setting of this key. Raises ConfigError."""
    field = setting_fields().get(key) if isinstance(key, str) else None
    if field is None:
        raise ConfigError(f"There is no setting {str(key)[:60]!r}; docs/config.md lists them all.")
    return field


def _refused(field: SettingField, raw: Any, error: AppError) -> Said:
    words = str(error).removeprefix(f"settings: {field.key}: ")
    words = words.replace("Input should be", f"{field.label} should be", 1)
    kept = raw if isinstance(raw, str | bool | list) else ""
    return Said(sentence(words), key=field.key, raw=kept, is_error=True)
