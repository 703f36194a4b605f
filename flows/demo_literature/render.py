"""Render synthetic articles as PubMed XML, in the element order of NLM's DTD of 2019 and later."""

from collections.abc import Iterable
from datetime import date, timedelta
from html import escape

from flows.demo_literature.records import (
    INLINE_TAG,
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


def escape_text(text: str) -> str:
    """Return `text` as XML content: inline tags are kept, everything else is escaped."""
    parts = INLINE_TAG.split(text)
    return "".join(part if INLINE_TAG.fullmatch(part) else escape(part, quote=False) for part in parts)


def element(name: str, content: str | int | None, **attributes: str) -> str:
    """Return an element with text on one line; '' where the content is None."""
    if content is None:
        return ""
    opening = name + "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{opening}>{escape_text(str(content))}</{name}>" if content != "" else f"<{opening}/>"


def parent_element(name: str, children: Iterable[str], **attributes: str) -> str:
    """Return an element with its children on indented lines; '' where there are none."""
    lines = [f"  {line}" for child in children if child for line in child.split("\n")]
    opening = name + "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return "\n".join([f"<{opening}>", *lines, f"</{name}>"]) if lines else ""


def article_set(release: Release) -> bytes:
    """Render a release as one uncompressed XML file."""
    records = (render_record(article, damaged=article.pmid in release.damaged) for article in release.records)
    deletions = parent_element("DeleteCitation", (element("PMID", pmid, Version="1") for pmid in release.deletions))
    return f"{HEAD}{parent_element('PubmedArticleSet', [*records, deletions])}\n".encode()


def render_record(article: SampleArticle, *, damaged: bool = False) -> str:
    """Render one record; a damaged one has unescaped '<' and '&' and is not well-formed."""
    if article.book:
        return parent_element(
            "PubmedBookArticle",
            [_book_document(article, article.book), parent_element("PubmedBookData", _pubmed_data(article))],
        )
    text = parent_element("PubmedArticle", [_citation(article), parent_element("PubmedData", _pubmed_data(article))])
    return text.replace("&lt;", "<").replace("&amp;", "&") if damaged else text


def _citation(article: SampleArticle) -> str:
    journal = article.journal
    info = [
        element("Country", "Synthetica"),
        element("MedlineTA", journal.abbreviation),
        element("NlmUniqueID", journal.nlm_id),
        element("ISSNLinking", journal.issn),
    ]
    indexed = bool(article.headings)
    children = [
        element("PMID", article.pmid, Version=str(article.version)),
        _date("DateCompleted", min(article.revised, article.entered + timedelta(days=8))) if indexed else "",
        _date("DateRevised", article.revised),
        _article(article),
        parent_element("MedlineJournalInfo", info),
        element("CitationSubset", "IM") if indexed else "",
        parent_element("CommentsCorrectionsList", map(_relation, article.relations)),
        parent_element("MeshHeadingList", map(_heading, article.headings)),
        *(
            parent_element(
                "OtherAbstract", [element("AbstractText", other.text)], Type=other.kind, Language=other.language
            )
            for other in article.other_abstracts
        ),
        parent_element(
            "KeywordList", (element("Keyword", word, MajorTopicYN="N") for word in article.keywords), Owner="NOTNLM"
        ),
        element("GeneralNote", NOTICE, Owner="NLM"),
    ]
    return parent_element("MedlineCitation", children, Status=article.status, Owner="NLM")


def _article(article: SampleArticle) -> str:
    journal = article.journal
    issue = [element("Volume", article.volume), element("Issue", article.issue), _pub_date(article.published)]
    children = [
        parent_element(
            "Journal",
            [
                element("ISSN", journal.issn, IssnType="Print"),
                parent_element("JournalIssue", issue, CitedMedium="Print"),
                element("Title", journal.title),
                element("ISOAbbreviation", journal.abbreviation),
            ],
        ),
        element("ArticleTitle", article.title),
        parent_element("Pagination", [element("MedlinePgn", article.pages)]),
        element("ELocationID", article.doi, EIdType="doi", ValidYN="Y"),
        _abstract(article),
        parent_element("AuthorList", map(_author, article.authors), CompleteYN="Y"),
        element("Language", article.language),
        parent_element("PublicationTypeList", map(_publication_type, article.publication_types)),
        element("VernacularTitle", article.vernacular_title),
    ]
    return parent_element("Article", children, PubModel="Print")


def _abstract(article: SampleArticle) -> str:
    sections = [_section(section) for section in article.sections]
    return parent_element("Abstract", [*sections, element("CopyrightInformation", NOTICE)]) if sections else ""


def _section(section: Section) -> str:
    if section.label is None:
        return element("AbstractText", section.text)
    category = section.label if section.label in NLM_CATEGORIES else "UNASSIGNED"
    return element("AbstractText", section.text, Label=section.label, NlmCategory=category)


def _author(author: Author) -> str:
    if author.collective:
        return parent_element("Author", [element("CollectiveName", author.collective)], ValidYN="Y")
    children = [
        element("LastName", author.family),
        element("ForeName", author.given),
        element("Initials", author.initials),
        parent_element("AffiliationInfo", [element("Affiliation", author.affiliation)]),
    ]
    return parent_element("Author", children, ValidYN="Y")


def _publication_type(name: str) -> str:
    return element("PublicationType", name, UI=TYPE_IDS[name])


def _heading(heading: Heading) -> str:
    major = "Y" if heading.major else "N"
    return parent_element("MeshHeading", [element("DescriptorName", heading.name, UI=heading.ui, MajorTopicYN=major)])


def _relation(relation: Relation) -> str:
    pmid = element("PMID", relation.pmid, Version="1")
    return parent_element("CommentsCorrections", [element("RefSource", relation.citation), pmid], RefType=relation.kind)


def _pub_date(published: PublicationDate) -> str:
    if published.medline:
        return parent_element("PubDate", [element("MedlineDate", published.medline)])
    month = published.first_day.strftime("%b") if published.month else None
    day = f"{published.day:02d}" if published.day else None
    return parent_element(
        "PubDate",
        [
            element("Year", published.year),
            element("Month", month),
            element("Day", day),
            element("Season", published.season),
        ],
    )


def _date(name: str, day: date, **attributes: str) -> str:
    parts = [element("Year", day.year), element("Month", f"{day:%m}"), element("Day", f"{day:%d}")]
    return parent_element(name, parts, **attributes)


def _history(status: str, day: date, *, timed: bool = False) -> str:
    parts = [element("Year", day.year), element("Month", day.month), element("Day", day.day)]
    clock = [element("Hour", 6), element("Minute", 0)] if timed else []
    return parent_element("PubMedPubDate", [*parts, *clock], PubStatus=status)


def _pubmed_data(article: SampleArticle) -> list[str]:
    history = [
        _history("received", article.received) if article.received else "",
        _history("pubmed", article.entered, timed=True),
        _history("medline", article.entered, timed=True) if article.headings else "",
        _history("entrez", article.entered, timed=True),
    ]
    ids = [element("ArticleId", article.pmid, IdType="pubmed"), element("ArticleId", article.doi, IdType="doi")]
    status = "aheadofprint" if article.status == "Publisher" else "ppublish"
    return [
        parent_element("History", history),
        element("PublicationStatus", status),
        parent_element("ArticleIdList", ids),
    ]


def _book_document(article: SampleArticle, book: Book) -> str:
    publisher = [element("PublisherName", book.publisher), element("PublisherLocation", book.place)]
    volume = [
        parent_element("Publisher", publisher),
        element("BookTitle", book.title, book="hoofbeats"),
        _pub_date(article.published),
    ]
    children = [
        element("PMID", article.pmid, Version=str(article.version)),
        parent_element("ArticleIdList", [element("ArticleId", book.accession, IdType="bookaccession")]),
        parent_element("Book", volume),
        element("ArticleTitle", article.title, book="hoofbeats", part="ch1"),
        element("Language", article.language),
        parent_element("AuthorList", map(_author, article.authors), Type="authors", CompleteYN="Y"),
        *map(_publication_type, article.publication_types),
        _abstract(article),
        _date("ContributionDate", article.entered),
    ]
    return parent_element("BookDocument", children)
