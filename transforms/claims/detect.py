"""Documents -> claims of rarity: sentences that state how often the thing reported was reported before.

'This is, to our knowledge, the second reported case of X in Y': its kind, the number it states, whether with a
reservation, what it is restricted to, and where the words stand that name what is claimed. The wordings are data
(claim_rules.toml).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.claims.candidates import Span, candidates, cut, matches, meeting
from transforms.claims.rules import Group, Rule, rules
from transforms.claims.wording import claimed_span, read_bound, shares_a_word
from transforms.schema.claims import FOUND_CLAIMS
from transforms.text.slices import text_slices

_RESULTS = "RESULT"
_TURNS_ON = {"first_report": "first", "only_report": "only"}


@dataclass(frozen=True)
class Reading:
    """One claim read in one sentence (its number among the candidates): `at` the words that make it, `what` those that
    name what is claimed; offsets in the sentence.
    """

    sentence: int
    kind: str
    number: int | None
    bound: str | None
    at: Span
    what: Span | None

    @property
    def said(self) -> tuple[str, int | None]:
        """What must differ for two claims of a sentence to be two."""
        return self.kind, self.number


def find_claims(documents: pa.Table) -> pa.Table:
    """Table `claims`: the claims of `documents` (columns document_id, title, abstract, sections; absent ones as NULL).

    A sentence may make several claims; the one about the document's own observation comes first: in a
    contrast the later, numbers before mere rarity, else in order.
    """
    return FOUND_CLAIMS.conform(numbered_claims(documents).select(FOUND_CLAIMS.column_names))


def numbered_claims(documents: pa.Table, *carried: str) -> pa.Table:
    """`find_claims(documents)` with `number` (which claim of its sentence, from 1) and the `carried` columns of its
    document; a document_id may repeat, as versions of a record do.
    """
    return claims_among(candidates(text_slices(documents), *carried), *carried)


def claims_among(sentences: pa.Table, *carried: str) -> pa.Table:
    """`numbered_claims` of documents whose `candidates` are at hand."""
    sentences = cut(sentences.combine_chunks())
    found = read(sentences)
    at = pa.array([reading.sentence for reading in found], pa.int64())
    said = sentences.select(["words", "start", "document_id", *carried]).take(at)
    words, known = said["words"].combine_chunks(), rules()
    hedged = matches(words, known.hedge)
    scope = np.full(len(found), "unspecified", object)
    for name, pattern in reversed(known.scopes):
        scope[matches(words, pattern)] = name
    rows = FOUND_CLAIMS.without("document_id").from_rows(
        _row(reading, sentence, start, hedged=bool(hedged[i]), scope=str(scope[i]))
        for i, (reading, sentence, start) in enumerate(
            zip(found, words.to_pylist(), said["start"].to_pylist(), strict=True)
        )
    )
    numbers = pa.array(_numbers_within([reading.sentence for reading in found]), pa.int32())
    for name in ("document_id", *carried):
        rows = rows.append_column(name, said[name])
    return rows.append_column("number", numbers)


def _numbers_within(sentences: Sequence[int]) -> Iterator[int]:
    """How many claims of the same sentence stand up to each, itself included."""
    before, number = -1, 0
    for sentence in sentences:
        number = number + 1 if sentence == before else 1
        before = sentence
        yield number


def read(sentences: pa.Table) -> list[Reading]:
    """The claims of `candidates`, by sentence, the primary one first."""
    readings = [reading for group in rules().groups for reading in _read_group(sentences, group)]
    readings.sort(key=lambda reading: (reading.sentence, reading.at))
    by_sentence: dict[int, list[Reading]] = {}
    for reading in readings:
        by_sentence.setdefault(reading.sentence, []).append(reading)
    words = sentences["words"]
    return [reading for number, found in by_sentence.items() for reading in settle(found, words[number].as_py())]


def settle(found: Sequence[Reading], words: str) -> list[Reading]:
    """The readings of one sentence without repetitions, the primary one first."""
    distinct: dict[tuple[str, int | None], Reading] = {}
    for reading in found:
        known = distinct.get(reading.said)
        if known is None or (known.what is None and reading.what is not None):
            distinct[reading.said] = reading
    kept = list(distinct.values())

    concedes = words.lower().startswith(rules().concessions)

    def rank(reading: Reading) -> tuple[bool, int, int]:
        later = max(words.rfind(word, 0, reading.at[0]) for word in rules().contrasts)
        place = reading.at[0]
        return reading.kind == "rare_qualitative", -later, -place if concedes else place

    return sorted(kept, key=rank)


def _read_group(sentences: pa.Table, group: Group) -> Iterator[Reading]:
    words = sentences["words"].combine_chunks()
    places = meeting(words, group.needs)
    if group.unless:
        places = places[~matches(words.take(pa.array(places)), group.unless)]
    asked = words.take(pa.array(places))
    for rule in group.rules:
        having = meeting(asked, rule.needs)
        yield from _read_rule(sentences, asked.take(pa.array(having)), places[having].tolist(), group.kind, rule)


def _read_rule(sentences: pa.Table, words: pa.Array, places: list[int], kind: str, rule: Rule) -> Iterator[Reading]:
    """What a rule reads in the sentences at `places`, whose words are given."""
    spans = pc.extract_regex_span(words, pattern=rule.pattern)
    kept = np.asarray(spans.is_valid(), bool)
    if rule.unless:
        kept[kept] = ~matches(words.filter(pa.array(kept)), rule.unless)
    for i in np.flatnonzero(kept).tolist():
        said = words[i].as_py()
        found = {name: (at[0], sum(at)) for name, at in spans[i].as_py().items() if at and at[1]}
        at = _key(kind, said, found)
        what = claimed_span(said, found.get("what"), at)
        if rule.of_title and not _of_title(sentences.slice(places[i], 1), what):
            continue
        yield Reading(places[i], kind, *_numbers(kind, said, found), at, what)


def _of_title(sentence: pa.Table, what: Span | None) -> bool:
    """Whether what is claimed is what the title names; not in results, where 'rare' is what the authors found there."""
    [told] = sentence.select(["words", "title", "start", "sections"]).to_pylist()
    return not _in_results(told) and shares_a_word(told["words"], what, told["title"] or "")


def _in_results(told: dict[str, Any]) -> bool:
    return any(
        _RESULTS in (section["label"] or "").upper() and section["start"] <= told["start"] < section["end"]
        for section in told["sections"] or ()
        if section["start"] is not None and section["end"] is not None
    )


def _key(kind: str, words: str, found: dict[str, Span]) -> Span:
    """From the word a claim turns on, its number where it has one, to the claim's end: what its place is judged by."""
    start, end = found["all"]
    at = words.lower().find(_TURNS_ON.get(kind, ""), start, end)
    return found.get("number", (max(at, start), end))[0], end


def _numbers(kind: str, words: str, found: dict[str, Span]) -> tuple[int | None, str | None]:
    """The number a claim states and what bounds it."""
    if kind == "first_report":
        return 1, None
    if "number" not in found:
        return None, None
    start, end = found["number"]
    limit = words[slice(*found.get("limit", (start, start)))]
    return rules().number(words[start:end]), read_bound(limit) if kind == "prior_count" else None


def _row(reading: Reading, words: str, start: int, *, hedged: bool, scope: str) -> dict[str, object]:
    what = reading.what
    return {
        "start": start,
        "end": start + len(words),
        "kind": reading.kind,
        "ordinal": None if reading.kind == "prior_count" else reading.number,
        "prior_count": reading.number if reading.kind == "prior_count" else None,
        "bound": reading.bound,
        "hedged": hedged or words.rstrip("] .").endswith("?"),
        "scope": scope,
        "scope_start": what and start + what[0],
        "scope_end": what and start + what[1],
        "ordered": what is not None and rules().order.search(words, *what) is not None,
    }
