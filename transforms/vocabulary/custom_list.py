"""A user's own list of concepts (CSV, TSV or TOML) -> vocabulary tables.

CSV and TSV have a header with the columns `id` and `name`, and may have `category` and `above`; a row a name, the first
of an id being the preferred one. In TOML:

    [[concept]]
    id = "OWN:1"
    names = ["Leukemic infiltration of a lymph node", "nodal leukemic infiltration"]
    category = "OWN"            # optional; by default the id's prefix
    above = ["MESH:D007938"]    # optional: concepts it counts for as well

An id of another vocabulary ("MESH:D006411") gives that concept further names.
"""

import csv
import re
import tomllib
from collections.abc import Iterable
from typing import Any

from transforms.vocabulary.tables import Concept, Edition, VocabularyError, VocabularyTables

_CURIE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*:\S+")
_LONGEST_NAME = 500


def read_csv(lines: Iterable[str], name: str, delimiter: str = ",") -> VocabularyTables:
    """Lines of a CSV file -> vocabulary tables; raises `VocabularyError` naming the file (`name`) and the line."""
    reader = csv.DictReader(lines, delimiter=delimiter)
    if not {"id", "name"} <= set(reader.fieldnames or ()):
        raise VocabularyError(f"{name} is no list of concepts: its first line must name the columns id and name")
    entries: dict[str, dict[str, list[str]]] = {}
    try:
        for row in reader:
            one = entries.setdefault(_id(row["id"], f"{name}, line {reader.line_num}"), {})
            for column in ("name", "category", "above"):
                value = " ".join((row.get(column) or "").split())
                one.setdefault(column, []).extend([value] if value else [])
    except csv.Error as error:
        raise VocabularyError(f"{name}, line {reader.line_num}, cannot be read: {error}") from error
    return _tables([(key, one["name"], one["category"], one["above"]) for key, one in entries.items()], name)


def read_toml(content: str, name: str) -> VocabularyTables:
    """The content of a TOML file -> vocabulary tables; raises `VocabularyError` naming the file (`name`)."""
    try:
        concepts = tomllib.loads(content).get("concept")
    except tomllib.TOMLDecodeError as error:
        raise VocabularyError(f"{name} cannot be read as TOML: {error}") from error
    if not isinstance(concepts, list) or not all(isinstance(one, dict) for one in concepts):
        raise VocabularyError(f"{name} is no list of concepts: expected [[concept]] with id and names")
    return _tables([_entry(one, name) for one in concepts], name)


def _entry(concept: dict[str, Any], name: str) -> tuple[str, list[str], list[str], list[str]]:
    category = concept.get("category")
    lists = [concept.get("names", []), [category] if category else [], concept.get("above", [])]
    if not all(isinstance(one, list) and all(isinstance(value, str) for value in one) for one in lists):
        raise VocabularyError(f"{name}: names and above of {concept.get('id')} must be lists of strings")
    names, categories, above = ([" ".join(value.split()) for value in one] for one in lists)
    return _id(concept.get("id"), name), names, categories, above


def _id(value: object, where: str) -> str:
    if not isinstance(value, str) or not _CURIE.fullmatch(value.strip()):
        raise VocabularyError(f"{where}: {value!r} is no id; expected a prefix, a colon and an id, such as OWN:1")
    return value.strip()


def _tables(entries: list[tuple[str, list[str], list[str], list[str]]], name: str) -> VocabularyTables:
    if not entries:
        raise VocabularyError(f"{name} holds no concepts")
    concepts = []
    for concept_id, names, categories, above in entries:
        if not names or not all(0 < len(one) <= _LONGEST_NAME for one in names):
            raise VocabularyError(f"{name}: {concept_id} needs names of 1 to {_LONGEST_NAME} characters")
        standing = list(dict.fromkeys(categories)) or [concept_id.partition(":")[0]]
        concepts.append(Concept(concept_id, names, standing, above=above))
    return VocabularyTables.from_concepts(concepts, Edition(name, extends=True))
