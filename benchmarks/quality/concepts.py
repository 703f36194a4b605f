"""Quality of concept recognition in abstracts with labelled MeSH ids.

For each set, micro-averaged: document level (the ids of an abstract), mention level (ids with exact offsets) and pair
level (all unordered pairs of distinct ids of an abstract), with the plain dictionary as `baseline`. Recognized ids are
restricted to the trees that the set labels: C and F for diseases, D for chemicals. Labelled ids that MeSH no longer has
are left out and counted as `absent`. Files named as training data are not used.
"""

from collections import defaultdict
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.gold.plain_dictionary import PlainDictionary
from benchmarks.gold.pubtator import GoldDocument, as_documents, development_files, read_pubtator
from benchmarks.gold.scores import score_sets
from transforms.annotation.annotate import annotate
from transforms.vocabulary.compiled import Vocabulary, VocabularyTables, build, read_mesh

MESH = "vocab/desc2024.xml.gz"
_CHEMICAL, _DISEASE = frozenset("D"), frozenset("CF")
_SETS = {"bc5cdr": _CHEMICAL | _DISEASE, "ncbi_disease": _DISEASE, "biored": _CHEMICAL | _DISEASE}
_OTHER_TYPES = frozenset({"GeneOrGeneProduct", "SequenceVariant", "OrganismTaxon", "CellLine"})

Mentions = dict[str, set[tuple[int, int, str]]]


def measure(data: Path) -> dict[str, Any] | None:
    """Return the figures of every set that is present; None if there is none."""
    sets = {name: files for name in _SETS if (files := development_files(data / "gold" / name))}
    if not sets or not (data / MESH).exists():
        return None
    with (data / MESH).open("rb") as stream:
        tables = read_mesh(stream, MESH)
    vocabulary = build(tables.concepts, tables.names, tables.ancestors)
    plain = PlainDictionary(tables.concepts, tables.names)
    figures = {}
    for name, files in sets.items():
        gold = [document for path in files for document in read_pubtator(path)]
        wanted = _ids_in_trees(tables, _SETS[name])
        figures[name] = {
            **_levels(gold, _recognize(gold, vocabulary), tables, wanted),
            "baseline": _levels(gold, _look_up(gold, plain), tables, wanted),
            "absent": len({id_ for document in gold for id_ in _labelled_ids(document)} - _ids(tables)),
        }
    return figures


def _ids_in_trees(tables: VocabularyTables, trees: frozenset[str]) -> set[str]:
    rows = zip(tables.concepts["concept_id"].to_pylist(), tables.concepts["categories"].to_pylist(), strict=True)
    return {concept_id for concept_id, categories in rows if trees & set(categories)}


def _ids(tables: VocabularyTables) -> set[str]:
    return set(tables.concepts["concept_id"].to_pylist())


def _labelled_ids(document: GoldDocument) -> set[str]:
    return {id_ for span in document.spans if span.type not in _OTHER_TYPES for id_ in span.ids}


def _recognize(gold: list[GoldDocument], vocabulary: Vocabulary) -> Mentions:
    mentions: Mentions = defaultdict(set)
    for row in annotate(as_documents(gold), vocabulary).to_pylist():
        mentions[row["document_id"]].add((row["start"], row["end"], row["concept_id"]))
    return mentions


def _look_up(gold: list[GoldDocument], plain: PlainDictionary) -> Mentions:
    mentions: Mentions = defaultdict(set)
    for document in gold:
        for start, end, ids in plain.find(f"{document.title} {document.abstract}"):
            mentions[document.document_id] |= {(start, end, id_) for id_ in ids}
    return mentions


def _levels(gold: list[GoldDocument], mentions: Mentions, tables: VocabularyTables, wanted: set[str]) -> dict[str, Any]:
    """Return the scores at each level."""
    known = _ids(tables)
    by_document, by_mention, by_pair = [], [], []
    for document in gold:
        spans = [span for span in document.spans if span.type not in _OTHER_TYPES]
        labelled = {(span.start, span.end, id_) for span in spans for id_ in span.ids if id_ in known}
        own = {mention for mention in mentions[document.document_id] if mention[2] in wanted}
        by_mention.append((labelled, own))
        ids = {id_ for *_, id_ in labelled}, {id_ for *_, id_ in own}
        by_document.append(ids)
        by_pair.append((set(combinations(sorted(ids[0]), 2)), set(combinations(sorted(ids[1]), 2))))
    return {"document": score_sets(by_document), "mention": score_sets(by_mention), "pair": score_sets(by_pair)}
