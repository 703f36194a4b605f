"""PubMed records -> the columns of `documents` that their XML gives.

Element names and their places: the PubMed DTD, https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd. No element is
relied upon to be present, and unknown ones are passed over.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from transforms.columnar.types import Ints
from transforms.pubmed.dates import read_citation_date, read_day, read_publication_date
from transforms.pubmed.markup import attributes, cache_short_xml, clean_each
from transforms.pubmed.tag_index import NONE, Scope, Tags, by_record, in_lists
from transforms.text import normalize

Strings = list[str]
Section = tuple[str, int, int]
Relation = tuple[str, str | None, str | None]
T = TypeVar("T")
Columns = dict[str, list[Any]]
"""By column one value a record."""

_HEADING = re.compile(rb"<(Descriptor|Qualifier)Name\b([^>]*)>")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_RETRACTED = "Retracted Publication"
_LONG_AGO = datetime.date(1900, 1, 1)

_TEXTS = (
    "title", "abstract", "vernacular_title", "doi", "pmcid", "journal", "journal_abbreviation", "issn", "volume",
    "issue", "pages", "published_precision",
)  # fmt: skip
_OTHERS = ("pmid", "published_on", "received_on", "entered_on")
_LISTS = ("authors", "languages", "publication_types", "headings", "major_headings", "keywords")
"""With `sections` and `relations` what the digest is made of, in this order."""


class _Parts(NamedTuple):
    """Of each record the parts in which things are looked for.

    own: Article or BookDocument, else the whole; head, tail: what stands before and after that in the citation (in a
    book the same as own); data: PubmedData or PubmedBookData.
    """

    is_article: npt.NDArray[np.bool_]
    own: Scope
    head: Scope
    tail: Scope
    data: Scope


def read(records: Sequence[bytes]) -> Columns:
    """The columns of well-formed PubmedArticle and PubmedBookArticle elements without comments and the like.

    A record's pmid may be None. Version and raw_* are left to the caller, who may want for them when the record was
    revised, else completed: completed_on.
    """
    tags = Tags(records)
    parts = _parts(tags)
    columns: Columns = {"source": ["pubmed"] * len(records)}
    _read_own(columns, tags, parts)
    _read_head(columns, tags, parts.head)
    _read_tail(columns, tags, parts.tail)
    _read_data(columns, tags, parts)
    columns["digest"] = _digests(columns)
    columns["retracted_on"] = _retracted_on(columns)
    return columns


def _parts(tags: Tags) -> _Parts:
    whole = tags.records
    article = tags.first("Article", whole)
    book = tags.first("BookDocument", whole)
    is_article, is_book = article != NONE, book != NONE
    in_article = tags.inside(article, "Article")
    own = in_article.where(is_article, tags.inside(book, "BookDocument").where(is_book, whole))
    after = Scope(own.end, whole.end)
    article_data, book_data = tags.first("PubmedData", after), tags.first("PubmedBookData", after)
    data = tags.inside(article_data, "PubmedData").where(is_article, tags.inside(book_data, "PubmedBookData"))
    tail_end = np.where(article_data != NONE, article_data, whole.end)
    return _Parts(
        is_article=is_article,
        own=own,
        head=Scope(whole.begin, article).where(is_article, own),
        tail=Scope(own.end, tail_end).where(is_article, own),
        data=data,
    )


def _read_own(columns: Columns, tags: Tags, parts: _Parts) -> None:
    """The children of Article, or of BookDocument, where a chapter has a title and authors of its own."""
    own, is_article = parts.own, parts.is_article
    abstract, book = tags.first("Abstract", own), tags.first("Book", own)
    _read_issue(columns, tags, parts, book)
    title = tags.texts(tags.first("ArticleTitle", own), "ArticleTitle")
    of_book = tags.texts(np.where(is_article, NONE, tags.first("BookTitle", own)), "BookTitle")
    columns["title"] = [one or other or "" for one, other in zip(title, of_book, strict=True)]
    _read_abstract(columns, tags, tags.inside(abstract, "Abstract"))
    ahead = tags.inside(abstract, "Abstract").where(is_article, tags.inside(book, "Book"))
    authors = tags.first("AuthorList", Scope(np.maximum(ahead.end, own.begin), own.end))
    columns["authors"] = _authors(tags, np.where(authors == NONE, tags.first("AuthorList", own), authors))
    columns["publication_types"] = tags.lists("PublicationType", own)
    columns["languages"] = tags.lists("Language", own)
    columns["vernacular_title"] = tags.texts(tags.first("VernacularTitle", own), "VernacularTitle")
    given = (tags.texts(tags.first(name, own), name) for name in ("MedlinePgn", "StartPage", "EndPage"))
    columns["pages"] = [
        pages or (f"{first}-{last}" if first and last else first) for pages, first, last in zip(*given, strict=True)
    ]


def _read_issue(columns: Columns, tags: Tags, parts: _Parts, book: Ints) -> None:
    """The children of Journal or Book."""
    journal = tags.inside(tags.first("Journal", parts.own), "Journal").where(
        parts.is_article, tags.inside(book, "Book")
    )
    date = tags.first("PubDate", journal)
    dates = [*map(read_publication_date, tags.contents(date, "PubDate"))]
    online = np.where(parts.is_article, tags.first("ArticleDate", parts.own), NONE)
    for at, content in enumerate(tags.contents(online, "ArticleDate")):
        if content and dates[at].year is None:
            dates[at] = read_publication_date(content)
    for at, name in enumerate(("published_on", "published_precision", "year")):
        columns[name] = [found[at] for found in dates]
    before = Scope(journal.begin, np.where(date == NONE, journal.end, date))
    after = Scope(np.where(date == NONE, journal.begin, date), journal.end)
    for column, name, scope in (
        ("journal", "Title", after.where(parts.is_article, Scope(journal.begin, journal.begin))),
        ("journal_abbreviation", "ISOAbbreviation", after),
        ("issn", "ISSN", journal),
        ("volume", "Volume", before),
        ("issue", "Issue", before),
    ):
        columns[column] = tags.texts(tags.first(name, scope), name)


def _read_abstract(columns: Columns, tags: Tags, scope: Scope) -> None:
    count, parts = tags.each("AbstractText", scope)
    texts = clean_each(tags.contents(parts, "AbstractText"))
    labels = tags.attribute(parts, "Label")
    labelled = by_record([*zip(texts, labels, strict=True)], count)
    read = [_abstract(len(title) + 1, told) for title, told in zip(columns["title"], labelled, strict=True)]
    columns["abstract"] = [abstract for abstract, _ in read]
    columns["sections"] = [sections for _, sections in read]


def _abstract(offset: int, parts: Iterable[tuple[str, str | None]]) -> tuple[str | None, list[Section]]:
    """The parts of an abstract, each with its label, as one text that begins at `offset`; where labelled ones stand."""
    said: Strings = []
    sections: list[Section] = []
    for text, label in parts:
        if text:
            if label:
                sections.append((label, offset, offset + len(text)))
            said.append(text)
            offset += len(text) + 1
    return " ".join(said) or None, sections


def _authors(tags: Tags, lists: Ints) -> list[Strings]:
    """Persons as 'Family, Given' (or initials, where there are only these) and groups, in their order."""
    scope = tags.inside(lists, "AuthorList")
    persons, person = tags.each("LastName", scope)
    groups, group = tags.each("CollectiveName", scope)
    families = clean_each(tags.contents(person, "LastName"))
    before_initials, alone = (tags.following(person, "LastName", name) for name in ("ForeName", "Initials"))
    forenames = clean_each(tags.contents(before_initials, "ForeName"))
    initials = clean_each(tags.contents(alone, "Initials"))
    names = [
        f"{family}, {forename or initial}" if forename or initial else family
        for family, forename, initial in zip(families, forenames, initials, strict=True)
    ]
    if len(group):
        names += clean_each(tags.contents(group, "CollectiveName"))
        names = [names[at] for at in np.argsort(np.append(person, group)).tolist()]
    return in_lists(names, persons + groups)


def _read_head(columns: Columns, tags: Tags, scope: Scope) -> None:
    """What stands before Article: the record's number and its dates."""
    columns["pmid"] = [*map(normalize.normalize_pmid, tags.texts(tags.first("PMID", scope), "PMID"))]
    columns["document_id"] = [f"pubmed:{pmid}" for pmid in columns["pmid"]]
    columns["revised_on"] = _dates(tags, tags.first("DateRevised", scope), "DateRevised")
    completed = _dates(tags, tags.first("DateCompleted", scope), "DateCompleted")
    columns["completed_on"] = _either(columns["revised_on"], completed)


