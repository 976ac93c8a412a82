"""What an examination of a checkpoint says: findings with a verdict each, and the plain words.

The records that become trust.json and trust.html. How a finding is made is in `models.trust`.
"""

from typing import Literal

from pydantic import Field

from utils.settings import Section
from utils.version import APP_VERSION

Verdict = Literal["pass", "warn", "fail", "unknown"]
HEADINGS: dict[Verdict, str] = {
    "pass": "You can rely on it",
    "warn": "You can rely only in part on it",
    "fail": "Do not rely on it",
    "unknown": "There are too few clips here to know whether you can rely on it",
}


class Finding(Section):
    """One question about a checkpoint, what was done to answer it, and the answer."""

    title: str = Field(description="the question in a few words")
    done: str = Field(description="what was done")
    figure: str = Field(description="what was measured, in words")
    value: float | None = Field(None, description="the figure that is judged; null = none")
    low: float | None = Field(None, description="its 95 % interval from here ...")
    high: float | None = Field(None, description="... to here")
    n: int = Field(0, ge=0, description="how many clips it rests on")
    limit: str = Field(description="which figures pass and which fail, in words")
    pass_limit: float | None = Field(None, description="up to here a figure passes; null = none")
    fail_limit: float | None = Field(None, description="above here it fails; null = none")
    verdict: Verdict
    sentence: str = Field(description="what it means, for somebody who will use the checkpoint")
    claim: str = Field(description="completes: you can (not) rely on it ...")


class PlainWords(Section):
    """One heading of the last lines, and what stands below it."""

    heading: str
    verdict: Verdict
    claims: tuple[str, ...]


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

    def plain_words(self) -> list[PlainWords]:
        """The page's last lines: what to rely on, and what not; headings with nothing are out."""
        claims: dict[Verdict, list[str]] = {verdict: [] for verdict in HEADINGS}
        for finding in self.findings:
            claims[finding.verdict].append(finding.claim)
        return [
            PlainWords(heading=HEADINGS[verdict], verdict=verdict, claims=tuple(found))
            for verdict, found in claims.items()
            if found
        ]

    def lines(self) -> list[str]:
        """The plain words for a terminal."""
        words = [
            line
            for part in self.plain_words()
            for line in (f"{part.heading} ...", *(f"  - {claim}" for claim in part.claims))
        ]
        return [*words, f"All of this was seen on {self.footage}."]
