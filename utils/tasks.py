"""The questions we can ask about an event: prompt + answer type, one row each.

The six questions about crashes are CrashChat's to the letter, so that answers can be compared with
its published figures; the collision question is word for word that of the question files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from utils.answers import (
    CrashCause,
    CrashDescription,
    CrashPrevention,
    FreeText,
    SceneMetadata,
    TimePoint,
    TimeSpan,
    TypedAnswer,
    YesNo,
)
from utils.scene_metadata import allowed_words

TaskName = Literal[
    "description",
    "crash_risk",
    "metadata",
    "crash_recognition",
    "crash_description",
    "causal_reasoning",
    "cause_reasoning",
    "prevention_reasoning",
    "pre_crash_localization",
    "crash_localization",
]

DRIVING_SAFETY_PROMPT = (
    "You review driving video for a traffic-safety analyst. The pictures are frames of one "
    "event, in order, with their times. Say in two or three short sentences what happens: who "
    "moves where, what the hazard is, whether contact is visible, and when. Use only what is "
    "visible in the pictures or stated in the facts. If something cannot be seen, say so. "
    "Do not guess causes, injuries or fault."
)
COLLISION_QUESTION = "Is a vehicle collision likely to happen within 1 to 2 seconds?(0: No, 1: Yes)"
METADATA_PROMPT = (
    "You label driving video. Describe the clip as one JSON object. caption: one or two sentences "
    "on what happens. event_type: collision only where contact is visible, near_miss where it was "
    "close, else no_incident. cause_of_risk, rule_violations, intended_driving_action and "
    "driving_setting are lists, empty where nothing of the kind is seen. Choose every category "
    "from the allowed words, and unknown where the pictures do not show it. Allowed words: "
    f"{allowed_words()}."
)
RECOGNITION_PROMPT = (
    "You are a traffic accident engineer. Analyze the given traffic video and decide whether a "
    "collision or crash happens during the clip. Answer with only 'Yes' or 'No'. Example: If two "
    "vehicles collide, or a vehicle hits a pedestrian, answer 'Yes'; if all vehicles move "
    "normally without collision, answer 'No'."
)
CRASH_DESCRIPTION_PROMPT = (
    "You are a traffic accident analyst. Look at the video and describe whether there is a "
    "traffic collision or abnormal vehicle behavior. If no accident appears, output exactly "
    "'no collision.' If an accident occurs, describe it in one short sentence following this "
    "pattern: [subject] [verb] [object]. Use words such as ego-car, car, truck, motorbike, "
    "cyclist, pedestrian, and verbs such as hits, overtakes, falls down, is out of control, has "
    "failure of components. Example outputs: 'ego-car hits a pedestrian.' 'car hits a truck.' "
    "'motorbike falls down.' 'truck has failure of components.' 'no collision.'"
)
CAUSE_PROMPT = (
    "You are a traffic accident analyst. Watch the video and determine the most likely cause of "
    "the traffic accident. If no accident appears in the clip, output exactly: 'No accident, no "
    "cause.' If an accident occurs, describe the most likely cause in ONE short sentence."
)
PREVENTION_PROMPT = (
    "You are a traffic accident analyst. Watch the video carefully and provide detailed "
    "prevention measures based on the traffic accident video. If no accident appears in the "
    "clip, output exactly: 'No accident, no prevention needed.' If an accident occurs, describe "
    "the recommended prevention measures in a detailed paragraph. The prevention measures should "
    "be practical, specific, and expressed in full sentences. You may include multiple actions "
    "for drivers, pedestrians, cyclists, or other road users if appropriate. Example outputs:"
    "'When passing the zebra crossing, drivers must slow down. When pedestrians or non-motor "
    "vehicles cross the zebra crossing, they should stop and give way to other normal running "
    "vehicles; When crossing the road, pedestrians must follow the zebra crossing, carefully "
    "observe the traffic, and do not cross the road in a hurry.''Ego-car drivers should not "
    "answer or make phone calls, eat or smoke while riding, sleep, and drive in fatigue.'"
    "'Cyclists should not ride on the motorway as much as possible, stop retrogradation or "
    "speeding. Cyclists should leave the motorway in time and observe the coming vehicles "
    "carefully. When the vehicle driver encounters a cyclist on the motorway, he should honk his "
    "horn to remind him to slow down.'"
)
CRASH_SPAN_PROMPT = (
    "You are a traffic accident analyst. Watch the video and identify the exact time range during "
    "which the crash occurs. If a collision or abnormal event (such as a vehicle losing control, "
    "skidding, or impact) happens, output the start and end timestamps in seconds. The output "
    "format must follow this pattern: 'start - end seconds'. Example outputs: '20.8 - 30.0 "
    "seconds', '5.0 - 7.6 seconds'."
)
PRE_CRASH_PROMPT = (
    "You are a traffic accident analyst. Watch the video and identify the moment when the first "
    "visible sign of a potential crash or abnormal event appears. This may include situations "
    "such as the ego vehicle, another vehicle, a pedestrian, a cyclist, or any other traffic "
    "participant showing abnormal behavior, for example, sudden braking, swerving, loss of "
    "control, unexpected crossing, or any motion indicating that a collision is becoming "
    "inevitable. Output the timestamp in seconds when these early crash cues first appear. The "
    "output format must follow this pattern: 'timestamp seconds' Example outputs: '8.6 seconds', "
    "'12.4 seconds'."
)


@dataclass(frozen=True, slots=True)
class Task:
    """A question with the type of its answer.

    states_facts: what was measured is told with it; else the question stands alone, as models
    were trained on it.
    """

    name: str
    prompt: str
    answer_type: type[TypedAnswer] = FreeText
    max_new_tokens: int = 160
    states_facts: bool = False


def description_task(prompt: str = DRIVING_SAFETY_PROMPT, *, max_new_tokens: int = 160) -> Task:
    """The free description of an event; prompt and length come from the settings."""
    return Task("description", prompt, max_new_tokens=max_new_tokens, states_facts=True)


_ALL = (
    description_task(),
    Task("crash_risk", COLLISION_QUESTION, YesNo, 8),
    Task("metadata", METADATA_PROMPT, SceneMetadata, 512),
    Task("crash_recognition", RECOGNITION_PROMPT, YesNo, 8),
    Task("crash_description", CRASH_DESCRIPTION_PROMPT, CrashDescription, 48),
    Task("causal_reasoning", CAUSE_PROMPT, CrashCause, 64),
    Task("prevention_reasoning", PREVENTION_PROMPT, CrashPrevention, 256),
    Task("pre_crash_localization", PRE_CRASH_PROMPT, TimePoint, 40),
    Task("crash_localization", CRASH_SPAN_PROMPT, TimeSpan, 64),
)
TASKS: Mapping[str, Task] = {task.name: task for task in _ALL}
ALIASES: Mapping[str, str] = {"cause_reasoning": "causal_reasoning"}
CRASHCHAT_TASKS = tuple(task.name for task in _ALL[3:])


def task_named(name: str) -> Task:
    """The task of this name or alias. Raises KeyError."""
    return TASKS[ALIASES.get(name, name)]
