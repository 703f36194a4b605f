"""Find claims of rarity: sentences that state how often the thing reported was reported before.

    "This is, to our knowledge, the second reported case of gout in a splenic cyst in Iran."

    kind         ordinal  hedged  scope           scope_start : scope_end
    nth_report   2        true    country/region  gout in a splenic cyst in Iran

The wordings are data (claim_rules.toml).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.claims.candidates import TextSpan, candidate_sentences, matches_pattern, matching_all, split_sentences
from transforms.claims.rules import ClaimRule, RuleGroup, claim_rules
from transforms.claims.wording import claimed_span, read_bound, shares_a_word
from transforms.schema.claims import FOUND_CLAIMS
from transforms.text.slices import text_slices

_RESULTS = "RESULT"
_KEY_WORDS = {"first_report": "first", "only_report": "only"}


@dataclass(frozen=True)
class Reading:
    """One claim read in one sentence.

    `sentence` is its row among the candidate sentences; `span` the words that make the claim and `claimed` those that
    name what is claimed, as offsets in the sentence.
    """

    sentence: int
    kind: str
    number: int | None
    bound: str | None
    span: TextSpan
    claimed: TextSpan | None

    @property
    def identity(self) -> tuple[str, int | None]:
        """Kind and number: readings of one sentence that agree in both are the same claim."""
        return self.kind, self.number


def find_claims(documents: pa.Table) -> pa.Table:
    """Return the claims in the texts of `documents` with the columns of FOUND_CLAIMS.

    `documents` has the columns document_id, title, abstract and sections; absent ones mean NULL. The claims of a
    sentence are ordered: the claim about the document's own observation comes first (see `resolve_readings`).
    """
    return FOUND_CLAIMS.conform(numbered_claims(documents).select(FOUND_CLAIMS.column_names))


def numbered_claims(documents: pa.Table, *carried: str) -> pa.Table:
    """Return `find_claims(documents)` with `number`, the claim's position in its sentence from 1, and more columns.

    `carried` names columns of the claim's document to add. A document_id may repeat, as for versions of a record.
    """
    return claims_in_sentences(candidate_sentences(text_slices(documents), *carried), *carried)


def claims_in_sentences(sentences: pa.Table, *carried: str) -> pa.Table:
    """Return `numbered_claims` for documents whose `candidate_sentences` have been selected already."""
    sentences = split_sentences(sentences.combine_chunks())
    readings = read_claims(sentences)
    sentence_rows = pa.array([reading.sentence for reading in readings], pa.int64())
    claiming = sentences.select(["words", "start", "document_id", *carried]).take(sentence_rows)
    words, rules = claiming["words"].combine_chunks(), claim_rules()
    hedged = matches_pattern(words, rules.hedge)
    scope = np.full(len(readings), "unspecified", object)
    # Reversed, so that the first scope in the file overwrites later ones where several match.
    for name, pattern in reversed(rules.scopes):
        scope[matches_pattern(words, pattern)] = name
    rows = FOUND_CLAIMS.without("document_id").from_rows(
        _claim_row(reading, sentence, start, hedged=bool(hedged[i]), scope=str(scope[i]))
        for i, (reading, sentence, start) in enumerate(
            zip(readings, words.to_pylist(), claiming["start"].to_pylist(), strict=True)
        )
    )
    numbers = pa.array(_positions_in_sentence([reading.sentence for reading in readings]), pa.int32())
    for name in ("document_id", *carried):
        rows = rows.append_column(name, claiming[name])
    return rows.append_column("number", numbers)


def _positions_in_sentence(sentences: Sequence[int]) -> Iterator[int]:
    """Yield the position of each claim within its sentence: [4, 4, 7] -> 1, 2, 1."""
    previous, position = -1, 0
    for sentence in sentences:
        position = position + 1 if sentence == previous else 1
        previous = sentence
        yield position


def read_claims(sentences: pa.Table) -> list[Reading]:
    """Return the claims in `candidate_sentences`, ordered by sentence, the primary claim of each first."""
    readings = [reading for group in claim_rules().groups for reading in _read_group(sentences, group)]
    readings.sort(key=lambda reading: (reading.sentence, reading.span))
    by_sentence: dict[int, list[Reading]] = {}
    for reading in readings:
        by_sentence.setdefault(reading.sentence, []).append(reading)
    words = sentences["words"]
    return [
        reading
        for sentence, of_sentence in by_sentence.items()
        for reading in resolve_readings(of_sentence, words[sentence].as_py())
    ]


def resolve_readings(readings: Sequence[Reading], words: str) -> list[Reading]:
    """Return the readings of one sentence without repetitions, the primary claim first.

    Claims with a number precede mere rarity. In a contrast the later claim is the document's own: "Only 22 cases have
    been reported, but ours is the first case in a child." -> first_report, then prior_count 22.
    """
    distinct: dict[tuple[str, int | None], Reading] = {}
    for reading in readings:
        known = distinct.get(reading.identity)
        if known is None or (known.claimed is None and reading.claimed is not None):
            distinct[reading.identity] = reading

    # "Although 22 cases were reported, this is the first in a child": after a concession the last claim is primary.
    concedes = words.lower().startswith(claim_rules().concessions)

    def rank(reading: Reading) -> tuple[bool, int, int]:
        start = reading.span[0]
        last_contrast = max(words.rfind(word, 0, start) for word in claim_rules().contrasts)
        return reading.kind == "rare_qualitative", -last_contrast, -start if concedes else start

    return sorted(distinct.values(), key=rank)


def _read_group(sentences: pa.Table, group: RuleGroup) -> Iterator[Reading]:
    words = sentences["words"].combine_chunks()
    positions = matching_all(words, group.needs)
    if group.unless:
        positions = positions[~matches_pattern(words.take(pa.array(positions)), group.unless)]
    group_words = words.take(pa.array(positions))
    for rule in group.rules:
        kept = matching_all(group_words, rule.needs)
        yield from _read_rule(sentences, group_words.take(pa.array(kept)), positions[kept].tolist(), group.kind, rule)


def _read_rule(
    sentences: pa.Table, words: pa.Array, positions: list[int], kind: str, rule: ClaimRule
) -> Iterator[Reading]:
    """Yield what one rule reads; `words` are those of the sentences at `positions`."""
    spans = pc.extract_regex_span(words, pattern=rule.pattern)
    kept = np.asarray(spans.is_valid(), bool)
    if rule.unless:
        kept[kept] = ~matches_pattern(words.filter(pa.array(kept)), rule.unless)
    for i in np.flatnonzero(kept).tolist():
        sentence = words[i].as_py()
        # Arrow returns (start, length) for each named group.
        parts = {name: (part[0], sum(part)) for name, part in spans[i].as_py().items() if part and part[1]}
        span = _key_span(kind, sentence, parts)
        claimed = claimed_span(sentence, parts.get("what"), span)
        if rule.of_title and not _is_about_title(sentences.slice(positions[i], 1), claimed):
            continue
        yield Reading(positions[i], kind, *_number_and_bound(kind, sentence, parts), span, claimed)


def _is_about_title(sentence: pa.Table, claimed: TextSpan | None) -> bool:
    """Whether the title names what is claimed; never in results, where 'rare' describes what the authors found."""
    [row] = sentence.select(["words", "title", "start", "sections"]).to_pylist()
    return not _in_results(row) and shares_a_word(row["words"], claimed, row["title"] or "")


def _in_results(row: dict[str, Any]) -> bool:
    return any(
        _RESULTS in (section["label"] or "").upper() and section["start"] <= row["start"] < section["end"]
        for section in row["sections"] or ()
        if section["start"] is not None and section["end"] is not None
    )


def _key_span(kind: str, words: str, parts: dict[str, TextSpan]) -> TextSpan:
    """Return the span from the claim's number, else its key word ('first', 'only'), to the end of the match.

    Its start decides which claim of a sentence is the primary one.
    """
    start, end = parts["all"]
    key_word = words.lower().find(_KEY_WORDS.get(kind, ""), start, end)
    return parts.get("number", (max(key_word, start), end))[0], end


def _number_and_bound(kind: str, words: str, parts: dict[str, TextSpan]) -> tuple[int | None, str | None]:
    """Return the number that a claim states, and its bound for kind 'prior_count'."""
    if kind == "first_report":
        return 1, None
    if "number" not in parts:
        return None, None
    start, end = parts["number"]
    limit = words[slice(*parts.get("limit", (start, start)))]
    return claim_rules().number(words[start:end]), read_bound(limit) if kind == "prior_count" else None


def _claim_row(reading: Reading, words: str, start: int, *, hedged: bool, scope: str) -> dict[str, object]:
    claimed = reading.claimed
    return {
        "start": start,
        "end": start + len(words),
        "kind": reading.kind,
        "ordinal": None if reading.kind == "prior_count" else reading.number,
        "prior_count": reading.number if reading.kind == "prior_count" else None,
        "bound": reading.bound,
        "hedged": hedged or words.rstrip("] .").endswith("?"),
        "scope": scope,
        "scope_start": claimed and start + claimed[0],
        "scope_end": claimed and start + claimed[1],
        "ordered": claimed is not None and claim_rules().order.search(words, *claimed) is not None,
    }
