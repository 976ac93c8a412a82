"""What an answer says that disagrees with the evidence: road users, times, numbers. Pure text work.

A flag is a doubt, not a verdict: detectors overlook people, and models see what has no box. So
words are held against the boxes only where there are any, negated and supposed things are left
alone, and kinds that detectors take for each other count as one.
"""

import re
from collections.abc import Iterator, Sequence

from models.describers.reply import numbers_in
from utils.answers import CrashPrevention, TimePoint, TimeSpan, TypedAnswer
from utils.evidence import Evidence
from utils.road_labels import ANIMALS, TWO_WHEELERS, VEHICLES, road_name
from utils.wording import joined, keyframes

SLACK_S = 0.5
MAX_FLAGS = 8
MAX_QUOTE = 160

# Word -> any of these boxes bears it out.
_WITNESSES: tuple[tuple[str, frozenset[str]], ...] = (
    (r"vehicles?", VEHICLES | TWO_WHEELERS),
    (r"cars?|vans?|minivans?|sedans?|suvs?|taxis?|pickup trucks?|pickups?", VEHICLES),
    (r"trucks?|lorry|lorries|semi-trailers?", frozenset({"truck", "bus", "train"})),
    (r"bus|buses|coaches", frozenset({"bus", "truck", "train"})),
    (r"trains?|trams?", frozenset({"train", "bus"})),
    (r"motorcycles?|motorbikes?|scooters?|mopeds?|bicycles?|bikes?", TWO_WHEELERS),
    (r"motorcyclists?|cyclists?|bicyclists?|bikers?", TWO_WHEELERS | {"person"}),
    (r"pedestrians?|persons?|people|child|children", frozenset({"person"})),
    (r"dogs?|cats?|horses?|cows?|sheep|deer|elephants?|animals?", ANIMALS),
)
_ALL_WORDS = "|".join(words for words, _ in _WITNESSES)
_WORD = re.compile(rf"(?<![\w-])({_ALL_WORDS})(?![\w-])", re.IGNORECASE)
_CAMERA = r"(?:ego|own|our|camera|camera's|recording|filming|dashcam|host|subject)"
_NOT_A_ROAD_USER = re.compile(
    rf"\b{_CAMERA}[ -](?:car|vehicle|truck|bus|van)(?:'s)?\b"
    rf"|\b(?:{_ALL_WORDS})[ -](?:lanes?|stops?|paths?|parks?|stations?|signals?|lights?|signs?"
    r"|bridges?|zones?|doors?|windows?|hoods?|roofs?|horns?|alarms?|tracks?|islands?|seats?)\b"
    r"|\bpedestrian[ -]crossings?\b(?! (?:the|in|from|into|a|at)\b)",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:no|not|none|never|neither|nor|without|cannot|nobody|absent|free of|or|if|may|might|could"
    r"|would|should|can|possibl[ey]|potential(?:ly)?|avoid|such as|like|unless|unclear)\b|n't\b",
    re.IGNORECASE,
)
_TURN = re.compile(r";|\b(?:but|however|while|although)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_ABOUT = r"(?:about |around |approximately |roughly |the |second )*"
_MOMENT = re.compile(
    rf"\b(?:at|from|until|between) {_ABOUT}(\d{{1,5}}(?:\.\d+)?) ?(?:s|sec|seconds?)\b"
    r"(?! (?:later|earlier|before|after|into|of|long|ago))",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\d:.])(?:(\d{1,2}):)?(\d{1,2}):(\d\d(?:\.\d+)?)(?![\d:]| ?[ap]\.?m\b)")
_MEASURE = re.compile(
    r"(?<![\w.,:#/-])(\d+(?:,\d{3})*(?:\.\d+)?)"
    r"(?!\.?\d| ?(?:s|sec|seconds?)\b|:| ?(?:-|to|and|or) ?\d)"
    r"( ?(?:km/h|kmh|kph|mph|m/s|met(?:er|re)s?|m|feet|ft|miles?|km|kilomet(?:er|re)s?|%|percent"
    r"|degrees)(?![\w/]))?"
)


