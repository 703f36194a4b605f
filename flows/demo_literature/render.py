"""Synthetic articles as PubMed XML, in the element order of NLM's DTD of 2019 and later."""

from collections.abc import Iterable
from datetime import date, timedelta
from html import escape

from flows.demo_literature.records import (
    INLINE,
    NOTICE,
    Author,
    Book,
    Heading,
    PublicationDate,
    Relation,
    Release,
    SampleArticle,
    Section,
)

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN"'
    ' "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n'
    f"<!-- {NOTICE} -->\n"
)
TYPE_IDS = {
    "Case Reports": "D002363", "Comment": "D016420", "Journal Article": "D016428", "Letter": "D016422",
    "Observational Study": "D064888", "Published Erratum": "D016425", "Retracted Publication": "D016441",
    "Retraction of Publication": "D016440", "Review": "D016454",
}  # fmt: skip
NLM_CATEGORIES = {"BACKGROUND", "OBJECTIVE", "METHODS", "RESULTS", "CONCLUSIONS"}


def inline(text: str) -> str:
    """`text` as XML content: its inline tags kept, all else escaped."""
    parts = INLINE.split(text)
    return "".join(part if INLINE.fullmatch(part) else escape(part, quote=False) for part in parts)


def tag(name: str, content: str | int | None, **attributes: str) -> str:
    """One element holding text on one line; '' where the content is None."""
    if content is None:
        return ""
    opened = name + "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{opened}>{inline(str(content))}</{name}>" if content != "" else f"<{opened}/>"


def block(name: str, children: Iterable[str], **attributes: str) -> str:
    """An element with each child on its own indented lines; '' where there is no child."""
    lines = [f"  {line}" for child in children if child for line in child.split("\n")]
    opened = name + "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return "\n".join([f"<{opened}>", *lines, f"</{name}>"]) if lines else ""


def article_set(release: Release) -> bytes:
    """The release as one uncompressed XML file."""
    records = (record(article, damaged=article.pmid in release.damaged) for article in release.records)
    deletions = block("DeleteCitation", (tag("PMID", pmid, Version="1") for pmid in release.deletions))
    return f"{HEAD}{block('PubmedArticleSet', [*records, deletions])}\n".encode()


def record(article: SampleArticle, *, damaged: bool = False) -> str:
    """One record; a damaged one has its '<' and '&' unescaped and is not well-formed."""
    if article.book:
        return block(
            "PubmedBookArticle", [_book_document(article, article.book), block("PubmedBookData", _pubmed_data(article))]
        )
    text = block("PubmedArticle", [_citation(article), block("PubmedData", _pubmed_data(article))])
    return text.replace("&lt;", "<").replace("&amp;", "&") if damaged else text


def _citation(article: SampleArticle) -> str:
    journal = article.journal
    info = [
        tag("Country", "Synthetica"),
        tag("MedlineTA", journal.abbreviation),
        tag("NlmUniqueID", journal.nlm_id),
        tag("ISSNLinking", journal.issn),
    ]
    indexed = bool(article.headings)
    children = [
        tag("PMID", article.pmid, Version=str(article.version)),
        _date("DateCompleted", min(article.revised, article.entered + timedelta(days=8))) if indexed else "",
        _date("DateRevised", article.revised),
        _article(article),
        block("MedlineJournalInfo", info),
        tag("CitationSubset", "IM") if indexed else "",
        block("CommentsCorrectionsList", map(_relation, article.relations)),
        block("MeshHeadingList", map(_heading, article.headings)),
        *(
            block("OtherAbstract", [tag("AbstractText", other.text)], Type=other.kind, Language=other.language)
            for other in article.other_abstracts
        ),
        block("KeywordList", (tag("Keyword", word, MajorTopicYN="N") for word in article.keywords), Owner="NOTNLM"),
        tag("GeneralNote", NOTICE, Owner="NLM"),
    ]
    return block("MedlineCitation", children, Status=article.status, Owner="NLM")


