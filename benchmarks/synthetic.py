"""Builds a synthetic lake of any size: articles with 10 to 12 concepts each, drawn by a Zipf law from a concept tree.

The same seed gives the same lake. Payloads are staged as if they had been parsed and annotated, and committed as usual.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from warehouse.commit.ingest import commit
from warehouse.commit.ledger import Payload
from warehouse.commit.staging import STAGED_TABLES, Unit, UnitWriter
from warehouse.lake import Lake
from warehouse.revision import stored_vocabulary

CONCEPTS_IN_TREE = 20_000
FANOUT = 5
SEED = 1975
VOCABULARY = "synthetic"
SENTENCES = 9

Ints = npt.NDArray[np.int64]


def concept_id(number: int) -> str:
    """Return the CURIE of a concept number; the parent of a concept is `(number - 1) // FANOUT`."""
    return f"SYN:{number:06d}"


def new_lake(folder: Path) -> Lake:
    """Create an empty lake with the synthetic vocabulary."""
    lake = Lake.at(folder)
    numbers = range(CONCEPTS_IN_TREE)
    concepts = CONCEPTS.from_rows(
        {
            "concept_id": concept_id(n), "name": f"finding {n}", "categories": ["C"], "tree_numbers": [],
            "counted": True, "vocabulary": "Synthetic",
        }
        for n in numbers
    )  # fmt: skip
    names = CONCEPT_NAMES.from_rows(
        {"concept_id": concept_id(n), "name": f"finding {n}", "kind": "preferred"} for n in numbers
    )
    ancestors = CONCEPT_ANCESTORS.from_rows(
        {"concept_id": concept_id(n), "ancestor_id": concept_id(above)} for n in numbers for above in _ancestors(n)
    )
    parts = {"concepts": concepts, "concept_names": names, "concept_ancestors": ancestors}
    stored_vocabulary.store_vocabulary(lake, parts, {"version": VOCABULARY, "files": [], "categories": ["C"]})
    return lake


def _ancestors(number: int) -> Iterator[int]:
    while number:
        number = (number - 1) // FANOUT
        yield number


def grow(lake: Lake, articles: int, per_payload: int = 50_000, per_commit: int = 4) -> None:
    """Load articles 1 to `articles` into the lake."""
    starts = list(range(1, articles + 1, per_payload))
    for index in range(0, len(starts), per_commit):
        units = [
            stage(lake, np.arange(first, min(first + per_payload, articles + 1)), 1)
            for first in starts[index : index + per_commit]
        ]
        commit(lake, units)
        for unit in units:
            unit.discard()


def stage(lake: Lake, pmids: Ints, version: int) -> Unit:
    """Stage a payload with one version of each of these articles; another version has other concepts."""
    random = np.random.default_rng([SEED, version, int(pmids[0])])
    name = f"synthetic-{pmids[0]}-{len(pmids)}-{version}"
    payload = Payload("pubmed", name, hashlib.sha256(name.encode()).hexdigest(), 0, f"raw/{name}")
    with UnitWriter(lake, payload, VOCABULARY) as writer:
        article, concept = _draw(random, len(pmids))
        in_headings, in_text = random.random(len(article)) < 0.6, random.random(len(article)) < 0.7
        in_text |= ~in_headings
        curies = pa.array([concept_id(n) for n in range(CONCEPTS_IN_TREE)])
        writer.write("documents", _documents(pmids, version, name, article[in_headings], concept[in_headings], curies))
        ids = pa.array([f"pubmed:{pmid}" for pmid in pmids])
        for chosen, basis in ((in_headings, "index"), (in_text, "text")):
            sentence = random.integers(0, SENTENCES, int(chosen.sum())) if basis == "text" else None
            positions, concepts = article[chosen], curies.take(pa.array(concept[chosen]))
            writer.write("mentions", _mentions(ids.take(pa.array(positions)), concepts, positions, sentence))
    return writer.unit


def ranked_concepts() -> Ints:
    """Return concept numbers from the most to the least common, in an order independent of the tree."""
    return np.random.default_rng(SEED).permutation(CONCEPTS_IN_TREE)


def _draw(random: np.random.Generator, articles: int) -> tuple[Ints, Ints]:
    """Draw up to 10 to 12 distinct concepts for each article; return article positions and concept numbers, sorted."""
    weights = 1 / np.arange(10, CONCEPTS_IN_TREE + 10)
    sizes = random.integers(10, 13, articles)
    article = np.repeat(np.arange(articles), sizes)
    by_rank = ranked_concepts()
    concept = by_rank[np.searchsorted(np.cumsum(weights / weights.sum()), random.random(len(article)))]
    pairs = np.unique(article * CONCEPTS_IN_TREE + concept)
    return pairs // CONCEPTS_IN_TREE, pairs % CONCEPTS_IN_TREE


def _documents(pmids: Ints, version: int, name: str, article: Ints, concept: Ints, curies: pa.Array) -> pa.Table:
    count = len(pmids)
    offsets = np.searchsorted(article, np.arange(count + 1))
    headings = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), curies.take(pa.array(concept)))
    schema = STAGED_TABLES["documents"]
    values = {
        "document_id": pa.array([f"pubmed:{pmid}" for pmid in pmids]),
        "version": pa.array(np.full(count, version)),
        "source": pa.array(["pubmed"] * count),
        "pmid": pa.array(pmids),
        "title": pa.array([f"Synthetic article {pmid}" for pmid in pmids]),
        "abstract": pa.array([f"Sentence of {pmid}. " * SENTENCES for pmid in pmids]),
        "languages": pa.array([["eng"]] * count),
        "headings": headings,
        "year": pa.array((1975 + pmids % 46).astype(np.int32)),
        "raw_file": pa.array([name] * count),
        "raw_position": pa.array(np.arange(count)),
        "digest": pa.array([f"{pmid:x}-{version}" for pmid in pmids]),
    }
    return pa.table(
        {c.name: values[c.name] if c.name in values else pa.nulls(count, c.type) for c in schema.columns}
    ).cast(schema.arrow)


def _mentions(documents: pa.Array, concepts: pa.Array, positions: Ints, sentence: Ints | None) -> pa.Table:
    count, schema = len(documents), STAGED_TABLES["mentions"]
    text = sentence is not None
    values = {
        "concept_id": concepts,
        "document_id": documents,
        "section": pa.array(["abstract" if text else "headings"] * count),
        "text": pa.array(["finding"] * count),
        "assertion": pa.array(["present"] * count),
        "basis": pa.array(["text" if text else "index"] * count),
        "raw_position": pa.array(positions),
    }
    if sentence is not None:
        begin = sentence * 20
        offsets = {"sentence_start": begin, "sentence_end": begin + 19, "start": begin, "end": begin + 7}
        values |= {name: pa.array(numbers, pa.int32()) for name, numbers in {**offsets, "sentence": sentence}.items()}
    return pa.table(
        {c.name: values[c.name] if c.name in values else pa.nulls(count, c.type) for c in schema.columns}
    ).cast(schema.arrow)
