"""What a scene shows, in closed categories: event, causes, rules broken, road, light, weather.

One record holds the keys of the caption dataset (`to_dataset_row`) and of the structured output
(`to_output`) and reads both spellings. A category is never free text: what is not known is
`unknown`, and an empty list says that nothing of the kind is seen.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar, get_args

from pydantic import AliasChoices, BeforeValidator, Field

from utils.typed_answer import TypedAnswer

EventType = Literal["collision", "near_miss", "no_incident", "unknown"]
Cause = Literal[
    "speeding", "following_too_close", "failure_to_yield", "risky_maneuver", "sudden_braking",
    "loss_of_control", "distracted_driving", "blocked_view", "bad_weather", "road_condition",
    "vehicle_failure", "other", "unknown",
]  # fmt: skip
Violation = Literal[
    "speeding", "failure_to_yield", "ignoring_traffic_signs", "running_red_light",
    "failure_to_use_turn_signals", "unsafe_lane_change", "following_too_close",
    "illegal_overtaking", "illegal_turn", "wrong_way", "other", "unknown",
]  # fmt: skip
Action = Literal[
    "go_straight", "turn_left", "turn_right", "change_lanes", "merge", "overtake", "u_turn",
    "reverse", "stop", "park", "unknown",
]  # fmt: skip
Setting = Literal[
    "highway", "urban", "suburban", "residential", "rural", "intersection", "roundabout",
    "parking_lot", "tunnel", "bridge", "construction_zone", "unknown",
]  # fmt: skip
Density = Literal["low", "medium", "high", "unknown"]
TimeOfDay = Literal["day", "night", "dawn", "dusk", "unknown"]
Light = Literal["normal", "bright", "dark", "unknown"]
Visibility = Literal["good", "bad", "unknown"]
Weather = Literal["clear", "cloudy", "rain", "snow", "fog", "unknown"]

MAX_ITEMS = 4
MAX_CAPTION = 1000
ASKED_CAPTION = 320  # a model is asked for less than is read
SYNONYMS = {
    "crash": "collision", "accident": "collision", "normal_driving": "no_incident",
    "dense": "high", "heavy": "high", "moderate": "medium", "light": "low", "sparse": "low",
    "straight": "go_straight", "lane_change": "change_lanes", "changing_lanes": "change_lanes",
    "daytime": "day", "nighttime": "night", "dim": "dark", "city": "urban", "freeway": "highway",
    "motorway": "highway", "sunny": "clear", "overcast": "cloudy", "rainy": "rain",
    "snowy": "snow", "foggy": "fog", "poor": "bad", "tailgating": "following_too_close",
    "running_a_red_light": "running_red_light",
}  # fmt: skip
NOT_KNOWN = "unknown"


def spelled(category: Any) -> Any:
    """`Near-Miss` and `near miss` as near_miss, `rainy` as rain; anything but text as it is."""
    if not isinstance(category, str):
        return category
    word = "_".join(category.replace("-", " ").lower().split())
    return SYNONYMS.get(word, word)


def _listed(categories: Any) -> Any:
    """Each category once, in its spelling; a single word is a list of one."""
    if isinstance(categories, str):
        categories = categories.split(",") if categories.strip() else []
    if not isinstance(categories, list | tuple):
        return categories
    return tuple(dict.fromkeys(spelled(c) for c in categories if isinstance(c, str)))


Kind = TypeVar("Kind")
One = Annotated[Kind, BeforeValidator(spelled)]
Some = Annotated[tuple[Kind, ...], Field(max_length=MAX_ITEMS), BeforeValidator(_listed)]


class SceneMetadata(TypedAnswer):
    """A caption and the categories of a clip; keys that a file does not have are unknown."""

    asked_as_json: ClassVar[bool] = True
    form: ClassVar[str] = "one JSON object with a caption and the allowed words"

    caption: str = Field(
        min_length=1, max_length=MAX_CAPTION, json_schema_extra={"maxLength": ASKED_CAPTION}
    )
    event_type: One[EventType]
    cause_of_risk: Some[Cause] = ("unknown",)
    rule_violations: Some[Violation] = Field(
        ("unknown",),
        validation_alias=AliasChoices("rule_violations", "presence_of_rule_violations"),
    )
    intended_driving_action: Some[Action] = ("unknown",)
    traffic_density: One[Density] = "unknown"
    driving_setting: Some[Setting] = ("unknown",)
    time_of_day: One[TimeOfDay] = "unknown"
    light_conditions: One[Light] = "unknown"
    visibility: One[Visibility] = "unknown"
    weather: One[Weather] = "unknown"
    scene: One[Setting] = "unknown"

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """The record of a row of either spelling; keys of others are left aside.

        A category that is none of ours becomes `unknown`, a longer list or caption is cut. Raises
        pydantic.ValidationError where caption or event_type are missing.
        """
        known = {key: value for key, value in row.items() if key in _FIELDS}
        return cls.model_validate({key: _closed(_FIELDS[key], v) for key, v in known.items()})

    def prose(self) -> str:
        return self.caption

    def to_dataset_row(self, video: str) -> dict[str, Any]:
        """The keys of a line of metadata.jsonl; video: path inside the dataset."""
        keys = "caption event_type rule_violations intended_driving_action traffic_density"
        return {"video": video} | self._only(f"{keys} visibility")

    def to_output(self) -> dict[str, Any]:
        """The keys of the structured output, in their published order."""
        said = self._only(
            "caption event_type cause_of_risk rule_violations intended_driving_action "
            "traffic_density driving_setting time_of_day light_conditions weather scene"
        )
        renamed = {"rule_violations": "presence_of_rule_violations"}
        return {renamed.get(key, key): value for key, value in said.items()}

    def _only(self, keys: str) -> dict[str, Any]:
        said: Mapping[str, Any] = self.model_dump(mode="json")
        return {key: said[key] for key in keys.split()}


def allowed_words() -> str:
    """The categories of every field in one line, for a prompt."""
    return "; ".join(
        f"{name}: {', '.join(words)}"
        for name in list(SceneMetadata.model_fields)[1:]
        if (words := _categories(name))
    )


_FIELDS = {name: name for name in SceneMetadata.model_fields} | {
    "presence_of_rule_violations": "rule_violations"
}


def _is_list(name: str) -> bool:
    return Ellipsis in get_args(SceneMetadata.model_fields[name].annotation)


def _categories(name: str) -> tuple[str, ...]:
    kind = SceneMetadata.model_fields[name].annotation
    return get_args(get_args(kind)[0] if _is_list(name) else kind)


def _closed(name: str, value: Any) -> Any:
    """A field's value with `unknown` for every category that the field does not have."""
    if name == "caption":
        return value[:MAX_CAPTION] if isinstance(value, str) else value
    if _is_list(name):
        words = _listed(value) if isinstance(value, str | list | tuple) else (NOT_KNOWN,)
        return _listed([w if w in _categories(name) else NOT_KNOWN for w in words])[:MAX_ITEMS]
    return spelled(value) if spelled(value) in _categories(name) else NOT_KNOWN
