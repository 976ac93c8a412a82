"""What a person's decisions about an event are called in the app."""

from utils.library.records import ReviewState

DECISION_NAMES: dict[ReviewState, str] = {
    "unreviewed": "To review",
    "confirmed": "Confirmed",
    "near_miss": "Near miss",
    "false_alarm": "False alarm",
    "unsure": "Unsure",
}
