"""Read plantings.toml: the planted articles by file, and the counts, claims and parser results they must give."""

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from flows.demo_literature import background
from flows.demo_literature.mesh_excerpt import (
    ADULT,
    FEMALE,
    HUMANS,
    MALE,
    MIDDLE_AGED,
    SAMPLE_CHECK_TAGS,
    headings,
    person_tags,
)
from flows.demo_literature.records import Author, Book, OtherAbstract, PublicationDate, Relation, SampleArticle, Section

Basis = Literal["index", "text", "any"]
BASES: tuple[Basis, ...] = ("index", "text", "any")
GROUP_TAGS = (HUMANS, FEMALE, MALE, ADULT, MIDDLE_AGED)
RELEASED_ON = {1: date(2025, 12, 10), 2: date(2026, 3, 2), 3: date(2026, 6, 1)}


@dataclass(frozen=True)
class Planting:
    """A combination of concepts and the number of distinct articles it must be found in, on one basis, after all files.

    concepts            groups that must all match, each a CURIE or alternatives joined by '|'
    articles            with descendants; without deleted and retracted articles and notices
    exact_articles      the same without descendants
    retracted_articles  retracted articles and notices that match besides
    sentence_articles   articles with all concepts in one sentence (basis 'text' only)
    after_files         articles after the first, second and third file (basis 'index' only)
    history             articles as of past days
    """

    name: str
    kind: str
    concepts: tuple[str, ...]
    basis: Basis
    articles: int
    exact_articles: int
    retracted_articles: int
    why: str
    pmids: tuple[int, ...] = ()
    sentence_articles: int | None = None
    after_files: tuple[int, ...] | None = None
    history: tuple[tuple[date, int], ...] = ()

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The combination as groups of alternative CURIEs."""
        return tuple(tuple(group.split("|")) for group in self.concepts)


@dataclass(frozen=True)
class PlantedClaim:
    """A rarity claim in a planted text: its kind and number, the number of earlier articles, and whether it is true."""

    pmid: int
    planting: str
    kind: str
    earlier: int
    holds: bool
    hedged: bool
    ordinal: int | None = None
    prior_count: int | None = None


@dataclass(frozen=True)
class Trap:
    """A record with a feature that parsers get wrong, and the fields that must be parsed from it."""

    pmid: int
    name: str
    expect: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Totals:
    """Sums over all files: records = versions + rejected; versions = pmids + unchanged + superseded.

    live = pmids - deleted; counted = live - retracted - notices. with_headings are those of counted with a heading (the
    population of basis 'index'). deletions are all PMIDs listed for deletion, including any never released.
    """

    records: int
    rejected: int
    versions: int
    pmids: int
    unchanged: int
    superseded: int
    deletions: int
    deleted: int
    live: int
    retracted: int
    notices: int
    counted: int
    with_headings: int


@cache
def declared_plantings() -> dict[str, Any]:
    """Load plantings.toml, once a process."""
    return tomllib.loads(files(__package__).joinpath("plantings.toml").read_text(encoding="utf-8"))


def planted_combinations() -> list[Planting]:
    """Return every planted combination on every basis."""
    return [_planting(entry, basis) for entry in declared_plantings()["planting"] for basis in BASES]


def _planting(entry: dict[str, Any], basis: Basis) -> Planting:
    after = entry.get("index_after")
    return Planting(
        name=entry["name"],
        kind=entry["kind"],
        concepts=tuple(entry["concepts"]),
        basis=basis,
        articles=entry["expected"][basis],
        exact_articles=entry.get("exact", entry["expected"])[basis],
        retracted_articles=entry.get("retracted", {}).get(basis, 0),
        why=entry["why"],
        pmids=tuple(entry["pmids"]),
        sentence_articles=entry.get("sentence_articles") if basis == "text" else None,
        after_files=tuple(after) if after and basis == "index" else None,
        history=tuple((date.fromisoformat(day), count) for day, count in entry.get("history", ())),
    )


def planted_claims() -> list[PlantedClaim]:
    """Return every planted rarity claim."""
    return [PlantedClaim(**entry) for entry in declared_plantings()["claim"]]


def planted_traps() -> list[Trap]:
    """Return every planted record that parsers get wrong."""
    return [Trap(e["pmid"], e["trap"], e.get("expect", {})) for e in declared_plantings()["article"] if "trap" in e]


def expected_totals() -> Totals:
    """Return the totals that loading all files must give."""
    return Totals(**declared_plantings()["totals"])


def planted_articles(seed: int) -> dict[int, tuple[SampleArticle, ...]]:
    """Return the planted records by file, in order; each version of a PMID is a record of its own."""
    by_file: dict[int, list[SampleArticle]] = {1: [], 2: [], 3: []}
    latest: dict[int, SampleArticle] = {}
    for entry in declared_plantings()["article"]:
        article = _next_version(entry, latest) if entry["pmid"] in latest else _article(entry, seed)
        latest[article.pmid] = article
        by_file[entry["file"]].append(article)
    return {file: tuple(_with_citations(article, latest) for article in articles) for file, articles in by_file.items()}


def _next_version(entry: dict[str, Any], latest: dict[int, SampleArticle]) -> SampleArticle:
    """Return the previous record unchanged (`duplicate`), or with the fields of `again` and a later revision date."""
    previous = latest[entry["pmid"]]
    if entry.get("duplicate"):
        return previous
    again = entry["again"]
    tags = tuple(h.ui for h in previous.headings if h.ui in SAMPLE_CHECK_TAGS)
    return replace(
        previous,
        title=again.get("title", previous.title),
        sections=_sections(again) if "abstract" in again else previous.sections,
        headings=headings(tuple(again["headings"]), tags) if "headings" in again else previous.headings,
        publication_types=tuple(again.get("types", previous.publication_types)),
        relations=previous.relations + _relations(again),
        version=again.get("version", previous.version),
        revised=RELEASED_ON[entry["file"]] - timedelta(days=4),
    )


def _article(entry: dict[str, Any], seed: int) -> SampleArticle:
    draw = background.random_stream(seed, entry["pmid"])
    published = _publication_date(entry["published"])
    entered = date.fromisoformat(entry["entered"]) if "entered" in entry else published.first_day + timedelta(days=6)
    age, sex = entry.get("person", (0, ""))
    tags = person_tags(age, female=sex == "woman") if age else GROUP_TAGS
    page = draw.randint(11, 980)
    return SampleArticle(
        pmid=entry["pmid"],
        title=entry["title"],
        vernacular_title=entry.get("vernacular"),
        language=entry.get("language", "eng"),
        sections=_sections(entry),
        other_abstracts=(OtherAbstract(**entry["other_abstract"]),) if "other_abstract" in entry else (),
        authors=(Author("", collective=entry["collective"]),)
        if "collective" in entry
        else background.invent_authors(draw),
        journal=background.invent_journal("Case Reports" if age else "Internal Medicine"),
        published=published,
        entered=entered,
        received=_received_date(entry, entered),
        revised=background.revision_date(entered),
        headings=headings(tuple(entry["headings"]), tags) if entry["headings"] else (),
        publication_types=tuple(
            entry.get("types", ["Case Reports", "Journal Article"] if age else ["Journal Article"])
        ),
        volume=str(published.year - 1960),
        issue=str(published.month or 1),
        pages=f"{page}-{page + draw.randint(2, 7)}",
        doi=background.make_doi(entry["pmid"], published.year),
        relations=_relations(entry),
        status=entry.get("status", "MEDLINE"),
        book=Book(**entry["book"]) if "book" in entry else None,
        planting=entry.get("planting", entry.get("trap", "")) or _planting_name(entry["pmid"]),
    )


def _planting_name(pmid: int) -> str:
    """Return the name of the first planting that lists the PMID; '' where none does."""
    return next((entry["name"] for entry in declared_plantings()["planting"] if pmid in entry["pmids"]), "")


def _publication_date(value: str | dict[str, Any]) -> PublicationDate:
    if isinstance(value, dict):
        return PublicationDate(**value)
    parts = [int(part) for part in value.split("-")]
    return PublicationDate(parts[0], parts[1] if len(parts) > 1 else None, parts[2] if len(parts) > 2 else None)


def _received_date(entry: dict[str, Any], entered: date) -> date | None:
    if "received" in entry:
        return date.fromisoformat(entry["received"])
    return entered - timedelta(days=120) if entered.year >= background.FIRST_DOI_YEAR and entry["headings"] else None


def _sections(entry: dict[str, Any]) -> tuple[Section, ...]:
    if "sections" in entry:
        return tuple(Section(**section) for section in entry["sections"])
    return (Section(" ".join(entry["abstract"])),) if entry["abstract"] else ()


def _relations(entry: dict[str, Any]) -> tuple[Relation, ...]:
    return tuple(Relation(r["kind"], r.get("citation", ""), r.get("pmid")) for r in entry.get("relations", ()))


def _with_citations(article: SampleArticle, latest: dict[int, SampleArticle]) -> SampleArticle:
    """Return the article with the citations of its relations filled in from the records they name."""
    relations = tuple(r if r.citation or r.pmid is None else replace(r, citation=cite(latest[r.pmid]))
                    for r in article.relations)  # fmt: skip
    return replace(article, relations=relations)


def cite(article: SampleArticle) -> str:
    """Return the article as PubMed cites it, e.g. 'Synth J Neuro. 2010 Feb;50(2):77-81'."""
    printed = article.published.first_day.strftime("%Y %b %d") if article.published.day else str(article.published.year)
    return f"{article.journal.abbreviation}. {printed};{article.volume}({article.issue}):{article.pages}"
