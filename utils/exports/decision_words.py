"""Decisions as people read them, in the order of reports."""

from utils.library.records import ReviewState

DECISION_WORDS: dict[ReviewState, str] = {
    "confirmed": "confirmed crash",
    "near_miss": "near miss",
    "unsure": "unsure",
    "unreviewed": "not reviewed",
    "false_alarm": "false alarm",
}
