"""Documents -> claims of rarity: sentences that state how often the thing reported was reported before.

'This is, to our knowledge, the second reported case of X in Y': its kind, the number it states, whether with a
reservation, what it is restricted to, and where the words stand that name what is claimed. The wordings are data
(claim_rules.toml). Nearly all sentences are passed over by two scans for words without which there is no claim.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.claim_rules import Group, Rule, rules
from transforms.claim_tables import FOUND_CLAIMS
from transforms.claim_words import claimed_span, read_bound, shares_a_word
from transforms.document_text import document_text, slices, string_column
from transforms.sentences import find_sentences

LONGEST_SENTENCE = 1_500
"""Code points; what is longer is a table or a list, not a sentence that claims something."""

_STOP = re.compile(r"""(?P<stop>(?<=[A-Za-z0-9)\]%"'])[.?!][\])"']*) +(?=[\["'(]?[A-Z])""")
_RESULTS = "RESULT"
_TURNS_ON = {"first_report": "first", "only_report": "only"}

Span = tuple[int, int]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sentence:
    """A sentence that may hold a claim: its document's id and title ('' for none), its place, its words.

    plain: the words with one ASCII character for each code point, so that offsets in bytes are offsets in these;
    sections: the document's, as `documents` has them.
    """

    document_id: str | None
    title: str
    start: int
    end: int
    plain: str
    sections: pa.ListScalar | None = None

    @property
    def in_results(self) -> bool:
        """Whether it stands in a section of results, where 'rare' is what the authors found among their own."""
        return any(
            _RESULTS in (section["label"] or "").upper() and section["start"] <= self.start < section["end"]
            for section in (self.sections.as_py() if self.sections is not None else None) or ()
            if section["start"] is not None and section["end"] is not None
        )


@dataclass(frozen=True)
class Reading:
    """One claim read in one sentence (its number in the batch): `at` the words that make it, `what` those that name
    what is claimed; offsets in the sentence.
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
    sentences = candidates(documents)
    if not sentences:
        return FOUND_CLAIMS.empty()
    found = read(sentences)
    words = pa.array([sentences[reading.sentence].plain for reading in found], pa.string())
    known = rules()
    hedged = _matches(words, known.hedge)
    scope = np.full(len(found), "unspecified", object)
    for name, pattern in reversed(known.scopes):
        scope[_matches(words, pattern)] = name
    return FOUND_CLAIMS.from_rows(
        _row(reading, sentences[reading.sentence], hedged=bool(hedged[i]), scope=str(scope[i]))
        for i, reading in enumerate(found)
    )


def candidates(documents: pa.Table) -> list[Sentence]:
    """The sentences of `documents` that hold all the words some group of rules needs, in order."""
    places: list[tuple[int, int]] = []
    words: list[str] = []
    for first, part in slices(documents):
        text = document_text(part)
        sentences = find_sentences(part, text)
        base = text.begin[sentences.document]
        begins, ends = (base + sentences.start).tolist(), (base + sentences.end).tolist()
        every = [text.text[begin:end] for begin, end in zip(begins, ends, strict=True)]
        kept = np.flatnonzero(_matches(pa.array(every, pa.string()), rules().any_need))
        rows = (first + sentences.document[kept]).tolist()
        places.extend(zip(rows, sentences.start[kept].tolist(), strict=True))
        words.extend([every[i] for i in kept.tolist()])
    array = pa.array(words, pa.string())
    met = np.flatnonzero(np.logical_or.reduce([_meets(array, group) for group in rules().groups]))
    ids, titles = (string_column(documents, name) for name in ("document_id", "title"))
    sections = documents["sections"] if "sections" in documents.column_names else [None] * len(documents)
    return [
        Sentence(
            document_id=ids[row].as_py(),
            title=titles[row].as_py() or "",
            start=start + begin,
            end=start + end,
            plain=said[begin:end],
            sections=sections[row],
        )
        for (row, start), said in ((places[i], plain(words[i])) for i in met.tolist())
        for begin, end in parts(said)
        if end - begin <= LONGEST_SENTENCE
    ]


