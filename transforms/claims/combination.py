"""Turn a claim into a combination of concepts whose articles can be counted.

    title:  "Blood formation in a lymph node of a man with T-cell leukemia"
    claim:  "This is the second reported case of leukemic infiltration and hematopoiesis in one lymph node."

    words that name what is claimed   Leukemic Infiltration, Hematopoiesis, Lymph Nodes
    title, not needed here            T-Cell Leukemia
    combination                       [[Leukemic Infiltration], [Hematopoiesis], [Lymph Nodes]]

Concepts come from the words that name what is claimed and the rest of the claim's sentence; from the title too, where
these are fewer than two or less than half of the naming words are mentions; then from the sentence before.

Not used are concepts with hundreds of descendants ('tumor', 'cells'), which rather refer back, the concepts of
vague_concepts.toml, and techniques, which say how a finding was made. A concept is widened to an ancestor that is
mentioned nearer to the claim than the concept itself: with 'T-cell leukemia' in the title and 'in leukemia' beside the
claim, leukemia is meant. An ancestor beside the concept only names it more fully ('COVID-19 pneumonia', where pneumonia
is an ancestor of COVID-19): the concept stays. 'Leukemic infiltration' and 'leukemia' become alternatives of one group,
as one name contains the adjective of the other.
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

MAX_GROUPS = 5
GENERIC_MIN_DESCENDANTS = 200
"""Concepts with at least this many descendants are too general to identify what is claimed."""
SUFFICIENT_NAMED_SHARE = 0.5
"""Share of the code points naming what is claimed that mentions cover; below it, the title's concepts are added."""
VAGUE_CONCEPTS: frozenset[str] = frozenset(
    concept_id for group in load_rules("vague_concepts").values() for concept_id in group
)
"""Ids of concepts too vague to identify what is claimed (vague_concepts.toml)."""
_MIN_CONCEPTS = 2
_DISEASES = "C"
_TECHNIQUES = ("E01", "E05")
"""MeSH trees of diagnosis and investigative techniques. Surgery and devices can be what is claimed, as diseases can."""
_ADJECTIVE_LETTERS = 6
"""Words of up to this many letters are not compared as noun and adjective."""
_WORD = re.compile(r"[a-z]+")


class Mention(NamedTuple):
    """A concept in the text: its span, the number of its sentence (0 is the title) and the end of that sentence."""

    concept: str
    start: int
    end: int
    sentence: int
    sentence_end: int = 0


class ClaimSpan(NamedTuple):
    """The span of a claim's sentence, and of the words in it that name what is claimed; code points of the text."""

    start: int
    end: int
    scope_start: int | None
    scope_end: int | None


@dataclass(frozen=True)
class Concepts:
    """The vocabulary as combinations need it; sets and keys are concept ids.

    `generic` are too general or too vague to identify anything, `uncounted` are left out of counts, `techniques` are
    diagnostic and investigative techniques.
    """

    names: Mapping[str, str]
    ancestors: Mapping[str, frozenset[str]]
    generic: frozenset[str]
    uncounted: frozenset[str]
    techniques: frozenset[str]
    diseases: frozenset[str]

    @classmethod
    def from_tables(cls, concepts: pa.Table, ancestors: pa.Table) -> "Concepts":
        """Build from the tables `concepts` and `concept_ancestors`."""
        above: dict[str, set[str]] = {}
        for concept, ancestor in zip(
            ancestors["concept_id"].to_pylist(), ancestors["ancestor_id"].to_pylist(), strict=True
        ):
            above.setdefault(concept, set()).add(ancestor)
        below = Counter(ancestors["ancestor_id"].to_pylist())
        rows = concepts.select(["concept_id", "name", "categories", "tree_numbers", "counted"]).to_pylist()
        return cls(
            names={row["concept_id"]: row["name"] for row in rows},
            ancestors={concept: frozenset(ids) for concept, ids in above.items()},
            generic=VAGUE_CONCEPTS.union(
                concept for concept, number in below.items() if number >= GENERIC_MIN_DESCENDANTS
            ),
            uncounted=frozenset(row["concept_id"] for row in rows if row["counted"] is False),
            techniques=frozenset(
                row["concept_id"]
                for row in rows
                if any(number.startswith(_TECHNIQUES) for number in row["tree_numbers"] or ())
            ),
            diseases=frozenset(row["concept_id"] for row in rows if _DISEASES in (row["categories"] or ())),
        )

    def ancestors_of(self, concept: str) -> frozenset[str]:
        """Return the ancestors of a concept."""
        return self.ancestors.get(concept, frozenset())


