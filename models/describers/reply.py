"""What a model wrote -> text fit for a report, or the reason why it is not. Pure text work."""

import re
import unicodedata
import zlib
from collections.abc import Iterable

from utils.road_labels import ROAD_LABELS, road_name

MAX_CHARACTERS = 4000
EMPTY = "the model's reply is empty"
BROKEN = "\N{REPLACEMENT CHARACTER}"
LOOP_COMPRESSION = 4.0  # plain prose is near 1.7; whisper calls 2.4 a loop, for shorter windows
LOOP_TRIGRAMS = 0.5  # share of different word triples; plain prose is above 0.9

ROLE = re.compile(r"^\s*(?:<\|?\w+\|?>\s*)?(?:assistant|answer|response|gpt)\s*:\s*", re.IGNORECASE)
NEXT_TURN = re.compile(r"\n\s*(?:USER|Human|System|ASSISTANT)\s*:", re.IGNORECASE)
MARKUP = re.compile(r"<\|[^|<>]{1,40}\|>|</?s>|<(?:end_of_utterance|eos|pad|unk)>")
SENTENCE_END = re.compile(r"(?<!\d)[.!?][\"')\]]*$|[.!?][\"')\]]*(?=\s)")
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
NUMBER_WORDS = dict(
    zip(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        range(2, 11),
        strict=True,
    )
)
_CLAIM_WORDS = """
accident crash crashed collision collide collided hit struck impact injury injured injuries hurt
killed dead death died fatal fault blame drunk speeding brake braked braking swerve swerved rain
snow ice fog night red green lane intersection crossing driver passenger
"""
CLAIMS = frozenset(_CLAIM_WORDS.split())


def clean(text: str, *, complete: bool) -> str:
    """The reply without role names, markup and control characters.

    A reply that was cut off loses its half last sentence; one without a whole sentence ends in
    an ellipsis.
    """
    text = MARKUP.sub("", text)
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))
    text = ROLE.sub("", text)
    text = NEXT_TURN.split(text, maxsplit=1)[0]
    text = re.sub(r"[ \t]+", " ", re.sub(r"\n{3,}", "\n\n", text)).strip()
    text = text if complete else text.rstrip(BROKEN)  # the cut can split a character
    if len(text) > MAX_CHARACTERS:
        text, complete = text[:MAX_CHARACTERS], False
    return text if complete else _whole_sentences(text)


def _whole_sentences(text: str) -> str:
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    if ends:
        return text[: ends[-1]]
    words = text.rsplit(maxsplit=1)[0] if " " in text else text
    return f"{words} …" if words else ""


def flaw(text: str, *, prompt: str = "") -> str | None:
    """Why a cleaned reply must not be shown; None where nothing is wrong with its form."""
    if not text:
        return EMPTY
    if not any(c.isalpha() for c in text):
        return "the model's reply holds no words"
    if BROKEN in text:
        return "the model's reply holds broken characters"
    if is_loop(text):
        return "the model repeats itself"
    if len(prompt) > 40 and prompt[:80] in text:
        return "the model repeats the question"
    return None


def is_loop(text: str) -> bool:
    """Whether the text goes round in circles: the same words or characters again and again."""
    if re.search(r"(\S)\1{11,}", text):
        return True
    encoded = text.encode()
    if len(encoded) / len(zlib.compress(encoded)) > LOOP_COMPRESSION:
        return True
    words = re.findall(r"\w+", text.lower())
    triples = list(zip(words, words[1:], words[2:], strict=False))
    return len(triples) >= 10 and len(set(triples)) / len(triples) < LOOP_TRIGRAMS


def new_numbers(text: str, facts: Iterable[str]) -> list[str]:
    """Numbers of the text, digits or words, that none of the facts states: 3.8 equals 3.80."""
    known = {value for fact in facts for value, _ in numbers_in(fact)}
    return list(dict.fromkeys(shown for value, shown in numbers_in(text) if value not in known))


def new_claims(text: str, facts: Iterable[str]) -> list[str]:
    """Road objects and outcomes (car, collision, injured) of the text that no fact names."""
    known = {word for fact in facts for word in _claims(fact)}
    return list(dict.fromkeys(word for word in _claims(text) if word not in known))


def _claims(text: str) -> list[str]:
    words = (_singular(word) for word in re.findall(r"[a-z]+", text.lower()))
    return [word for word in words if word in CLAIMS or word in ROAD_LABELS]


def _singular(word: str) -> str:
    for plural, ending in (("buses", "bus"), ("crashes", "crash"), ("people", "person")):
        word = ending if word == plural else word
    shorter = word.removesuffix("s")
    known = shorter in CLAIMS or road_name(shorter) in ROAD_LABELS
    return road_name(shorter if known else word)


def numbers_in(text: str) -> list[tuple[float, str]]:
    """Numbers of a text, digits or words, with how they are written there."""
    digits = [(float(m.group().replace(",", "")), m.group()) for m in NUMBER.finditer(text)]
    words = re.findall(r"[a-z]+", text.lower())
    return digits + [(float(NUMBER_WORDS[w]), w) for w in words if w in NUMBER_WORDS]
