"""Numbers and names as English words, shared by facts, narrative and speech. Pure."""

from collections.abc import Mapping, Sequence

from utils.plain_text import clock


def percent(share: float, *, of: str = " of the picture") -> str:
    """A share as text: `31 % of the picture`."""
    number = "under 1 %" if share < 0.01 else f"{share * 100:.0f} %"
    return number + of


def counted(counts: Mapping[str, int]) -> str:
    """`3 cars and 1 person`, the commonest first."""
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return joined([f"{n} {plural(name) if n > 1 else name}" for name, n in ordered])


def keyframes(count: int) -> str:
    """`keyframe` or `5 keyframes`."""
    return "keyframe" if count == 1 else f"{count} keyframes"


def plural(label: str) -> str:
    """English plural of a road label."""
    irregular = {"person": "people", "sheep": "sheep", "bus": "buses"}
    return irregular.get(label, f"{label}s")


def named(label: str, *, definite: bool = False) -> str:
    """A label with its article: `a car`, `an elephant`, `the car`."""
    if definite:
        return f"the {label}"
    return f"{'an' if label[:1] in 'aeiou' else 'a'} {label}"


def joined(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def moment(time_s: float) -> str:
    """A time for readers, to a tenth of a second: `00:04.3`, `1:02:03.4`."""
    return clock(float(f"{max(time_s, 0.0):.1f}")).zfill(len("00:00.0"))  # rounded as `.1f` does


def spoken_time(time_s: float) -> str:
    """A length for ears, to the second: `1 minute 12 seconds`."""
    return _spoken(round(max(time_s, 0.0)), "")


def spoken_moment(time_s: float) -> str:
    """A moment for ears, to a tenth of a second: `1 minute 12.4 seconds`."""
    whole, _, tenths = f"{max(time_s, 0.0):.1f}".partition(".")
    return _spoken(int(whole), "" if tenths == "0" else f".{tenths}")


def _spoken(whole: int, fraction: str) -> str:
    counts = {"hour": whole // 3600, "minute": whole // 60 % 60}
    told = [f"{n} {unit}{'' if n == 1 else 's'}" for unit, n in counts.items() if n]
    seconds = f"{whole % 60}{fraction}"
    if seconds != "0" or not told:
        told.append(f"{seconds} second{'' if seconds == '1' else 's'}")
    return " ".join(told)
