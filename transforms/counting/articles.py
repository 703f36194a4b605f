"""Summarises current documents by article: the preferred document and the properties that counting needs."""

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.lists import list_has_any
from transforms.payloads.publication_types import CASE_REPORT
from transforms.schema.articles import ARTICLE_KEYS

SOURCE_PREFERENCE = ("pubmed", "europepmc", "web")
NOTICES = frozenset({"Retraction of Publication", "Retraction Notice", "Published Erratum"})
COVERED_LANGUAGE = "eng"
CUT_OFF = r"(?i)(?:\.\.\.|…|\(abstract truncated(?: at \d+ words)?\))\s*$"
"""The end of an abstract that the source has truncated (MEDLINE before 2000: 'at 250 words')."""
NO_TITLE = frozenset({"", "[not available]", "[not available].", "[no title available]", "[no title available]."})

_KEYS = ARTICLE_KEYS.without("batch")
_PREFERRED_COLUMNS = ("document_id", "version", "year", "in_text", "has_abstract", "subjects", "cases")
_TAKEN = (
    "article_id", "document_id", "version", "source", "year", "entered_on", "revised_on", "retracted_on",
    "subjects", "cases",
)  # fmt: skip
_AGGREGATES = (
    *((name, "first") for name in _PREFERRED_COLUMNS),
    ("in_index", "any"), ("is_case_report", "any"), ("is_notice", "any"),
    ("entered_on", "min"), ("revised_on", "max"), ("retracted_on", "min"), ("source", "distinct"), ("source", "count"),
)  # fmt: skip
_NAMES = [name for name, _ in _AGGREGATES[:-2]] + ["sources", "documents"]


def summarize_articles(documents: pa.Table) -> pa.Table:
    """One row per article, with the columns of `article_keys` without `batch`.

    documents: current ones, one row per document_id. The preferred document of an article is chosen by, in this order:
    source as in `SOURCE_PREFERENCE`, abstract not truncated, longest abstract, smallest document_id.

    A case report by one of its documents is one; so are `subjects` and `cases` the first ones that a document gives.
    Documents that earlier code prepared give none, and are case reports by their publication types alone.

    An article is in the population of basis 'index' if any of its documents has a heading, and of basis 'text' if the
    title of its preferred document is in English, original or translated (PubMed puts translated titles in brackets).

        document   source      abstract      rank  cut_off  shortness
        d:1        europepmc   1,200 chars   1     false    -1200
        d:2        pubmed      250 chars...  0     true     -250        preferred: the best rank decides
    """
    length = pc.fill_null(pc.utf8_length(documents["abstract"]), 0)
    rank = pc.fill_null(pc.index_in(documents["source"], pa.array(SOURCE_PREFERENCE)), len(SOURCE_PREFERENCE))
    described = documents.select(_TAKEN)
    for name, column in (
        ("rank", rank),
        ("cut_off", pc.fill_null(pc.match_substring_regex(documents["abstract"], CUT_OFF), False)),  # noqa: FBT003
        ("shortness", pc.negate(length)),
        ("has_abstract", pc.greater(length, 0)),
        ("in_index", pc.greater(pc.fill_null(pc.list_value_length(documents["headings"]), 0), 0)),
        ("in_text", _title_is_covered(documents)),
        ("is_case_report", _is_case_report(documents)),
        ("is_notice", _has_any(documents["publication_types"], NOTICES)),
    ):
        described = described.append_column(name, column)
    order = [(name, "ascending") for name in ("article_id", "rank", "cut_off", "shortness", "document_id")]
    grouped = described.sort_by(order).group_by("article_id", use_threads=False).aggregate(list(_AGGREGATES))
    articles = grouped.rename_columns(["article_id", *_NAMES]).sort_by("article_id")  # groups come nearly in order
    sources = _sorted_lists(articles["sources"])
    return _KEYS.conform(articles.set_column(articles.column_names.index("sources"), "sources", sources))


def _title_is_covered(documents: pa.Table) -> pa.Array:
    """Whether the title of each document is in a language that the vocabulary covers, and is a title at all."""
    title = pc.fill_null(documents["title"], "")
    languages = documents["languages"]
    unknown = pc.equal(pc.fill_null(pc.list_value_length(languages), 0), 0)
    readable = pc.or_(pc.or_(unknown, _has_any(languages, {COVERED_LANGUAGE})), pc.starts_with(title, "["))
    return pc.and_not(readable, pc.is_in(pc.utf8_lower(title), pa.array(sorted(NO_TITLE))))


def _is_case_report(documents: pa.Table) -> pa.Array:
    """Whether each document was prepared as a case report; by its publication types where earlier code prepared it."""
    by_type = _has_any(documents["publication_types"], {CASE_REPORT})
    return pc.coalesce(documents["is_case_report"].combine_chunks(), by_type)


def _has_any(lists: pa.ChunkedArray, wanted: Collection[str]) -> pa.Array:
    return pa.array(list_has_any(lists.combine_chunks(), wanted))


def _sorted_lists(lists: pa.ChunkedArray) -> pa.Array:
    """The lists with their values in ascending order."""
    if not len(lists) or pc.max(pc.list_value_length(lists)).as_py() <= 1:
        return lists
    return pa.array([sorted(values) for values in lists.to_pylist()], lists.type)
