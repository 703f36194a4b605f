"""Every record that came in is accounted for: in = kept + unchanged + superseded + duplicates + rejected, by reason."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from warehouse.commit.ingest import OUTCOMES


@dataclass(frozen=True)
class Reconciliation:
    """Sums over rows of table `windows`: what came in, what became of it, and of the rejected, why."""

    windows: int
    received: int
    fates: dict[str, int]
    rejections: dict[str, int]
    deletions: int

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """The sums of some rows; those of withdrawn batches are to be left out before."""
        listed = list(rows)
        reasons: Counter[str] = Counter()
        for row in listed:
            for told in row.get("rejections") or ():
                reasons[str(told["reason"])] += int(told["records"])
        fates = {fate: sum(int(row[fate]) for row in listed) for fate in OUTCOMES}
        received, deletions = (sum(int(row[name]) for row in listed) for name in ("received", "deletions"))
        return cls(len(listed), received, fates, dict(reasons.most_common()), deletions)

    @property
    def faults(self) -> list[str]:
        """The sums that do not come out; empty where every record is accounted for."""
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
        """A table for people, its sums checked."""
        lines = ["| what became of them | records |", "|---|---:|"]
        lines += [f"| {fate} | {records:,} |" for fate, records in self.fates.items()]
        lines += [
            f"| ... rejected as {escape_markdown(reason)} | {records:,} |"
            for reason, records in self.rejections.items()
        ]
        lines += [f"| **received** | **{self.received:,}** |", "", f"Deletions ordered: {self.deletions:,}."]
        lines += [f"**The sums do not come out: {fault}.**" for fault in self.faults] or ["The sums come out."]
        return "\n".join(lines)


def escape_markdown(text: str) -> str:
    """Text of a source, as Markdown shows it literally in a cell of a table."""
    plain = " ".join(text.split())
    return "".join(f"&#{ord(sign)};" if sign in "|<>&[]`*_\\!#" else sign for sign in plain)
