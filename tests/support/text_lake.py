"""Small lakes whose mentions come from annotating their texts, for tests of reprocessing."""

import hashlib
import json

from tests.support.small_lake import load_units, record_digest, staged_documents
from tests.support.small_vocabularies import tables
from transforms.annotation.annotate import annotate_slices
from transforms.annotation.rules_version import annotation_version, rules_version
from transforms.claims.detect import numbered_claims
from transforms.duplicates.blocking import content_keys
from transforms.text.slices import text_slices
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import vocabulary_version
from warehouse.commit.ledger import Payload
from warehouse.commit.staging import UnitWriter
from warehouse.lake import Lake
from warehouse.revision import stored_vocabulary

NAMES = {"T:1": ["Anemia", "Paleness"], "T:2": ["Asthma"], "T:3": ["Fever"]}
COUNTS = ("concept_counts", "cooccurrences", "corpus_counts")


def vocabulary_tables(names):
    """The tables of a vocabulary: concept -> names."""
    return dict(zip(("concepts", "concept_names", "concept_ancestors"), tables(names), strict=True))


def store_names(lake, names, curations=None):
    """Store a vocabulary of these names (concept -> names); returns the version this makes."""
    all_curations = read_version(lake).table("curations") if curations is None else curations
    version = annotation_version(stored_vocabulary.build_vocabulary(vocabulary_tables(names), all_curations).version)
    facts = {"version": version, "rules": rules_version(), "files": [], "categories": []}
    return stored_vocabulary.store_vocabulary(lake, vocabulary_tables(names), facts, curations)


def text_lake(folder, texts, names=NAMES):
    """A lake with a vocabulary and articles of these abstracts, numbered from 1."""
    lake = Lake.at(folder)
    store_names(lake, names)
    load_units(lake, stage_texts(lake, "texts", dict(enumerate(texts, 1))))
    return lake


def stage_texts(lake, name, texts, version=1, **fields):
    """Stage abstracts by PMID, annotated as `prepare` does."""
    content = json.dumps([name, texts, version])
    payload = Payload("pubmed", name, hashlib.sha256(content.encode()).hexdigest(), len(content), f"raw/{name}")
    records = [
        {"document_id": f"pubmed:{pmid}", "source": "pubmed", "pmid": pmid, "version": version, "title": f"No {pmid}",
         "abstract": text, "headings": [], "text": [], **fields}
        for pmid, text in texts.items()
    ]  # fmt: skip
    staged = staged_documents(name, records)
    assert len({record_digest(record) for record in records}) == len(records)
    with UnitWriter(lake, payload, vocabulary_version(read_version(lake))) as writer:
        writer.write("documents", staged)
        writer.write("document_keys", content_keys(staged, text_slices(staged), "raw_position"))
        writer.write(
            "mentions", annotate_slices(text_slices(staged), stored_vocabulary.current_vocabulary(lake), "raw_position")
        )
        writer.write("claims", numbered_claims(staged, "raw_position"))
    return writer.unit


def stored_counts(connection):
    """The rows of all tables of counts, without their batch."""
    return {name: _sums(connection, name) for name in COUNTS}


def _sums(connection, name):
    keys = [column for column in connection.sql(f"FROM {name} LIMIT 0").columns if column not in _MEASURES | {"batch"}]
    measures = [column for column in connection.sql(f"FROM {name} LIMIT 0").columns if column in _MEASURES]
    summed = ", ".join(f"sum({measure}) AS {measure}" for measure in measures)
    rows = connection.sql(f"SELECT {', '.join(keys)}, {summed} FROM {name} GROUP BY ALL").fetchall()
    return sorted((row for row in rows if any(row[len(keys) :])), key=str)


_MEASURES = {"articles", "retracted_articles", "sentence_articles", "with_abstract"}


def stored_mentions(connection):
    """All mentions: document, concept, words, start, assertion."""
    query = "SELECT document_id, concept_id, text, start, assertion FROM mentions ORDER BY ALL"
    return connection.sql(query).fetchall()