def add_combinations(claims: pa.Table, mentions: pa.Table, concepts: Concepts) -> pa.Table:
    """Return `claims` with three more columns.

    groups: the combination, a list of groups of alternative concept ids, empty where no concept is named; diseases: the
    number of groups that hold a disease; named_share: the share of the words naming what is claimed that mentions
    cover, or the share of the title if that is larger. `mentions` are those of the claims' documents as `annotate`
    returns them; those from headings are ignored.
    """
    by_document = _by_document(mentions, concepts)
    groups: list[list[list[str]]] = []
    shares: list[float] = []
    for row in claims.to_pylist():
        claim = ClaimSpan(*(row[name] for name in ClaimSpan._fields))
        in_text = by_document.get(row["document_id"], [])
        groups.append(claim_combination(claim, in_text, concepts) if in_text else [])
        shares.append(max(_named_mentions(claim, in_text)[1], _title_share(in_text)))
    diseases = [sum(not concepts.diseases.isdisjoint(group) for group in combination) for combination in groups]
    return (
        claims.append_column("groups", pa.array(groups, pa.list_(STRINGS)))
        .append_column("diseases", pa.array(diseases, pa.int32()))
        .append_column("named_share", pa.array(shares, pa.float64()))
    )


def _by_document(mentions: pa.Table, concepts: Concepts) -> dict[str, list[Mention]]:
    """Return the mentions of counted concepts in the text of each document, in text order."""
    by_document: dict[str, list[Mention]] = {}
    for row in mentions.filter(pc.equal(mentions["basis"], "text")).sort_by("start").to_pylist():
        if row["concept_id"] not in concepts.uncounted:
            mention = Mention(row["concept_id"], row["start"], row["end"], row["sentence"], row["sentence_end"])
            by_document.setdefault(row["document_id"], []).append(mention)
    return by_document


def claim_combination(claim: ClaimSpan, mentions: Sequence[Mention], concepts: Concepts) -> list[list[str]]:
    """Return the groups of alternative concept ids of one claim; `mentions` are those of its document's text."""
    inside, share = _named_mentions(claim, mentions)
    title = [mention for mention in mentions if mention.sentence == 0]
    same_sentence, sentence_before = _context_mentions(claim, mentions)
    chosen = _specific_concepts([*inside, *same_sentence], concepts)
    for further, wanted in ((title, share < SUFFICIENT_NAMED_SHARE), (sentence_before, False)):
        if wanted or len(_without_ancestors(chosen, concepts)) < _MIN_CONCEPTS:
            chosen += [concept for concept in _specific_concepts(further, concepts) if concept not in chosen]
    near_to_far = [
        {mention.concept for mention in part} - concepts.generic
        for part in ([*inside, *same_sentence], sentence_before, title)
    ]
    widened = [_widen(concept, _wider_context(concept, near_to_far), concepts) for concept in chosen]
    return _group_adjectives(_without_ancestors(list(dict.fromkeys(widened)), concepts), concepts)[:MAX_GROUPS]


def _named_mentions(claim: ClaimSpan, mentions: Sequence[Mention]) -> tuple[list[Mention], float]:
    """Return the mentions in the words that name what is claimed, and the share of these words they cover."""
    if claim.scope_start is None or claim.scope_end is None:
        return [], 0.0
    start, end = claim.scope_start, claim.scope_end
    inside = [mention for mention in mentions if start <= mention.start and mention.end <= end]
    return inside, _covered_share(inside, end - start)


