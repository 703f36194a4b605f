"""Pairs of concepts within articles, counted with numpy on whole batches.

Articles with the same number k of concepts form a (m, k) matrix whose k(k-1)/2 column pairs are written out at once;
pair, year and membership flags are packed into one integer, so that counting is one sort and a few sums.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.schema import COOCCURRENCES

BASES = ("any", "index", "text")
"""In the order in which they sort."""
_BASES = len(BASES)

Ints = npt.NDArray[np.int64]
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
class Concepts:
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
        order = np.lexsort((concept, article))
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


def pair_counts(members: Concepts, names: pa.Array, years: Ints, outside: Bools) -> pa.Table:
    """Counts of unordered pairs by year and basis: `cooccurrences` without `batch`, sorted.

    `names`: CURIEs by concept position, ascending; `years` (0 unknown) and `outside` by article position.
    """
    year_values, year_rank = np.unique(years, return_inverse=True)
    sides = [
        _tally(_packed_pairs(chosen, len(names), year_rank, len(year_values)))
        for chosen in (members.of(~outside), members.of(outside))
    ]
    keys, inside, excluded = _side_by_side(*sides)
    parts = [
        _rows(keys[at : at + _PAIRS_A_TABLE], inside[at:], excluded[at:], names, year_values)
        for at in range(0, max(len(keys), 1), _PAIRS_A_TABLE)
    ]
    return COOCCURRENCES.without("batch").conform(pa.concat_tables(parts))


def _rows(keys: Ints, inside: Articles, excluded: Articles, names: pa.Array, years: Ints) -> pa.Table:
    """A row a pair, year and basis for the first tallies, those of `keys`."""
    counts, retracted = (tally[: len(keys), :_BASES].ravel() for tally in (inside, excluded))
    told = np.flatnonzero(counts | retracted)
    row, basis = told // _BASES, told % _BASES
    pair, year = keys[row] // len(years), years[keys[row] % len(years)]
    sentences = np.where(basis == BASES.index("index"), 0, inside[row, _BASES])
    columns = {
        "concept_a": names.take(pa.array(pair // len(names))),
        "concept_b": names.take(pa.array(pair % len(names))),
        "year": pa.array(year, pa.int32(), mask=year == 0),
        "basis": pa.array(BASES).take(pa.array(basis)),
    }
    measures = {"articles": counts[told], "retracted_articles": retracted[told], "sentence_articles": sentences}
    return pa.table(columns | {name: pa.array(numbers, pa.int64()) for name, numbers in measures.items()})


def by_second(pairs: pa.Table) -> pa.Table:
    """`cooccurrences` in the order of its sort columns -> its rows sorted by concept_b first, then as they were."""
    encoded = pairs["concept_b"].combine_chunks().dictionary_encode()
    names, codes = sorted_dictionary(encoded.dictionary)
    narrow = codes.astype(np.min_scalar_type(len(names)))  # sorted far faster than words of 64 bits
    return pairs.take(pa.array(np.argsort(narrow[np.asarray(encoded.indices)], kind="stable")))


def sorted_dictionary(dictionary: pa.Array) -> tuple[pa.Array, Ints]:
    """The dictionary in ascending order, and each old code's new one, so that codes compare as CURIEs do."""
    order = np.asarray(pc.sort_indices(dictionary), np.int64)
    codes = np.empty(len(order), np.int64)
    codes[order] = np.arange(len(order))
    return dictionary.take(pa.array(order)), codes


def _packed_pairs(members: Concepts, width: int, year_rank: Ints, years: int) -> Ints:
    """Every pair of every article as (concept a, concept b, year, flags) in one integer."""
    starts = np.flatnonzero(np.append(True, members.article[1:] != members.article[:-1])[: len(members.article)])
    sizes = np.diff(np.append(starts, len(members.article)))
    flags = members.in_index * _INDEX + members.in_text * _TEXT
    packed = np.empty(int((sizes * (sizes - 1) // 2).sum()), np.int64)
    filled = 0
    for size in np.unique(sizes[sizes > 1]):
        left, right = np.triu_indices(int(size), 1)
        step = max(1, PAIRS_AT_ONCE // len(left))
        chosen = starts[sizes == size]
        for begin in range(0, len(chosen), step):
            rows = chosen[begin : begin + step, None] + np.arange(size)
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
    first = np.flatnonzero(np.append(True, packed[1:] != packed[:-1])[: len(packed)])
    tally = np.empty((len(first), _BASES + 1), np.int32)
    if not len(first):
        return packed, tally
    tally[:, BASES.index("any")] = np.diff(np.append(first, len(packed)))
    for column, flag in ((BASES.index("index"), _INDEX), (BASES.index("text"), _TEXT), (_BASES, _SENTENCE)):
        tally[:, column] = np.add.reduceat((flags & flag) // flag, first, dtype=np.int32)
    return packed[first], tally


def _side_by_side(inside: Tally, excluded: Tally) -> tuple[Ints, Articles, Articles]:
    """Two tallies over the union of their keys."""
    if not len(excluded[0]):
        return inside[0], inside[1], np.zeros_like(inside[1])
    keys = distinct(np.concatenate([inside[0], excluded[0]]))
    spread = []
    for own, tally in (inside, excluded):
        full = np.zeros((len(keys), tally.shape[1]), tally.dtype)
        full[np.searchsorted(keys, own)] = tally
        spread.append(full)
    return keys, spread[0], spread[1]


def distinct(values: Ints) -> Ints:
    """The distinct values in ascending order, by sorting: numpy's `unique` hashes, far slower here."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
