"""Merges several vocabularies into one.

Two concepts of different vocabularies are unified, under the id of the vocabulary loaded first, if a cross-reference
joins them, the cross-reference is one to one between the two vocabularies, and they share a name. Weaker conditions
would unify concepts that are merely related, because many cross-references are approximate.

    MESH:D1 "Splenomegaly"    MONDO:1 "splenomegaly", xref MESH:D1                       -> one concept, MESH:D1
    MESH:D2 "Polycythemia"    MONDO:2, MONDO:3, both with xref MESH:D2                   -> three concepts
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from transforms.schema.concepts import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.text.tokens import split_words
from transforms.text.word_forms import lemma
from transforms.vocabulary.names import matchable_names
from transforms.vocabulary.tables import XREFS, VocabularyError, VocabularyTables, mark_counted, transitive_closure


def merge(parts: Sequence[VocabularyTables]) -> VocabularyTables:
    """Merge vocabularies; which concepts are counted is set to the default.

    The id of a unified concept is MeSH's, else that of the earlier vocabulary. A custom list may name concepts of other
    vocabularies, which adds names to them; raises `VocabularyError` where two other vocabularies define one concept.
    """
    parts = sorted(parts, key=lambda part: not any(edition.name.startswith("MeSH") for edition in part.editions))
    owner = _owners(parts)
    same = _same_concepts(parts, owner)
    concepts = pa.concat_tables(
        [CONCEPTS.empty(), *(_owned(part, number, owner, same) for number, part in enumerate(parts))]
    )
    names = _renamed(pa.concat_tables([CONCEPT_NAMES.empty(), *(part.names for part in parts)]), ["concept_id"], same)
    _check_parents(parts, owner)
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
    """The number of the vocabulary that defines each concept."""
    owner: dict[str, int] = {}
    duplicates: list[str] = []
    for number, part in sorted(enumerate(parts), key=lambda numbered: _extends(numbered[1])):
        ids = part.concepts["concept_id"].to_pylist()
        duplicates += [id_ for id_ in ids if id_ in owner and not _extends(part)]
        owner = dict.fromkeys(ids, number) | owner
    if duplicates:
        raise VocabularyError(
            f"{len(duplicates)} concepts are defined by more than one of the files, for example {duplicates[0]};"
            " load one edition of a vocabulary at a time"
        )
    return owner


def _check_parents(parts: Sequence[VocabularyTables], owner: dict[str, int]) -> None:
    """Raise `VocabularyError` for a custom list that places a concept above or below one that no vocabulary has."""
    for part in parts:
        if _extends(part):
            pairs = zip(
                part.ancestors["concept_id"].to_pylist(), part.ancestors["ancestor_id"].to_pylist(), strict=True
            )
            unknown = [(concept, above) for concept, above in pairs if above not in owner]
            if unknown:
                concept, above = unknown[0]
                raise VocabularyError(
                    f"{part.editions[0].name}: above of {concept} names {above}, which no loaded vocabulary has"
                    f" ({len(unknown)} of this kind); correct the id, or load its vocabulary together with the list"
                )


def _same_concepts(parts: Sequence[VocabularyTables], owner: dict[str, int]) -> dict[str, str]:
    """The concept of an earlier vocabulary that each unified concept is replaced by."""
    pairs = set(_cross_references(parts, owner))
    first = Counter((one, owner[other]) for one, other in pairs)
    second = Counter((other, owner[one]) for one, other in pairs)
    once = [pair for pair in pairs if first[pair[0], owner[pair[1]]] == 1 and second[pair[1], owner[pair[0]]] == 1]
    names = _name_lemmas(parts, {concept for pair in once for concept in pair})
    # each group has at most one concept of each vocabulary: vocabulary number -> concept
    groups: dict[str, dict[int, str]] = {concept: {owner[concept]: concept} for pair in once for concept in pair}
    for earlier, later in sorted(once, key=lambda pair: (owner[pair[0]], owner[pair[1]], pair)):
        first_group, second_group = groups[earlier], groups[later]
        if names[earlier] & names[later] and first_group.keys().isdisjoint(second_group):
            first_group.update(second_group)
            groups.update(dict.fromkeys(second_group.values(), first_group))
    first_of = {member: group[min(group)] for group in groups.values() for member in group.values()}
    return {concept: kept for concept, kept in first_of.items() if concept != kept}


def _cross_references(parts: Sequence[VocabularyTables], owner: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Cross-referenced pairs of concepts of different vocabularies, the earlier vocabulary's first."""
    for part in parts:
        for one, other in zip(part.xrefs["concept_id"].to_pylist(), part.xrefs["xref"].to_pylist(), strict=True):
            if one in owner and other in owner and owner[one] != owner[other]:
                yield (one, other) if owner[one] < owner[other] else (other, one)


