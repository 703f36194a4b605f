"""What the embedded literature server has on a given day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from flows.demo_literature.records import Release, SampleArticle


@dataclass(frozen=True)
class Shelf:
    """Files in the order of release, those that are baselines by name; and records that are in no file.

    A record can be had from the day it entered; one of a file in its version of the last file released by then. From
    the day a baseline of a new year is released, the files of earlier years are gone.
    """

    releases: tuple[Release, ...] = ()
    baselines: frozenset[str] = frozenset()
    records: Mapping[int, SampleArticle] = field(default_factory=dict)
    preprints: tuple[SampleArticle, ...] = ()

    def articles(self, day: date) -> dict[int, SampleArticle]:
        """PMID -> the record as it stands on a day."""
        count = sum(release.released_on <= day for release in self.releases)
        return {pmid: article for pmid, article in self._after[count].items() if article.entered <= day}

    def preprints_on(self, day: date) -> list[SampleArticle]:
        """Preprints that are there on a day."""
        return [article for article in self.preprints if article.entered <= day]

    def files(self, folder: str, day: date) -> list[Release]:
        """The files of 'baseline' or 'updatefiles' on a day."""
        there = [release for release in self.releases if release.released_on <= day]
        years = [release.name[:8] for release in there if release.name in self.baselines]
        newest = max(years, default="")
        return [
            release
            for release in there
            if release.name[:8] >= newest and (release.name in self.baselines) == (folder == "baseline")
        ]

    @cached_property
    def _after(self) -> list[dict[int, SampleArticle]]:
        """The records after no release, the first, the second ..."""
        current = dict(self.records)
        steps = [dict(current)]
        for release in self.releases:
            current |= {article.pmid: article for article in release.records if article.pmid not in release.damaged}
            for pmid in release.deletions:
                current.pop(pmid, None)
            steps.append(dict(current))
        return steps
