"""Bent and broken label files: what each is, and what its error must name (or that it reads)."""

from dataclasses import dataclass

from tests.utils.datasets.label_samples import (
    CAPTIONS,
    NEXAR,
    QUESTIONS,
    SAMPLES,
    crashchat,
)

OK = ()  # nothing to complain of
PRE = "crashchat_dada_video_total_pre_crash_localization_val.json"
RECOGNITION = "crashchat_dada_video_total_crash_recognition_val.json"


@dataclass(frozen=True)
class Damaged:
    """A file of a format and what its error must name; nothing where it must be read."""

    title: str
    format: str
    content: bytes
    named: tuple[str, ...]
    file: str = ""

    @property
    def file_name(self) -> str:
        """The format's usual file name, or another."""
        return self.file or SAMPLES[self.format][0]


def _bent(label_format: str) -> list[Damaged]:
    """What may befall a file of any format on its way."""
    _, text = SAMPLES[label_format]
    whole = text.encode()
    last = text.rstrip("\n").count("\n") + 1
    half_line = whole.rstrip(b"\n")[: -max(8, len(whole.rstrip(b"\n").split(b"\n")[-1]) // 2)]
    half_line = half_line if label_format != "dada" else whole.rstrip()[:-4]
    lines = (
        ("with a byte order mark", b"\xef\xbb\xbf" + whole, OK),
        ("with CRLF", whole.replace(b"\n", b"\r\n"), OK),
        ("with blank lines at the end", whole + b"\n\n", OK),
        ("as UTF-16", text.encode("utf-16"), ("line 1", "UTF-16")),
        ("as UTF-16 without a mark", text.encode("utf-16-le"), ("line 1", "zero byte")),
        ("as UTF-32", text.encode("utf-32"), ("line 1", "UTF-32")),
        ("with a Latin-1 byte", whole.rstrip(b"\n") + b"\xe9", (f"line {last}", "0xe9", "UTF-8")),
        ("empty", b"", ("line 1", "empty")),
        ("blank", b" \n\n", ("line 1", "empty")),
        ("cut off", half_line, ("line ",)),
        ("zeros after a crash", whole[:-10] + b"\0" * 10, ("line ", "zero byte")),
    )
    return [Damaged(title, label_format, content, named) for title, content, named in lines]


def _one(
    label_format: str, title: str, change: tuple[str, str], *named: str, base: str = ""
) -> Damaged:
    """The good file with one piece replaced."""
    text = base or SAMPLES[label_format][1]
    before, after = change
    assert before in text, before
    return Damaged(title, label_format, text.replace(before, after, 1).encode(), named)


def _text(label_format: str, title: str, text: str, *named: str, file: str = "") -> Damaged:
    return Damaged(title, label_format, text.encode(), named, file)


def _path_escapes() -> list[Damaged]:
    """Every format that names videos, with names that lead elsewhere."""
    named = {
        "annotations": ("b.mp4", ("line 13", "videos.1.video_path")),
        "questions": ("b.mp4", ("line 2", "video")),
        "captions": ("videos/b.mp4", ("line 2", "video")),
        "nexar": ("negative/00028.mp4", ("line 3", "file_name")),
        "badas": ("000457.mp4", ("line 3", "id")),
        "drives": ("drives/normal/b.mp4", ("line 3", "file")),
        "cadp": ("001.mp4", ("line 3", "file")),
    }
    names = ("../secret.mp4", "/etc/passwd", "C:/secret.mp4", "a/../../b.mp4")
    return [
        _one(label_format, f"a path {name}", (video, name), *where, "inside the video folder")
        for label_format, (video, where) in named.items()
        for name in names
    ]


ANNOTATION_CASES = [
    _one("annotations", "negative time", ("4.5", "-1"), "line 7", "videos.0.triggers.0.timestamp"),
    _one("annotations", "NaN", ("4.5", "NaN"), "line 7", "timestamp", "nan"),
    _one("annotations", "infinity", ("4.5", "1e999"), "line 7", "timestamp", "inf"),
    _one("annotations", "time as text", ("4.5", '"4.5"'), "line 7", "timestamp", "'4.5'"),
    _one("annotations", "time as true", ("4.5", "true"), "line 7", "timestamp", "True"),
    _one("annotations", "time of a year", ("4.5", "4.5e7"), "line 7", "timestamp"),
    _one("annotations", "a number of 9,000 digits", ("4.5", "9" * 9000), "line 7", "digits"),
    _one("annotations", "misspelt key", ("video_path", "path"), "line 3", "videos.0"),
    _one("annotations", "unknown key", ('"label"', '"lable"'), "line 8", "lable"),
    _one("annotations", "key twice", ('"label"', '"timestamp"'), "line 8", "timestamp", "twice"),
    _one("annotations", "video twice", ("b.mp4", "a.mp4"), "line 13", "video_path", "twice"),
    _one("annotations", "video as number", ('"b.mp4"', "7"), "line 13", "videos.1.video_path", "7"),
    _one("annotations", "no video name", ('"b.mp4"', '""'), "line 13", "videos.1.video_path"),
    _one("annotations", "line break in a name", ("b.mp4", "b\\n.mp4"), "line 13", "printable"),
    _text("annotations", "videos as number", '{"videos": 3}', "line 1", "videos", "3"),
    _text("annotations", "a list", "[1, 2]", "line 1", "[1, 2]"),
    _text("annotations", "no list of videos", '{\n"clips": []}', "line 1", "videos", "missing"),
    _text("annotations", "deep", "[" * 100_000, "line 1", "deep"),
    _text("annotations", "deep objects", '{"a":' * 100_000, "line 1", "deep"),
    _text("annotations", "trailing comma", '{"videos": [\n1,\n]}', "line "),
    _text("annotations", "two documents", '{"videos": []}\n{"videos": []}', "line 2", "Extra data"),
    _text("annotations", "YAML", "videos:\n- video_path: a.mp4\n", "line 1"),
    _text("annotations", "no videos at all", '{"videos": []}'),
    _text("annotations", "a million blanks", '{"videos": [' + " " * 10**6 + "]}"),
]
LINE_CASES = [
    _one("questions", "answer maybe", ('"No"', '"maybe"'), "line 2", "label", "maybe"),
    _one("questions", "answer 2", (": 1}", ": 2}"), "line 1", "label", "2"),
    _one("questions", "answer 0.5", (": 1}", ": 0.5}"), "line 1", "label", "0.5"),
    _one("questions", "no question", ('"text"', '"question"'), "line 1", "text", "missing"),
    _one("questions", "video twice", ("b.mp4", "a.mp4"), "line 2", "video", "twice"),
    _one("questions", "video as list", ('"b.mp4"', '["b.mp4"]'), "line 2", "video"),
    _one("questions", "a bare number", (QUESTIONS.split("\n")[1], "17"), "line 2", "17"),
    _one("questions", "key twice", ('"text"', '"video"'), "line 1", "video", "twice"),
    _one("captions", "event of no kind", ("Near-Miss", "bump"), "line 1", "event_type", "bump"),
    _one("captions", "event as number", ('"Near-Miss"', "1"), "line 1", "event_type", "1"),
    _one("captions", "no caption", ('"caption"', '"text"'), "line 1", "caption", "missing"),
    _one("captions", "density as number", ('"dense"', "3"), "line 1", "traffic_density", "3"),
    _one("captions", "the other spelling", ('"rule_viol', '"presence_of_rule_viol')),
    _one("captions", "an unknown event is left out", ("Near-Miss", "unknown")),
    _text("captions", "one JSON list", f"[{CAPTIONS.split(chr(10))[0]}]", "line 1"),
]
NEXAR_CASES = [
    _one("nexar", "negative time", ("19.5", "-19.5"), "line 2", "time_of_event", "-19.5"),
    _one("nexar", "NaN", ("19.5", "nan"), "line 2", "time_of_event", "nan"),
    _one("nexar", "time as text", ("19.5", "late"), "line 2", "time_of_event", "late"),
    _one("nexar", "reversed times", ("18.1", "20.0"), "line 2", "time_of_alert", "20.0"),
    _one("nexar", "alert alone", ("19.5,18.1", ",18.1"), "line 2", "time_of_alert"),
    _one("nexar", "event in a negative", ("28.mp4,", "28.mp4,3"), "line 3", "time_of_event", "3"),
    _one("nexar", "clip twice", ("negative/00028", "positive/00822"), "line 3", "file_name"),
    _one("nexar", "column twice", ("weather", "scene"), "line 1", "scene", "twice"),
    _one("nexar", "no times", ("time_of_event", "event_time"), "line 1", "time_of_event"),
    _one("nexar", "a cell too few", (",Dark", ""), "line 2", "6 cells", "7 columns"),
    _one("nexar", "a cell too many", (",Dark", ",Dark,Dark"), "line 2", "8 cells"),
    _one("nexar", "open quote", ("Dark", '"Dark'), "line "),
    _text("nexar", "targets 0 and 1", "id,target\n00001,1\n00002,0\n"),
    _text("nexar", "target 2", "id,target\n00001,2\n", "line 2", "target", "'2'"),
    _text("nexar", "no row", NEXAR.split("\n")[0] + "\n", "line 1", "no row"),
    _text("nexar", "rates, no labels", "video_id,fps\n00001,30\n", "line 1", "no column 'id'"),
]
CHAT_CASES = [
    _text("crashchat", "reversed span", crashchat("5.0 - 3.9 seconds"), "line 13", "0.conv", "5.0"),
    _text("crashchat", "negative span", crashchat("-1 - 3.9 seconds"), "line 13", "value"),
    _text("crashchat", "span in words", crashchat("soon"), "line 13", "conversations.1.value"),
    _text("crashchat", "NaN", crashchat("nan - 2.0 seconds"), "line 13", "value", "nan"),
    _text("crashchat", "one moment only", crashchat("3.9 seconds"), "line 13", "value"),
    _text("crashchat", "a span of no length", crashchat("5.0 - 5.0 seconds")),
    _text("crashchat", "two moments", crashchat("1 - 2 seconds"), "line 13", "value", file=PRE),
    _text("crashchat", "maybe", crashchat("Maybe"), "line 13", "Yes or No", file=RECOGNITION),
    _text(
        "crashchat",
        "video twice",
        crashchat("1 - 2 seconds", "1 - 2 seconds", video="a"),
        "line 20",
        "1.video.0",
        "twice",
    ),
    _text("crashchat", "path out", crashchat("1 - 2 seconds", video="../a"), "line 4", "0.video.0"),
    _one("crashchat", "no answer", ('"gpt"', '"human"'), "line 6", "0.conversations", "gpt"),
    _one("crashchat", "unknown speaker", ('"gpt"', '"llama"'), "line 12", "from", "llama"),
    _one("crashchat", "no source", ('"source"', '"origin"'), "line 2", "0.source", "missing"),
    _one("crashchat", "no video", ('"videos/1.mp4"', ""), "line ", "1.video"),
    _text("crashchat", "a name without a task", crashchat("1 - 2 seconds"), "task", file="x.json"),
]
DOTA_CASES = [
    _one("dota", "reversed", ("41", "95"), "line 5", "0RJPQ_97dcs_000387.anomaly_start", "95"),
    _one("dota", "negative", ("41", "-1"), "line 5", "anomaly_start", "-1"),
    _one("dota", "a part of a frame", ("41", "41.5"), "line 5", "anomaly_start", "41.5"),
    _one("dota", "NaN", ("41", "NaN"), "line 5", "anomaly_start", "nan"),
    _one("dota", "start beyond the clip", ("120", "40"), "line 5", "anomaly_start", "41"),
    _one("dota", "end beyond the clip is cut", ("94", "125")),
    _one("dota", "frames as text", ("120", '"120"'), "line 8", "num_frames", "'120'"),
    _one("dota", "unknown split", ('"val"', '"dev"'), "line 9", "subset", "dev"),
    _one("dota", "misspelt key", ("anomaly_end", "anomaly_stop"), "line 2", "anomaly_end"),
    _one("dota", "clip twice", ("002109", "000387"), "line 11", "0RJPQ_97dcs_000387", "twice"),
    _one("dota", "a path as name", ("0RJPQ_97dcs_000387", "../../etc"), "line 2", "../../etc"),
    _text("dota", "a list", "[]", "line 1"),
    _text("dota", "a name without metadata", "x_000001\n", "neither", file="val_split.txt"),
]
SMALL_CASES = [
    _one("ccd", "label 2", (", 1,", ", 2,"), "line 1", "label 32", "'2'"),
    _one("ccd", "no crash frame", (", 1" * 18, ", 0" * 18), "line 1", "labels"),
    _one("ccd", "clip twice", ("000002", "000001"), "line 2", "clip", "twice"),
    _one("ccd", "clip as path", ("000002", "../../2"), "line 2", "clip", "../../2"),
    _one("ccd", "source as path", ("0007", "../7"), "line 2", "youtubeID", "../7"),
    _one("ccd", "ego maybe", ("Yes", "Maybe"), "line 1", "egoinvolve", "Maybe"),
    _one("ccd", "49 labels", (" 0,", ""), "line 1", "55 cells"),
    _one("dada", "video twice", ('"10", "068"', '"1", "022"'), "line 2", "twice"),
    _one("dada", "number as number", ('"022"', "22"), "line 1", "0.0.1", "22"),
    _one("dada", "a path", ('"022"', '"../x"'), "line 1", "0.0.1", "../x"),
    _one("dada", "no running number", (', "001"', ""), "line 1", "0"),
    _one("badas", "reversed times", ("2.12", "3.12"), "line 2", "Time-of-alert", "3.12"),
    _one("badas", "no contact", ("2.92", ""), "line 2", "Time-of-collision"),
    _one("badas", "negative", ("1.54", "-1.54"), "line 3", "Time-of-alert", "-1.54"),
    _one("badas", "infinity", ("2.8,", "inf,"), "line 3", "Time-of-collision", "inf"),
    _one("badas", "unknown event", ("Near-collision", "Bump"), "line 3", "Event-type", "Bump"),
    _one("badas", "ego maybe", ("no,9", "maybe,9"), "line 2", "Nexar-vehicle-involved", "maybe"),
    _one("badas", "id twice", ("000457", "000456"), "line 3", "id", "line 2"),
    _one("badas", "no column of alerts", ("Time-of-alert", "alert"), "line 1", "Time-of-alert"),
    _one("drives", "unknown label", (",crash,", ",boom,"), "line 2", "label", "boom"),
    _one("drives", "crash without a moment", ("3.5", ""), "line 2", "event_s"),
    _one("drives", "a moment in words", ("3.5", "soon"), "line 2", "event_s", "soon"),
    _one("drives", "file twice", ("normal/b", "crash/a"), "line 3", "file", "line 2"),
    _one("cadp", "runs that do not add up", ("1x69", "1x68"), "line 2", "labels_rle"),
    _one("cadp", "runs of 2", ("1x69", "2x69"), "line 2", "labels_rle"),
    _one("cadp", "another onset", ("69,180", "69,181"), "line 2", "onset_frame", "181"),
    _one("cadp", "unknown split", ("train", "dev"), "line 2", "split", "dev"),
    _one("cadp", "no run of ones", ("180,0x180 1x69 0x94", "0,0x343"), "line 2", "onset_frame"),
]
CASES = [
    *(case for label_format in SAMPLES for case in _bent(label_format)),
    *_path_escapes(),
    *ANNOTATION_CASES,
    *LINE_CASES,
    *NEXAR_CASES,
    *CHAT_CASES,
    *DOTA_CASES,
    *SMALL_CASES,
]
