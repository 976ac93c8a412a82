"""Does the score follow what is in the picture? Nonsense, borders, and changes that mean nothing.

A trigger that reads brightness, black bars, lettering at the edge or compression fails here.
"""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from models.trust.judging import Limits, mean_of, share_of
from models.trust.probe import Measured, Probe
from models.trust.subject import Subject
from utils.clip import Clip, Frames, VideoInfo
from utils.events import find_events
from utils.metrics.drives import clip_auc

BORDER = 0.12  # share of each side that stays
GREY = 114
NONSENSE_S = 12.0
JPEG_QUALITY = 20


def mirrored(frames: Frames) -> Frames:
    """Left and right exchanged (T,H,W,3)."""
    return np.ascontiguousarray(frames[:, :, ::-1])


def darker(frames: Frames) -> Frames:
    """Six tenths of the light (T,H,W,3)."""
    return np.asarray(frames * 0.6, np.uint8)


def brighter(frames: Frames) -> Frames:
    """Half as much light again, cut at white (T,H,W,3)."""
    return np.asarray(np.clip(frames * 1.5, 0, 255), np.uint8)


def compressed(frames: Frames) -> Frames:
    """Each frame through a strong JPEG (T,H,W,3)."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    coded = [cv2.imencode(".jpg", frame, flags)[1] for frame in frames]
    decoded = [np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8) for code in coded]
    return np.stack(decoded)


def with_bars(frames: Frames) -> Frames:
    """Black bars over the upper and lower BORDER (T,H,W,3)."""
    barred, rows = frames.copy(), int(BORDER * frames.shape[1])
    barred[:, :rows] = 0
    barred[:, frames.shape[1] - rows :] = 0
    return barred


def only_border(frames: Frames) -> Frames:
    """Grey wherever it is further than BORDER from an edge (T,H,W,3)."""
    height, width = frames.shape[1:3]
    rows, columns = int(BORDER * height), int(BORDER * width)
    hollow = frames.copy()
    hollow[:, rows : height - rows, columns : width - columns] = GREY
    return hollow


def nonsense(rate_fps: float, size_px: tuple[int, int]) -> dict[str, Clip]:
    """Clips in which nothing happens, by name."""
    count, (width, height) = int(NONSENSE_S * rate_fps), size_px
    generator = np.random.default_rng(0)
    blank = np.zeros((count, height, width, 3), np.uint8)
    noise = generator.integers(0, 256, blank.shape, dtype=np.uint8)
    flash = blank.copy()
    flash[count // 2] = 255
    bars = with_bars(np.repeat(noise[:1], count, axis=0))
    fade = (blank + np.linspace(0, 255, count, dtype=np.uint8)[:, None, None, None]).astype(
        np.uint8
    )
    pictures = {
        "black": blank,
        "white": blank + np.uint8(255),
        "grey": blank + np.uint8(GREY),
        "still noise between black bars": bars,
        "a slow fade": fade,
        "snow": noise,
        "one white flash": flash,
    }
    times_s, info = np.arange(count) / rate_fps, VideoInfo(Path("drawn"), width, height, None, None)
    return {k: Clip(v, times_s, np.arange(count), info) for k, v in pictures.items()}


def _nonsense(subject: Subject) -> Measured:
    trigger = subject.trigger
    drawn = nonsense(trigger.sampling.rate_fps, trigger.sampling.size_px)
    tracks = {name: subject.score(clip) for name, clip in drawn.items()}
    loud = [
        name
        for name, track in tracks.items()
        if find_events(track, trigger.threshold, settings=subject.events)
    ]
    found = share_of([name in loud for name in tracks])
    tops = ", ".join(f"{name} {track.scores.max():.2f}" for name, track in tracks.items())
    remark = f"An event was seen in: {', '.join(loud)}." if loud else ""
    return Measured(found, f"highest scores: {tops}; with an event {found}", remark)


def _border(subject: Subject) -> Measured:
    pairs = [
        (clip_auc(f.scored), clip_auc(subject.rescore(f, only_border(f.frames.frames))))
        for f in subject.crashes
    ]
    kept = [(w, b) for w, b in pairs if w is not None and b is not None]
    found = mean_of([border for _, border in kept])
    whole = np.mean([w for w, _ in kept]) if kept else float("nan")
    return Measured(found, f"AUC within clips from the border {found}; from all {whole:.2f}")


def _top_change(change: Callable[[Frames], Frames]) -> Callable[[Subject], Measured]:
    """Measures how many clips gain or lose their event under a change of their frames."""

    def measure(subject: Subject) -> Measured:
        tops = [
            (f.track.scores.max(), subject.rescore(f, change(f.frames.frames)).track.scores.max())
            for f in subject.held_out
        ]
        threshold = subject.trigger.threshold
        found = share_of([(b >= threshold) != (a >= threshold) for b, a in tops])
        moved = mean_of([abs(before - after) for before, after in tops])
        return Measured(found, f"clips that change {found}; their highest score moves by {moved}")

    return measure


def _stability(title: str, done: str, change: Callable[[Frames], Frames], claim: str) -> Probe:
    return Probe(
        title=title,
        done=f"All held-out clips were scored again {done}.",
        quantity="share of clips that gain or lose their event",
        limits=Limits(0.05, 0.2),
        measure=_top_change(change),
        sentences=(
            "Hardly any clip gains or loses an event.",
            "Some clips gain or lose their event.",
            "Many clips gain or lose their event: the threshold means something else then.",
        ),
        claim=claim,
    )


NONSENSE = Probe(
    title="Pictures of nothing",
    done=f"Drawn clips of {NONSENSE_S:g} s in which nothing happens were scored.",
    quantity="share of drawn clips with an event",
    limits=Limits(0.0, 0.3),
    measure=_nonsense,
    sentences=(
        "Blank pictures, noise, fades and flashes raise no alarm.",
        "Some pictures of nothing raise an alarm: expect one where a camera fails or cuts.",
        "Pictures of nothing raise alarms.",
    ),
    claim="to stay silent when a camera fails, fades or flashes",
)
BORDER_ONLY = Probe(
    title="Only the edge of the picture",
    done=f"All but the outer {BORDER:.0%} of each held-out crash clip was painted grey.",
    quantity="AUC within clips from the edge alone",
    limits=Limits(0.65, 0.8),
    measure=_border,
    sentences=(
        "What stands at the edge (bars, lettering, marks) does not give the crash away.",
        "The edge alone gives some crashes away: motion reaches it, or marks appear at the crash.",
        "The edge alone gives the crashes away: look there for lettering or marks.",
    ),
    claim="to look at the road rather than at what is printed at the edge",
)
STABILITY = (
    _stability(
        "Mirrored", "with left and right exchanged", mirrored,
        "to decide alike where traffic keeps to the other side",
    ),
    _stability("Darker", "with six tenths of the light", darker, "to decide alike in weaker light"),
    _stability(
        "Brighter", "with half as much light again", brighter, "to decide alike in stronger light",
    ),
    _stability(
        "Compressed again", f"after a JPEG of quality {JPEG_QUALITY} of each frame", compressed,
        "to decide alike after footage was compressed again",
    ),
    _stability(
        "Black bars", f"with black bars over the upper and lower {BORDER:.0%}", with_bars,
        "to decide alike with black bars added",
    ),
)  # fmt: skip
