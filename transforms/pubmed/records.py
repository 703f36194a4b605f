"""PubMed records (XML) -> the columns of `documents`, many records at once.

Elements and their order: the PubMed DTD, https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd. Any element may be
absent, and unknown elements are ignored. Fields are searched for in the part of the record they belong to:

    <PubmedArticle>
      <MedlineCitation>
        <PMID>1</PMID><DateRevised>...        head
        <Article>...</Article>                own
        <MedlineJournalInfo>...<KeywordList>  tail
      </MedlineCitation>
      <PubmedData>...</PubmedData>            data
    </PubmedArticle>

A record of a MedlineCitationSet is a MedlineCitation alone.
"""

import datetime
import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

import numpy as np

from transforms.columnar.types import Bools, Ints
from transforms.payloads.parsed import Relation, Section
from transforms.payloads.publication_types import publication_type
from transforms.pubmed.dates import read_citation_date, read_day, read_publication_date
from transforms.pubmed.markup import cache_short_xml, clean_each, read_attributes
from transforms.pubmed.tag_index import NO_TAG, TagIndex, TagRanges, split_by_record, split_texts
from transforms.text import normalize

Strings = list[str]
T = TypeVar("T")
Columns = dict[str, list[Any]]
"""Column -> one value for each record."""

_HEADING = re.compile(rb"<(Descriptor|Qualifier)Name\b([^>]*)>")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_SUMMARY = "plain-language-summary"
_RETRACTED = "Retracted Publication"
_UNKNOWN_DAY = datetime.date(1900, 1, 1)
"""Retraction date of a retracted article without any date: it must not be NULL, which means not retracted."""

_DIGEST_TEXTS = (
    "title", "abstract", "vernacular_title", "doi", "pmcid", "journal", "journal_abbreviation", "issn", "volume",
    "issue", "pages", "published_precision",
)  # fmt: skip
_DIGEST_OTHERS = ("pmid", "published_on", "received_on", "entered_on")
_DIGEST_LISTS = ("authors", "languages", "publication_types", "headings", "major_headings", "keywords")
"""What the digest covers, in this order, then `sections` and `relations`."""


class _Parts(NamedTuple):
    """The parts of each record in which fields are searched for.

    own: Article or BookDocument, else the whole record; head, tail: what comes before and after it in the citation (in
    a book the same as own); data: PubmedData or PubmedBookData.
    """

    is_article: Bools
    own: TagRanges
    head: TagRanges
    tail: TagRanges
    data: TagRanges


def read_columns(records: Sequence[bytes]) -> Columns:
    """Return the columns of well-formed PubmedArticle, PubmedBookArticle and MedlineCitation elements.

    They have no opaque sections (`transforms.pubmed.markup`).

    pmid may be None. version and raw_* are left to the caller; for the version there is an additional column
    completed_on, the day the record was revised, else completed.
    """
    tags = TagIndex(records)
    parts = _parts(tags)
    columns: Columns = {"source": ["pubmed"] * len(records)}
    _read_own(columns, tags, parts)
    _read_head(columns, tags, parts.head)
    _read_tail(columns, tags, parts.tail)
    _read_data(columns, tags, parts)
    columns["digest"] = _digests(columns)
    columns["retracted_on"] = _retracted_on(columns)
    return columns


def _parts(tags: TagIndex) -> _Parts:
    """Return the ranges of the parts of each record."""
    whole = tags.records
    article = tags.first("Article", whole)
    book = tags.first("BookDocument", whole)
    is_article, is_book = article != NO_TAG, book != NO_TAG
    in_article = tags.inside(article, "Article")
    own = in_article.where(is_article, tags.inside(book, "BookDocument").where(is_book, whole))
    after = TagRanges(own.end, whole.end)
    article_data, book_data = tags.first("PubmedData", after), tags.first("PubmedBookData", after)
    data = tags.inside(article_data, "PubmedData").where(is_article, tags.inside(book_data, "PubmedBookData"))
    tail_end = np.where(article_data != NO_TAG, article_data, whole.end)
    return _Parts(
        is_article=is_article,
        own=own,
        head=TagRanges(whole.begin, article).where(is_article, own),
        tail=TagRanges(own.end, tail_end).where(is_article, own),
        data=data,
    )


