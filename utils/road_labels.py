"""Names of the objects that matter on a road, and the COCO-80 list they come from.

Checkpoints spell them differently ("motorbike", "Pedestrian"); here is the one spelling we use.
"""

from collections.abc import Collection, Mapping

# fmt: off
COCO_80 = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich",
    "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch",
    "potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote",
    "keyboard", "cell phone", "microwave", "oven", "toaster", "sink", "refrigerator", "book",
    "clock", "vase", "scissors", "teddy bear", "hair drier", "toothbrush",
)
# fmt: on
VEHICLES = frozenset({"car", "bus", "truck", "train"})
TWO_WHEELERS = frozenset({"bicycle", "motorcycle"})
ANIMALS = frozenset({"cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"})
STANDING = frozenset({"traffic light", "stop sign"})
ROAD_LABELS = VEHICLES | TWO_WHEELERS | ANIMALS | STANDING | frozenset({"person"})
SPELLINGS = {
    "motorbike": "motorcycle",
    "motor": "motorcycle",
    "bike": "bicycle",
    "pedestrian": "person",
    "people": "person",
    "rider": "person",
    "lorry": "truck",
    "van": "car",
}


def road_name(label: str) -> str:
    """A checkpoint's label in our spelling: lower case, spaces, one name per kind."""
    plain = label.strip().lower().replace("_", " ").replace("-", " ")
    return SPELLINGS.get(plain, plain)


def wanted_classes(names: Mapping[int, str], wanted: Collection[str] | None) -> dict[int, str]:
    """Class numbers to report with their names; wanted None means every class."""
    spelled = {number: road_name(name) for number, name in names.items()}
    return {n: name for n, name in spelled.items() if wanted is None or name in wanted}


def rival_group(label: str) -> str:
    """Labels of one group never lie on the same object: a car is not also a truck."""
    for name, members in (("vehicle", VEHICLES), ("two-wheeler", TWO_WHEELERS)):
        if label in members:
            return name
    return "animal" if label in ANIMALS else label
