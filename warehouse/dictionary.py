"""The data dictionary: every table, column and macro of the catalog, from the same declarations as the comments.

python -m warehouse.dictionary > docs/dictionary.md
"""

import sys
from collections.abc import Iterator

import pyarrow as pa

from transforms.schema.table import Table
from transforms.schema.tables import SEGMENT_TABLES
from warehouse.catalog.schema import CATALOG_TABLES, MACROS, VIEWS

_GROUPS = (
    ("Articles and what they say", ("articles", "documents", "mentions", "article_concepts", "article_keys", "links",
                                       "duplicate_pairs", "verdicts", "pair_decisions", "document_keys")),
    (
        "Counts",
        ("cooccurrences", "cooccurrences_by_b", "cooccurrences_with_retracted",
         "cooccurrence_totals", "rare_cooccurrences", "rare_tests", "concept_counts",
         "corpus_counts", "interval_limits"),
    ),
    ("Watches", ("watches", "watch_counts")),
    ("Claims", ("claims", "claim_audit", "claim_matches")),
    ("Vocabulary", ("concepts", "concept_names", "concept_ancestors", "vocabularies", "editions", "curations")),
    (
        "Ledger",
        ("batches", "windows", "rejected", "sightings", "deletions", "segments", "superseded", "lake"),
    ),
)  # fmt: skip


def markdown() -> str:
    """The dictionary as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    tables = {**SEGMENT_TABLES, **CATALOG_TABLES, **VIEWS}
    yield "# Data dictionary"
    yield ""
    yield "Made by `python -m warehouse.dictionary` from the declarations that also make the comments in the catalog."
    for title, names in _GROUPS:
        yield f"\n## {title}"
        for name in names:
            yield from _table(tables[name])
    yield "\n## Macros"
    yield ""
    yield from (f"- `{macro.name}`: {macro.meaning}" for macro in MACROS)


def _table(table: Table) -> Iterator[str]:
    yield f"\n### {table.name}"
    yield f"\nOne row: {table.grain}."
    yield "\n| column | type | meaning |"
    yield "|---|---|---|"
    yield from (f"| {column.name} | {_type(column.type)} | {_cell(column.meaning)} |" for column in table.columns)


def _type(type_: pa.DataType) -> str:
    return str(type_).replace("|", "/").replace("element: ", "").replace("item: ", "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(markdown())
