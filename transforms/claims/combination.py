"""What a claim is about, as a combination of concepts that can be counted.

    the words that name it, and the rest of its sentence -> their concepts
    too few, or half of the words unnamed                -> the title's too; still too few: the sentence before

Concepts with hundreds of descendants ('tumor', 'cells') point back more than they name, those of vague_concepts.toml
name nothing, and how a thing was found is not the thing: none of these is used. A concept is widened to an ancestor
that the claim's sentence, or the one before it, speaks of: 'T-cell leukemia' in a title and 'in leukemia' beside the
claim mean leukemia. 'Leukemic infiltration' and 'leukemia' are alternatives of one group: one is the other's adjective.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from transforms.rules import load_rules
from transforms.schema.table import STRINGS

MOST_GROUPS = 5
GENERIC_DESCENDANTS = 200
"""A concept with so many concepts below it names nothing by itself."""
NAMED_SHARE = 0.5
"""Of the code points that name what is claimed, those in mentions; with fewer the title helps out."""
VAGUE: frozenset[str] = frozenset(concept_id for group in load_rules("vague_concepts").values() for concept_id in group)
"""Concept ids that say nothing of what is claimed (vague_concepts.toml)."""
_FEWEST = 2
_DISEASES = "C"
_TECHNIQUES = ("E01", "E05")
"""Where MeSH has diagnosis and investigative techniques; surgery and devices are claimed as diseases are."""
_ADJECTIVE_LETTERS = 6
_WORD = re.compile(r"[a-z]+")


class Mention(NamedTuple):
    """A concept in the text: its place and the number of its sentence, 0 for the title, and where that ends."""

    concept: str
    start: int
    end: int
    sentence: int
    sentence_end: int = 0


class Claim(NamedTuple):
    """Where a claim's sentence stands, and the words in it that name what is claimed."""

    start: int
    end: int
    scope_start: int | None
    scope_end: int | None


@dataclass(frozen=True)
class Concepts:
    """What is known of concepts: their names, what is above them, which name nothing by themselves, which are not
    counted, which are ways of finding out, which are diseases.
    """

    names: Mapping[str, str]
    ancestors: Mapping[str, frozenset[str]]
    generic: frozenset[str]
    uncounted: frozenset[str]
    techniques: frozenset[str]
    diseases: frozenset[str]

    @classmethod
    def of(cls, concepts: pa.Table, ancestors: pa.Table) -> "Concepts":
        """From the tables `concepts` and `concept_ancestors`."""
        above: dict[str, set[str]] = {}
        for concept, ancestor in zip(
            ancestors["concept_id"].to_pylist(), ancestors["ancestor_id"].to_pylist(), strict=True
        ):
            above.setdefault(concept, set()).add(ancestor)
        below = Counter(ancestors["ancestor_id"].to_pylist())
        rows = concepts.select(["concept_id", "name", "categories", "tree_numbers", "counted"]).to_pylist()
        return cls(
            names={row["concept_id"]: row["name"] for row in rows},
            ancestors={concept: frozenset(known) for concept, known in above.items()},
            generic=VAGUE.union(concept for concept, number in below.items() if number >= GENERIC_DESCENDANTS),
            uncounted=frozenset(row["concept_id"] for row in rows if row["counted"] is False),
            techniques=frozenset(
                row["concept_id"]
                for row in rows
                if any(number.startswith(_TECHNIQUES) for number in row["tree_numbers"] or ())
            ),
            diseases=frozenset(row["concept_id"] for row in rows if _DISEASES in (row["categories"] or ())),
        )

    def above(self, concept: str) -> frozenset[str]:
        """The ancestors of a concept."""
        return self.ancestors.get(concept, frozenset())


def combine(claims: pa.Table, mentions: pa.Table, concepts: Concepts) -> pa.Table:
    """`claims` with three more columns: `groups`, the combination (a list of groups of alternative concept ids; empty
    where nothing is named); `diseases`, how many of the groups hold a disease; `named_share`, how much of the words
    that name what is claimed, or of the title if that is more, are mentions.

    mentions: those of the claims' documents, as `annotate` finds them; only those in the text are used.
    """
    by_document = _by_document(mentions, concepts)
    groups: list[list[list[str]]] = []
    shares: list[float] = []
    for row in claims.to_pylist():
        claim = Claim(*(row[name] for name in Claim._fields))
        found = by_document.get(row["document_id"], [])
        groups.append(combination(claim, found, concepts) if found else [])
        shares.append(max(_named(claim, found)[1], _title_named(found)))
    diseases = [sum(not concepts.diseases.isdisjoint(group) for group in found) for found in groups]
    return (
        claims.append_column("groups", pa.array(groups, pa.list_(STRINGS)))
        .append_column("diseases", pa.array(diseases, pa.int32()))
        .append_column("named_share", pa.array(shares, pa.float64()))
    )


