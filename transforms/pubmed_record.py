"""One PubMed record -> the columns of `documents` that its XML gives.

Element names and their places: the PubMed DTD, https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd. No element is
relied upon to be present, and unknown ones are passed over.
"""

import datetime
import re
from hashlib import blake2b
from typing import NamedTuple, TypedDict

from transforms import normalize
from transforms.pubmed_dates import Published, calendar_date, cited, published
from transforms.pubmed_markup import Element, attributes, clean, clean_all, remembered, with_attribute

Strings = list[str]
Section = tuple[str, int, int]
Relation = tuple[str, str | None, str | None]

_PMID, _REVISED, _COMPLETED = Element("PMID"), Element("DateRevised"), Element("DateCompleted")
_ARTICLE, _BOOK_DOCUMENT, _BOOK = Element("Article"), Element("BookDocument"), Element("Book")
_JOURNAL, _ISSN, _VOLUME, _ISSUE = Element("Journal"), Element("ISSN"), Element("Volume"), Element("Issue")
_JOURNAL_TITLE, _ISO_ABBREVIATION = Element("Title"), Element("ISOAbbreviation")
_PUB_DATE, _ARTICLE_DATE = Element("PubDate"), Element("ArticleDate")
_ISSN_LINKING, _MEDLINE_TA = Element("ISSNLinking"), Element("MedlineTA")
_ARTICLE_TITLE, _BOOK_TITLE, _VERNACULAR = Element("ArticleTitle"), Element("BookTitle"), Element("VernacularTitle")
_ABSTRACT, _ABSTRACT_TEXT, _AUTHORS = Element("Abstract"), Element("AbstractText"), Element("AuthorList")
_MEDLINE_PAGES, _START_PAGE, _END_PAGE = Element("MedlinePgn"), Element("StartPage"), Element("EndPage")
_LANGUAGE, _TYPES, _TYPE = Element("Language"), Element("PublicationTypeList"), Element("PublicationType")
_KEYWORDS, _HEADINGS = Element("KeywordList"), Element("MeshHeadingList")
_CORRECTION, _CITATION = Element("CommentsCorrections"), Element("RefSource")
_DATA, _BOOK_DATA, _ARTICLE_IDS = Element("PubmedData"), Element("PubmedBookData"), Element("ArticleIdList")

_AUTHOR = re.compile(
    rb"<LastName>([^<]*)</LastName>\s*(?:<(?:ForeName|Initials)>([^<]*)<)?"  # before initials stands the forename
    rb"|<CollectiveName\b[^>]*>([^<]*(?:<(?!/CollectiveName>)[^<]*)*)"
)
_KEYWORD = re.compile(rb"<Keyword\b[^>]*>([^<]*(?:<(?!/Keyword>)[^<]*)*)")
_HEADING = re.compile(rb"<(Descriptor|Qualifier)Name\b([^>]*)>")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_RETRACTED = "Retracted Publication"
_LONG_AGO = datetime.date(1900, 1, 1)


class Row(TypedDict, total=False):
    """A row of `documents`; `read` leaves version and raw_* to the caller, who may want completed_on for it."""

    document_id: str
    source: str
    pmid: int | None
    doi: str | None
    pmcid: str | None
    title: str
    abstract: str | None
    sections: list[Section]
    vernacular_title: str | None
    authors: Strings
    journal: str | None
    journal_abbreviation: str | None
    issn: str | None
    year: int | None
    volume: str | None
    issue: str | None
    pages: str | None
    languages: Strings
    publication_types: Strings
    headings: Strings
    major_headings: Strings
    keywords: Strings
    relations: list[Relation]
    published_on: datetime.date | None
    published_precision: str | None
    received_on: datetime.date | None
    entered_on: datetime.date | None
    completed_on: datetime.date | None
    revised_on: datetime.date | None
    retracted_on: datetime.date | None
    digest: str
    version: int
    raw_file: str
    raw_position: int


def read(record: bytes) -> Row:
    """The row of one well-formed, plain PubmedArticle or PubmedBookArticle; its pmid may be None.

    Raises `NotPlain` where the record is not plain XML. Some attributes are not found unless they are plain: where
    entered_on is None, read `plain_tags` of the record.
    """
    length = len(record)
    row: Row = {"source": "pubmed"}
    article = _ARTICLE.find(record, 0, length)
    at, start, end = article or _BOOK_DOCUMENT.find(record, 0, length) or (0, 0, length)
    data = (_DATA if article else _BOOK_DATA).find(record, end, length) or (length, length, length)
    head, tail = ((0, at), (end, data[0])) if article else ((start, end), (start, end))
    (_read_article if article else _read_book)(row, record, start, end)
    _read_head(row, record, *head)
    _read_tail(row, record, *tail)
    _read_data(row, record, data[1], data[2])
    if row["doi"] is None:
        row["doi"] = normalize.doi(with_attribute(b'EIdType="doi"', record, start, end))
    row["digest"] = _digest(row)
    row["retracted_on"] = _retracted_on(row)
    return row


