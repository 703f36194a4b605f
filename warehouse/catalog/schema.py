"""Declare what a catalog holds besides segments: small tables, views and macros, with their columns and comments."""

import pyarrow as pa

from transforms.schema.articles import PAIR_DECISIONS
from transforms.schema.claims import CLAIM_AUDIT, CLAIMS
from transforms.schema.counts import COOCCURRENCES
from transforms.schema.mentions import CURATED_VERDICTS, MENTIONS
from transforms.schema.records import DOCUMENTS
from transforms.schema.table import BATCH, STRINGS, TIMESTAMP, Table, columns
from warehouse.catalog.watch_tables import WATCH_COUNTS, WATCHES

BATCHES = Table(
    "batches",
    "one commit: one version of the catalog",
    columns(
        ("batch", pa.int32(), "The catalog version this commit made."),
        ("batch_id", pa.string(), "Digest of what was committed; the same work is never committed twice."),
        (
            "kind",
            pa.string(),
            "'vocabulary', 'ingest', 'ledger' (windows without records), 'verdict', 'curation', 'fold', 'undo',"
            " 'claims' (claim audit refreshed), 'rare' (rare_tests refreshed) or 'watches' (watches counted).",
        ),
        ("committed_at", TIMESTAMP, "Time of the commit."),
        (
            "received",
            pa.int64(),
            "Records in its payloads: the sum of kept, unchanged, superseded, duplicates and rejected.",
        ),
        ("kept", pa.int64(), "Records that became the current version of a document that represents its article."),
        ("unchanged", pa.int64(), "Records whose content equals that of the version before."),
        ("superseded", pa.int64(), "Records that a later version or a deletion of the same record replaces."),
        (
            "duplicates",
            pa.int64(),
            "Records of articles that another record already represents; they do not count again.",
        ),
        ("rejected", pa.int64(), "Records that could not be loaded; table rejected has them with the reason."),
        ("deletions", pa.int64(), "Deletions ordered by the payloads; not part of received."),
        ("vocabulary_version", pa.string(), "Version of the vocabulary its texts were annotated with."),
        ("code_version", pa.string(), "Version of Hoofbeats that wrote it."),
        ("withdrawn_in", pa.int32(), "The version that withdrew this batch (`undo`); NULL if it is not withdrawn."),
    ),
    ("batch",),
)

WINDOWS = Table(
    "windows",
    "one collection of one window: a file, a web page, or the records of a service for a range of dates",
    columns(
        (
            "source",
            pa.string(),
            "Source of its records: 'pubmed', 'europepmc' or 'web'; the collector where there is no payload.",
        ),
        (
            "name",
            pa.string(),
            "Name of the payload, e.g. 'pubmed21n1298.xml.gz'; of the window where there is no payload.",
        ),
        (
            "collector",
            pa.string(),
            "What collected it: 'local_files', 'pubmed_api', 'pubmed_files', 'europepmc' or 'web_pages'.",
        ),
        (
            "window_name",
            pa.string(),
            "Name of the window, the same at every collection, e.g. 'created-2026-01-05'.",
        ),
        ("since", pa.date32(), "First day of the window; NULL for a file or a page."),
        ("until", pa.date32(), "Last day of the window."),
        ("query", pa.string(), "Query that restricts the window, in the source's own query language; NULL for none."),
        ("sha256", pa.string(), "SHA-256 of the stored payload; NULL where there is none."),
        (
            "state",
            pa.string(),
            "'done'; 'open': collected before its last day was complete, or a page behind a wall (see reason), and"
            " collected again by a later run; 'failed': see reason, a later run tries again; 'damaged': the payload is"
            " truncated or unreadable; 'withdrawn': its batch was undone.",
        ),
        ("reason", pa.string(), "Failure reason or other remark."),
        ("collected_at", TIMESTAMP, "Time of the request."),
        ("expected", pa.int64(), "Number of records the source announced; NULL where it announces none."),
        ("bytes", pa.int64(), "Size of the stored payload in bytes."),
        ("payload", pa.string(), "Path of the stored payload, relative to the lake; NULL where there is none."),
        ("received", pa.int64(), "Records in it: the sum of kept, unchanged, superseded, duplicates and rejected."),
        ("kept", pa.int64(), "As in batches."),
        ("unchanged", pa.int64(), "As in batches."),
        ("superseded", pa.int64(), "As in batches."),
        ("duplicates", pa.int64(), "As in batches."),
        ("rejected", pa.int64(), "As in batches."),
        (
            "rejections",
            pa.list_(pa.struct([("reason", pa.string()), ("records", pa.int64())])),
            "Number of rejected records by reason.",
        ),
        ("deletions", pa.int64(), "As in batches."),
        BATCH,
    ),
    ("source", "name"),
)

