"""Synthetic articles, independent of how PubMed, Europe PMC or a web page would render them.

Texts are plain Unicode in which only the tags of INLINE_TAG are markup; anything else, '<' and '&' included, is text.
"""

import re
from dataclasses import dataclass
from datetime import date

INLINE_TAG = re.compile(r"(</?(?:i|b|u|sub|sup)>)")

NOTICE = "Synthetic record written by the Hoofbeats project for demonstration and tests; it describes no real patient."


def strip_inline_tags(text: str) -> str:
    """Return `text` without its inline tags."""
    return INLINE_TAG.sub("", text)


@dataclass(frozen=True)
class PublicationDate:
    """A publication date as precise as the journal prints it; `medline` is PubMed's free-text form."""

    year: int
    month: int | None = None
    day: int | None = None
    season: str | None = None
    medline: str | None = None

    @property
    def first_day(self) -> date:
        """The first day of the printed date; of a season, the first day of its year."""
        return date(self.year, self.month or 1, self.day or 1)


@dataclass(frozen=True)
class Author:
    """A person by family and given name, or a group by its collective name alone."""

    family: str
    given: str = ""
    affiliation: str | None = None
    collective: str | None = None

    @property
    def initials(self) -> str:
        """Initials of the given names, e.g. 'AB'."""
        return "".join(part[0] for part in self.given.split())


@dataclass(frozen=True)
class Journal:
    """An invented journal; its ISSN and NLM number are made up."""

    title: str
    abbreviation: str
    issn: str
    nlm_id: str


@dataclass(frozen=True)
class Heading:
    """A subject heading: the descriptor's id and name, and whether it is a major topic of the article."""

    ui: str
    name: str
    major: bool = False

    @property
    def curie(self) -> str:
        """The concept id the warehouse uses, e.g. 'MESH:D006411'."""
        return f"MESH:{self.ui}"


@dataclass(frozen=True)
class Section:
    """One part of an abstract; unlabelled where the abstract is one paragraph."""

    text: str
    label: str | None = None


@dataclass(frozen=True)
class OtherAbstract:
    """A further abstract, in another language or for another audience."""

    language: str
    kind: str
    text: str


@dataclass(frozen=True)
class Relation:
    """A record's reference to another: PubMed's RefType, a citation and, if there is one, the other record's PMID."""

    kind: str
    citation: str
    pmid: int | None = None


@dataclass(frozen=True)
class Book:
    """The book a chapter record belongs to."""

    title: str
    publisher: str
    place: str
    accession: str


@dataclass(frozen=True)
class SampleArticle:
    """One version of one synthetic record. `planting` names the planting it belongs to; '' for background."""

    pmid: int
    title: str
    sections: tuple[Section, ...]
    authors: tuple[Author, ...]
    journal: Journal
    published: PublicationDate
    entered: date
    revised: date
    headings: tuple[Heading, ...]
    publication_types: tuple[str, ...]
    volume: str
    issue: str
    pages: str
    version: int = 1
    doi: str | None = None
    vernacular_title: str | None = None
    language: str = "eng"
    received: date | None = None
    keywords: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    other_abstracts: tuple[OtherAbstract, ...] = ()
    status: str = "MEDLINE"
    book: Book | None = None
    planting: str = ""

    @property
    def abstract(self) -> str | None:
        """The abstract as plain text, its sections joined by spaces; None where the record has none."""
        return " ".join(strip_inline_tags(section.text) for section in self.sections).strip() or None


@dataclass(frozen=True)
class Release:
    """One released file: its records in order, then the PMIDs it deletes; records in `damaged` are not well-formed."""

    name: str
    released_on: date
    records: tuple[SampleArticle, ...]
    deletions: tuple[int, ...] = ()
    damaged: tuple[int, ...] = ()