def _read_article(row: Row, record: bytes, start: int, end: int) -> None:
    """The children of Article, its Journal among them."""
    abstract = _ABSTRACT.find(record, start, end) or (start, start, start)
    authors = _AUTHORS.find(record, abstract[2], end) or _AUTHORS.find(record, start, end) or (end, end, end)
    (_, begin, finish), (_, first, last) = sorted((abstract, authors))
    rest = record[start:begin] + record[finish:first] + record[last:end]  # small, and so searched fast
    length = len(rest)
    journal = _JOURNAL.find(rest, 0, length) or (0, 0, 0)
    _set_issue(row, _issue(rest[journal[1] : journal[2]]))
    if row["year"] is None:
        _set_published(row, published(_ARTICLE_DATE.content(rest, 0, length)))
    row["title"] = _ARTICLE_TITLE.text(rest, 0, length) or ""
    _read_abstract(row, record, abstract[1], abstract[2])
    row["authors"] = _authors(record, authors[1], authors[2])
    row["publication_types"] = _types(_TYPES.content(rest, 0, length))
    _read_shared(row, rest)


def _read_book(row: Row, record: bytes, start: int, end: int) -> None:
    """The children of BookDocument, its Book among them; a chapter has a title and authors of its own."""
    document = record[start:end]
    length = len(document)
    _, book, book_end = _BOOK.find(document, 0, length) or (0, 0, 0)
    _set_issue(row, _issue(document[book:book_end]))
    row["journal"] = None
    row["title"] = _ARTICLE_TITLE.text(document, 0, length) or _BOOK_TITLE.text(document, 0, length) or ""
    abstract = _ABSTRACT.find(document, 0, length) or (0, 0, 0)
    _read_abstract(row, document, abstract[1], abstract[2])
    authors = _AUTHORS.find(document, book_end, length) or _AUTHORS.find(document, book, book_end) or (0, 0, 0)
    row["authors"] = _authors(document, authors[1], authors[2])
    row["publication_types"] = _types(document)
    _read_shared(row, document)


class _Issue(NamedTuple):
    """What the content of Journal (or Book) says: the same in every record of an issue."""

    date: Published
    journal: str | None
    journal_abbreviation: str | None
    issn: str | None
    volume: str | None
    issue: str | None


@remembered
def _issue(content: bytes) -> _Issue:
    end = len(content)
    date = _PUB_DATE.find(content, 0, end) or (end, 0, 0)
    return _Issue(
        published(content[date[1] : date[2]]),
        _JOURNAL_TITLE.text(content, date[2], end),
        _ISO_ABBREVIATION.text(content, date[2], end),
        _ISSN.text(content, 0, end),
        _VOLUME.text(content, 0, date[0]),
        _ISSUE.text(content, 0, date[0]),
    )


def _set_issue(row: Row, issue: _Issue) -> None:
    _set_published(row, issue.date)
    _, row["journal"], row["journal_abbreviation"], row["issn"], row["volume"], row["issue"] = issue


@remembered
def _types(content: bytes) -> Strings:
    """Publication types: a few lists of them serve most records."""
    return clean_all([content[begin:finish] for _, begin, finish in _TYPE.each(content, 0, len(content))])


def _set_published(row: Row, date: Published) -> None:
    row["published_on"], row["published_precision"], row["year"] = date


def _read_abstract(row: Row, record: bytes, start: int, end: int) -> None:
    parts: Strings = []
    sections: list[Section] = []
    offset = len(row["title"]) + 1
    for at, begin, finish in _ABSTRACT_TEXT.each(record, start, end):
        part = clean(record[begin:finish])
        if part:
            label = attributes(record[at:begin]).get("Label")
            if label:
                sections.append((label, offset, offset + len(part)))
            parts.append(part)
            offset += len(part) + 1
    row["abstract"] = " ".join(parts) or None
    row["sections"] = sections


def _authors(record: bytes, start: int, end: int) -> Strings:
    names = _AUTHOR.findall(record, start, end)
    return clean_all([b"%b, %b" % (family, given) if given else family or group for family, given, group in names])


def _read_shared(row: Row, rest: bytes) -> None:
    """What articles and books have alike: languages, title in the vernacular, pages."""
    length = len(rest)
    languages = [rest[begin:finish] for _, begin, finish in _LANGUAGE.each(rest, 0, length)]
    row["languages"] = clean_all(languages)
    row["vernacular_title"] = _VERNACULAR.text(rest, 0, length)
    row["pages"] = _MEDLINE_PAGES.text(rest, 0, length)
    if row["pages"] is None:
        first, last = _START_PAGE.text(rest, 0, length), _END_PAGE.text(rest, 0, length)
        row["pages"] = f"{first}-{last}" if first and last else first


