"""The endpoints of the Settings tab for programs; their docstrings are their documentation."""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from ui.endpoints import make_endpoints
from ui.sentences import map_texts
from ui.settings.handlers import SAMPLE_TEXT, Actions, known_field
from utils.errors import ConfigError
from utils.plain_text import bare_paths
from utils.setting_fields import SettingField, setting_fields, value_of


def connect_api(actions: Actions) -> None:
    """Make the endpoints."""
    api = SettingsApi(actions)
    make_endpoints(
        api.settings,
        api.change_settings,
        api.reset_setting,
        api.test_describer,
        api.voices,
        api.speak_sample,
    )


class SettingsApi:
    """One method per endpoint."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions

    def settings(self, section: str = "") -> dict[str, Any]:
        """The settings as they are now, with their meaning, range and default.

        Args:
            section: a section such as `describer`, or one setting; empty: all of them

        Returns:
            `settings`: for every key its value, default, kind, choices, range, unit and help;
            `changed`: what was changed in the app; `problem`: why those changes are not used
        """
        current = self._actions.current
        told = {
            "settings": {field.key: self._told(field) for field in _below(section)},
            "changed": current.differences(),
            "problem": current.problem,
        }
        return told if self._actions.context.local_allowed else dict(map_texts(told, bare_paths))

    def change_settings(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Change settings. They count from the next analysis on and are kept.

        Args:
            changes: values by keys, such as {"events.merge_gap_s": 2.5}; all or none are taken

        Returns:
            everything that was changed in the app so far, nested as in config.yaml
        """
        if not isinstance(changes, dict):
            raise ConfigError('Give the changes as {"section.name": value}.')
        self._actions.change(changes)
        return self._actions.current.differences()

    def reset_setting(self, key: str) -> dict[str, Any]:
        """Take back what was changed in the app.

        Args:
            key: a setting such as `events.merge_gap_s`, or a section; empty: everything

        Returns:
            what is still changed, nested as in config.yaml
        """
        self._actions.reset(str(key))
        return self._actions.current.differences()

    def test_describer(self) -> dict[str, Any]:
        """Ask the describer of the settings a few short questions about one drawn picture.

        Nothing is downloaded. A local model is loaded for it, which can take minutes.

        Returns:
            its name, why it was chosen, the first question, the reply or the error, seconds,
            and what it turned out to support
        """
        trial = asdict(self._actions.try_describer())
        del trial["picture_png"]
        return trial

    def voices(self) -> list[dict[str, Any]]:
        """The voices of this computer for the spoken summary.

        Returns:
            id (what the setting `speech.voice` names), name and languages of each
        """
        return [asdict(voice) for voice in self._actions.voices()]

    def speak_sample(
        self, text: str = SAMPLE_TEXT, voice: str | None = None, rate_wpm: int | None = None
    ) -> str:
        """Speak a text to hear what the spoken summary will sound like.

        Args:
            text: what to say, at most 2000 characters
            voice: id of a voice; null: as in the settings
            rate_wpm: words per minute, 80 to 400; null: as in the settings

        Returns:
            the address of the WAV file on this server
        """
        speech = self._actions.speech(voice=voice, rate_wpm=rate_wpm)
        return self._actions.speak_sample(str(text), speech)

    def _told(self, field: SettingField) -> dict[str, Any]:
        current = self._actions.current
        value, start = value_of(current.value, field.key), value_of(current.base, field.key)
        return {
            "value": plain(value),
            "default": plain(field.default),
            "kind": field.kind,
            "choices": field.choices,
            "range": field.range,
            "unit": field.unit,
            "help": field.help,
            "changed": value != start,
            "fixed": current.is_fixed(field.key),
        }


def plain(value: Any) -> Any:
    """A setting's value as JSON has it."""
    if isinstance(value, tuple):
        return [plain(member) for member in value]
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


def _below(section: str) -> list[SettingField]:
    fields = setting_fields()
    if not section:
        return list(fields.values())
    inside = [field for key, field in fields.items() if key.startswith(f"{section}.")]
    return inside or [known_field(section)]
