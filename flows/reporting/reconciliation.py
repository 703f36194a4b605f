"""Check that every received record is accounted for.

received = kept + unchanged + superseded + duplicates + rejected
rejected = the sum of the rejections by reason
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from warehouse.commit.ingest import OUTCOMES


@dataclass(frozen=True)
class Reconciliation:
    """Sums over rows of table `windows`: records received, their outcomes, and the rejected ones by reason."""

    windows: int
    received: int
    fates: dict[str, int]
    rejections: dict[str, int]
    deletions: int

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """Sum up rows of table `windows`; the caller leaves out those of withdrawn batches."""
        listed = list(rows)
        reasons: Counter[str] = Counter()
        for row in listed:
            for rejection in row.get("rejections") or ():
                reasons[str(rejection["reason"])] += int(rejection["records"])
        fates = {fate: sum(int(row[fate]) for row in listed) for fate in OUTCOMES}
        received, deletions = (sum(int(row[name]) for row in listed) for name in ("received", "deletions"))
        return cls(len(listed), received, fates, dict(reasons.most_common()), deletions)

    @property
    def faults(self) -> list[str]:
        """Descriptions of the sums that do not match; empty if every record is accounted for."""
        sums = (
            ("received", self.received, "kept + unchanged + superseded + duplicates + rejected", self.fates.values()),
            ("rejected", self.fates["rejected"], "the rejected by reason", self.rejections.values()),
        )
        return [
            f"{total:,} {name}, but {parts} are {sum(values):,}"
            for name, total, parts, values in sums
            if total != sum(values)
        ]

    def markdown(self) -> str:
        """Return the sums as a Markdown table, followed by the result of the check."""
        lines = ["| outcome | records |", "|---|---:|"]
        lines += [f"| {fate} | {records:,} |" for fate, records in self.fates.items()]
        lines += [
            f"| ... rejected as {escape_markdown(reason)} | {records:,} |"
            for reason, records in self.rejections.items()
        ]
        lines += [f"| **received** | **{self.received:,}** |", "", f"Deletions: {self.deletions:,}."]
        lines += [f"**The sums do not match: {fault}.**" for fault in self.faults] or ["The sums match."]
        return "\n".join(lines)


def escape_markdown(text: str) -> str:
    r"""Return text of a source with backslashes, so that Markdown shows it literally, also in a table cell.

    "no_pmid" -> "no\_pmid" (CommonMark, section 2.4)
    """
    plain = " ".join(text.split())
    return "".join(f"\\{char}" if char in "|<>&[]`*_\\!#" else char for char in plain)
