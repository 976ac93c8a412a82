"""The only package that decodes video: probe, sample, read and grab, safely.

It knows no model and no event. PyAV does the decoding; what it may open is bounded in `opener`.
"""

from utils.video.digest import ContentDigest
from utils.video.file import VideoFile, file_sha256, probe, with_sha256
from utils.video.frame_folder import FrameFolder
from utils.video.frame_source import content_sha256, open_frames
from utils.video.limits import DecodeLimits

__all__ = [
    "ContentDigest",
    "DecodeLimits",
    "FrameFolder",
    "VideoFile",
    "content_sha256",
    "file_sha256",
    "open_frames",
    "probe",
    "with_sha256",
]
