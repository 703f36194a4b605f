"""Small lakes for tests: records written as short dictionaries, committed as in production."""

import hashlib
import json

import pyarrow as pa

from transforms.claims.detect import numbered_claims
from transforms.duplicates.blocking import content_keys
from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.text.slices import text_slices
from warehouse.catalog.publish import connect
from warehouse.commit.ingest import commit
from warehouse.commit.ledger import Payload
from warehouse.commit.staging import STAGED_TABLES, UnitWriter
from warehouse.lake import Lake
from warehouse.revision import stored_vocabulary

VOCABULARY = "vocabulary-1"
NAMES = {
    "MESH:D1": "Leukemia",
    "MESH:D2": "Extramedullary Hematopoiesis",
    "MESH:D3": "Lymph Nodes",
    "MESH:D4": "Asthma",
}


def new_lake(folder, version=VOCABULARY):
    """A lake with a vocabulary of four concepts, D4 below D1, and nothing else."""
    lake = Lake.at(folder)
    concepts = CONCEPTS.from_rows(
        {
            "concept_id": id_,
            "name": name,
            "categories": ["C"],
            "tree_numbers": [],
            "counted": True,
            "vocabulary": "Test",
        }
        for id_, name in NAMES.items()
    )
    names = CONCEPT_NAMES.from_rows(
        {"concept_id": id_, "name": name, "kind": "preferred"} for id_, name in NAMES.items()
    )
    ancestors = CONCEPT_ANCESTORS.from_rows([{"concept_id": "MESH:D4", "ancestor_id": "MESH:D1"}])
    parts = {"concepts": concepts, "concept_names": names, "concept_ancestors": ancestors}
    stored_vocabulary.store_vocabulary(lake, parts, {"version": version, "files": [], "categories": ["C"]})
    return lake


def record(pmid, version=1, headings=(), text=(), **fields):
    """One record of PubMed: headings, and concepts affirmed in its text as (concept, sentence)."""
    document = {"document_id": f"pubmed:{pmid}", "source": "pubmed", "pmid": pmid, "version": version}
    return {**document, "headings": list(headings), "text": list(text), **fields}


def europepmc_record(name, version=1, pmid=None, **fields):
    """One record of Europe PMC, with or without a PMID."""
    return record(pmid, version, document_id=f"europepmc:{name}", source="europepmc", **fields)


def stage_unit(lake, name, records=(), deletions=(), rejected=0):
    """Stage a payload of records, deletions as (pmid or document_id, version), and some rejected records."""
    content = json.dumps([name, list(records), list(deletions), rejected], default=str)
    payload = Payload("pubmed", name, hashlib.sha256(content.encode()).hexdigest(), len(content), f"raw/{name}")
    with UnitWriter(lake, payload, VOCABULARY) as writer:
        staged = staged_documents(name, records)
        writer.write("documents", staged)
        writer.write("document_keys", content_keys(staged, text_slices(staged), "raw_position"))
        writer.write("mentions", _mentions(records))
        writer.write("claims", numbered_claims(staged, "raw_position"))
        rows = [
            {"document_id": id_ if isinstance(id_, str) else f"pubmed:{id_}", "version": version, "raw_file": name}
            for id_, version in deletions
        ]
        writer.write("deletions", STAGED_TABLES["deletions"].from_rows(rows))
        rejections = [
            {"source": "pubmed", "raw_file": name, "raw_position": 900 + n, "reason": "malformed_xml"}
            for n in range(rejected)
        ]
        writer.write("rejected", STAGED_TABLES["rejected"].from_rows(rejections))
    return writer.unit


def load_units(lake, *units):
    """Commit units and remove their staged folders."""
    committed = commit(lake, units)
    for staged_unit in units:
        staged_unit.discard()
    return committed


def staged_documents(name, records):
    """The staged documents of a payload with this name and these records."""
    rows = []
    for position, record in enumerate(records):
        fields = {key: value for key, value in record.items() if key not in ("text", "headings")}
        rows.append(
            {
                "title": f"Title of {record['pmid']}",
                "abstract": "An abstract.",
                "year": 2000,
                "languages": ["eng"],
                "headings": record["headings"],
                "raw_file": name,
                "raw_position": position,
                "digest": record_digest(record),
                **fields,
            }
        )
    return STAGED_TABLES["documents"].from_rows(rows)


def record_digest(record):
    """A digest that is equal for records that differ only in their version."""
    content = {key: value for key, value in record.items() if key != "version"}
    return hashlib.blake2b(json.dumps(content, default=str, sort_keys=True).encode(), digest_size=16).hexdigest()


def _mentions(records):
    rows = []
    for position, record in enumerate(records):
        document = {"document_id": record["document_id"], "raw_position": position, "assertion": "present"}
        rows += [
            {**document, "concept_id": concept, "section": "headings", "basis": "index", "text": NAMES[concept]}
            for concept in record["headings"]
        ]
        in_text = {"section": "abstract", "basis": "text", "text": "x", "start": 0, "end": 1}
        rows += [
            {**document, **in_text, "concept_id": concept, "sentence": sentence, "sentence_start": 0, "sentence_end": 5}
            for concept, sentence in record["text"]
        ]
    return pa.Table.from_pylist(rows, schema=STAGED_TABLES["mentions"].arrow)


BOTH = ("MESH:D1", "MESH:D2")


def ask(lake, sql, at_version=None):
    with connect(lake, at_version) as connection:
        return connection.execute(sql).fetchall()


def pairs(lake, basis="index", view="cooccurrences"):
    found = ask(lake, f"SELECT concept_a, concept_b, sum(articles) FROM {view} WHERE basis = '{basis}' GROUP BY ALL")
    return {(a, b): n for a, b, n in found}


TABLES = {
    "documents": "* EXCLUDE (batch)",
    "mentions": "* EXCLUDE (batch)",
    "article_keys": "* EXCLUDE (batch)",
    "article_concepts": "* EXCLUDE (batch)",
    "cooccurrences": "*",
    "cooccurrences_with_retracted": "*",
    "concept_counts": "*",
    "corpus_counts": "*",
    "sightings": "* EXCLUDE (batch)",
    "deletions": "* EXCLUDE (batch)",
}


def content(lake):
    return {name: sorted(map(repr, ask(lake, f"SELECT {columns} FROM {name}"))) for name, columns in TABLES.items()}
