"""Pairs of concepts within articles, counted with numpy on whole batches.

Articles with the same number k of concepts form a (m, k) matrix whose k(k-1)/2 column pairs are written out at once;
pair, year and membership flags are packed into one integer, so that counting is one sort and a few sums.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.columnar.dictionaries import encode_column, sort_dictionary
from transforms.columnar.integers import run_starts, stable_order
from transforms.columnar.types import Ints
from transforms.schema.counts import COOCCURRENCES

BASES = ("any", "index", "text")
"""In the order in which they sort."""
_BASES = len(BASES)

Bools = npt.NDArray[np.bool_]
Articles = npt.NDArray[np.int32]
Tally = tuple[Ints, Articles]

PAIRS_AT_ONCE = 250_000
_PAIRS_A_TABLE = 100_000
_WORD = 63
"""Sentences held by one signed 64-bit word of a mask."""

_INDEX, _TEXT, _SENTENCE = 1, 2, 4
_FLAG_BITS = 3


@dataclass(frozen=True)
class AffirmedConcepts:
    """Affirmed concepts of articles, one entry a concept and article, ordered by article, then concept.

    `article` and `concept` are positions; `masks` (n, words) has a bit for each sentence that affirms the concept.
    """

    article: Ints
    concept: Ints
    in_index: Bools
    in_text: Bools
    masks: Ints

    def of(self, articles: Bools) -> Self:
        """The entries of the articles for which `articles`, by position, is true."""
        kept = articles[self.article]
        if kept.all():
            return self
        return type(self)(
            self.article[kept], self.concept[kept], self.in_index[kept], self.in_text[kept], self.masks[kept]
        )

    @classmethod
    def merge(cls, article: Ints, concept: Ints, is_text: Bools, sentences: pa.ListArray) -> Self:
        """One entry a concept, article and basis -> one a concept and article, the bases as flags."""
        order = stable_order(concept, article)
        rows = np.repeat(np.arange(len(article)), np.asarray(sentences.value_lengths(), np.int64))
        numbers = np.asarray(sentences.flatten(), np.int64)
        words = int(numbers.max()) // _WORD + 1 if len(numbers) else 1
        masks = np.zeros((len(article), words), np.int64)
        np.bitwise_or.at(masks, (rows, numbers // _WORD), np.int64(1) << (numbers % _WORD))
        article, concept, is_text, masks = article[order], concept[order], is_text[order], masks[order]
        first = np.flatnonzero(np.append(True, (article[1:] != article[:-1]) | (concept[1:] != concept[:-1])))
        return cls(
            article[first],
            concept[first],
            np.logical_or.reduceat(~is_text, first),
            np.logical_or.reduceat(is_text, first),
            np.bitwise_or.reduceat(masks, first, axis=0),
        )


def pair_counts(members: AffirmedConcepts, names: pa.Array, years: Ints, outside: Bools) -> pa.Table:
    """Counts of unordered pairs by year and basis: `cooccurrences` without `batch`, sorted; texts as dictionaries.

    `names`: CURIEs by concept position, ascending; `years` (0 unknown) and `outside` by article position.
    """
    year_values, year_rank = np.unique(years, return_inverse=True)
    sides = [
        _tally(_packed_pairs(chosen, len(names), year_rank, len(year_values)))
        for chosen in (members.of(~outside), members.of(outside))
    ]
    keys, inside, excluded = _side_by_side(*sides)
    parts = [
        _rows(keys, inside, excluded, range(at, min(at + _PAIRS_A_TABLE, len(keys))), names, year_values)
        for at in range(0, max(len(keys), 1), _PAIRS_A_TABLE)
    ]
    return pa.concat_tables(parts).select(list(COOCCURRENCES.without("batch").column_names))


def _rows(keys: Ints, inside: Articles, excluded: Tally, chosen: range, names: pa.Array, years: Ints) -> pa.Table:
    """A row a pair, year and basis for some of the keys; `excluded`: the places of its keys, and their articles."""
    counts = inside[chosen.start : chosen.stop]
    retracted = np.zeros((len(chosen), _BASES), np.int32)
    first, end = np.searchsorted(excluded[0], (chosen.start, chosen.stop))
    retracted[excluded[0][first:end] - chosen.start] = excluded[1][first:end, :_BASES]
    told = np.flatnonzero(counts[:, :_BASES] | retracted)
    row, basis = np.divmod(told, _BASES)
    pair, year = np.divmod(keys[chosen.start : chosen.stop], len(years))
    one, other = (side.astype(np.int32) for side in np.divmod(pair, len(names)))
    year = years[year][row]
    articles = counts[row, basis]
    sentences = np.where(basis == BASES.index("index"), 0, counts[row, _BASES])
    columns = {
        "concept_a": pa.DictionaryArray.from_arrays(pa.array(one[row]), names),
        "concept_b": pa.DictionaryArray.from_arrays(pa.array(other[row]), names),
        "year": pa.array(year, pa.int32(), mask=year == 0),
        "basis": pa.DictionaryArray.from_arrays(pa.array(basis.astype(np.int8)), pa.array(BASES)),
    }
    measures = {"articles": articles, "retracted_articles": retracted.ravel()[told], "sentence_articles": sentences}
    return pa.table(columns | {name: pa.array(numbers, pa.int64()) for name, numbers in measures.items()})


def order_by_second_concept(pairs: pa.Table) -> pa.Array:
    """The order in which the rows of `cooccurrences` are sorted by concept_b first, then as they were: row numbers."""
    second = encode_column(pairs["concept_b"])
    _, codes = sort_dictionary(second.dictionary)
    return pa.array(stable_order(codes[np.asarray(second.indices)]))


def _packed_pairs(members: AffirmedConcepts, width: int, year_rank: Ints, years: int) -> Ints:
    """Every pair of every article as (concept a, concept b, year, flags) in one integer."""
    begin = run_starts(members.article)
    sizes = np.diff(np.append(begin, len(members.article)))
    flags = members.in_index * _INDEX + members.in_text * _TEXT
    packed = np.empty(int((sizes * (sizes - 1) // 2).sum()), np.int64)
    filled = 0
    for size in np.unique(sizes[sizes > 1]):
        left, right = np.triu_indices(int(size), 1)
        step = max(1, PAIRS_AT_ONCE // len(left))
        chosen = begin[sizes == size]
        for at in range(0, len(chosen), step):
            rows = chosen[at : at + step, None] + np.arange(size)
            concept, flag, mask = members.concept[rows], flags[rows], members.masks[rows]
            shared = (mask[:, left] & mask[:, right]).any(axis=2)
            bits = (flag[:, left] & flag[:, right]) | shared * _SENTENCE
            year = year_rank[members.article[rows[:, 0]]][:, None]
            pair = (concept[:, left] * width + concept[:, right]) * years + year
            found = ((pair << _FLAG_BITS) | bits).ravel()
            packed[filled : filled + len(found)] = found
            filled += len(found)
    return packed


def _tally(packed: Ints) -> Tally:
    """Packed pairs -> distinct keys, and articles (n, 4): by headings, by text, by either, in one sentence."""
    packed.sort()
    flags = packed.astype(np.int8) & ((1 << _FLAG_BITS) - 1)
    packed >>= _FLAG_BITS
    first = run_starts(packed)
    tally = np.empty((len(first), _BASES + 1), np.int32)
    if not len(first):
        return packed, tally
    tally[:, BASES.index("any")] = np.diff(np.append(first, len(packed)))
    for column, flag in ((BASES.index("index"), _INDEX), (BASES.index("text"), _TEXT), (_BASES, _SENTENCE)):
        tally[:, column] = np.add.reduceat((flags & flag) // flag, first, dtype=np.int32)
    return packed[first], tally


def _side_by_side(inside: Tally, excluded: Tally) -> tuple[Ints, Articles, Tally]:
    """Two tallies over the union of their keys: the keys, the first in full, the second with the places of its keys."""
    keys, articles = inside
    place = np.searchsorted(keys, excluded[0])
    missing = keys.take(place, mode="clip") != excluded[0] if len(keys) else np.ones(len(place), bool)
    if missing.any():
        articles = np.insert(articles, place[missing], 0, axis=0)
        keys = np.insert(keys, place[missing], excluded[0][missing])
        place = np.searchsorted(keys, excluded[0])
    return keys, articles, (place, excluded[1])
