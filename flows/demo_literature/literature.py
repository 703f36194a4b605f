"""Build the embedded literature: synthetic files of PubMed XML with planted combinations, identical on every run.

corpus = literature()
corpus.files        [('pubmed26n0001.xml.gz', b'...'), ...]: a baseline and two updates, in the order of release
corpus.releases     the same as dataclasses, for a server to render in another format
corpus.articles     PMID -> the article after all files

`mesh()` returns the vocabulary; `planted_combinations()`, `planted_claims()`, `planted_traps()` and `expected_totals()`
return what must come out.
"""

import gzip
from dataclasses import dataclass, replace
from functools import cache, cached_property

from flows.demo_literature.background import background_articles
from flows.demo_literature.mesh_excerpt import mesh
from flows.demo_literature.plantings import (
    RELEASED_ON,
    Planting,
    Totals,
    declared_plantings,
    expected_totals,
    planted_articles,
    planted_claims,
    planted_combinations,
    planted_traps,
)
from flows.demo_literature.records import Release, SampleArticle
from flows.demo_literature.render import article_set

__all__ = [
    "Literature",
    "Planting",
    "Totals",
    "expected_totals",
    "literature",
    "mesh",
    "planted_claims",
    "planted_combinations",
    "planted_traps",
]

SEED = 2026


@dataclass(frozen=True)
class Literature:
    """The releases in order, and the files and articles derived from them."""

    releases: tuple[Release, ...]

    @cached_property
    def files(self) -> list[tuple[str, bytes]]:
        """The name and gzip bytes of each file, in the order of release."""
        return [(release.name, gzip.compress(article_set(release), 6, mtime=0)) for release in self.releases]

    @cached_property
    def articles(self) -> dict[int, SampleArticle]:
        """PMID -> the current version after all releases and deletions, including retracted articles and notices."""
        current: dict[int, SampleArticle] = {}
        for release in self.releases:
            current |= {article.pmid: article for article in release.records if article.pmid not in release.damaged}
            for pmid in release.deletions:
                current.pop(pmid, None)
        return current


@cache
def literature(seed: int = SEED) -> Literature:
    """Build the corpus of a seed; seeds differ in the wording and dates of the background, not in the plantings."""
    ordinary, special = background_articles(seed), planted_articles(seed)
    first = {article.pmid: article for article in ordinary[1]}
    return Literature(tuple(_release(file, _interleave(ordinary[file] + _repeats(file, first), special[file]))
                            for file in (1, 2, 3)))  # fmt: skip


def _release(file: int, records: tuple[SampleArticle, ...]) -> Release:
    deletions = tuple(
        pmid for entry in declared_plantings()["deletion"] if entry["file"] == file for pmid in entry["pmids"]
    )
    damaged = tuple(
        entry["pmid"] for entry in declared_plantings()["article"] if entry.get("damaged") and entry["file"] == file
    )
    return Release(f"pubmed26n{file:04d}.xml.gz", RELEASED_ON[file], records, deletions, damaged)


def _repeats(file: int, first: dict[int, SampleArticle]) -> tuple[SampleArticle, ...]:
    """Return records of the first file that a later file repeats: unchanged, or revised with one more keyword."""
    same = [
        first[pmid] for entry in declared_plantings()["duplicate"] if entry["file"] == file for pmid in entry["pmids"]
    ]
    again = [
        first[pmid] for entry in declared_plantings()["revision"] if entry["file"] == file for pmid in entry["pmids"]
    ]
    revised = [
        replace(article, keywords=(*article.keywords, "follow-up"), revised=RELEASED_ON[file]) for article in again
    ]
    return (*same, *revised)


def _interleave(many: tuple[SampleArticle, ...], few: tuple[SampleArticle, ...]) -> tuple[SampleArticle, ...]:
    """Spread `few` evenly among `many`, each in its own order, because the order of versions of one PMID matters."""
    positions_many = [(position + 0.5) / len(many) for position in range(len(many))]
    positions_few = [(position + 0.5) / len(few) for position in range(len(few))]
    ranked = sorted(
        [*zip(positions_many, many, strict=True), *zip(positions_few, few, strict=True)], key=lambda item: item[0]
    )
    return tuple(article for _, article in ranked)