def _read_own(columns: Columns, tags: TagIndex, parts: _Parts) -> None:
    """Read the children of Article or BookDocument; a chapter of a book may have a title and authors of its own."""
    own, is_article = parts.own, parts.is_article
    abstract, book = tags.first("Abstract", own), tags.first("Book", own)
    _read_issue(columns, tags, parts, book)
    title = tags.texts(tags.first("ArticleTitle", own), "ArticleTitle")
    book_title = tags.texts(np.where(is_article, NO_TAG, tags.first("BookTitle", own)), "BookTitle")
    columns["title"] = [text or "" for text in _either(title, book_title)]
    _read_abstract(columns, tags, tags.inside(abstract, "Abstract"))
    _read_other_abstract(columns, tags, parts.tail)
    # In a chapter, the authors of the book come before those of the chapter.
    before_authors = tags.inside(abstract, "Abstract").where(is_article, tags.inside(book, "Book"))
    authors = tags.first("AuthorList", TagRanges(np.maximum(before_authors.end, own.begin), own.end))
    columns["authors"] = _authors(tags, np.where(authors == NO_TAG, tags.first("AuthorList", own), authors))
    columns["publication_types"] = [
        [*map(publication_type, names)] for names in tags.text_lists("PublicationType", own)
    ]
    columns["languages"] = [[*map(str.lower, codes)] for codes in tags.text_lists("Language", own)]
    columns["vernacular_title"] = tags.texts(tags.first("VernacularTitle", own), "VernacularTitle")
    page_fields = (tags.texts(tags.first(name, own), name) for name in ("MedlinePgn", "StartPage", "EndPage"))
    columns["pages"] = [
        pages or (f"{first_page}-{last_page}" if first_page and last_page else first_page)
        for pages, first_page, last_page in zip(*page_fields, strict=True)
    ]


def _read_issue(columns: Columns, tags: TagIndex, parts: _Parts, book: Ints) -> None:
    """Read the children of Journal or Book: date, journal, volume and issue."""
    journal = tags.inside(tags.first("Journal", parts.own), "Journal").where(
        parts.is_article, tags.inside(book, "Book")
    )
    date = tags.first("PubDate", journal)
    dates = [*map(read_publication_date, tags.contents(date, "PubDate"))]
    online = np.where(parts.is_article, tags.first("ArticleDate", parts.own), NO_TAG)
    for number, content in enumerate(tags.contents(online, "ArticleDate")):
        if content and dates[number].year is None:
            dates[number] = read_publication_date(content)
    for field, name in enumerate(("published_on", "published_precision", "year")):
        columns[name] = [publication_date[field] for publication_date in dates]
    before = TagRanges(journal.begin, np.where(date == NO_TAG, journal.end, date))
    after = TagRanges(np.where(date == NO_TAG, journal.begin, date), journal.end)
    for column, name, ranges in (
        ("journal", "Title", after.where(parts.is_article, TagRanges(journal.begin, journal.begin))),
        ("journal_abbreviation", "ISOAbbreviation", after),
        ("issn", "ISSN", journal),
        ("volume", "Volume", before),
        ("issue", "Issue", before),
    ):
        columns[column] = tags.texts(tags.first(name, ranges), name)


def _read_abstract(columns: Columns, tags: TagIndex, ranges: TagRanges) -> None:
    abstracts = _abstracts(columns["title"], tags, ranges)
    columns["abstract"] = [abstract for abstract, _ in abstracts]
    columns["sections"] = [sections for _, sections in abstracts]


def _read_other_abstract(columns: Columns, tags: TagIndex, ranges: TagRanges) -> None:
    """Read the English OtherAbstract of records without an Abstract, as PubMed shows it; rather not a summary."""
    counts, others = tags.find_all("OtherAbstract", ranges)
    if not len(others):
        return
    kinds, languages = tags.attributes(others, "Type"), tags.attributes(others, "Language")
    candidates = list(zip(np.repeat(np.arange(len(counts)), counts).tolist(), others.tolist(), kinds, strict=True))
    english = [one for one, language in zip(candidates, languages, strict=True) if (language or "eng").lower() == "eng"]
    chosen = np.full(len(counts), NO_TAG)
    # The last one written counts: the first that is no summary, else the first summary.
    for record, tag, _ in sorted(english, key=lambda one: (one[2] != _SUMMARY, -one[1])):
        if columns["abstract"][record] is None:
            chosen[record] = tag
    abstracts = _abstracts(columns["title"], tags, tags.inside(chosen, "OtherAbstract"))
    for record in np.flatnonzero(chosen != NO_TAG).tolist():
        columns["abstract"][record], columns["sections"][record] = abstracts[record]