def _name_lemmas(parts: Sequence[VocabularyTables], wanted: set[str]) -> dict[str, set[tuple[str, ...]]]:
    """The names of the wanted concepts, derived names included, as sorted lemmas: equal for any form and word order."""
    lemmas_of: dict[str, set[tuple[str, ...]]] = {concept: set() for concept in wanted}
    ids = pa.array(sorted(wanted), pa.string())
    for part in parts:
        concepts = part.concepts.filter(pc.is_in(part.concepts["concept_id"], ids))
        known = matchable_names(part.names, concepts)
        concept_ids = concepts["concept_id"].to_pylist()
        for name, concept in zip(known.text.to_pylist(), known.concept.tolist(), strict=True):
            lemmas_of[concept_ids[concept]].add(tuple(sorted(lemma(word) for word in split_words(name))))
    return lemmas_of


def _owned(part: VocabularyTables, number: int, owner: dict[str, int], same: dict[str, str]) -> pa.Table:
    """The concepts of a vocabulary that it owns and that are not replaced."""
    kept = [owner[one] == number and one not in same for one in part.concepts["concept_id"].to_pylist()]
    return part.concepts.filter(pa.array(kept, pa.bool_()))


def _renamed(table: pa.Table, columns: list[str], same: dict[str, str]) -> pa.Table:
    for column in columns:
        if same:
            renamed = [same.get(one, one) for one in table[column].to_pylist()]
            table = table.set_column(table.column_names.index(column), column, pa.array(renamed, pa.string()))
    return table


def _distinct_names(names: pa.Table, concepts: pa.Table) -> pa.Table:
    """The names without repetitions; only the preferred name of the merged concept is marked as preferred."""
    preferred = dict(zip(concepts["concept_id"].to_pylist(), concepts["name"].to_pylist(), strict=True))
    seen: dict[tuple[str, str], str] = {}
    for concept_id, name in zip(names["concept_id"].to_pylist(), names["name"].to_pylist(), strict=True):
        seen.setdefault((concept_id, name), "preferred" if preferred.get(concept_id) == name else "synonym")
    ids, distinct = [one for one, _ in seen], [name for _, name in seen]
    return pa.table([ids, distinct, list(seen.values())], schema=CONCEPT_NAMES.arrow)


def _closed(ancestors: pa.Table, owner: dict[str, int]) -> pa.Table:
    """The transitive closure of the ancestors, without those that no vocabulary defines."""
    above: dict[str, list[str]] = {}
    for one, other in zip(ancestors["concept_id"].to_pylist(), ancestors["ancestor_id"].to_pylist(), strict=True):
        if other in owner:
            above.setdefault(one, []).append(other)
    pairs = transitive_closure(above.items())
    return pa.table([[one for one, _ in pairs], [other for _, other in pairs]], schema=CONCEPT_ANCESTORS.arrow)


def _with_inherited_categories(tables: VocabularyTables) -> VocabularyTables:
    """Give MeSH supplementary concepts, which have no tree numbers, the categories of their ancestors."""
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