def _read_head(row: Row, record: bytes, start: int, end: int) -> None:
    """What stands before Article: the record's number and its dates."""
    row["pmid"] = normalize.pmid(_PMID.text(record, start, end))
    row["document_id"] = f"pubmed:{row['pmid']}"
    row["revised_on"] = calendar_date(_REVISED.content(record, start, end))
    row["completed_on"] = row["revised_on"] or calendar_date(_COMPLETED.content(record, start, end))


def _read_tail(row: Row, record: bytes, start: int, end: int) -> None:
    """What stands after Article in the citation: the journal's data, corrections, headings, keywords."""
    row["journal_abbreviation"] = row["journal_abbreviation"] or _MEDLINE_TA.text(record, start, end)
    row["issn"] = _ISSN_LINKING.text(record, start, end) or row["issn"]
    row["relations"] = [_relation(record, *found) for found in _CORRECTION.each(record, start, end)]
    row["headings"], row["major_headings"] = _headings(record, start, end)
    keywords = _KEYWORDS.find(record, start, end)
    row["keywords"] = clean_all(_KEYWORD.findall(record, keywords[0], end)) if keywords else []


def _headings(record: bytes, start: int, end: int) -> tuple[Strings, Strings]:
    """Descriptors in order, and those starred themselves or in one of their qualifiers."""
    found = _HEADINGS.find(record, start, end)
    starred: dict[str, bool] = {}
    curie = ""
    for kind, tag in _HEADING.findall(record, found[1], found[2]) if found else ():
        identifier, star = _heading(tag)
        if kind == b"Descriptor":
            curie = identifier
        if curie:
            starred[curie] = star or starred.get(curie, False)
    return list(starred), [curie for curie, star in starred.items() if star]


@remembered
def _heading(tag: bytes) -> tuple[str, bool]:
    """A heading's CURIE, '' where it has none, and whether it is a main topic."""
    found = attributes(tag)
    return f"MESH:{found['UI']}" if found.get("UI") else "", found.get("MajorTopicYN") == "Y"


def _relation(record: bytes, at: int, start: int, end: int) -> Relation:
    kind = attributes(record[at:start]).get("RefType") or "RelatedTo"
    pmid = normalize.pmid(_PMID.text(record, start, end))
    return _snake_case(kind), f"pubmed:{pmid}" if pmid else None, _CITATION.text(record, start, end)


def _snake_case(name: str) -> str:
    """'ErratumIn' -> 'erratum_in'."""
    return _WORD_START.sub("_", name).lower()


def _read_data(row: Row, record: bytes, start: int, end: int) -> None:
    """The children of PubmedData: when the record entered, and the article's identifiers, not its references'."""
    row["entered_on"] = _history_date(b'PubStatus="entrez"', record, start, end)
    row["received_on"] = _history_date(b'PubStatus="received"', record, start, end)
    references = record.find(b"<ReferenceList", start, end)
    own_end = references if references >= 0 else end
    _, begin, finish = _ARTICLE_IDS.find(record, start, own_end) or (end, end, end)
    row["doi"] = normalize.doi(with_attribute(b'IdType="doi"', record, begin, finish))
    row["pmcid"] = normalize.pmcid(
        with_attribute(b'IdType="pmc"', record, begin, finish)
        or with_attribute(b'IdType="pmcid"', record, begin, finish)
    )


def _history_date(status: bytes, record: bytes, start: int, end: int) -> datetime.date | None:
    at = record.find(status, start, end)
    return calendar_date(record[at : record.find(b"</Day>", at) + 6]) if at >= 0 else None


def _retracted_on(row: Row) -> datetime.date | None:
    """The date of the earliest retraction notice; without one the day the record was revised, entered or published."""
    notices = [citation or "" for kind, _, citation in row["relations"] if kind == "retraction_in"]
    if not notices and _RETRACTED not in row["publication_types"]:
        return None
    dates = [date for date in map(cited, notices) if date.on]
    if dates:
        return min(date.on for date in dates if date.on)
    return row["revised_on"] or row["entered_on"] or row["published_on"] or _LONG_AGO


def _digest(row: Row) -> str:
    """Over what the record says of the article, so not its own revision date, nor what is derived from that."""
    texts = (
        row["title"], row["abstract"], row["vernacular_title"], row["doi"], row["pmcid"], row["journal"],
        row["journal_abbreviation"], row["issn"], row["volume"], row["issue"], row["pages"], row["published_precision"],
    )  # fmt: skip
    others = (row["pmid"], row["published_on"], row["received_on"], row["entered_on"])
    lists = (
        row["authors"], row["languages"], row["publication_types"], row["headings"], row["major_headings"],
        row["keywords"],
    )  # fmt: skip
    fields = [*(text or "" for text in texts), *map(str, others), *map("\x1f".join, lists)]
    fields += [f"{label}\x1f{start}\x1f{end}" for label, start, end in row["sections"]]
    fields += [f"{kind}\x1f{document_id}\x1f{citation}" for kind, document_id, citation in row["relations"]]
    return blake2b("\x1e".join(fields).encode(), digest_size=16).hexdigest()
