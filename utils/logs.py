"""Logging set-up, called by entry points only."""

import logging
import os
import sys
import warnings


def configure_logs(*, verbose: bool = False) -> None:
    """Send our warnings (or, if `verbose`, everything) to stderr and quiet the libraries."""
    level = logging.DEBUG if verbose else logging.WARNING
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s"
    )
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for name in ("libav", "timm", "httpx", "matplotlib", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.ERROR)
    for name in ("models.chats.weights", "utils.datasets"):  # downloads, and what labels are read
        logging.getLogger(name).setLevel(logging.INFO)
    if not verbose:
        warnings.filterwarnings("ignore", category=FutureWarning)
