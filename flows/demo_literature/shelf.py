"""The files and records that the demo server has on a given day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from flows.demo_literature.records import Release, SampleArticle


@dataclass(frozen=True)
class Shelf:
    """Releases in order, the names of those that are baselines, records outside any file, and preprints.

    A record is available from its day of entry on; a record in files has the version of the last file released by then.
    Once the baseline of a new year is released, files of earlier years are gone.
    """

    releases: tuple[Release, ...] = ()
    baselines: frozenset[str] = frozenset()
    records: Mapping[int, SampleArticle] = field(default_factory=dict)
    preprints: tuple[SampleArticle, ...] = ()

    def articles(self, day: date) -> dict[int, SampleArticle]:
        """Return the records available on a day by PMID, in their version of that day."""
        released_count = sum(release.released_on <= day for release in self.releases)
        return {pmid: article for pmid, article in self._after[released_count].items() if article.entered <= day}

    def preprints_on(self, day: date) -> list[SampleArticle]:
        """Return the preprints available on a day."""
        return [article for article in self.preprints if article.entered <= day]

    def files(self, folder: str, day: date) -> list[Release]:
        """Return the files in folder 'baseline' or 'updatefiles' on a day."""
        released = [release for release in self.releases if release.released_on <= day]
        years = [release.name[:8] for release in released if release.name in self.baselines]
        newest = max(years, default="")
        return [
            release
            for release in released
            if release.name[:8] >= newest and (release.name in self.baselines) == (folder == "baseline")
        ]

    @cached_property
    def _after(self) -> list[dict[int, SampleArticle]]:
        """The records by PMID after no release, after the first, after the second ..."""
        current = dict(self.records)
        steps = [dict(current)]
        for release in self.releases:
            current |= {article.pmid: article for article in release.records if article.pmid not in release.damaged}
            for pmid in release.deletions:
                current.pop(pmid, None)
            steps.append(dict(current))
        return steps