def _article(article: SampleArticle) -> str:
    journal = article.journal
    issue = [tag("Volume", article.volume), tag("Issue", article.issue), _pub_date(article.published)]
    children = [
        block(
            "Journal",
            [
                tag("ISSN", journal.issn, IssnType="Print"),
                block("JournalIssue", issue, CitedMedium="Print"),
                tag("Title", journal.title),
                tag("ISOAbbreviation", journal.abbreviation),
            ],
        ),
        tag("ArticleTitle", article.title),
        block("Pagination", [tag("MedlinePgn", article.pages)]),
        tag("ELocationID", article.doi, EIdType="doi", ValidYN="Y"),
        _abstract(article),
        block("AuthorList", map(_author, article.authors), CompleteYN="Y"),
        tag("Language", article.language),
        block("PublicationTypeList", map(_publication_type, article.publication_types)),
        tag("VernacularTitle", article.vernacular_title),
    ]
    return block("Article", children, PubModel="Print")


def _abstract(article: SampleArticle) -> str:
    sections = [_section(section) for section in article.sections]
    return block("Abstract", [*sections, tag("CopyrightInformation", NOTICE)]) if sections else ""


def _section(section: Section) -> str:
    if section.label is None:
        return tag("AbstractText", section.text)
    category = section.label if section.label in NLM_CATEGORIES else "UNASSIGNED"
    return tag("AbstractText", section.text, Label=section.label, NlmCategory=category)


def _author(author: Author) -> str:
    if author.collective:
        return block("Author", [tag("CollectiveName", author.collective)], ValidYN="Y")
    children = [
        tag("LastName", author.family),
        tag("ForeName", author.given),
        tag("Initials", author.initials),
        block("AffiliationInfo", [tag("Affiliation", author.affiliation)]),
    ]
    return block("Author", children, ValidYN="Y")


def _publication_type(name: str) -> str:
    return tag("PublicationType", name, UI=TYPE_IDS[name])


def _heading(heading: Heading) -> str:
    major = "Y" if heading.major else "N"
    return block("MeshHeading", [tag("DescriptorName", heading.name, UI=heading.ui, MajorTopicYN=major)])


def _relation(relation: Relation) -> str:
    pmid = tag("PMID", relation.pmid, Version="1")
    return block("CommentsCorrections", [tag("RefSource", relation.citation), pmid], RefType=relation.kind)


def _pub_date(published: PublicationDate) -> str:
    if published.medline:
        return block("PubDate", [tag("MedlineDate", published.medline)])
    month = published.first_day.strftime("%b") if published.month else None
    day = f"{published.day:02d}" if published.day else None
    return block(
        "PubDate",
        [tag("Year", published.year), tag("Month", month), tag("Day", day), tag("Season", published.season)],
    )


def _date(name: str, day: date, **attributes: str) -> str:
    parts = [tag("Year", day.year), tag("Month", f"{day:%m}"), tag("Day", f"{day:%d}")]
    return block(name, parts, **attributes)


def _history(status: str, day: date, *, timed: bool = False) -> str:
    parts = [tag("Year", day.year), tag("Month", day.month), tag("Day", day.day)]
    clock = [tag("Hour", 6), tag("Minute", 0)] if timed else []
    return block("PubMedPubDate", [*parts, *clock], PubStatus=status)


def _pubmed_data(article: SampleArticle) -> list[str]:
    history = [
        _history("received", article.received) if article.received else "",
        _history("pubmed", article.entered, timed=True),
        _history("medline", article.entered, timed=True) if article.headings else "",
        _history("entrez", article.entered, timed=True),
    ]
    ids = [tag("ArticleId", article.pmid, IdType="pubmed"), tag("ArticleId", article.doi, IdType="doi")]
    status = "aheadofprint" if article.status == "Publisher" else "ppublish"
    return [block("History", history), tag("PublicationStatus", status), block("ArticleIdList", ids)]


def _book_document(article: SampleArticle, book: Book) -> str:
    publisher = [tag("PublisherName", book.publisher), tag("PublisherLocation", book.place)]
    volume = [
        block("Publisher", publisher),
        tag("BookTitle", book.title, book="hoofbeats"),
        _pub_date(article.published),
    ]
    children = [
        tag("PMID", article.pmid, Version=str(article.version)),
        block("ArticleIdList", [tag("ArticleId", book.accession, IdType="bookaccession")]),
        block("Book", volume),
        tag("ArticleTitle", article.title, book="hoofbeats", part="ch1"),
        tag("Language", article.language),
        block("AuthorList", map(_author, article.authors), Type="authors", CompleteYN="Y"),
        *map(_publication_type, article.publication_types),
        _abstract(article),
        _date("ContributionDate", article.entered),
    ]
    return block("BookDocument", children)
