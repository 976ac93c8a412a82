"""Fields of scene metadata by hand: categories, sets, and what nobody knows."""

from typing import Any

import numpy as np
import pytest

from tests.scored_clips import figures
from utils.answers import SceneMetadata
from utils.errors import AnnotationError
from utils.metrics.metadata import MetadataMeasure, set_f1


def scene(**fields: Any) -> SceneMetadata:
    return SceneMetadata.model_validate({"caption": "A car.", "event_type": "unknown", **fields})


def test_the_f1_of_sets() -> None:
    assert set_f1(["a", "b"], ["b", "c"]) == pytest.approx(2 / 4)
    assert set_f1([], []) == 1.0
    assert set_f1(["a"], []) == 0.0


def test_fields_count_where_the_reference_knows_them() -> None:
    told = [
        scene(event_type="collision", weather="rain", rule_violations=["speeding"]),
        scene(event_type="no_incident", weather="unknown", rule_violations=[]),
        scene(event_type="collision", weather="clear"),
    ]
    said = [
        scene(event_type="collision", weather="clear", rule_violations=["speeding", "wrong_way"]),
        scene(event_type="no_incident", weather="clear", rule_violations=[]),
        None,
    ]
    found = figures(MetadataMeasure(told, said), 3)
    assert found["event_type_accuracy"] == pytest.approx(2 / 3)
    assert found["weather_accuracy"] == 0.0  # of two: rain and clear
    assert found["rule_violations_f1"] == pytest.approx((2 / 3 + 1) / 2)
    assert found["mean"] == pytest.approx((2 / 3 + 0 + 5 / 6) / 3)
    assert "scene_accuracy" not in found


def test_a_draw_without_a_known_field_leaves_it_out() -> None:
    told = [scene(event_type="collision"), scene(event_type="collision", weather="rain")]
    measure = MetadataMeasure(told, told)
    found = dict(zip(measure.names, measure.values(np.array([1, 0])), strict=True))
    assert np.isnan(found["weather_accuracy"])
    assert found["mean"] == 1.0


def test_references_that_know_nothing_are_refused() -> None:
    with pytest.raises(AnnotationError, match="unknown"):
        MetadataMeasure([scene()], [scene()])