def _abstracts(titles: Sequence[str], tags: TagIndex, ranges: TagRanges) -> list[tuple[str | None, list[Section]]]:
    """Return the abstract that each range of tags holds, and its sections."""
    counts, parts = tags.find_all("AbstractText", ranges)
    texts = clean_each(tags.contents(parts, "AbstractText"))
    labels = tags.attributes(parts, "Label")
    labelled = split_by_record([*zip(texts, labels, strict=True)], counts)
    return [_abstract(len(title) + 1, own) for title, own in zip(titles, labelled, strict=True)]


def _abstract(offset: int, parts: Iterable[tuple[str, str | None]]) -> tuple[str | None, list[Section]]:
    """Join the parts of an abstract that begins at `offset`; return it and the span of each labelled part.

    With an offset of 3:  ("One.", "AIM"), ("Two.", None)  ->  "One. Two.", [("AIM", 3, 7)]
    """
    joined: Strings = []
    sections: list[Section] = []
    for text, label in parts:
        if text:
            if label:
                sections.append((label, offset, offset + len(text)))
            joined.append(text)
            offset += len(text) + 1
    return " ".join(joined) or None, sections


def _authors(tags: TagIndex, lists: Ints) -> list[Strings]:
    """Return the authors of each record in order: persons as 'Family, Given' (else initials), groups by their name."""
    ranges = tags.inside(lists, "AuthorList")
    persons, person = tags.find_all("LastName", ranges)
    groups, group = tags.find_all("CollectiveName", ranges)
    families = clean_each(tags.contents(person, "LastName"))
    forename_tags, initials_tags = (tags.next_sibling(person, "LastName", name) for name in ("ForeName", "Initials"))
    forenames = clean_each(tags.contents(forename_tags, "ForeName"))
    initials = clean_each(tags.contents(initials_tags, "Initials"))
    names = [
        f"{family}, {forename or initial}" if forename or initial else family
        for family, forename, initial in zip(families, forenames, initials, strict=True)
    ]
    if len(group):
        names += clean_each(tags.contents(group, "CollectiveName"))
        # Persons and groups were read apart; the numbers of their tags give their common order.
        names = [names[number] for number in np.argsort(np.append(person, group)).tolist()]
    return split_texts(names, persons + groups)


def _read_head(columns: Columns, tags: TagIndex, ranges: TagRanges) -> None:
    """Read what comes before Article: the PMID and the dates of the record."""
    columns["pmid"] = [*map(normalize.normalize_pmid, tags.texts(tags.first("PMID", ranges), "PMID"))]
    columns["document_id"] = [f"pubmed:{pmid}" for pmid in columns["pmid"]]
    columns["revised_on"] = _dates(tags, tags.first("DateRevised", ranges), "DateRevised")
    completed = _dates(tags, tags.first("DateCompleted", ranges), "DateCompleted")
    columns["completed_on"] = _either(columns["revised_on"], completed)


def _either(preferred: Iterable[T | None], others: Iterable[T | None]) -> list[T | None]:
    """Return for each record the preferred value, else the other."""
    return [value or other for value, other in zip(preferred, others, strict=True)]


def _dates(tags: TagIndex, elements: Ints, name: str) -> list[datetime.date | None]:
    return [*map(read_day, tags.contents(elements, name))]


def _read_tail(columns: Columns, tags: TagIndex, ranges: TagRanges) -> None:
    """Read what comes after Article in the citation: journal identifiers, corrections, headings, keywords."""
    abbreviations = tags.texts(tags.first("MedlineTA", ranges), "MedlineTA")
    columns["journal_abbreviation"] = _either(columns["journal_abbreviation"], abbreviations)
    columns["issn"] = _either(tags.texts(tags.first("ISSNLinking", ranges), "ISSNLinking"), columns["issn"])
    columns["relations"] = _relations(tags, ranges)
    headings = [
        _headings(content) for content in tags.contents(tags.first("MeshHeadingList", ranges), "MeshHeadingList")
    ]
    columns["headings"] = [listed for listed, _ in headings]
    columns["major_headings"] = [starred for _, starred in headings]
    columns["keywords"] = tags.text_lists("Keyword", ranges)


def _headings(content: bytes) -> tuple[Strings, Strings]:
    """Return the descriptors in order, and the major ones: starred themselves or in one of their qualifiers.

    Retina* -> major;  Retina / injuries* -> Retina is major;  Retina / injuries -> not.
    """
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
    """Return a heading's CURIE ('' if it has no identifier) and whether it is starred as a main topic."""
    attributes = read_attributes(tag)
    return f"MESH:{attributes['UI']}" if attributes.get("UI") else "", attributes.get("MajorTopicYN") == "Y"


