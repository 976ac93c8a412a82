"""Settings as fields of a form: every one is there, and what a control holds is read back."""

import pytest

from utils.config import merge, validate
from utils.errors import ConfigError
from utils.setting_fields import nested, setting_fields, setting_sections, value_of
from utils.settings import Settings

FIELDS = setting_fields()


def leaves(tree, path=""):
    for name, value in tree.items():
        yield from leaves(value, f"{path}{name}.") if isinstance(value, dict) else [f"{path}{name}"]


def as_shown(field):
    """What a form's control holds while it shows the default."""
    default = field.default
    if field.kind == "list":
        return ", ".join(map(str, default))
    if field.kind == "choices":
        return list(default)
    if field.kind == "yaml":
        return "[]"
    return default if field.kind == "switch" else "" if default is None else str(default)


def test_every_setting_is_a_field_and_nothing_else_is():
    assert set(FIELDS) == set(leaves(Settings().model_dump()))


@pytest.mark.parametrize("key", FIELDS)
def test_what_a_control_shows_is_read_back_as_the_same_settings(key):
    field = FIELDS[key]
    read = nested(key, field.read(as_shown(field)))
    assert validate(merge(Settings().model_dump(), read), source="form") == Settings()
    assert value_of(Settings(), key) == field.default
    assert field.label[0].isupper()


def test_kind_range_and_unit_come_from_the_model():
    threshold, gap = FIELDS["trigger.threshold"], FIELDS["events.merge_gap_s"]
    assert (threshold.kind, threshold.range, threshold.optional) == ("number", "0 to 1", True)
    assert (gap.label, gap.unit, gap.range, gap.optional) == (
        "Merge gap",
        "seconds",
        "0 to 60",
        False,
    )
    assert FIELDS["training.learning_rate"].range == "more than 0, below 1"
    assert FIELDS["describer.prompt"].kind == "prompt"
    assert FIELDS["describer.tasks"].kind == "choices"
    assert FIELDS["data.corpora"].kind == "yaml"
    assert FIELDS["describer.api_key_env"].label == "API key variable"
    assert FIELDS["trigger.vlm.allow_download"].kind == "switch"


def test_an_empty_control_is_null_only_where_the_setting_may_be():
    assert FIELDS["trigger.threshold"].read(" ") is None
    assert FIELDS["events.merge_gap_s"].read(" ") == ""
    assert FIELDS["model.trigger_detector.hidden_dims"].read("64, 32,") == ["64", "32"]


def test_a_list_of_groups_is_read_as_yaml():
    corpora = FIELDS["data.corpora"].read("[{format: dota, weight: 2}]")
    assert corpora == [{"format": "dota", "weight": 2}]
    with pytest.raises(ConfigError, match="corpora, line"):
        FIELDS["data.corpora"].read("[{")


def test_sections_stand_in_the_order_of_the_config_file():
    keys = [section.key for section in setting_sections()]
    assert keys[:3] == ["", "data", "model"]
    assert keys.index("trigger.vlm") == keys.index("trigger") + 1
