"""A small good label file of every text format, for tests to read, bend and break."""

import json
from pathlib import Path

CRASH = {"video_path": "a.mp4", "triggers": [{"timestamp": 4.5, "label": "crash"}]}
ANNOTATIONS = json.dumps({"videos": [CRASH, {"video_path": "b.mp4"}]}, indent=1)
QUESTIONS = (
    '{"video": "a.mp4", "text": "likely to collide?", "label": 1}\n'
    '{"video": "b.mp4", "text": "likely to collide?", "label": "No"}\n'
)
CAPTIONS = (
    '{"video": "videos/a.mp4", "caption": "A van cuts in.", "event_type": "Near-Miss",'
    ' "rule_violations": ["cutting in"], "intended_driving_action": "straight",'
    ' "traffic_density": "dense", "visibility": "clear"}\n'
    '{"video": "videos/b.mp4", "caption": "Quiet.", "event_type": "no_incident"}\n'
)
NEXAR = (
    "file_name,time_of_event,time_of_alert,light_conditions,weather,scene,time_to_accident\n"
    "positive/00822.mp4,19.5,18.1,Dark,Clear,Urban,\n"
    "negative/00028.mp4,,,Normal,Rain,Highway,\n"
)
DOTA_CLIP = {
    "video_start": 387,
    "video_end": 506,
    "anomaly_start": 41,
    "anomaly_end": 94,
    "anomaly_class": "ego: turning",
    "num_frames": 120,
    "subset": "val",
}
DOTA = json.dumps({"0RJPQ_97dcs_000387": DOTA_CLIP, "0RJPQ_97dcs_002109": DOTA_CLIP}, indent=1)


def crashchat(*answers: str, video: str = "videos/{n}.mp4") -> str:
    """A task file with these answers about videos 0.mp4, 1.mp4, ..."""
    return json.dumps(
        [
            {
                "video": [video.format(n=n)],
                "conversations": [
                    {"from": "human", "value": "<video>\nWhat happens?"},
                    {"from": "gpt", "value": answer},
                ],
                "source": "MM-AU-CAP",
            }
            for n, answer in enumerate(answers)
        ],
        indent=1,
    )


CRASHCHAT = crashchat("3.9 - 5.0 seconds", "0.5 - 2.25 seconds")
CCD_LINES = [
    f"{clip:06d},{', '.join(['0'] * 32 + ['1'] * 18)},000285,{source},Day,Snowy,Yes"
    for clip, source in ((1, "0000"), (2, "0007"))
]
CCD = "\n".join(CCD_LINES) + "\n"
DADA = '[[["1", "022"], "001"],\n [["10", "068"], "002"]]\n'
BADAS = (
    "id,batch,Event-type,Nexar-vehicle-involved,min_support,Time-of-alert,Time-of-collision,"
    "Diff,article_category\n"
    "000456.mp4,,Collision,no,9,2.12,2.92,0.8,pos-not-ego\n"
    "000457.mp4,,Near-collision,yes,8,1.54,2.8,1.26,pos-ego\n"
)
DRIVES = (
    "file,label,view,event_s,source\n"
    "drives/crash/a.mp4,crash,ego,3.5,x/one:a.mp4\n"
    "drives/normal/b.mp4,normal,cctv,,x/two:b.mp4\n"
)
CADP = (
    "file,split,frames,positive_frames,onset_frame,labels_rle\n"
    "000.mp4,train,343,69,180,0x180 1x69 0x94\n"
    "001.mp4,val,10,4,3,0x3 1x2 0x1 1x2 0x2\n"
)

SAMPLES = {  # format -> (file name, text)
    "annotations": ("labels.json", ANNOTATIONS),
    "questions": ("val.jsonl", QUESTIONS),
    "captions": ("metadata.jsonl", CAPTIONS),
    "nexar": ("metadata.csv", NEXAR),
    "crashchat": ("crashchat_dada_video_total_crash_localization_val.json", CRASHCHAT),
    "dota": ("metadata_val.json", DOTA),
    "ccd": ("Crash-1500.txt", CCD),
    "dada": ("val_file.json", DADA),
    "badas": ("dad_test_concensus.csv", BADAS),
    "drives": ("drives.csv", DRIVES),
    "cadp": ("labels.csv", CADP),
}


def write_sample(folder: Path, label_format: str) -> Path:
    """The good file of a format, in this folder."""
    name, text = SAMPLES[label_format]
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
