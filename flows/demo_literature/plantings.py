"""The planted truths: plantings.toml as articles (by file), and as what must be found, claimed and parsed."""

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from flows.demo_literature import background as bg
from flows.demo_literature.records import Author, Book, OtherAbstract, PublicationDate, Relation, SampleArticle, Section
from flows.demo_literature.vocabulary import ADULT, CHECK_TAGS, FEMALE, HUMANS, MALE, MIDDLE_AGED, headings, person_tags

Basis = Literal["index", "text", "any"]
BASES: tuple[Basis, ...] = ("index", "text", "any")
GROUP_TAGS = (HUMANS, FEMALE, MALE, ADULT, MIDDLE_AGED)
RELEASED_ON = {1: date(2025, 12, 10), 2: date(2026, 3, 2), 3: date(2026, 6, 1)}


@dataclass(frozen=True)
class Planting:
    """A combination and the distinct articles it must be found in, on one basis, after all files in order.

    `concepts`: groups that must all match, each a CURIE or alternatives joined by '|'. `articles` counts descendants,
    `exact_articles` does not; both leave out deleted and retracted articles and notices, of which `retracted_articles`
    would match besides. `sentence_articles` (basis 'text') have all in one sentence. `after_files` (basis 'index') is
    the count after the first, second and third file; `history` the count as of past days.
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
        """The combination as groups of alternatives."""
        return tuple(tuple(group.split("|")) for group in self.concepts)


@dataclass(frozen=True)
class PlantedClaim:
    """A rarity claim in a planted text: its kind and number, the earlier articles there are, and whether it holds."""

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
    """A record with a feature that parsers get wrong, and what must come out of it."""

    pmid: int
    name: str
    expect: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Totals:
    """Sums over all files: records = versions + rejected; versions = pmids + unchanged + superseded.

    live = pmids - deleted; counted = live - retracted - notices; with_headings: of counted, those with a heading (the
    population of basis 'index'). `deletions` are the PMIDs listed for deletion, those never released included.
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
def declared() -> dict[str, Any]:
    """plantings.toml as it stands."""
    return tomllib.loads(files(__package__).joinpath("plantings.toml").read_text(encoding="utf-8"))


def truths() -> list[Planting]:
    """Every planting on every basis."""
    return [_planting(entry, basis) for entry in declared()["planting"] for basis in BASES]


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


def claims() -> list[PlantedClaim]:
    """Every planted rarity claim."""
    return [PlantedClaim(**entry) for entry in declared()["claim"]]


def traps() -> list[Trap]:
    """Every planted trap of the format."""
    return [Trap(e["pmid"], e["trap"], e.get("expect", {})) for e in declared()["article"] if "trap" in e]


def totals() -> Totals:
    """The sums that must come out after loading all files."""
    return Totals(**declared()["totals"])


def planted(seed: int) -> dict[int, tuple[SampleArticle, ...]]:
    """The planted records by file, in order; a later version of a PMID is a further record."""
    by_file: dict[int, list[SampleArticle]] = {1: [], 2: [], 3: []}
    latest: dict[int, SampleArticle] = {}
    for entry in declared()["article"]:
        article = _next_version(entry, latest) if entry["pmid"] in latest else _article(entry, seed)
        latest[article.pmid] = article
        by_file[entry["file"]].append(article)
    return {file: tuple(_cite(article, latest) for article in articles) for file, articles in by_file.items()}


def _next_version(entry: dict[str, Any], latest: dict[int, SampleArticle]) -> SampleArticle:
    """The record as it was (`duplicate`), or with what `again` changes and a later date of revision."""
    previous = latest[entry["pmid"]]
    if entry.get("duplicate"):
        return previous
    again = entry["again"]
    tags = tuple(h.ui for h in previous.headings if h.ui in CHECK_TAGS)
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
    draw = bg.stream(seed, entry["pmid"])
    published = _published(entry["published"])
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
        authors=(Author("", collective=entry["collective"]),) if "collective" in entry else bg.authors(draw),
        journal=bg.journal("Case Reports" if age else "Internal Medicine"),
        published=published,
        entered=entered,
        received=_received(entry, entered),
        revised=bg.revised_on(entered),
        headings=headings(tuple(entry["headings"]), tags) if entry["headings"] else (),
        publication_types=tuple(
            entry.get("types", ["Case Reports", "Journal Article"] if age else ["Journal Article"])
        ),
        volume=str(published.year - 1960),
        issue=str(published.month or 1),
        pages=f"{page}-{page + draw.randint(2, 7)}",
        doi=bg.doi(entry["pmid"], published.year),
        relations=_relations(entry),
        status=entry.get("status", "MEDLINE"),
        book=Book(**entry["book"]) if "book" in entry else None,
        planting=entry.get("planting", entry.get("trap", "")) or _owner(entry["pmid"]),
    )


def _owner(pmid: int) -> str:
    """The first planting that lists the PMID."""
    return next((entry["name"] for entry in declared()["planting"] if pmid in entry["pmids"]), "")


def _published(value: str | dict[str, Any]) -> PublicationDate:
    if isinstance(value, dict):
        return PublicationDate(**value)
    parts = [int(part) for part in value.split("-")]
    return PublicationDate(parts[0], parts[1] if len(parts) > 1 else None, parts[2] if len(parts) > 2 else None)


def _received(entry: dict[str, Any], entered: date) -> date | None:
    if "received" in entry:
        return date.fromisoformat(entry["received"])
    return entered - timedelta(days=120) if entered.year >= bg.DOI_SINCE and entry["headings"] else None


def _sections(entry: dict[str, Any]) -> tuple[Section, ...]:
    if "sections" in entry:
        return tuple(Section(**section) for section in entry["sections"])
    return (Section(" ".join(entry["abstract"])),) if entry["abstract"] else ()


def _relations(entry: dict[str, Any]) -> tuple[Relation, ...]:
    return tuple(Relation(r["kind"], r.get("citation", ""), r.get("pmid")) for r in entry.get("relations", ()))


def _cite(article: SampleArticle, latest: dict[int, SampleArticle]) -> SampleArticle:
    """The article with its relations' citations written out from the records they name."""
    written = tuple(r if r.citation or r.pmid is None else replace(r, citation=citation(latest[r.pmid]))
                    for r in article.relations)  # fmt: skip
    return replace(article, relations=written)


def citation(article: SampleArticle) -> str:
    """The article as PubMed cites it, e.g. 'Synth J Neuro. 2010 Feb;50(2):77-81'."""
    printed = article.published.first_day.strftime("%Y %b %d") if article.published.day else str(article.published.year)
    return f"{article.journal.abbreviation}. {printed};{article.volume}({article.issue}):{article.pages}"
