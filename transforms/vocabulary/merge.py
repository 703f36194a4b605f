"""Several vocabularies as one.

Two concepts of different vocabularies become one, under the id of the vocabulary loaded first, where a cross-reference
says that they are the same, neither of the two vocabularies says so of a second pair with either of them, and they
share a name. Anything less would join what is merely related: a cross-reference often means "roughly".
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from transforms.schema.vocabulary import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.text.tokens import split_words
from transforms.text.word_forms import lemma
from transforms.vocabulary.names import matchable_names
from transforms.vocabulary.tables import XREFS, VocabularyError, VocabularyTables, mark_counted, transitive_closure


def merge(parts: Sequence[VocabularyTables]) -> VocabularyTables:
    """Several vocabularies as one, counted as by default; MeSH first, then their order decides which id stays.

    Raises `VocabularyError` where two of them define the same concept, lists of one's own apart: these give it names.
    """
    parts = sorted(parts, key=lambda part: not any(edition.name.startswith("MeSH") for edition in part.editions))
    owner = _owners(parts)
    same = _same_concepts(parts, owner)
    concepts = pa.concat_tables(
        [CONCEPTS.empty(), *(_own(part, number, owner, same) for number, part in enumerate(parts))]
    )
    names = _renamed(pa.concat_tables([CONCEPT_NAMES.empty(), *(part.names for part in parts)]), ["concept_id"], same)
    ancestors = pa.concat_tables([CONCEPT_ANCESTORS.empty(), *(part.ancestors for part in parts)])
    ancestors = _renamed(ancestors, ["concept_id", "ancestor_id"], same)
    merged = VocabularyTables(
        concepts,
        _distinct_names(names, concepts),
        _closed(ancestors, owner) if len(parts) > 1 else ancestors,
        pa.concat_tables([XREFS.empty_table(), *(part.xrefs for part in parts)]),
        tuple(edition for part in parts for edition in part.editions),
    )
    return mark_counted(_with_inherited_categories(merged)) if len(parts) > 1 else merged


def _extends(part: VocabularyTables) -> bool:
    return bool(part.editions) and all(edition.extends for edition in part.editions)


def _owners(parts: Sequence[VocabularyTables]) -> dict[str, int]:
    """The number of the part that defines each concept."""
    owner: dict[str, int] = {}
    twice: list[str] = []
    for number, part in sorted(enumerate(parts), key=lambda one: _extends(one[1])):
        ids = part.concepts["concept_id"].to_pylist()
        twice += [one for one in ids if one in owner and not _extends(part)]
        owner = dict.fromkeys(ids, number) | owner
    if twice:
        raise VocabularyError(
            f"{len(twice)} concepts are defined by more than one of the files, {twice[0]} among them;"
            " load one edition of a vocabulary at a time"
        )
    return owner


def _same_concepts(parts: Sequence[VocabularyTables], owner: dict[str, int]) -> dict[str, str]:
    """Concept -> the one of an earlier vocabulary that it is."""
    pairs = set(_cross_references(parts, owner))
    first = Counter((one, owner[other]) for one, other in pairs)
    second = Counter((other, owner[one]) for one, other in pairs)
    once = [pair for pair in pairs if first[pair[0], owner[pair[1]]] == 1 and second[pair[1], owner[pair[0]]] == 1]
    spoken = _spoken(parts, {one for pair in once for one in pair})
    groups: dict[str, dict[int, str]] = {one: {owner[one]: one} for pair in once for one in pair}
    for earlier, later in sorted(once, key=lambda pair: (owner[pair[0]], owner[pair[1]], pair)):
        one, other = groups[earlier], groups[later]
        if spoken[earlier] & spoken[later] and one.keys().isdisjoint(other):
            one.update(other)
            groups.update(dict.fromkeys(other.values(), one))
    first_of = {member: group[min(group)] for group in groups.values() for member in group.values()}
    return {one: kept for one, kept in first_of.items() if one != kept}


def _cross_references(parts: Sequence[VocabularyTables], owner: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Pairs of concepts of different vocabularies said to be the same, the earlier vocabulary's first."""
    for part in parts:
        for one, other in zip(part.xrefs["concept_id"].to_pylist(), part.xrefs["xref"].to_pylist(), strict=True):
            if one in owner and other in owner and owner[one] != owner[other]:
                yield (one, other) if owner[one] < owner[other] else (other, one)


