"""Records for deduplication tests: tables of documents made from dictionaries and labelled sets."""

import tomllib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.schema.records import DOCUMENTS

RECORD_COLUMNS = (
    "document_id", "source", "pmid", "doi", "pmcid", "title", "abstract", "authors", "journal", "year", "volume",
    "issue", "pages", "publication_types", "relations",
)  # fmt: skip
SCHEMA = pa.schema([DOCUMENTS.arrow.field(name) for name in RECORD_COLUMNS])
HARD_PAIRS = Path(__file__).with_name("hard_pairs.toml")


def documents(rows):
    """Return a table of documents from rows with any of RECORD_COLUMNS; a missing document_id becomes 'd0', 'd1' ..."""
    return pa.Table.from_pylist([{"document_id": f"d{n}", **row} for n, row in enumerate(rows)], schema=SCHEMA)


def hard_pairs():
    """Yield (case, same, link or None, record a, record b) for every pair of hard_pairs.toml."""
    data = tomllib.loads(HARD_PAIRS.read_text(encoding="utf-8"))
    for pair in data["pair"]:
        a, b = pair["a"], {**pair["a"], **pair["b"]}
        yield pair["case"], pair["same"], pair.get("link"), _record(a, data["texts"]), _record(b, data["texts"])


def _record(fields, texts):
    record = {name: value for name, value in fields.items() if value not in ("", [], 0)}
    abstract, end = record.pop("abstract", None), record.pop("end", "")
    if abstract:
        record["abstract"] = f"{texts[abstract].strip()} {end}".strip()
    return record


def labelled(path):
    """Load a labelled set; return (documents, {document_id: gold cluster})."""
    rows = pq.read_table(path).to_pylist()
    records = [
        {
            "document_id": row["record_id"],
            "title": row["title"],
            "abstract": row["abstract"] or None,
            "authors": row["authors"].split(" and ") if row["authors"] else None,
            "journal": row["journal"] or None,
            "year": int(row["year"]) if row["year"].isdigit() else None,
            "volume": row["volume"] or None,
            "issue": row["issue"] or None,
            "pages": row["pages"] or None,
            "doi": row["doi"] or None,
            "pmid": int(row["pmid"]) if row["pmid"].isdigit() else None,
        }
        for row in rows
    ]
    return documents(records), {row["record_id"]: row["cluster_id"] for row in rows}
