"""Analysed videos and their moments for programs: lists, search, similar moments."""

from typing import Any

from ui.context import Context
from ui.library.filters import Asked, analysis_filter, event_filter
from ui.library.rows import as_row
from utils.library.records import EventFilter

ROWS = 50


class ListApi:
    """What was found."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list_videos(  # noqa: PLR0913 - the named arguments of the public endpoint
        self,
        text: str = "",
        with_events: str = "any",
        since: str = "",
        until: str = "",
        sort: str = "newest",
        limit: int = ROWS,
        offset: int = 0,
    ) -> dict[str, Any]:
        """The analysed videos, each with its latest analysis.

        Args:
            text: words in the name, the folder or the summary
            with_events: any, with or without
            since: first day of analysis, such as 2026-11-01
            until: last day of analysis
            sort: newest, name, events, score or to_review
            limit: how many videos at most
            offset: how many videos to skip

        Returns:
            `videos`, and `total`: how many there are in all
        """
        asked = Asked(
            text=text, with_events=with_events, since=since, until=until, analysis_sort=sort
        )
        page = self._context.library.analyses.find(
            analysis_filter(asked, limit=limit, offset=offset)
        )
        return {
            "videos": [as_row(self._context, row) for row in page.rows],
            "total": page.total,
        }

    def remove_video(self, analysis_id: int) -> dict[str, Any]:
        """Forget an analysed video; its report files and the history of its reviews stay.

        Args:
            analysis_id: `id` of a video of `list_videos`

        Returns:
            `total`: how many videos are left
        """
        self._context.library.analyses.remove(analysis_id)
        left = self._context.library.analyses.find(analysis_filter(Asked(), limit=1))
        return {"total": left.total}

    def list_events(  # noqa: PLR0913 - the named arguments of the public endpoint
        self,
        text: str = "",
        decisions: list[str] = [],  # noqa: B006 - never changed; the default is documented
        labels: list[str] = [],  # noqa: B006
        facts: dict[str, str] = {},  # noqa: B006
        min_score: float = 0.0,
        since: str = "",
        until: str = "",
        analysis_id: int = 0,
        sort: str = "score",
        limit: int = ROWS,
        offset: int = 0,
    ) -> dict[str, Any]:
        """The moments that were found, ranked; those of the latest analysis of each video.

        Args:
            text: words in descriptions, answers, notes and names of videos; all must occur
            decisions: unreviewed, confirmed, near_miss, false_alarm, unsure; none: all
            labels: what the score means, such as `crash or near miss`; none: all
            facts: structured answers by name, such as {"weather": "rain"}
            min_score: the least score, 0 to 1
            since: first day of analysis, such as 2026-11-01
            until: last day of analysis
            analysis_id: moments of this analysis only; 0: of all
            sort: score, newest, video, longest or reviewed
            limit: how many moments at most
            offset: how many moments to skip

        Returns:
            `events`, and `total`: how many there are in all
        """
        asked = Asked(
            text=text,
            decisions=decisions,
            labels=labels,
            facts=facts,
            min_score=min_score,
            since=since,
            until=until,
            event_sort=sort,
            analysis_id=analysis_id or None,
        )
        return self._found(event_filter(asked, limit=limit, offset=offset))

    def search_events(self, text: str, limit: int = ROWS) -> dict[str, Any]:
        """The moments that words are about, the best match first.

        Args:
            text: words in descriptions, answers, notes and names of videos; all must occur
            limit: how many moments at most

        Returns:
            `events`, and `total`: how many there are in all
        """
        return self._found(event_filter(Asked(text=text), limit=limit))

    def similar_events(self, event_id: int, limit: int = 12) -> list[dict[str, Any]]:
        """The moments that look most like one, by what the network sees; it says nothing of why.

        Args:
            event_id: `id` of a moment of `list_events`
            limit: how many moments at most

        Returns:
            the moments, each with its `similarity`, at most 1
        """
        wanted = event_filter(Asked(), limit=limit)
        found = self._context.library.events.similar(event_id, limit=wanted.limit)
        return [as_row(self._context, event) for event in found]

    def _found(self, wanted: EventFilter) -> dict[str, Any]:
        page = self._context.library.events.find(wanted)
        return {
            "events": [as_row(self._context, event) for event in page.rows],
            "total": page.total,
        }
