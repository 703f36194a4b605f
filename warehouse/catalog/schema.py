"""What lies in the catalog itself: its small tables, the views over the stored ones, the macros; with meanings."""

from dataclasses import dataclass

import pyarrow as pa

from transforms.schema.articles import PAIR_DECISIONS
from transforms.schema.counts import COOCCURRENCES
from transforms.schema.mentions import CURATED_VERDICTS
from transforms.schema.records import DOCUMENTS
from transforms.schema.table import BATCH, STRINGS, TIMESTAMP, Table, columns
from warehouse.catalog.sql import filter_parameters
from warehouse.catalog.watch_tables import WATCH_COUNTS, WATCHES

BATCHES = Table(
    "batches",
    "one commit: one version of the catalog",
    columns(
        ("batch", pa.int32(), "The catalog version this commit made."),
        ("batch_id", pa.string(), "What was committed, as a digest; the same work is never committed twice."),
        (
            "kind",
            pa.string(),
            "'vocabulary', 'ingest', 'ledger' (windows without records), 'verdict', 'curation', 'fold', 'undo',"
            " 'claims' (the claim audit made anew), 'rare' (rare_tests made anew) or 'watches' (their counts).",
        ),
        ("committed_at", TIMESTAMP, "When."),
        ("received", pa.int64(), "Records in its payloads; = kept + unchanged + superseded + duplicates + rejected."),
        ("kept", pa.int64(), "Records that became the current version of a document of their own."),
        ("unchanged", pa.int64(), "Records whose content equals the version before."),
        ("superseded", pa.int64(), "Records that a later version or a deletion of the same record overrules."),
        ("duplicates", pa.int64(), "Kept out as further records of an article that another source has."),
        ("rejected", pa.int64(), "Records that could not be loaded (table rejected)."),
        ("deletions", pa.int64(), "Deletions the payloads ordered; not among received."),
        ("vocabulary_version", pa.string(), "The vocabulary its mentions were found with."),
        ("code_version", pa.string(), "The version of Hoofbeats that wrote it."),
        ("withdrawn_in", pa.int32(), "The version that withdrew this batch (`undo`); NULL for one that stands."),
    ),
    ("batch",),
)

