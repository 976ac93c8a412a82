"""The questions we can ask about an event: prompt + answer type, one row each."""

from dataclasses import dataclass

DRIVING_SAFETY_PROMPT = (
    "You review driving video for a traffic-safety analyst. The pictures are frames of one "
    "event, in order, with their times. Say in two or three short sentences what happens: who "
    "moves where, what the hazard is, whether contact is visible, and when. Use only what is "
    "visible in the pictures or stated in the facts. If something cannot be seen, say so. "
    "Do not guess causes, injuries or fault."
)


@dataclass(frozen=True, slots=True)
class Task:
    """A question with the type of its answer."""

    name: str
    prompt: str
    answer_type: type = str
    max_new_tokens: int = 160


def description_task(prompt: str = DRIVING_SAFETY_PROMPT, *, max_new_tokens: int = 160) -> Task:
    """The free description of an event; prompt and length come from the settings."""
    return Task(name="description", prompt=prompt, max_new_tokens=max_new_tokens)
