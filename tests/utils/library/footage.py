"""Small files that stand for videos, with reports that know their size and checksum."""

import hashlib
import json

from utils.library.records import AnalysisFilter


def store_video(library, reports, path, content=None):
    """Write a file and a report on it with one event; the analysis in the library."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = path.name.encode() * 7 if content is None else content
    path.write_bytes(content)
    report = reports.write(path.stem, 2.0, video_path=str(path))
    tree = json.loads(report.read_text(encoding="utf-8"))
    tree["video"] |= {
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    report.write_text(json.dumps(tree), encoding="utf-8")
    return library.analyses.add(report)


def videos_of(library):
    """Where the library knows its videos."""
    return sorted(str(found.video) for found in library.analyses.find(AnalysisFilter()).rows)
