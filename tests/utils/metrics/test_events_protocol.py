"""Event figures at one threshold, and the table over all thresholds, by hand."""

import numpy as np
import pytest

from tests.scored_clips import figures, once, scored_clip
from utils.errors import AnnotationError
from utils.metrics.drives import DrivesMeasure, count_events, summary
from utils.metrics.event_table import event_table
from utils.metrics.events import EventMeasure, OperatingRule
from utils.settings import EventSettings

SETTINGS = EventSettings(hysteresis=1.0, merge_gap_s=0.5)
QUIET = [0.0] * 100


def peak(*at: int, height: float = 0.9) -> list[float]:
    return [height if n in at else 0.0 for n in range(100)]


# contact at 50 s; found early, found late, missed with a false alarm at 10 s
CLIPS = [
    scored_clip("crash", peak(49), 50.0, group="a"),
    scored_clip("crash", peak(52), 50.0, group="b"),
    scored_clip("crash", peak(10), 50.0, group="c"),
    scored_clip("normal", peak(5, 30), group="d"),
    scored_clip("normal", QUIET, group="e"),
    scored_clip("near_miss", peak(40), 40.0, group="f"),
]


def rule(threshold: float = 0.5, look_ahead_s: float = 0.0) -> OperatingRule:
    return OperatingRule(threshold, SETTINGS, look_ahead_s)


def test_recall_precision_and_alarms_by_hand() -> None:
    found = figures(EventMeasure(CLIPS, rule()), 6)
    assert found["event_recall"] == pytest.approx(2 / 3)
    assert found["event_precision"] == pytest.approx(2 / 5)  # two found, three false alarms
    hours = (3 * 48 + 2 * 100) / 3600
    assert found["false_alarms_per_hour"] == pytest.approx(3 / hours)


def test_lead_and_time_error_by_hand() -> None:
    found = figures(EventMeasure(CLIPS, rule()), 6)
    assert found["alerted_before_contact"] == pytest.approx(1 / 3)
    assert found["median_lead_s"] == pytest.approx((1.0 - 2.0) / 2)
    assert found["median_time_offset_s"] == pytest.approx((-1.0 + 2.0) / 2)
    assert found["median_time_error_s"] == pytest.approx(1.5)


def test_a_score_that_is_known_late_alerts_late() -> None:
    found = figures(EventMeasure(CLIPS, rule(look_ahead_s=4.0)), 6)
    assert found["alerted_before_contact"] == 0.0
    assert found["median_lead_s"] == pytest.approx(-0.5 - 4.0)
    assert found["event_recall"] == pytest.approx(2 / 3)  # where the event lies is not touched


def test_the_alert_is_where_the_threshold_is_reached_not_where_the_event_begins() -> None:
    rising = [0.0] * 48 + [0.3, 0.6, 0.9] + [0.0] * 49
    settings = EventSettings(hysteresis=0.5, merge_gap_s=0.5)
    measure = EventMeasure(
        [scored_clip("crash", rising, 50.0)], OperatingRule(0.55, settings)
    )  # the event begins at 48 s, where .3 passes half of the threshold
    assert figures(measure, 1)["median_lead_s"] == pytest.approx(1.0)


def test_the_table_counts_as_one_threshold_does() -> None:
    table = event_table(CLIPS, SETTINGS)
    for row, threshold in enumerate(table.thresholds):
        counts = count_events(CLIPS, float(threshold), SETTINGS)
        assert table.found[:, row].sum() == counts.found
        assert table.alarms[:, row].sum() == counts.false_alarms
    assert table.crash.sum() == 3
    assert table.hours == pytest.approx((3 * 48 + 2 * 100) / 3600)


def test_the_last_threshold_finds_nothing() -> None:
    table = event_table(CLIPS, SETTINGS)
    assert table.thresholds[-1] > 0.9
    assert not table.found[:, -1].any()
    assert not table.alarms[:, -1].any()


def test_the_drives_measure_has_the_figures_of_the_summary() -> None:
    generator = np.random.default_rng(4)
    clips = [
        scored_clip(kind, generator.random(60).tolist(), *events_s, group=str(n))
        for n, (kind, events_s) in enumerate(
            [("crash", (20.0,)), ("crash", (40.0,)), ("normal", ()), ("near_miss", (3.0,))]
        )
    ]
    measured, known = figures(DrivesMeasure(clips, SETTINGS), 4), summary(clips, SETTINGS)
    assert measured == pytest.approx({name: known[name] for name in measured})


def test_a_clip_drawn_twice_counts_twice() -> None:
    weighted = DrivesMeasure(CLIPS, SETTINGS).values(np.array([2, 1, 1, 1, 1, 1]))
    repeated = DrivesMeasure([*CLIPS, CLIPS[0]], SETTINGS).values(once(7))
    assert weighted.tolist() == pytest.approx(repeated.tolist(), nan_ok=True)


def test_a_crash_without_a_time_counts_nowhere() -> None:
    unknown = scored_clip("crash", peak(3), group="u")
    assert count_events([unknown], 0.5, SETTINGS).false_alarms == 0
    assert count_events([*CLIPS, unknown], 0.5, SETTINGS).crashes == 3


@pytest.mark.parametrize("protocol", ["drives", "events"])
def test_labels_without_contact_are_refused(protocol: str) -> None:
    clips = [scored_clip("normal", QUIET)]
    with pytest.raises(AnnotationError, match=f"{protocol}: no crash clip"):
        DrivesMeasure(clips, SETTINGS) if protocol == "drives" else EventMeasure(clips, rule())