def _either(preferred: Iterable[T | None], others: Iterable[T | None]) -> list[T | None]:
    """Of each record what is preferred, else the other."""
    return [one or other for one, other in zip(preferred, others, strict=True)]


def _dates(tags: Tags, found: Ints, name: str) -> list[datetime.date | None]:
    return [*map(read_day, tags.contents(found, name))]


def _read_tail(columns: Columns, tags: Tags, scope: Scope) -> None:
    """What stands after Article in the citation: the journal's data, corrections, headings, keywords."""
    abbreviations = tags.texts(tags.first("MedlineTA", scope), "MedlineTA")
    columns["journal_abbreviation"] = _either(columns["journal_abbreviation"], abbreviations)
    columns["issn"] = _either(tags.texts(tags.first("ISSNLinking", scope), "ISSNLinking"), columns["issn"])
    columns["relations"] = _relations(tags, scope)
    headings = [
        _headings(content) for content in tags.contents(tags.first("MeshHeadingList", scope), "MeshHeadingList")
    ]
    columns["headings"] = [listed for listed, _ in headings]
    columns["major_headings"] = [starred for _, starred in headings]
    columns["keywords"] = tags.lists("Keyword", scope)


def _headings(content: bytes) -> tuple[Strings, Strings]:
    """Descriptors in order, and those starred themselves or in one of their qualifiers."""
    starred: dict[str, bool] = {}
    curie = ""
    for kind, tag in _HEADING.findall(content):
        identifier, star = _heading(tag)
        if kind == b"Descriptor":
            curie = identifier
        if curie:
            starred[curie] = star or starred.get(curie, False)
    return list(starred), [curie for curie, star in starred.items() if star]


