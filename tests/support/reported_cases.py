"""Lakes of case reports, annotated as a load annotates them."""

import datetime as dt

from tests.support import small_lake
from tests.support.small_lake import NAMES, VOCABULARY, record, record_digest
from transforms.annotation.annotate import annotate_slices
from transforms.claims.detect import numbered_claims
from transforms.duplicates.blocking import content_keys
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.text.slices import text_slices
from transforms.vocabulary.compiled import build
from warehouse.commit.ledger import Payload
from warehouse.commit.staging import STAGED_TABLES, UnitWriter

CASE = "We saw leukemia and extramedullary hematopoiesis in lymph nodes."
SECOND = "This is the second reported case of leukemia and extramedullary hematopoiesis in lymph nodes."
FIRST = "This is the first reported case of leukemia and extramedullary hematopoiesis in lymph nodes."
GROUPS = [["MESH:D1"], ["MESH:D2"], ["MESH:D3"]]


def vocabulary():
    return build(
        CONCEPTS.from_rows(
            {"concept_id": id_, "name": name, "categories": ["C"], "counted": True} for id_, name in NAMES.items()
        ),
        CONCEPT_NAMES.from_rows({"concept_id": id_, "name": name, "kind": "preferred"} for id_, name in NAMES.items()),
        CONCEPT_ANCESTORS.from_rows([{"concept_id": "MESH:D4", "ancestor_id": "MESH:D1"}]),
    )


def case(pmid, entered, abstract=CASE, **fields):
    """Return a case report; `entered` is its day of entry, counted from 2020-01-01."""
    fields = {"title": "A case.", "publication_types": ["Case Reports"], "version": 1, **fields}
    return record(pmid, abstract=abstract, entered_on=day(entered), **fields)


def day(number):
    return dt.date(2020, 1, 1) + dt.timedelta(days=number)


def load(lake, name, *records, deletions=()):
    """Annotate and commit records; return the new version."""
    payload = Payload("pubmed", name, record_digest({"name": name}), len(name), f"raw/{name}")
    documents = small_lake.staged_documents(name, records)
    with UnitWriter(lake, payload, VOCABULARY) as writer:
        writer.write("documents", documents)
        writer.write("document_keys", content_keys(documents, text_slices(documents), "raw_position"))
        writer.write("mentions", annotate_slices(text_slices(documents), vocabulary(), "raw_position"))
        writer.write("claims", numbered_claims(documents, "raw_position"))
        gone = [{"document_id": f"pubmed:{pmid}", "version": version, "raw_file": name} for pmid, version in deletions]
        writer.write("deletions", STAGED_TABLES["deletions"].from_rows(gone))
    return small_lake.load_units(lake, writer.unit).version
