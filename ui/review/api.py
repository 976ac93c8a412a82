"""The endpoints of the Review tab for programs; their docstrings are their documentation."""

from dataclasses import asdict
from typing import Any

from ui.endpoints import make_endpoints
from ui.raw_values import read_count
from ui.review.decisions import read_review
from ui.review.desk import Desk, Opened, event_values, review_values
from ui.review.extras import Extras
from ui.review.walk import plan_walk
from ui.sentences import sentence


def connect_api(desk: Desk, extras: Extras) -> None:
    """Make the endpoints."""
    api = ReviewApi(desk, extras)
    make_endpoints(
        *(api.event, api.next_event, api.play_section, api.review_event, api.undo_review),
        *(api.review_history, api.review_counts, api.evidence_package, api.speak_event),
        api.find_moved_videos,
    )


class ReviewApi:
    """One method per endpoint."""

    def __init__(self, desk: Desk, extras: Extras) -> None:
        self._desk = desk
        self._extras = extras

    def event(self, event_id: int) -> dict[str, Any]:
        """One event with all that is known of it.

        Args:
            event_id: number of the event in the library

        Returns:
            the library's row; `report`: keyframes, boxes, answers and evidence, null where the
            report is gone (`problem` says why); `review`: the decision that counts; `history`: all
            decisions, the newest first
        """
        opened = self._open(event_id)
        found = opened.report.triggers[opened.event.number - 1] if opened.report else None
        return {
            **event_values(opened.event),
            "report": found.model_dump(mode="json") if found else None,
            "problem": sentence(opened.problem) if opened.problem else None,
            "review": review_values(opened.review) if opened.review else None,
            "history": [review_values(saved) for saved in opened.history],
        }

    def next_event(self, order: str = "to_review", after: int | None = None) -> dict[str, Any]:
        """The next event to look at.

        Args:
            order: to_review or all (highest score first), or video (in order of time)
            after: number of the event that was looked at last; null: begin

        Returns:
            `event_id`: null after the last; `place`: counted from 1; `total`: how many there are
        """
        seen = None if after is None else _event_number(after)
        walk = plan_walk(self._desk.library, order, seen if order == "video" else None)
        place = walk.ids.index(seen) + 1 if seen in walk.ids else 0
        found = walk.ids[place] if place < len(walk.ids) else None
        return {"event_id": found, "place": place + 1 if found else None, "total": walk.total}

    def play_section(self, event_id: int) -> dict[str, Any]:
        """Make a copy of the seconds around an event that browsers play.

        Args:
            event_id: number of the event in the library

        Returns:
            `src`: its address; `start_s` and `duration_s`: which seconds of the video it holds
        """
        return self._desk.section(_event_number(event_id))

    def review_event(  # noqa: PLR0913 - the named arguments of the public endpoint
        self,
        event_id: int,
        decision: str,
        reason: str = "",
        notes: str = "",
        start_s: float | None = None,
        end_s: float | None = None,
        based_on: int | None = None,
    ) -> dict[str, Any]:
        """Save a decision about an event. Decisions are added, never overwritten.

        Args:
            event_id: number of the event in the library
            decision: confirmed, near_miss, false_alarm or unsure
            reason: of a false alarm: shadow or reflection, camera shake, cut or edited video,
                normal braking, parked or passing traffic, other; empty: none given
            notes: free text
            start_s: corrected start, seconds; null where the report is right
            end_s: corrected end, seconds; null where the report is right
            based_on: id of the decision that was seen, 0 where there was none; refused where
                another one counts by now; null: saved whatever others did

        Returns:
            the decision as it was saved
        """
        values = {"decision": decision, "reason": reason, "notes": notes}
        review = read_review(values | {"start_s": start_s, "end_s": end_s})
        seen = None if based_on is None else read_count(based_on, "The number of the review")
        saved = self._desk.save(_event_number(event_id), review, based_on=seen)
        return review_values(saved)

    def undo_review(self, event_id: int) -> dict[str, Any]:
        """Bring back the decision before the latest.

        Args:
            event_id: number of the event in the library

        Returns:
            `review`: the decision that counts now, null where there is none
        """
        saved = self._desk.undo(_event_number(event_id))
        return {"review": review_values(saved) if saved else None}

    def review_history(self, event_id: int) -> list[dict[str, Any]]:
        """All decisions about an event, the newest first.

        Args:
            event_id: number of the event in the library

        Returns:
            one object per decision, as `review_event` returns it
        """
        return [review_values(saved) for saved in self._open(event_id).history]

    def review_counts(self) -> dict[str, int]:
        """How much of the library was reviewed.

        Returns:
            how many events there are of each decision, and how many are not reviewed
        """
        return {str(state): count for state, count in self._desk.counts().items()}

    def evidence_package(self, event_id: int) -> dict[str, Any]:
        """Make the evidence package of an event: clip, pictures, record and checksums as a ZIP.

        Args:
            event_id: number of the event in the library

        Returns:
            `address` to save it at, `name` and `size_bytes`
        """
        return asdict(self._extras.package(self._open(event_id)))

    def speak_event(
        self, event_id: int, what: str = "event", voice: str = "", rate_wpm: int | None = None
    ) -> dict[str, Any]:
        """Speak an event, or the summary of its video, into a WAV file.

        Args:
            event_id: number of the event in the library
            what: event or video
            voice: id of a voice; empty: as in the settings
            rate_wpm: words per minute, 80 to 400; null: as in the settings

        Returns:
            `address` to play it at, `name` and `size_bytes`
        """
        opened = self._open(event_id)
        return asdict(self._extras.speak(opened, what, voice=voice, rate_wpm=rate_wpm))

    def find_moved_videos(self, path: str, event_id: int | None = None) -> dict[str, Any]:
        """Find videos that were moved or renamed since they were analysed.

        A file is taken only where its SHA-256 is that of the analysed video. From then on the
        video is played, exported and learned from where it is now; the report stays as it is.

        Args:
            path: the video, or a folder above it, on the computer that runs the app; below a folder
                all videos of the library that are missing are looked for
            event_id: with a file: an event of the video that it must be; null: any that is missing

        Returns:
            `found`: pairs of the old and the new name; `not_found`: names; `words`: both counted
        """
        event = None
        if event_id is not None:
            event = self._desk.library.events.get(_event_number(event_id))
        ended = self._desk.finder.begin(path, event).ended()
        found = [list(names) for names in ended.found]
        return {"found": found, "not_found": list(ended.not_found), "words": ended.words}

    def _open(self, event_id: int) -> Opened:
        return self._desk.open(_event_number(event_id))


def _event_number(event_id: Any) -> int:
    return read_count(event_id, "The number of the event")