def _relations(tags: TagIndex, ranges: TagRanges) -> list[list[Relation]]:
    """Return the relations of each record to others, e.g. ('erratum_in', 'pubmed:123', 'J Things. 2019;6:781')."""
    counts, elements = tags.find_all("CommentsCorrections", ranges)
    within = tags.inside(elements, "CommentsCorrections")
    pmids = map(normalize.normalize_pmid, tags.texts(tags.first("PMID", within), "PMID"))
    citations = tags.texts(tags.first("RefSource", within), "RefSource")
    relations = [
        (_snake_case(kind or "RelatedTo"), f"pubmed:{pmid}" if pmid else None, citation)
        for kind, pmid, citation in zip(tags.attributes(elements, "RefType"), pmids, citations, strict=True)
    ]
    return split_by_record(relations, counts)


def _snake_case(name: str) -> str:
    """'ErratumIn' -> 'erratum_in'."""
    return _WORD_START.sub("_", name).lower()


def _read_data(columns: Columns, tags: TagIndex, parts: _Parts) -> None:
    """Read the children of PubmedData: the day of entry and the identifiers of the article, not of its references."""
    data = parts.data
    for column, status in (("entered_on", "entrez"), ("received_on", "received")):
        elements = tags.first_with_attribute("PubMedPubDate", "PubStatus", status, data)
        columns[column] = _dates(tags, elements, "PubMedPubDate")
    created = _dates(tags, tags.first("DateCreated", parts.head), "DateCreated")
    columns["entered_on"] = _either(columns["entered_on"], created)
    references = tags.first("ReferenceList", data)
    before_references = TagRanges(data.begin, np.where(references == NO_TAG, data.end, references))
    ids = tags.inside(tags.first("ArticleIdList", before_references), "ArticleIdList")
    identifiers = {
        kind: tags.texts(tags.first_with_attribute("ArticleId", "IdType", kind, ids), "ArticleId")
        for kind in ("doi", "pmc", "pmcid")
    }
    located = tags.texts(tags.first_with_attribute("ELocationID", "EIdType", "doi", parts.own), "ELocationID")
    columns["doi"] = [
        normalize.normalize_doi(own) or normalize.normalize_doi(other)
        for own, other in zip(identifiers["doi"], located, strict=True)
    ]
    columns["pmcid"] = [*map(normalize.normalize_pmcid, _either(identifiers["pmc"], identifiers["pmcid"]))]


def _retracted_on(columns: Columns) -> list[datetime.date | None]:
    """Return the date of the earliest retraction notice, else the best date of the record; None if not retracted."""
    relations_and_types = zip(columns["relations"], columns["publication_types"], strict=True)
    days = zip(columns["revised_on"], columns["entered_on"], columns["published_on"], strict=True)
    return [
        _retraction_date(relations, next((day for day in known if day), _UNKNOWN_DAY))
        if _RETRACTED in types or any(kind == "retraction_in" for kind, _, _ in relations)
        else None
        for (relations, types), known in zip(relations_and_types, days, strict=True)
    ]


def _retraction_date(relations: Iterable[Relation], otherwise: datetime.date) -> datetime.date:
    notices = [
        read_citation_date(citation or "").first_day for kind, _, citation in relations if kind == "retraction_in"
    ]
    return min((date for date in notices if date), default=otherwise)


def _digests(columns: Columns) -> Strings:
    """Return BLAKE2b-128 of each record over what it says of the article.

    The record's revision date, and retracted_on, which can be derived from it, are left out: a record that was revised
    without a change of content keeps its digest. Digests are stored, so fields and separators must not change.
    """
    texts = zip(*(columns[name] for name in _DIGEST_TEXTS), strict=True)
    others = zip(*(columns[name] for name in _DIGEST_OTHERS), strict=True)
    lists = zip(*(columns[name] for name in _DIGEST_LISTS), strict=True)
    digests = []
    for text_fields, other, listed, sections, relations in zip(
        texts, others, lists, columns["sections"], columns["relations"], strict=True
    ):
        fields = [*(text or "" for text in text_fields), *map(str, other), *map("\x1f".join, listed)]
        fields += [f"{label}\x1f{start}\x1f{end}" for label, start, end in sections]
        fields += [f"{kind}\x1f{document_id}\x1f{citation}" for kind, document_id, citation in relations]
        digests.append(blake2b("\x1e".join(fields).encode(), digest_size=16).hexdigest())
    return digests