def _title_share(mentions: Sequence[Mention]) -> float:
    """Return the share of the title that its mentions cover."""
    title = [mention for mention in mentions if mention.sentence == 0]
    return _covered_share(title, title[0].sentence_end) if title else 0.0


def _covered_share(mentions: Sequence[Mention], length: int) -> float:
    # A set, because mentions overlap: 'T-cell leukemia' contains 'leukemia'.
    covered = {offset for mention in mentions for offset in range(mention.start, mention.end)}
    return len(covered) / max(1, length)


def _context_mentions(claim: ClaimSpan, mentions: Sequence[Mention]) -> tuple[list[Mention], list[Mention]]:
    """Return the mentions of the claim's sentence, and those of the nearest abstract sentence before that has any."""
    same_sentence = [mention for mention in mentions if mention.start < claim.end and mention.end > claim.start]
    earlier = [mention for mention in mentions if mention.end <= claim.start and mention.sentence > 0]
    last = max((mention.sentence for mention in earlier), default=0)
    return same_sentence, [mention for mention in earlier if mention.sentence == last]


def _specific_concepts(mentions: Sequence[Mention], concepts: Concepts) -> list[str]:
    """Return the distinct concepts of `mentions` in order, without generic concepts and techniques."""
    distinct = dict.fromkeys(mention.concept for mention in mentions)
    return [concept for concept in distinct if concept not in concepts.generic | concepts.techniques]


def _wider_context(concept: str, near_to_far: Sequence[set[str]]) -> set[str]:
    """Return the concepts mentioned nearer to the claim than `concept` and never beside it.

    near_to_far: the concepts of the claim's sentence, of the sentence before and of the title.
    """
    nearest = next((n for n, part in enumerate(near_to_far) if concept in part), len(near_to_far))
    nearer = set[str]().union(*near_to_far[:nearest])
    return nearer.difference(*(part for part in near_to_far if concept in part))


def _widen(concept: str, context_concepts: set[str], concepts: Concepts) -> str:
    """Return the widest ancestor of a concept among `context_concepts`, or the concept itself where there is none."""
    # The fewer ancestors a concept has, the wider it is; ties are broken by id.
    widest_first = sorted(
        concepts.ancestors_of(concept) & context_concepts, key=lambda above: (len(concepts.ancestors_of(above)), above)
    )
    return widest_first[0] if widest_first else concept


def _without_ancestors(chosen: Sequence[str], concepts: Concepts) -> list[str]:
    """Return the concepts without those that are an ancestor of another of them."""
    above = frozenset[str]().union(*(concepts.ancestors_of(concept) for concept in chosen))
    return [concept for concept in chosen if concept not in above]


def _group_adjectives(chosen: Sequence[str], concepts: Concepts) -> list[list[str]]:
    """Return concepts as groups of alternatives; concepts share a group if one name has the other's adjective.

    [Leukemia, Leukemic Infiltration, Lymph Nodes] -> [[Leukemia, Leukemic Infiltration], [Lymph Nodes]]
    """
    groups = [[concept] for concept in chosen]
    for first, second in combinations(chosen, 2):
        if _share_adjective(concepts.names.get(first, ""), concepts.names.get(second, "")):
            group = next(group for group in groups if first in group)
            absorbed = next(group for group in groups if second in group)
            if group is not absorbed:
                group.extend(absorbed)
                groups.remove(absorbed)
    return groups


def _share_adjective(name: str, other: str) -> bool:
    """Whether a word of one name and a word of the other differ in the last letter only: 'leukemia', 'leukemic'."""
    words, others = (
        {word[:-1]: word for word in _WORD.findall(text.lower()) if len(word) > _ADJECTIVE_LETTERS}
        for text in (name, other)
    )
    return any(words[stem] != others[stem] for stem in words.keys() & others.keys())
