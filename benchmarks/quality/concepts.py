"""Concepts in abstracts against hand-marked MeSH ids.

For each set: document level (the ids of an abstract), mention level (id with its very offsets) and pair level (all
unordered pairs of distinct ids of an abstract), micro-averaged, with the plain dictionary as `baseline`. Found ids are
those of trees C and F where diseases are marked, of D where chemicals are; marked ids that MeSH no longer has are left
out and told apart (`absent`). A set's files are all but those named as for training.
"""

from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.quality._dictionary import PlainDictionary
from benchmarks.quality._pubtator import GoldDocument, as_documents, development_files, read
from benchmarks.quality._scores import scores
from transforms.annotation.annotate import annotate
from transforms.vocabulary.compiled import Vocabulary, VocabularyTables, build, read_mesh

MESH = "vocab/desc2024.xml.gz"
_CHEMICAL, _DISEASE = frozenset("D"), frozenset("CF")
_SETS = {"bc5cdr": _CHEMICAL | _DISEASE, "ncbi_disease": _DISEASE, "biored": _CHEMICAL | _DISEASE}
_OTHERS = frozenset({"GeneOrGeneProduct", "SequenceVariant", "OrganismTaxon", "CellLine"})

Found = dict[str, set[tuple[int, int, str]]]


def measure(data: Path) -> dict[str, Any] | None:
    """The figures of every set that is there."""
    sets = {name: files for name in _SETS if (files := development_files(data / "gold" / name))}
    if not sets or not (data / MESH).exists():
        return None
    with (data / MESH).open("rb") as stream:
        tables = read_mesh(stream, MESH)
    vocabulary = build(tables.concepts, tables.names, tables.ancestors)
    plain = PlainDictionary(tables.concepts, tables.names)
    figures = {}
    for name, files in sets.items():
        gold = [document for path in files for document in read(path)]
        wanted = _of_trees(tables, _SETS[name])
        figures[name] = {
            **_levels(gold, _found(gold, vocabulary), tables, wanted),
            "baseline": _levels(gold, _found_plainly(gold, plain), tables, wanted),
            "absent": len({one for document in gold for one in _marked_ids(document)} - _ids(tables)),
        }
    return figures


def _of_trees(tables: VocabularyTables, trees: frozenset[str]) -> set[str]:
    rows = zip(tables.concepts["concept_id"].to_pylist(), tables.concepts["categories"].to_pylist(), strict=True)
    return {concept_id for concept_id, categories in rows if trees & set(categories)}


def _ids(tables: VocabularyTables) -> set[str]:
    return set(tables.concepts["concept_id"].to_pylist())


def _marked_ids(document: GoldDocument) -> set[str]:
    return {one for span in document.spans if span.type not in _OTHERS for one in span.ids}


def _found(gold: list[GoldDocument], vocabulary: Vocabulary) -> Found:
    found: Found = defaultdict(set)
    for row in annotate(as_documents(gold), vocabulary).to_pylist():
        found[row["document_id"]].add((row["start"], row["end"], row["concept_id"]))
    return found


def _found_plainly(gold: list[GoldDocument], plain: PlainDictionary) -> Found:
    found: Found = defaultdict(set)
    for document in gold:
        for start, end, ids in plain.find(f"{document.title} {document.abstract}"):
            found[document.document_id] |= {(start, end, one) for one in ids}
    return found


def _levels(gold: list[GoldDocument], found: Found, tables: VocabularyTables, wanted: set[str]) -> dict[str, Any]:
    """Scores at each level."""
    known = _ids(tables)
    documents, mentions, pairs = [], [], []
    for document in gold:
        spans = [span for span in document.spans if span.type not in _OTHERS]
        marked = {(span.start, span.end, one) for span in spans for one in span.ids if one in known}
        mine = {mention for mention in found[document.document_id] if mention[2] in wanted}
        mentions.append((marked, mine))
        ids = {one for *_, one in marked}, {one for *_, one in mine}
        documents.append(ids)
        pairs.append((set(combinations(sorted(ids[0]), 2)), set(combinations(sorted(ids[1]), 2))))
    return {"document": scores(documents), "mention": scores(mentions), "pair": scores(pairs)}