def contradictions(
    answer: TypedAnswer, evidence: Evidence, facts: Sequence[str]
) -> tuple[str, ...]:
    """The sentences that disagree, each in quotes with the reason; advice is not held to it."""
    if isinstance(answer, CrashPrevention):
        return ()
    flags = [_flag(answer.to_text(), reason) for reason in _times_not_shown(answer, evidence)]
    for sentence in _SENTENCE.split(answer.prose()):
        reasons = [
            *_road_users(sentence, evidence),
            *_times(sentence, evidence),
            *_numbers(sentence, facts),
        ]
        flags += [_flag(sentence, "; ".join(reasons))] if reasons else []
    return tuple(dict.fromkeys(flags))[:MAX_FLAGS]


def _flag(sentence: str, reason: str) -> str:
    quoted = " ".join(sentence.split())
    cut = f"{quoted[:MAX_QUOTE]}…" if len(quoted) > MAX_QUOTE else quoted
    return f'"{cut}": {reason}'


def _road_users(sentence: str, evidence: Evidence) -> Iterator[str]:
    boxed = {road_name(detection.label) for detection in evidence.detections}
    if not boxed:  # no detector, or one that saw nothing: neither says what is not there
        return
    plain = _NOT_A_ROAD_USER.sub(lambda found: "~" * len(found[0]), sentence)
    doubted = [
        found[0].lower()
        for found in _WORD.finditer(plain)
        if not _witnesses(found[0]) & boxed and not _is_unsure(plain, found)
    ]
    if doubted:
        places = keyframes(len(evidence.keyframes))
        names = joined(list(dict.fromkeys(doubted)))
        yield f"names {names}; the boxes on the {places} are of {joined(sorted(boxed))}"


def _witnesses(word: str) -> frozenset[str]:
    return next(labels for words, labels in _WITNESSES if re.fullmatch(words, word, re.IGNORECASE))


def _is_unsure(sentence: str, found: re.Match[str]) -> bool:
    """Whether the sentence denies or supposes it: earlier in this part, or later in this clause."""
    before = _TURN.split(sentence[: found.start()])[-1]
    after = re.split(r"[,;]|\bbut\b", sentence[found.end() :], maxsplit=1)[0]
    return bool(_UNSURE.search(before) or _UNSURE.search(after))


def _times(sentence: str, evidence: Evidence) -> Iterator[str]:
    """Moments before or after everything that was measured of this event."""
    frames, track, event = evidence.keyframes.times_s, evidence.track.times_s, evidence.event
    start_s = min(event.start_s, *frames[:1].tolist(), *track[:1].tolist())
    end_s = max(event.end_s, *frames[-1:].tolist(), *track[-1:].tolist())
    told = [(float(found[1]), found[0]) for found in _MOMENT.finditer(sentence)]
    told += [(_clock_s(found), found[0]) for found in _CLOCK.finditer(sentence)]
    for time_s, words in told:
        if not start_s - SLACK_S <= time_s <= end_s + SLACK_S:
            yield f"{words} lies outside {start_s:.1f} s to {end_s:.1f} s, which this event covers"


def _clock_s(found: re.Match[str]) -> float:
    return int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3])


def _times_not_shown(answer: TypedAnswer, evidence: Evidence) -> Iterator[str]:
    """Times of an answer that no picture was shown of."""
    times_s = evidence.keyframes.times_s
    if not isinstance(answer, TimePoint | TimeSpan) or not len(times_s):
        return
    first_s, last_s = float(times_s[0]), float(times_s[-1])
    stated = answer.model_dump().values()
    if any(not first_s - SLACK_S <= time_s <= last_s + SLACK_S for time_s in stated):
        yield f"the pictures show {first_s:.1f} s to {last_s:.1f} s"


def _numbers(sentence: str, facts: Sequence[str]) -> Iterator[str]:
    """Speeds, distances, shares and decimals that no fact holds, rounded as they are told."""
    known = [value for fact in facts for value, _ in numbers_in(fact)]
    for found in _MEASURE.finditer(sentence):
        plain = found[1].replace(",", "")
        digits = len(plain.partition(".")[2])
        checkable = digits > 0 or found[2] is not None
        if checkable and all(round(value, digits) != float(plain) for value in known):
            yield f"{found[0]} was not measured"
