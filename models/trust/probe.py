"""The form of a probe: a title, what it does, its limits and claim, and a measurement."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.trust.judging import Estimate, Limits
from models.trust.subject import Subject
from utils.trust_report import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Measured:
    """The figure that is judged, all figures in words, and a remark such as names of clips."""

    estimate: Estimate
    words: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One question about a trigger; calling it gives the finding.

    sentences: what it means when it passes, is in doubt, or fails. claim: completes "you can (not)
    rely on it ...". quantity: what the limits speak of.
    """

    title: str
    done: str
    quantity: str
    limits: Limits
    measure: Callable[[Subject], Measured]
    sentences: tuple[str, str, str]
    claim: str

    def __call__(self, subject: Subject) -> Finding:
        """Measure and judge."""
        measured = self.measure(subject)
        verdict = self.limits.judge(measured.estimate)
        said = [self._sentence(verdict), measured.remark]
        return Finding(
            title=self.title,
            done=self.done,
            figure=measured.words,
            value=_finite(measured.estimate.value),
            low=_finite(measured.estimate.low),
            high=_finite(measured.estimate.high),
            n=measured.estimate.n,
            limit=f"{self.quantity}: {self.limits}",
            pass_limit=self.limits.warn,
            fail_limit=self.limits.fail,
            verdict=verdict,
            sentence=" ".join(part for part in said if part),
            claim=self.claim,
        )

    def _sentence(self, verdict: Verdict) -> str:
        if verdict == "unknown":
            return "There are too few clips for an answer."
        return self.sentences[("pass", "warn", "fail").index(verdict)]


def _finite(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