def _meets(words: pa.Array, group: Group) -> Mask:
    """Which sentences match every need of a group."""
    met = np.ones(len(words), bool)
    for need in group.needs:
        met[met] = _matches(words.filter(pa.array(met)), need)
    return met


def parts(words: str) -> Iterator[Span]:
    """Where sentences begin and end in a title, which may hold several, or in what was taken for one sentence because
    of a quotation mark.
    """
    begin = 0
    for stop in _STOP.finditer(words):
        if words[begin : stop.start()].rpartition(" ")[2].strip("([").lower() not in rules().abbreviations:
            yield begin, stop.end("stop")
            begin = stop.end()
    yield begin, len(words)


def read(sentences: Sequence[Sentence]) -> list[Reading]:
    """The claims of sentences, by sentence, the primary one first."""
    words = pa.array([sentence.plain for sentence in sentences], pa.string())
    readings = [reading for group in rules().groups for reading in _read_group(sentences, words, group)]
    readings.sort(key=lambda reading: (reading.sentence, reading.at))
    by_sentence: dict[int, list[Reading]] = {}
    for reading in readings:
        by_sentence.setdefault(reading.sentence, []).append(reading)
    return [reading for number, found in by_sentence.items() for reading in settle(found, sentences[number].plain)]


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


def _read_group(sentences: Sequence[Sentence], words: pa.Array, group: Group) -> Iterator[Reading]:
    chosen = _meets(words, group)
    if group.unless:
        chosen[chosen] = ~_matches(words.filter(pa.array(chosen)), group.unless)
    places = np.flatnonzero(chosen)
    for rule in group.rules if len(places) else ():
        yield from _read_rule(sentences, words.take(pa.array(places)), places.tolist(), group.kind, rule)


def _read_rule(
    sentences: Sequence[Sentence], words: pa.Array, places: list[int], kind: str, rule: Rule
) -> Iterator[Reading]:
    spans = pc.extract_regex_span(words, pattern=rule.pattern)
    kept = np.asarray(spans.is_valid(), bool)
    if rule.unless:
        kept[kept] = ~_matches(words.filter(pa.array(kept)), rule.unless)
    for i in np.flatnonzero(kept).tolist():
        sentence = sentences[places[i]]
        found = {name: (at[0], sum(at)) for name, at in spans[i].as_py().items() if at and at[1]}
        at = _key(kind, sentence.plain, found)
        what = claimed_span(sentence.plain, found.get("what"), at)
        if rule.of_title and (sentence.in_results or not shares_a_word(sentence.plain, what, sentence.title)):
            continue
        yield Reading(places[i], kind, *_numbers(kind, sentence.plain, found), at, what)


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


def _row(reading: Reading, sentence: Sentence, *, hedged: bool, scope: str) -> dict[str, object]:
    what = reading.what
    return {
        "document_id": sentence.document_id,
        "start": sentence.start,
        "end": sentence.end,
        "kind": reading.kind,
        "ordinal": None if reading.kind == "prior_count" else reading.number,
        "prior_count": reading.number if reading.kind == "prior_count" else None,
        "bound": reading.bound,
        "hedged": hedged or sentence.plain.rstrip("] .").endswith("?"),
        "scope": scope,
        "scope_start": what and sentence.start + what[0],
        "scope_end": what and sentence.start + what[1],
    }


def _matches(words: pa.Array, pattern: str) -> Mask:
    return np.asarray(pc.match_substring_regex(words, pattern), bool)


class _Plain(dict[int, str]):
    """One ASCII character for any code point: blanks, dashes and apostrophes their own kind, all else a letter."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        self[code] = written = " " if character.isspace() else character if code < 0x80 else "x"
        return written


_PLAIN = _Plain(
    {ord(mark): "'" for mark in "\u2019\u2018\u02bc"}
    | {ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"}
)


def plain(words: str) -> str:
    """`words` with one ASCII character for each code point."""
    return words.translate(_PLAIN) if not words.isascii() or "\n" in words or "\t" in words else words