WINDOWS = Table(
    "windows",
    "one collection of one window: a file, a web page, or what a service has of a range of dates",
    columns(
        ("source", pa.string(), "The source of its records: 'pubmed', 'europepmc', 'web'; else its collector."),
        ("name", pa.string(), "The payload's name, e.g. 'pubmed21n1298.xml.gz'; the window's where it has no payload."),
        ("collector", pa.string(), "'local_files', 'pubmed_api', 'pubmed_files', 'europepmc' or 'web_pages'."),
        (
            "window_name",
            pa.string(),
            "The window's name, the same whenever it is collected, e.g. 'created-2026-01-05'.",
        ),
        ("since", pa.date32(), "First day of the window; NULL for a file or a page."),
        ("until", pa.date32(), "Last day of the window."),
        ("query", pa.string(), "The query it was narrowed by, in the source's own language."),
        ("sha256", pa.string(), "Digest of the payload as kept; NULL where there is none."),
        (
            "state",
            pa.string(),
            "'done'; 'open': collected before its last day was settled, the next run collects it again; 'failed': see"
            " reason, the next run tries again; 'damaged' where the payload ended before its end; 'withdrawn' where its"
            " batch was undone.",
        ),
        ("reason", pa.string(), "Why it failed, or what else is to be known of it."),
        ("collected_at", TIMESTAMP, "When it was asked for."),
        ("expected", pa.int64(), "Records the source announced; NULL where it announces none."),
        ("bytes", pa.int64(), "Size of the payload as kept."),
        ("payload", pa.string(), "Where the payload is kept, relative to the lake; NULL where there is none."),
        ("received", pa.int64(), "Records in it; = kept + unchanged + superseded + duplicates + rejected."),
        ("kept", pa.int64(), "As in batches."),
        ("unchanged", pa.int64(), "As in batches."),
        ("superseded", pa.int64(), "As in batches."),
        ("duplicates", pa.int64(), "As in batches."),
        ("rejected", pa.int64(), "As in batches."),
        (
            "rejections",
            pa.list_(pa.struct([("reason", pa.string()), ("records", pa.int64())])),
            "The rejected by reason.",
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
        ("table_name", pa.string(), "The table it is part of."),
        ("path", pa.string(), "Its place, relative to the lake."),
        ("rows", pa.int64(), "Rows in it."),
        ("bytes", pa.int64(), "Its size."),
        ("sha256", pa.string(), "Digest of the file."),
        BATCH,
    ),
    ("table_name", "path"),
)

SUPERSEDED = Table(
    "superseded",
    "one article whose older rows are hidden",
    columns(
        ("article_id", pa.int64(), "The article."),
        ("before_batch", pa.int32(), "Its rows of batches before this one no longer count."),
    ),
    ("article_id",),
)

VERDICTS = Table(
    "verdicts",
    "what a person said of two records; it overrules every rule, the latest word counts",
    columns(
        ("document_a", pa.string(), "The record whose document_id sorts first."),
        ("document_b", pa.string(), "The other record."),
        ("same", pa.bool_(), "Whether the two tell of the same article."),
        ("said_by", pa.string(), "Who said so."),
        ("said_at", TIMESTAMP, "When."),
        ("note", pa.string(), "Why."),
        BATCH,
    ),
    ("document_a", "document_b"),
)

CURATIONS = Table(
    CURATED_VERDICTS.name,
    f"{CURATED_VERDICTS.grain}; it overrules the annotation, the latest word counts",
    (*CURATED_VERDICTS.columns, *columns(BATCH)),
    ("batch",),
)

EDITIONS = Table(
    "editions",
    "one vocabulary as released, of those the vocabulary in force was merged from",
    columns(
        ("name", pa.string(), "Its name with the release, e.g. 'MeSH 2024'."),
        ("licence", pa.string(), "Its licence, '' where it states none."),
        ("file", pa.string(), "The file it was read from."),
        ("address", pa.string(), "Where that was fetched; NULL for a file that was named."),
        ("fetched_at", TIMESTAMP, "When it was fetched; NULL for a file that was named."),
        ("sha256", pa.string(), "Digest of the file."),
        BATCH,
    ),
    ("batch", "name"),
)

VOCABULARIES = Table(
    "vocabularies",
    "one load of the vocabulary; the last one is in force",
    columns(
        (
            "version",
            pa.string(),
            "Digest of its concepts, names and ancestors, of names that are never to be matched, and of the rules.",
        ),
        ("rules", pa.string(), "Digest of the rules that texts are annotated by with it."),
        ("loaded_at", TIMESTAMP, "When."),
        ("files", STRINGS, "The files it was read from."),
        ("categories", STRINGS, "The categories that are counted."),
        ("concepts", pa.int64(), "Its concepts."),
        ("counted", pa.int64(), "Those that are counted."),
        ("names", pa.int64(), "Its names."),
        BATCH,
    ),
    ("batch",),
)

LAKE = Table(
    "lake",
    "this lake; one row",
    columns(
        ("root", pa.string(), "The folder the catalog's views point into."),
        ("version", pa.int32(), "The version of the catalog (batches.batch)."),
        ("format", pa.int32(), "The layout of the lake, raised when older code can no longer read it."),
        (
            "declarations",
            pa.string(),
            "Digest of the declarations of tables, views and macros this catalog was made with.",
        ),
    ),
)

INTERVAL_LIMITS = Table(
    "interval_limits",
    "a small count: the limits of its intervals, which SQL cannot compute",
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
"""Every small table that lies in the catalog itself."""

_PAIR_STATISTICS = columns(
    ("population", pa.int64(), "N: articles of that basis."),
    ("articles_a", pa.int64(), "Articles with concept_a."),
    ("articles_b", pa.int64(), "Articles with concept_b."),
    ("expected", pa.float64(), "Articles expected if the two were independent: articles_a * articles_b / population."),
    ("ic", pa.float64(), "Information component: log2((articles + 1/2) / (expected + 1/2)); 0 = as expected."),
    ("ic_low", pa.float64(), "Lower limit of its 95 % credible interval."),
    ("ic_high", pa.float64(), "Upper limit of its 95 % credible interval."),
    ("rate_per_million", pa.float64(), "Articles a million of the population."),
    ("rate_low", pa.float64(), "Lower limit of its exact 95 % interval (Garwood)."),
    ("rate_high", pa.float64(), "Upper limit of its exact 95 % interval (Garwood)."),
)

_PAIR = columns(
    ("concept_a", pa.string(), "The concept whose CURIE sorts first."),
    ("name_a", pa.string(), "Its preferred name."),
    ("concept_b", pa.string(), "The other concept."),
    ("name_b", pa.string(), "Its preferred name."),
    ("basis", pa.string(), "'index', 'text' or 'any'."),
    ("articles", pa.int64(), "Distinct articles with both; retracted articles, notices and errata are left out."),
    ("sentence_articles", pa.int64(), "Of these, the articles that affirm both in one sentence."),
    ("first_year", pa.int32(), "Publication year of the first; NULL where unknown."),
    ("last_year", pa.int32(), "Publication year of the last; NULL where unknown."),
)

ARTICLES = Table(
    "articles",
    "one distinct article, told by its preferred document",
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
            ("entered_on", pa.date32(), "When its first source could show it."),
            ("retracted_on", pa.date32(), "When it was retracted; NULL for one that stands."),
            ("is_notice", pa.bool_(), "Whether it is a retraction notice or an erratum rather than an article."),
            ("is_case_report", pa.bool_(), "Whether it is a case report by its publication types."),
            ("in_index", pa.bool_(), "In the population of basis 'index': it has at least one heading."),
            ("in_text", pa.bool_(), "In the population of basis 'text': a title in a language the vocabulary covers."),
            ("has_abstract", pa.bool_(), "Whether an abstract is at hand."),
            ("sources", STRINGS, "The sources that have it."),
            ("documents", pa.int64(), "How many records tell of it."),
        ),
    ),
)