@cache_short_xml
def _heading(tag: bytes) -> tuple[str, bool]:
    """A heading's CURIE, '' where it has none, and whether it is a main topic."""
    found = attributes(tag)
    return f"MESH:{found['UI']}" if found.get("UI") else "", found.get("MajorTopicYN") == "Y"


def _relations(tags: Tags, scope: Scope) -> list[list[Relation]]:
    count, found = tags.each("CommentsCorrections", scope)
    within = tags.inside(found, "CommentsCorrections")
    pmids = map(normalize.normalize_pmid, tags.texts(tags.first("PMID", within), "PMID"))
    citations = tags.texts(tags.first("RefSource", within), "RefSource")
    told = [
        (_snake_case(kind or "RelatedTo"), f"pubmed:{pmid}" if pmid else None, citation)
        for kind, pmid, citation in zip(tags.attribute(found, "RefType"), pmids, citations, strict=True)
    ]
    return by_record(told, count)


def _snake_case(name: str) -> str:
    """'ErratumIn' -> 'erratum_in'."""
    return _WORD_START.sub("_", name).lower()


def _read_data(columns: Columns, tags: Tags, parts: _Parts) -> None:
    """The children of PubmedData: when the record entered, and the article's identifiers, not its references'."""
    data = parts.data
    for column, status in (("entered_on", "entrez"), ("received_on", "received")):
        found = tags.first_with("PubMedPubDate", "PubStatus", status, data)
        columns[column] = _dates(tags, found, "PubMedPubDate")
    references = tags.first("ReferenceList", data)
    before = Scope(data.begin, np.where(references == NONE, data.end, references))
    ids = tags.inside(tags.first("ArticleIdList", before), "ArticleIdList")
    given = {
        kind: tags.texts(tags.first_with("ArticleId", "IdType", kind, ids), "ArticleId")
        for kind in ("doi", "pmc", "pmcid")
    }
    located = tags.texts(tags.first_with("ELocationID", "EIdType", "doi", parts.own), "ELocationID")
    columns["doi"] = [
        normalize.normalize_doi(own) or normalize.normalize_doi(other)
        for own, other in zip(given["doi"], located, strict=True)
    ]
    columns["pmcid"] = [normalize.normalize_pmcid(a or b) for a, b in zip(given["pmc"], given["pmcid"], strict=True)]


def _retracted_on(columns: Columns) -> list[datetime.date | None]:
    """The date of the earliest retraction notice; without one the day the record was revised, entered or published."""
    told = zip(columns["relations"], columns["publication_types"], strict=True)
    days = zip(columns["revised_on"], columns["entered_on"], columns["published_on"], strict=True)
    return [
        _retraction(relations, next((day for day in known if day), _LONG_AGO))
        if _RETRACTED in types or any(kind == "retraction_in" for kind, _, _ in relations)
        else None
        for (relations, types), known in zip(told, days, strict=True)
    ]


def _retraction(relations: Iterable[Relation], otherwise: datetime.date) -> datetime.date:
    notices = [
        read_citation_date(citation or "").first_day for kind, _, citation in relations if kind == "retraction_in"
    ]
    return min((date for date in notices if date), default=otherwise)


def _digests(columns: Columns) -> Strings:
    """Over what a record says of the article, so not its own revision date, nor what is derived from that."""
    texts = zip(*(columns[name] for name in _TEXTS), strict=True)
    others = zip(*(columns[name] for name in _OTHERS), strict=True)
    lists = zip(*(columns[name] for name in _LISTS), strict=True)
    found = []
    for told, other, listed, sections, relations in zip(
        texts, others, lists, columns["sections"], columns["relations"], strict=True
    ):
        fields = [*(text or "" for text in told), *map(str, other), *map("\x1f".join, listed)]
        fields += [f"{label}\x1f{start}\x1f{end}" for label, start, end in sections]
        fields += [f"{kind}\x1f{document_id}\x1f{citation}" for kind, document_id, citation in relations]
        found.append(blake2b("\x1e".join(fields).encode(), digest_size=16).hexdigest())
    return found
