"""Opens a file as a video and nothing else: no playlists, no other files, no network.

Each measure alone was tried against hostile files; together they hold even where one is wrong:
a nameless file object, no protocols, listed formats and decoders, and a callback that refuses
whatever FFmpeg tries to open beside the file.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import av
from av.codec.context import ThreadType
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from utils.video.limits import DecodeLimits, refusal
from utils.video.source import Cursor, FileBytes

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mxf,gif,dv,ivf,obu,"
    "h264,hevc,mpegvideo,m4v,yuv4mpegpipe"
)
DECODERS = (
    "h264,hevc,vvc,av1,libdav1d,vp8,vp9,libvpx,libvpx-vp9,theora,mpeg1video,mpeg2video,mpeg4,"
    "msmpeg4,msmpeg4v1,msmpeg4v2,h263,h263i,h263p,flv,wmv1,wmv2,wmv3,vc1,mjpeg,prores,dnxhd,"
    "dvvideo,ffv1,huffyuv,ffvhuff,utvideo,rawvideo,cinepak,png,gif"
)
THREADED_FROM_PX = 800_000  # below, frame threads cost more than they gain and hide damage flags
MAX_THREADS = 8
NOT_A_FILM = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


@dataclass(slots=True)
class Opened:
    """A container with the one video stream that is read."""

    container: InputContainer
    stream: VideoStream
    notes: tuple[str, ...] = ()


def open_video(content: FileBytes, path: Path, limits: DecodeLimits) -> Opened:
    """Open the container and choose its first film stream. Raises VideoError."""
    try:
        container = av.open(
            Cursor(content),
            mode="r",
            options={
                "protocol_whitelist": "none",
                "format_whitelist": FORMATS,
                "codec_whitelist": DECODERS,
                "max_streams": str(limits.max_streams),
                "max_pixels": str(limits.max_pixels),
                "probesize": str(8 << 20),
            },
            metadata_errors="replace",
            buffer_size=1 << 16,
            io_open=_refuse_other_files,
            timeout=(limits.base_s, limits.base_s),
        )
    except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
        raise refusal(path, f"is not a video we can read ({_reason(error)})") from error
    try:
        return _choose(container, path, limits)
    except BaseException:
        container.close()
        raise


def _refuse_other_files(*_: object, **__: object) -> NoReturn:
    raise PermissionError("a video may not open other files")


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or error.__class__.__name__
    return str(text).split(":")[0].lower()[:80]


def _choose(container: InputContainer, path: Path, limits: DecodeLimits) -> Opened:
    every = list(container.streams.video)
    films = [s for s in every if not s.disposition & NOT_A_FILM]
    if not films:
        raise refusal(path, "holds no video stream (sound or pictures only)")
    known = [s for s in films if _is_listed(s)]
    if not known:
        raise refusal(path, f"its video codec {_codec_name(films[0])} is not supported")
    stream = known[0]
    _set_up(stream, limits)
    notes = []
    if len(films) > 1:
        notes.append(f"{len(films)} video streams; stream {stream.index} is analysed")
    return Opened(container, stream, tuple(notes))


def _is_listed(stream: VideoStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.name in DECODERS.split(",")


def _codec_name(stream: VideoStream) -> str:
    if stream.codec_context is None:
        return "(unknown)"
    return stream.codec_context.name


def _set_up(stream: VideoStream, limits: DecodeLimits) -> None:
    context = stream.codec_context
    context.options = {"max_pixels": str(limits.max_pixels)}
    if context.width * context.height >= THREADED_FROM_PX:
        context.thread_type = ThreadType.FRAME | ThreadType.SLICE
        context.thread_count = min(MAX_THREADS, os.cpu_count() or 1)
    else:
        context.thread_type = ThreadType.SLICE
        context.thread_count = 1