def _by_document(mentions: pa.Table, concepts: Concepts) -> dict[str, list[Mention]]:
    """The mentions in the text of each document, those of counted concepts, from the left."""
    found: dict[str, list[Mention]] = {}
    for row in mentions.filter(pc.equal(mentions["basis"], "text")).sort_by("start").to_pylist():
        if row["concept_id"] not in concepts.uncounted:
            mention = Mention(row["concept_id"], row["start"], row["end"], row["sentence"], row["sentence_end"])
            found.setdefault(row["document_id"], []).append(mention)
    return found


def combination(claim: Claim, mentions: Sequence[Mention], concepts: Concepts) -> list[list[str]]:
    """The groups of one claim; `mentions` are those of its document's text."""
    inside, share = _named(claim, mentions)
    title = [mention for mention in mentions if mention.sentence == 0]
    beside, before = _around(claim, mentions)
    chosen = _specific([*inside, *beside], concepts)
    for further, wanted in ((title, share < NAMED_SHARE), (before, False)):
        if wanted or len(_independent(chosen, concepts)) < _FEWEST:
            chosen += [concept for concept in _specific(further, concepts) if concept not in chosen]
    spoken = {mention.concept for mention in (*inside, *beside, *before)} - concepts.generic
    widened = [_widened(concept, spoken, concepts) for concept in chosen]
    return _grouped(_independent(list(dict.fromkeys(widened)), concepts), concepts)[:MOST_GROUPS]


def _named(claim: Claim, mentions: Sequence[Mention]) -> tuple[list[Mention], float]:
    """The mentions in the words that name what is claimed, and the share of those words they make up."""
    if claim.scope_start is None or claim.scope_end is None:
        return [], 0.0
    start, end = claim.scope_start, claim.scope_end
    inside = [mention for mention in mentions if start <= mention.start and mention.end <= end]
    return inside, _covered(inside, end - start)


def _title_named(mentions: Sequence[Mention]) -> float:
    """The share of the title that its mentions make up."""
    title = [mention for mention in mentions if mention.sentence == 0]
    return _covered(title, title[0].sentence_end) if title else 0.0


def _covered(mentions: Sequence[Mention], length: int) -> float:
    places = {place for mention in mentions for place in range(mention.start, mention.end)}
    return len(places) / max(1, length)


def _around(claim: Claim, mentions: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """The mentions of the claim's sentence, and those of the nearest sentence of the abstract before it with one."""
    beside = [mention for mention in mentions if mention.start < claim.end and mention.end > claim.start]
    earlier = [mention for mention in mentions if mention.end <= claim.start and mention.sentence > 0]
    last = max((mention.sentence for mention in earlier), default=0)
    return beside, [mention for mention in earlier if mention.sentence == last]


def _specific(mentions: Sequence[Mention], concepts: Concepts) -> list[str]:
    """The concepts mentioned, in order and once each, without those that name nothing by themselves."""
    found = dict.fromkeys(mention.concept for mention in mentions)
    return [concept for concept in found if concept not in concepts.generic | concepts.techniques]


def _widened(concept: str, spoken: set[str], concepts: Concepts) -> str:
    """The widest ancestor of a concept that is spoken of beside the claim; itself where there is none."""
    known = sorted(concepts.above(concept) & spoken, key=lambda above: (len(concepts.above(above)), above))
    return known[0] if known else concept


def _independent(chosen: Sequence[str], concepts: Concepts) -> list[str]:
    """The concepts without those that stand above another of them."""
    above = frozenset[str]().union(*(concepts.above(concept) for concept in chosen))
    return [concept for concept in chosen if concept not in above]


def _grouped(chosen: Sequence[str], concepts: Concepts) -> list[list[str]]:
    """Concepts as groups: those of which one is the adjective of another are alternatives."""
    groups = [[concept] for concept in chosen]
    for first, second in combinations(chosen, 2):
        if _adjectives(concepts.names.get(first, ""), concepts.names.get(second, "")):
            home = next(group for group in groups if first in group)
            other = next(group for group in groups if second in group)
            if home is not other:
                home.extend(other)
                groups.remove(other)
    return groups


def _adjectives(name: str, other: str) -> bool:
    """Whether a word of one name and a word of the other differ in their last letter only: 'leukemia', 'leukemic'."""
    words, others = (
        {word[:-1]: word for word in _WORD.findall(each.lower()) if len(word) > _ADJECTIVE_LETTERS}
        for each in (name, other)
    )
    return any(words[stem] != others[stem] for stem in words.keys() & others.keys())
