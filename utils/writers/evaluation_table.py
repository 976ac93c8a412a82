"""An evaluation as Markdown: one table per protocol, differences, slices, what was not measured."""

from collections.abc import Sequence

from utils.metrics.evaluation import Evaluation, Figure, FigureRow, ProtocolResult, SliceRow

UNKNOWN = "–"
PLACES = 3


def evaluation_text(evaluation: Evaluation) -> str:
    """The figures as Markdown text that also reads well in a terminal."""
    first = evaluation.scorers[0].name
    parts = [
        f"# Evaluation on {evaluation.clips} clips of the split {evaluation.split}",
        f"Intervals are 95 % bootstrap intervals over clips, drawn by source video "
        f"({evaluation.bootstrap_rounds} rounds).",
        _scorers(evaluation),
        *(_protocol(result, first) for result in evaluation.protocols),
    ]
    for title, lines in (("Notes", evaluation.notes), ("Not measured", evaluation.not_measured)):
        if lines:
            parts.append(f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines))
    return "\n\n".join(parts) + "\n"


def _scorers(evaluation: Evaluation) -> str:
    head = ("", "kind", "threshold", "clip threshold", "known after")
    rows = [
        (
            scorer.name,
            scorer.kind,
            _number(scorer.threshold),
            _number(scorer.clip_threshold),
            f"{scorer.look_ahead_s:.1f} s",
        )
        for scorer in evaluation.scorers
    ]
    return _table(head, rows)


def _protocol(result: ProtocolResult, first: str) -> str:
    counts = (
        f"{result.crash_clips} crash, {result.near_miss_clips} near-miss and "
        f"{result.normal_clips} normal clips"
    )
    parts = [f"## {result.protocol}\n\n{counts}", _figures(result.rows)]
    if result.differences:
        parts += [f"Difference to {first}, paired:", _figures(result.differences)]
    if result.slices:
        parts += [f"{first} by part:", _slices(result)]
    return "\n\n".join(parts)


def _figures(rows: Sequence[FigureRow]) -> str:
    head = ("", *(row.scorer for row in rows))
    names = [figure.name for figure in rows[0].figures]
    cells = [
        (name, *(_cell(row.figures[number]) for row in rows)) for number, name in enumerate(names)
    ]
    return _table(head, cells)


def _slices(result: ProtocolResult) -> str:
    names = [figure.name for figure in result.rows[0].figures]
    rows = [
        (
            f"{part.key}: {part.value}",
            f"{part.event_clips} + {part.normal_clips}",
            *_slice_cells(part, len(names)),
        )
        for part in result.slices
    ]
    return _table(("part", "events + normal", *names), rows)


def _slice_cells(part: SliceRow, count: int) -> list[str]:
    if not part.figures:
        return ["too few", *[UNKNOWN] * (count - 1)]
    return [_cell(figure) for figure in part.figures]


def _cell(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return _number(figure.value)
    return f"{_number(figure.value)} [{figure.low:.2f}, {figure.high:.2f}]"


def _number(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.{PLACES}f}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table with columns of even width."""
    whole = [head, *rows]
    widths = [max(len(row[column]) for row in whole) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        return f"| {' | '.join(padded)} |"

    rule = f"|{'|'.join('-' * (width + 2) for width in widths)}|"
    return "\n".join([line(head), rule, *map(line, rows)])
