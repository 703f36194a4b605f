"""Tables of the vocabulary: concepts, their names and hierarchy."""

import pyarrow as pa

from transforms.schema.table import STRINGS, Table, columns

CONCEPTS = Table(
    "concepts",
    "one concept of the vocabulary",
    columns(
        ("concept_id", pa.string(), "A CURIE, e.g. 'MESH:D006411'."),
        ("name", pa.string(), "The preferred name."),
        ("categories", STRINGS, "Top branches it belongs to; for MeSH the tree letters, e.g. ['C'] for diseases."),
        ("tree_numbers", STRINGS, "Its positions in the vocabulary's tree."),
        ("counted", pa.bool_(), "Whether its co-occurrences are counted (set by category)."),
        ("vocabulary", pa.string(), "The vocabulary it belongs to, e.g. 'MeSH 2024'."),
    ),
    ("concept_id",),
)

CONCEPT_NAMES = Table(
    "concept_names",
    "one name of one concept",
    columns(
        ("concept_id", pa.string(), "The concept."),
        ("name", pa.string(), "One of its names, as the vocabulary spells it."),
        ("kind", pa.string(), "'preferred' or 'synonym'."),
    ),
    ("concept_id", "name"),
)

CONCEPT_ANCESTORS = Table(
    "concept_ancestors",
    "one ancestor of one concept, at any distance",
    columns(
        ("concept_id", pa.string(), "The concept."),
        ("ancestor_id", pa.string(), "A concept above it in the hierarchy (never itself)."),
    ),
    ("ancestor_id", "concept_id"),
)
