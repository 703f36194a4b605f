"""Reads a custom list of concepts (CSV, TSV or TOML) into vocabulary tables.

CSV and TSV need a header with the columns `id` and `name`, and may have `category` and `above`. Each row has one name;
the first name of an id is the preferred one. In TOML:

    [[concept]]
    id = "OWN:1"
    names = ["Leukemic infiltration of a lymph node", "nodal leukemic infiltration"]
    category = "OWN"            # optional; by default the id's prefix
    above = ["MESH:D007938"]    # optional: parent concepts, which it counts for as well

A concept with an id of another vocabulary ("MESH:D006411") adds names to that concept.
"""

import csv
import re
import tomllib
from collections.abc import Iterable
from typing import Any

from transforms.text.normalize import collapse_whitespace, without_controls
from transforms.vocabulary.tables import Concept, Edition, VocabularyError, VocabularyTables

_CURIE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*:\S+")
_LONGEST_NAME = 500


def read_csv(lines: Iterable[str], name: str, delimiter: str = ",") -> VocabularyTables:
    """Read the lines of a CSV file; raises `VocabularyError` naming the file (`name`) and the line."""
    reader = csv.DictReader(lines, delimiter=delimiter, strict=True)
    try:
        columns = set(reader.fieldnames or ())
    except csv.Error as error:
        raise VocabularyError(f"{name}, line 1, cannot be read: {error}") from error
    if not {"id", "name"} <= columns:
        raise VocabularyError(f"{name} is not a list of concepts: its first line must name the columns id and name")
    entries: dict[str, dict[str, list[str]]] = {}
    try:
        for row in reader:
            _check_row(row, f"{name}, line {reader.line_num}")
            entry = entries.setdefault(_id(row["id"], f"{name}, line {reader.line_num}"), {})
            for column in ("name", "category", "above"):
                value = collapse_whitespace(without_controls(row.get(column) or ""))
                entry.setdefault(column, []).extend([value] if value else [])
    except csv.Error as error:
        raise VocabularyError(f"{name}, line {reader.line_num}, cannot be read: {error}") from error
    return _tables([(key, entry["name"], entry["category"], entry["above"]) for key, entry in entries.items()], name)


def _check_row(row: dict[Any, Any], where: str) -> None:
    """Raise `VocabularyError` for a row whose values are not those of its columns: a comma or a quote is at fault."""
    if any(value for value in row.get(None, ())):
        raise VocabularyError(f"{where}: more values than columns; a name with the separator in it needs quotes")
    if any(isinstance(value, str) and ("\n" in value or "\r" in value) for value in row.values()):
        raise VocabularyError(f"{where}: a value goes over several lines; a quote is not closed")


def read_toml(content: str, name: str) -> VocabularyTables:
    """Read the content of a TOML file; raises `VocabularyError` naming the file (`name`)."""
    try:
        concepts = tomllib.loads(content).get("concept")
    except tomllib.TOMLDecodeError as error:
        raise VocabularyError(f"{name} cannot be read as TOML: {error}") from error
    if not isinstance(concepts, list) or not all(isinstance(concept, dict) for concept in concepts):
        raise VocabularyError(f"{name} is not a list of concepts: expected [[concept]] with id and names")
    return _tables([_entry(concept, name) for concept in concepts], name)


def _entry(concept: dict[str, Any], name: str) -> tuple[str, list[str], list[str], list[str]]:
    category = concept.get("category")
    lists = [concept.get("names", []), [category] if category else [], concept.get("above", [])]
    if not all(isinstance(values, list) and all(isinstance(value, str) for value in values) for values in lists):
        raise VocabularyError(f"{name}: names and above of {concept.get('id')} must be lists of strings")
    names, categories, above = ([collapse_whitespace(without_controls(value)) for value in values] for values in lists)
    return _id(concept.get("id"), name), names, categories, above


def _id(value: object, where: str) -> str:
    if not isinstance(value, str) or not _CURIE.fullmatch(value.strip()):
        raise VocabularyError(f"{where}: {value!r} is not an id; expected a prefix, a colon and an id, such as OWN:1")
    return value.strip()


def _tables(entries: list[tuple[str, list[str], list[str], list[str]]], name: str) -> VocabularyTables:
    if not entries:
        raise VocabularyError(f"{name} holds no concepts")
    concepts = []
    for concept_id, names, categories, above in entries:
        if not names or not all(0 < len(text) <= _LONGEST_NAME for text in names):
            raise VocabularyError(f"{name}: {concept_id} needs names of 1 to {_LONGEST_NAME} characters")
        unknown = [parent for parent in above if not _CURIE.fullmatch(parent)]
        if unknown:
            raise VocabularyError(
                f"{name}: above of {concept_id} is {unknown[0]!r}; expected an id such as MESH:D007938"
            )
        own = list(dict.fromkeys(categories)) or [concept_id.partition(":")[0]]
        concepts.append(Concept(concept_id, names, own, parents=above))
    return VocabularyTables.from_concepts(concepts, Edition(name, extends=True))