def _spoken(parts: Sequence[VocabularyTables], wanted: set[str]) -> dict[str, set[tuple[str, ...]]]:
    """The names of some concepts, those by rule among them, as the words they are made of in any form and order."""
    spoken: dict[str, set[tuple[str, ...]]] = {one: set() for one in wanted}
    ids = pa.array(sorted(wanted), pa.string())
    for part in parts:
        concepts = part.concepts.filter(pc.is_in(part.concepts["concept_id"], ids))
        known = matchable_names(part.names, concepts)
        concept_ids = concepts["concept_id"].to_pylist()
        for name, concept in zip(known.text.to_pylist(), known.concept.tolist(), strict=True):
            spoken[concept_ids[concept]].add(tuple(sorted(lemma(word) for word in split_words(name))))
    return spoken


def _own(part: VocabularyTables, number: int, owner: dict[str, int], same: dict[str, str]) -> pa.Table:
    """The concepts of a part that stay."""
    kept = [owner[one] == number and one not in same for one in part.concepts["concept_id"].to_pylist()]
    return part.concepts.filter(pa.array(kept, pa.bool_()))


def _renamed(table: pa.Table, columns: list[str], same: dict[str, str]) -> pa.Table:
    for column in columns:
        if same:
            renamed = [same.get(one, one) for one in table[column].to_pylist()]
            table = table.set_column(table.column_names.index(column), column, pa.array(renamed, pa.string()))
    return table


def _distinct_names(names: pa.Table, concepts: pa.Table) -> pa.Table:
    """Names without repetitions, preferred ones of the concepts' own alone."""
    preferred = dict(zip(concepts["concept_id"].to_pylist(), concepts["name"].to_pylist(), strict=True))
    seen: dict[tuple[str, str], str] = {}
    for concept_id, name in zip(names["concept_id"].to_pylist(), names["name"].to_pylist(), strict=True):
        seen.setdefault((concept_id, name), "preferred" if preferred.get(concept_id) == name else "synonym")
    ids, distinct = [one for one, _ in seen], [name for _, name in seen]
    return pa.table([ids, distinct, list(seen.values())], schema=CONCEPT_NAMES.arrow)


def _closed(ancestors: pa.Table, owner: dict[str, int]) -> pa.Table:
    """Ancestors of ancestors as well; those that no vocabulary defines are left out."""
    above: dict[str, list[str]] = {}
    for one, other in zip(ancestors["concept_id"].to_pylist(), ancestors["ancestor_id"].to_pylist(), strict=True):
        if other in owner:
            above.setdefault(one, []).append(other)
    pairs = transitive_closure(above.items())
    return pa.table([[one for one, _ in pairs], [other for _, other in pairs]], schema=CONCEPT_ANCESTORS.arrow)


def _with_inherited_categories(tables: VocabularyTables) -> VocabularyTables:
    """Concepts of MeSH without a place in its tree take the categories of what stands above them."""
    concepts = tables.concepts
    categories = dict(zip(concepts["concept_id"].to_pylist(), concepts["categories"].to_pylist(), strict=True))
    bare = {one for one, standing in categories.items() if not standing and one.startswith("MESH:C")}
    inherited: dict[str, set[str]] = {}
    pairs = zip(tables.ancestors["concept_id"].to_pylist(), tables.ancestors["ancestor_id"].to_pylist(), strict=True)
    for one, other in pairs:
        if one in bare:
            inherited.setdefault(one, set()).update(categories.get(other) or ())
    placed = [sorted(inherited.get(one, ())) if one in bare else standing for one, standing in categories.items()]
    at = CONCEPTS.column_names.index("categories")
    column = pa.array(placed, CONCEPTS.arrow.field("categories").type)
    return replace(tables, concepts=concepts.set_column(at, "categories", column))