SEGMENTS = Table(
    "segments",
    "one Parquet file of this version",
    columns(
        ("table_name", pa.string(), "The table it belongs to."),
        ("path", pa.string(), "Its path, relative to the lake."),
        ("rows", pa.int64(), "Number of rows."),
        ("bytes", pa.int64(), "Size in bytes."),
        ("sha256", pa.string(), "SHA-256 of the file."),
        BATCH,
    ),
    ("table_name", "path"),
)

SUPERSEDED = Table(
    "superseded",
    "one article whose older rows are hidden",
    columns(
        ("article_id", pa.int64(), "The article."),
        ("before_batch", pa.int32(), "Rows of the article from batches before this one are hidden."),
    ),
    ("article_id",),
)

VERDICTS = Table(
    "verdicts",
    "a manual decision on two records; it overrides every rule, and the latest on a pair applies",
    columns(
        ("document_a", pa.string(), "The record whose document_id sorts first."),
        ("document_b", pa.string(), "The other record."),
        ("same", pa.bool_(), "Whether the two describe the same article."),
        ("said_by", pa.string(), "Author of the decision."),
        ("said_at", TIMESTAMP, "Time of the decision."),
        ("note", pa.string(), "Reason given."),
        BATCH,
    ),
    ("document_a", "document_b"),
)

CURATIONS = Table(
    CURATED_VERDICTS.name,
    f"{CURATED_VERDICTS.grain}; it overrides the annotation, and the latest on a target applies",
    (*CURATED_VERDICTS.columns, *columns(BATCH)),
    ("batch",),
)

EDITIONS = Table(
    "editions",
    "one release of a vocabulary that a load was merged from",
    columns(
        ("name", pa.string(), "Its name with the release, e.g. 'MeSH 2024'."),
        ("licence", pa.string(), "Its licence; '' where it states none."),
        ("file", pa.string(), "The file it was read from."),
        ("address", pa.string(), "URL the file was fetched from; NULL for a file that the user named."),
        ("fetched_at", TIMESTAMP, "Time it was fetched; NULL for a file that the user named."),
        ("sha256", pa.string(), "SHA-256 of the file."),
        BATCH,
    ),
    ("batch", "name"),
)

VOCABULARIES = Table(
    "vocabularies",
    "one load of a vocabulary; the latest is in force",
    columns(
        (
            "version",
            pa.string(),
            "Digest of its concepts, names and ancestors, of the names that are never matched, and of the rules.",
        ),
        ("rules", pa.string(), "Digest of the annotation rules used with it."),
        ("loaded_at", TIMESTAMP, "Time of the load."),
        ("files", STRINGS, "Files it was read from."),
        ("categories", STRINGS, "Categories whose concepts are counted."),
        ("concepts", pa.int64(), "Number of its concepts."),
        ("counted", pa.int64(), "Number of these that are counted."),
        ("names", pa.int64(), "Number of its names."),
        BATCH,
    ),
    ("batch",),
)

LAKE = Table(
    "lake",
    "this lake; one row",
    columns(
        ("root", pa.string(), "Folder that the catalog's views refer to."),
        ("version", pa.int32(), "Version of the catalog (batches.batch)."),
        ("format", pa.int32(), "Layout of the lake; increased when older code can no longer read it."),
        (
            "declarations",
            pa.string(),
            "Digest of the declarations of tables, views and macros this catalog was made with.",
        ),
    ),
)

