"""Small vocabularies for the tests of annotation."""

from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary.compiled import build


def tables(names, uncounted=()):
    """{concept_id: [preferred name, synonyms...]} -> concepts, names, ancestors."""
    concepts = [
        {"concept_id": id_, "name": listed[0], "categories": ["C"], "counted": id_ not in uncounted, "vocabulary": "T"}
        for id_, listed in names.items()
    ]
    rows = [
        {"concept_id": id_, "name": name, "kind": "synonym" if rank else "preferred"}
        for id_, listed in names.items()
        for rank, name in enumerate(listed)
    ]
    return CONCEPTS.from_rows(concepts), CONCEPT_NAMES.from_rows(rows), CONCEPT_ANCESTORS.empty()


def vocabulary(names, uncounted=()):
    """A compiled vocabulary with these names."""
    return build(*tables(names, uncounted))
