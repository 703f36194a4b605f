"""Tables of counts by publication year and basis, and the tests of rare pairs.

`basis` says where a concept was found: 'index' (headings), 'text' (title and abstract) or 'any' (their union).
"""

import pyarrow as pa

from transforms.schema.table import BATCH, Table, columns

_COUNT_COLUMNS = columns(
    ("articles", pa.int64(), "Distinct articles, without those in retracted_articles."),
    ("retracted_articles", pa.int64(), "Further articles that are retracted, or are retraction notices or errata."),
)

COOCCURRENCES = Table(
    "cooccurrences",
    "one unordered pair of concepts, publication year and basis; articles with these very concepts, not those below"
    " them: pair(a, b) and partners(concept, exact := false) count those too",
    (
        *columns(
            ("concept_a", pa.string(), "The concept whose CURIE sorts first."),
            ("concept_b", pa.string(), "The other concept."),
            ("year", pa.int32(), "Publication year; NULL where unknown."),
            (
                "basis",
                pa.string(),
                "'index', 'text' or 'any' (their union, counted separately: not the sum of the two).",
            ),
        ),
        *_COUNT_COLUMNS,
        *columns(
            (
                "sentence_articles",
                pa.int64(),
                "How many of `articles` affirm both in one sentence; 0 for 'index', which has no sentences.",
            ),
            BATCH,
        ),
    ),
    ("concept_a", "concept_b", "year", "basis"),
)

COOCCURRENCES_BY_B = Table(
    "cooccurrences_by_b",
    "one row of cooccurrences, stored again in the order of concept_b, so that a lookup by either concept is fast",
    COOCCURRENCES.columns,
    ("concept_b", "concept_a", "year", "basis"),
)

CONCEPT_COUNTS = Table(
    "concept_counts",
    "one concept, publication year and basis",
    (
        *columns(
            ("concept_id", pa.string(), "The concept."),
            ("year", pa.int32(), "Publication year; NULL where unknown."),
            ("basis", pa.string(), "'index', 'text' or 'any'."),
        ),
        *_COUNT_COLUMNS,
        *columns(BATCH),
    ),
    ("concept_id", "basis", "year"),
)

CORPUS_COUNTS = Table(
    "corpus_counts",
    "one publication year and basis: the population",
    (
        *columns(
            ("year", pa.int32(), "Publication year; NULL where unknown."),
            ("basis", pa.string(), "'index', 'text' or 'any'."),
        ),
        *_COUNT_COLUMNS,
        *columns(("with_abstract", pa.int64(), "How many of `articles` have an abstract."), BATCH),
    ),
    ("basis", "year"),
)

RARE_TESTS = Table(
    "rare_tests",
    "one rare pair and basis, tested among all rare pairs of that basis; the 100,000 most surprising of each basis,"
    " as of the catalog version in batch; `hoofbeats rare` and `hoofbeats maintain` update it",
    columns(
        ("concept_a", pa.string(), "As in cooccurrences."),
        ("concept_b", pa.string(), "As in cooccurrences."),
        ("basis", pa.string(), "As in cooccurrences."),
        ("articles", pa.int64(), "Articles with both, over all years."),
        ("population", pa.int64(), "N: articles of that basis."),
        ("p_value", pa.float64(), "Probability of as many articles or more if the two were independent (Poisson)."),
        ("q_value", pa.float64(), "p_value adjusted for the size of the family (Benjamini-Hochberg)."),
        ("family_size", pa.int64(), "Number of tests in the family: the rare pairs of that basis."),
        (
            "articles_with_descendants",
            pa.int64(),
            "Articles with both, including the descendants of each; NULL beyond the 10,000 most surprising pairs.",
        ),
        BATCH,
    ),
    ("concept_a", "concept_b", "basis"),
)
