"""Vocabularies small enough to read, for the tests of annotation."""

from transforms.schema.vocabulary import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.compiled import build


def tables(names, uncounted=()):
    """{concept_id: [preferred name, synonyms...]} -> concepts, names, ancestors."""
    concepts = [
        {"concept_id": one, "name": spelt[0], "categories": ["C"], "counted": one not in uncounted, "vocabulary": "T"}
        for one, spelt in names.items()
    ]
    rows = [
        {"concept_id": one, "name": name, "kind": "synonym" if rank else "preferred"}
        for one, spelt in names.items()
        for rank, name in enumerate(spelt)
    ]
    return CONCEPTS.from_rows(concepts), CONCEPT_NAMES.from_rows(rows), CONCEPT_ANCESTORS.empty()


def vocabulary(names, uncounted=()):
    return build(*tables(names, uncounted))
