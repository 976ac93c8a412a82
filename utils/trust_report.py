"""What an examination of a checkpoint says: findings with a verdict each, and the plain words.

The records that become trust.json and trust.html. How a finding is made is in `models.trust`.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from utils.settings import Section
from utils.version import APP_VERSION

Verdict = Literal["pass", "warn", "fail", "unknown"]


class Finding(Section):
    """One question about a checkpoint, what was done to answer it, and the answer."""

    title: str = Field(description="the question in a few words")
    done: str = Field(description="what was done")
    figure: str = Field(description="what was measured, in words")
    value: float | None = Field(None, description="the figure that is judged; null = none")
    low: float | None = Field(None, description="its 95 % interval from here ...")
    high: float | None = Field(None, description="... to here")
    n: int = Field(0, ge=0, description="how many clips it rests on")
    limit: str = Field(description="which figures pass and which fail")
    verdict: Verdict
    sentence: str = Field(description="what it means, for somebody who will use the checkpoint")
    claim: str = Field(description="completes: you can (not) rely on it ...")


class TrustReport(Section):
    """The whole page."""

    checkpoint: str = Field(description="name of the checkpoint folder")
    label: str = Field(description="what an event is called")
    threshold: float
    footage: str = Field(description="what it was examined on, in words")
    findings: tuple[Finding, ...]
    app_version: str = APP_VERSION

    def count(self, verdict: Verdict) -> int:
        """How many findings have this verdict."""
        return sum(finding.verdict == verdict for finding in self.findings)

    def plain_words(self) -> list[str]:
        """The page's last lines: what to rely on, and what not."""
        said = [
            _said("You can rely on it", self._claims("pass")),
            _said("You can rely only in part on it", self._claims("warn")),
            _said("Do not rely on it", self._claims("fail")),
            _said("Too few clips here to know whether you can rely on it", self._claims("unknown")),
        ]
        return [*(line for line in said if line), f"All of this was seen on {self.footage}."]

    def _claims(self, verdict: Verdict) -> list[str]:
        return [finding.claim for finding in self.findings if finding.verdict == verdict]


def _said(start: str, claims: Sequence[str]) -> str:
    return f"{start} {'; '.join(claims)}." if claims else ""
