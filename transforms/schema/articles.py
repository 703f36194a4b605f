"""Tables of articles: blocking keys and decisions that join records to articles, and one row for each article."""

import pyarrow as pa

from transforms.schema.table import BATCH, STRINGS, Table, columns

DOCUMENT_KEYS = Table(
    "document_keys",
    "one blocking key of one content of a record; records of the same article are likely to share keys",
    columns(
        ("document_id", pa.string(), "The record."),
        ("digest", pa.string(), "The content the key was computed from (documents.digest)."),
        (
            "kind",
            pa.string(),
            "The field it was computed from, e.g. 'doi', 'title', 'abstract' (a band of MinHash values).",
        ),
        ("value", pa.int64(), "63 bits of a hash; comparable only within one keys_version."),
        ("keys_version", pa.string(), "The version of the rules that computed it."),
        BATCH,
    ),
)

PAIR_DECISIONS = Table(
    "pair_decisions",
    "the decision of the duplicate rules on two contents; the latest decision on a pair of contents applies",
    columns(
        ("document_a", pa.string(), "The record whose document_id sorts first."),
        ("document_b", pa.string(), "The other record."),
        ("digest_a", pa.string(), "The content of document_a that was compared (documents.digest)."),
        ("digest_b", pa.string(), "The content of document_b that was compared."),
        (
            "verdict",
            pa.string(),
            "'same' article; 'different' though similar; 'not compared': withdraws an earlier decision, because so many"
            " records share these keys by now that more specific keys are required.",
        ),
        ("rule", pa.string(), "Name of the rule that decided (transforms/duplicates/rules.py)."),
        ("evidence", pa.string(), "The comparison of each field, as JSON."),
        (
            "link",
            pa.string(),
            "For 'different': the relation of document link_from to the other: 'preprint_of', 'erratum_for',"
            " 'comment_on', 'retraction_of', 'translation_of' or 'version_of'; NULL for none.",
        ),
        ("link_from", pa.string(), "The record the link starts from; NULL for none."),
        BATCH,
    ),
    ("document_a", "document_b"),
)

ARTICLE_KEYS = Table(
    "article_keys",
    "one article, with the columns that counting needs",
    columns(
        ("article_id", pa.int64(), "The article: its smallest PMID, else a number of 2^62 or more."),
        ("document_id", pa.string(), "Its preferred document, whose text and metadata represent the article."),
        ("version", pa.int64(), "The version of that document."),
        ("sources", STRINGS, "The sources that have it."),
        ("documents", pa.int64(), "Number of records that describe it."),
        ("year", pa.int32(), "Publication year; NULL where unknown."),
        ("entered_on", pa.date32(), "Day it was first available from one of its sources."),
        ("revised_on", pa.date32(), "Day a source last revised one of its records."),
        ("in_index", pa.bool_(), "Whether it belongs to the population of basis 'index': it has at least one heading."),
        (
            "in_text",
            pa.bool_(),
            "Whether it belongs to the population of basis 'text': its title is in a language the vocabulary covers.",
        ),
        ("has_abstract", pa.bool_(), "Whether it has an abstract."),
        ("is_case_report", pa.bool_(), "Whether it is a case report by its publication types or its text."),
        (
            "subjects",
            pa.string(),
            "About whom its own data are: 'human', 'animal' or 'cells'; NULL where not known (documents.subjects).",
        ),
        ("cases", pa.int32(), "Number of patients a case report itself reports; NULL where that is not known."),
        ("retracted_on", pa.date32(), "Day it was retracted; NULL if it is not retracted."),
        ("is_notice", pa.bool_(), "Whether it is a retraction notice or an erratum rather than an article."),
        BATCH,
    ),
    ("article_id",),
)
