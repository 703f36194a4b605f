"""The embedded literature: synthetic files of PubMed XML with planted truths, the same bytes on every run.

corpus = literature()
corpus.files        [('pubmed26n0001.xml.gz', b'...'), ...]: a baseline and two updates, in the order of release
corpus.releases     the same as dataclasses, for whoever serves them in another shape
corpus.articles     PMID -> the article as it stands after all files
mesh()              the vocabulary; truths(), claims(), traps(), totals(): what must come out
"""

import gzip
from dataclasses import dataclass, replace
from functools import cache, cached_property

from flows.demo_literature.background import background
from flows.demo_literature.plantings import (
    RELEASED_ON,
    Planting,
    Totals,
    claims,
    declared,
    planted,
    totals,
    traps,
    truths,
)
from flows.demo_literature.records import Release, SampleArticle
from flows.demo_literature.render import article_set
from flows.demo_literature.vocabulary import mesh

__all__ = ["Literature", "Planting", "Totals", "claims", "literature", "mesh", "totals", "traps", "truths"]

SEED = 2026


@dataclass(frozen=True)
class Literature:
    """The releases in order; `files` and `articles` follow from them."""

    releases: tuple[Release, ...]

    @cached_property
    def files(self) -> list[tuple[str, bytes]]:
        """Name and gzip bytes of each file, in the order of release."""
        return [(release.name, gzip.compress(article_set(release), 6, mtime=0)) for release in self.releases]

    @cached_property
    def articles(self) -> dict[int, SampleArticle]:
        """PMID -> the current version, after all releases and deletions; retracted articles and notices included."""
        current: dict[int, SampleArticle] = {}
        for release in self.releases:
            current |= {article.pmid: article for article in release.records if article.pmid not in release.damaged}
            for pmid in release.deletions:
                current.pop(pmid, None)
        return current


@cache
def literature(seed: int = SEED) -> Literature:
    """The corpus of a seed: the plantings are the same for every seed, the background's wording and dates differ."""
    ordinary, special = background(seed), planted(seed)
    first = {article.pmid: article for article in ordinary[1]}
    return Literature(tuple(_release(file, _interleave(ordinary[file] + _repeats(file, first), special[file]))
                            for file in (1, 2, 3)))  # fmt: skip


def _release(file: int, records: tuple[SampleArticle, ...]) -> Release:
    deletions = tuple(pmid for entry in declared()["deletion"] if entry["file"] == file for pmid in entry["pmids"])
    damaged = tuple(entry["pmid"] for entry in declared()["article"] if entry.get("damaged") and entry["file"] == file)
    return Release(f"pubmed26n{file:04d}.xml.gz", RELEASED_ON[file], records, deletions, damaged)


def _repeats(file: int, first: dict[int, SampleArticle]) -> tuple[SampleArticle, ...]:
    """Records of the first file that this one repeats: unchanged, or revised with a keyword more."""
    same = [first[pmid] for entry in declared()["duplicate"] if entry["file"] == file for pmid in entry["pmids"]]
    again = [first[pmid] for entry in declared()["revision"] if entry["file"] == file for pmid in entry["pmids"]]
    revised = [
        replace(article, keywords=(*article.keywords, "follow-up"), revised=RELEASED_ON[file]) for article in again
    ]
    return (*same, *revised)


def _interleave(many: tuple[SampleArticle, ...], few: tuple[SampleArticle, ...]) -> tuple[SampleArticle, ...]:
    """`few` spread evenly among `many`, both in their own order: the order of versions of one PMID matters."""
    places = [(position + 0.5) / len(many) for position in range(len(many))]
    spread = [(position + 0.5) / len(few) for position in range(len(few))]
    ranked = sorted([*zip(places, many, strict=True), *zip(spread, few, strict=True)], key=lambda item: item[0])
    return tuple(article for _, article in ranked)