INTERVAL_LIMITS = Table(
    "interval_limits",
    "a small count, with the limits of its intervals, which SQL cannot compute",
    columns(
        ("n", pa.int64(), "The count."),
        ("gamma_low", pa.float64(), "2.5 % quantile of Gamma(n + 1/2, 1), for the information component."),
        ("gamma_high", pa.float64(), "97.5 % quantile of Gamma(n + 1/2, 1)."),
        ("poisson_low", pa.float64(), "Lower 95 % limit of a Poisson mean given n (Garwood 1936)."),
        ("poisson_high", pa.float64(), "Upper 95 % limit of a Poisson mean given n."),
    ),
    ("n",),
)

CATALOG_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        LAKE,
        BATCHES,
        WINDOWS,
        SEGMENTS,
        SUPERSEDED,
        VERDICTS,
        CURATIONS,
        EDITIONS,
        VOCABULARIES,
        INTERVAL_LIMITS,
        WATCHES,
        WATCH_COUNTS,
    )
}
"""The small tables, which are stored in the catalog file itself, by name."""

_PAIR_STATISTICS = columns(
    ("population", pa.int64(), "Articles of that basis (N)."),
    ("articles_a", pa.int64(), "Articles with concept_a."),
    ("articles_b", pa.int64(), "Articles with concept_b."),
    ("expected", pa.float64(), "Articles expected if the two were independent: articles_a * articles_b / population."),
    ("ic", pa.float64(), "Information component: log2((articles + 1/2) / (expected + 1/2)); 0 = as expected."),
    ("ic_low", pa.float64(), "Lower limit of its 95 % credible interval."),
    ("ic_high", pa.float64(), "Upper limit of its 95 % credible interval."),
    ("rate_per_million", pa.float64(), "Articles per million of the population."),
    ("rate_low", pa.float64(), "Lower limit of its exact 95 % interval (Garwood)."),
    ("rate_high", pa.float64(), "Upper limit of its exact 95 % interval (Garwood)."),
)

_PAIR = columns(
    ("concept_a", pa.string(), "The concept whose CURIE sorts first."),
    ("name_a", pa.string(), "Its preferred name."),
    ("concept_b", pa.string(), "The other concept."),
    ("name_b", pa.string(), "Its preferred name."),
    ("basis", pa.string(), "'index', 'text' or 'any'."),
    ("articles", pa.int64(), "Distinct articles with both, without retracted articles, notices and errata."),
    ("sentence_articles", pa.int64(), "Of these, articles that affirm both in one sentence."),
    ("first_year", pa.int32(), "Publication year of the first of these articles; NULL where unknown."),
    ("last_year", pa.int32(), "Publication year of the last of these articles; NULL where unknown."),
)

ARTICLES = Table(
    "articles",
    "one distinct article, with the text of its preferred document",
    (
        *columns(("article_id", pa.int64(), "The article: its smallest PMID, else a number of 2^62 or more.")),
        *(
            column
            for column in DOCUMENTS.columns
            if column.name
            not in (
                "article_id",
                "version",
                "source",
                "raw_file",
                "raw_position",
                "digest",
                "batch",
                "entered_on",
                "retracted_on",
                "relations",
                "year",
                "revised_on",
                "is_current",
                "own_article_id",
            )
        ),
        *columns(
            ("year", pa.int32(), "Publication year; NULL where unknown."),
            ("entered_on", pa.date32(), "Day its first source published the record."),
            ("retracted_on", pa.date32(), "Day it was retracted; NULL if it is not."),
            ("is_notice", pa.bool_(), "Whether it is a retraction notice or an erratum rather than an article."),
            ("in_index", pa.bool_(), "Whether it is in the population of basis 'index': it has at least one heading."),
            (
                "in_text",
                pa.bool_(),
                "Whether it is in the population of basis 'text': its title is in a language of the vocabulary.",
            ),
            ("has_abstract", pa.bool_(), "Whether an abstract is available."),
            ("sources", STRINGS, "Sources that have it."),
            ("documents", pa.int64(), "Number of its records."),
        ),
    ),
)

