"""Literature that grows night by night, the nightly work of the deployments, and the expected lake at the end.

Each day PubMed releases a file: new records, half of them without headings; headings for those of three days before;
corrections, deletions and a retraction. The services show each day what the files up to that day say.
"""

import datetime as dt
from dataclasses import dataclass, replace

from flows.demo_literature.mesh_excerpt import headings
from flows.demo_literature.records import PublicationDate, Relation, Release, SampleArticle, Section
from flows.demo_literature.shelf import Shelf
from flows.sources.base import Span
from tests.support.collecting import FIRST, collect, records
from warehouse.commit.compaction import compact
from warehouse.lake import Lake
from warehouse.upkeep.garbage import collect_garbage

BEGIN = dt.date(2026, 3, 1)
PLANTED = ("D007938", "D006411")  # Leukemia; Hematopoiesis, Extramedullary
OTHER = ("D008198",)  # Lymph Nodes
A_NIGHT = ("pubmed_api", "europepmc", "pubmed_files")
FILES_EACH = 3
MAINTAINED_EACH = 4
PREPRINTS = 900_001


@dataclass(frozen=True)
class Nights:
    """A shelf with the literature of all days, and the number of nights."""

    shelf: Shelf
    count: int

    def day(self, night):
        return BEGIN + dt.timedelta(days=night)

    @property
    def last_day(self):
        return self.day(self.count)

    @property
    def live(self):
        """PMID -> record as of the last day."""
        return self.shelf.articles(self.last_day)

    @property
    def retracted(self):
        return {pmid for pmid, one in self.live.items() if "Retracted Publication" in one.publication_types}

    @property
    def planted(self):
        """PMIDs of the records that have both planted headings on the last day and are not retracted."""
        has_both = {pmid for pmid, one in self.live.items() if set(PLANTED) <= {heading.ui for heading in one.headings}}
        return has_both - self.retracted


def nights(count):
    """Return a baseline of 30 records followed by `count` days."""
    base = [
        _indexed(one) if place % 2 == 0 else one
        for place, one in enumerate(records(30, days=15, since=BEGIN - dt.timedelta(days=25)).values())
    ]
    current = {one.pmid: one for one in base}
    releases = [Release("pubmed26n0001.xml.gz", BEGIN, tuple(base))]
    for night in range(1, count + 1):
        day = BEGIN + dt.timedelta(days=night)
        fresh = [_new(night, place, day) for place in range(4)]
        changed = [replace(one, revised=day) for one in _changes(night, current)]
        gone = [_pmid(night - 2, 3)] if night % 4 == 3 else []
        releases.append(Release(f"pubmed26n{night + 1:04d}.xml.gz", day, (*fresh, *changed), tuple(gone)))
        current |= {one.pmid: one for one in (*fresh, *changed)}
        for pmid in gone:
            del current[pmid]
    preprints = tuple(_preprint(night) for night in range(1, count + 1))
    return Nights(Shelf(tuple(releases), frozenset({releases[0].name}), preprints=preprints), count)


def _pmid(night, place):
    return 39_500_000 + 10 * night + place


def _new(night, place, day):
    """Return a new record: the first of a night has headings at once, the second later; the third is corrected, the
    fourth may be deleted."""
    template = next(iter(records(1).values()))
    entered = replace(
        template, pmid=_pmid(night, place), title=f"Synthetic night {night}, record {place}.", entered=day, revised=day,
        published=PublicationDate(2026, day.month, day.day), sections=(Section(f"Text of record {place}."),),
    )  # fmt: skip
    return entered if place == 1 else _indexed(entered)


def _changes(night, current):
    """Yield late headings each night, a correction each second, and a retraction with its notice in one night of ten.

    Headings come to records of three days before, and to old ones, whose days of creation nobody asks for any more.
    """
    for pmid in (_pmid(night - 3, 1), FIRST + (2 * night - 1) % 30):
        if pmid in current:
            yield _indexed(current[pmid])
    corrected = current.get(_pmid(night - 1, 2))
    if corrected and night % 2 == 0:
        yield replace(corrected, title=f"{corrected.title[:-1]}, corrected.", headings=headings(OTHER))
    retracted = current.get(_pmid(night - 2, 0))
    if retracted and night % 10 == 4:
        notice = replace(_new(night, 5, BEGIN + dt.timedelta(days=night)), headings=())
        yield replace(
            retracted, publication_types=("Journal Article", "Retracted Publication"),
            relations=(Relation("RetractionIn", "Synth J. 2026", notice.pmid),),
        )  # fmt: skip
        yield replace(
            notice, publication_types=("Retraction of Publication",),
            relations=(Relation("RetractionOf", "Synth J. 2026", retracted.pmid),),
        )  # fmt: skip


def _indexed(article: SampleArticle):
    return replace(article, headings=headings(PLANTED if article.pmid % 3 else (*PLANTED, *OTHER)))


def _preprint(night):
    template = next(iter(records(1).values()))
    day = BEGIN + dt.timedelta(days=night)
    return replace(
        template, pmid=PREPRINTS + night, title=f"A synthetic preprint of night {night}.", entered=day, revised=day,
        publication_types=("Preprint",), doi=f"10.5555/night.{night}", sections=(Section(f"Night {night} again."),),
    )  # fmt: skip


def sources_of(night, last):
    """Return the sources of a night: the services, and each third night, as after an outage, the files."""
    return A_NIGHT if night % FILES_EACH == 0 or night == last else A_NIGHT[:2]


def span_of(source, day):
    back = 14 if source == "pubmed_files" else 7
    return Span(day - dt.timedelta(days=back), day, None, ("created", "modified"))


def run_night(night, last, settings):
    """Do the work of the deployments in one night, by the steps of the flows."""
    day = BEGIN + dt.timedelta(days=night)
    now = dt.datetime.combine(day, dt.time(23, 30), dt.UTC)
    for source in sources_of(night, last):
        rows = collect(source, settings, span_of(source, day), now=now)
        assert not [row for row in rows.values() if row["state"] == "failed"], rows
    if night % MAINTAINED_EACH == 0:
        maintain(Lake.at(settings.lake))


def maintain(lake):
    compact(lake)
    collect_garbage(lake, keep_latest=10)
