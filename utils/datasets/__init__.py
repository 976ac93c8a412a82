"""Label files to labelled clips: one file per format, one record for all of them."""

import os
from pathlib import Path

from utils.config import REPO_ROOT
from utils.errors import AnnotationError

DATA_VARIABLE = "NEARMISS_DATA"


def data_root(chosen: str | Path | None = None) -> Path:
    """The folder of the data: as chosen, else $NEARMISS_DATA, else ../shared/data.

    Raises AnnotationError where it is not there.
    """
    root = Path(chosen or os.environ.get(DATA_VARIABLE) or REPO_ROOT.parent / "shared" / "data")
    if not (root / "drives" / "labels.csv").is_file():
        raise AnnotationError(f"no drives/labels.csv below {root}; set --data or ${DATA_VARIABLE}")
    return root