DUPLICATE_PAIRS = Table(
    "duplicate_pairs",
    "two similar records, with the rules' decision on their current contents; manual decisions (verdicts) override it",
    columns(
        ("document_a", pa.string(), "The record whose document_id sorts first."),
        ("document_b", pa.string(), "The other record."),
        ("article_a", pa.int64(), "The article document_a belongs to."),
        ("article_b", pa.int64(), "The article document_b belongs to."),
        ("verdict", pa.string(), "'same': one article; 'different': two articles, though similar."),
        *((name, pa.string(), PAIR_DECISIONS.meaning(name)) for name in ("rule", "evidence", "link", "link_from")),
        ("batch", pa.int32(), "Catalog version that decided it."),
    ),
)

LINKS = Table(
    "links",
    "a relation between two articles that are counted separately",
    columns(
        ("article_id", pa.int64(), "The article that is the `kind` of the other; NULL if the lake does not have it."),
        ("related_id", pa.int64(), "The other article; NULL if the lake does not have it, or it is only cited."),
        (
            "kind",
            pa.string(),
            "'preprint_of', 'erratum_for', 'comment_on', 'retraction_of', 'translation_of' or 'version_of'.",
        ),
        ("document_id", pa.string(), "The record of article_id; NULL where only cited."),
        ("related_document_id", pa.string(), "The record of related_id; NULL where only cited."),
        ("evidence", pa.string(), "'stated': by a record; else the rule that kept two similar records apart."),
        ("citation", pa.string(), "The other article as cited by the record that states the relation."),
    ),
)

_COUNTED = tuple(column for column in COOCCURRENCES.columns if column.name not in ("retracted_articles", "batch"))

PAIRS_WITH_RETRACTED = Table(
    "cooccurrences_with_retracted",
    "an unordered pair, a publication year and a basis; retracted articles, notices and errata included, those of"
    " concepts below not",
    tuple(column for column in _COUNTED if column.name != "sentence_articles"),
)

_OFFSETS = columns(
    ("start_offset", pa.int32(), "Same as start."),
    ("end_offset", pa.int32(), "Same as end, a reserved word that needs quotes."),
)


def _with_offsets(table: Table) -> Table:
    """The view of a table with columns start and end, to which it adds names that need no quotes."""
    return Table(table.name, table.grain, (*table.columns, *_OFFSETS))


COOCCURRENCE_TOTALS = Table(
    "cooccurrence_totals",
    "an unordered pair and a basis, over all years; articles with these very concepts, not those below them: pair(a, b)"
    " counts those too",
    _PAIR + _PAIR_STATISTICS,
)

RARE_COOCCURRENCES = Table(
    "rare_cooccurrences",
    "a pair that occurs rarely: in 1 to 4 articles, each concept alone in at least 20, neither an ancestor of the"
    " other; ordered by ic_low, the most surprising first",
    _PAIR
    + _PAIR_STATISTICS
    + columns(
        ("p_value", pa.float64(), "Probability of as many articles or more if the two were independent (Poisson)."),
        (
            "q_value",
            pa.float64(),
            "p_value adjusted for the family (Benjamini-Hochberg), from rare_tests; NULL where that has no row.",
        ),
        ("family_size", pa.int64(), "Size of the family: the number of rare pairs of that basis that were tested."),
        ("articles_with_descendants", pa.int64(), "Articles with both or with descendants of them, from rare_tests."),
    ),
)

WITH_OFFSETS = (MENTIONS.name, CLAIMS.name, CLAIM_AUDIT.name)
"""Views that have start and end as start_offset and end_offset too."""

VIEWS: dict[str, Table] = {
    table.name: table
    for table in (
        ARTICLES,
        DUPLICATE_PAIRS,
        LINKS,
        PAIRS_WITH_RETRACTED,
        COOCCURRENCE_TOTALS,
        RARE_COOCCURRENCES,
        *map(_with_offsets, (MENTIONS, CLAIMS, CLAIM_AUDIT)),
    )
}
"""Views that show more than the visible rows of a stored table, by name."""
