"""The page of an evidence package: opens without a network or a program, and prints well."""

from pathlib import Path

from utils.exports.decision_words import DECISION_WORDS
from utils.exports.event_evidence import EventEvidence
from utils.exports.evidence_record import EvidenceRecord
from utils.exports.packed_files import HASHES_FILE
from utils.writers.chart import draw_chart
from utils.writers.html_page import event_card, page_template


def evidence_to_html(record: EvidenceRecord, evidence: EventEvidence) -> str:
    """The page; every text is escaped, pictures are inside, the clip lies beside it."""
    report = evidence.report.model_copy(
        update={"triggers": [record.event], "components": record.components}
    )
    original = evidence.report.triggers[evidence.number - 1]
    shown = record.event.model_copy(update={"keyframes": original.keyframes, "clip": None})
    card = event_card(shown, evidence.number, evidence.layout)
    template = page_template("evidence.html.j2", Path(__file__).parent)
    return template.render(
        record=record,
        report=report,
        video=report.video,
        threshold=report.components.threshold,
        cards=[card],
        card=card,
        chart=draw_chart(report),
        curve_note=_curve_note(len(evidence.report.triggers) - 1),
        words=DECISION_WORDS,
        hashes_file=HASHES_FILE,
    )


def _curve_note(others: int) -> str:
    if others == 0:
        return "This is the only event of the video."
    return f"The whole video; {others} other event{'s are' if others > 1 else ' is'} not marked."