DUPLICATE_PAIRS = Table(
    "duplicate_pairs",
    "two records of much the same text, and what the rules say of their current contents; a person's word (verdicts)"
    " overrules it",
    columns(
        ("document_a", pa.string(), "The record whose document_id sorts first."),
        ("document_b", pa.string(), "The other record."),
        ("article_a", pa.int64(), "The article document_a belongs to."),
        ("article_b", pa.int64(), "The article document_b belongs to."),
        ("verdict", pa.string(), "'same' article, or 'different' though much alike."),
        *((name, pa.string(), PAIR_DECISIONS.meaning(name)) for name in ("rule", "evidence", "link", "link_from")),
        ("batch", pa.int32(), "The catalog version that decided it."),
    ),
)

LINKS = Table(
    "links",
    "a relation of one article to another with which it must not be counted as one",
    columns(
        ("article_id", pa.int64(), "The article that is the `kind` of the other; NULL where it is not here."),
        ("related_id", pa.int64(), "The other article; NULL where it is not here, or is only cited."),
        (
            "kind",
            pa.string(),
            "'preprint_of', 'erratum_for', 'comment_on', 'retraction_of', 'translation_of' or 'version_of'.",
        ),
        ("document_id", pa.string(), "The record of article_id; NULL where only cited."),
        ("related_document_id", pa.string(), "The record of related_id; NULL where only cited."),
        ("evidence", pa.string(), "'stated' by a record, or the rule that kept two records much alike apart."),
        ("citation", pa.string(), "The other as cited by the record that states it."),
    ),
)

_COUNTED = tuple(column for column in COOCCURRENCES.columns if column.name not in ("retracted_articles", "batch"))

PAIRS_WITH_RETRACTED = Table(
    "cooccurrences_with_retracted",
    "an unordered pair, a publication year and a basis; retracted articles, notices and errata included",
    tuple(column for column in _COUNTED if column.name != "sentence_articles"),
)

COOCCURRENCE_TOTALS = Table(
    "cooccurrence_totals", "an unordered pair and a basis, over all years", _PAIR + _PAIR_STATISTICS
)

RARE_COOCCURRENCES = Table(
    "rare_cooccurrences",
    "a pair that was seen, but rarely. Rule: 1 to 4 articles; each concept alone in at least 20; neither an ancestor"
    " of the other; ordered by ic_low, the most surprising first",
    _PAIR
    + _PAIR_STATISTICS
    + columns(
        ("p_value", pa.float64(), "P(as many or more) if the two were independent (Poisson)."),
        (
            "q_value",
            pa.float64(),
            "The same adjusted for the family (Benjamini-Hochberg), as rare_tests has it; NULL where it is not there.",
        ),
        ("family_size", pa.int64(), "The family: how many rare pairs of that basis were tested."),
        ("articles_with_descendants", pa.int64(), "Articles with both, the concepts below each included (rare_tests)."),
    ),
)

VIEWS: dict[str, Table] = {
    table.name: table
    for table in (ARTICLES, DUPLICATE_PAIRS, LINKS, PAIRS_WITH_RETRACTED, COOCCURRENCE_TOTALS, RARE_COOCCURRENCES)
}
"""Views that are more than the stored rows of their table."""


@dataclass(frozen=True)
class Macro:
    """A table macro of the catalog: how it is called and what it answers."""

    name: str
    meaning: str


MACROS = (
    Macro("descendants", "descendants(concept): the concept and all below it."),
    Macro("find_concept", "find_concept(words): concepts with a name that contains the words, shortest name first."),
    Macro("partners", "partners(concept, basis := 'any'): the concepts it occurs with, the most frequent first."),
    Macro("article", "article(id): the article that holds this PMID, former article id or document id."),
    Macro(
        "matching_articles",
        f"matching_articles(groups, {filter_parameters()}): articles that match every group; a group is a list of"
        " alternative concepts.",
    ),
    Macro(
        "count_together",
        "count_together(groups, ...as matching_articles): how many articles match, of how many, how surprising; with"
        " as_of, changed_since says how many of them were revised or retracted later.",
    ),
    Macro("timeline", "timeline(groups, ...as matching_articles): articles and population by publication year."),
    Macro("evidence", "evidence(groups, ...as matching_articles): the sentences and headings behind a count."),
)
