"""Counts pairs of concepts within articles, with numpy on whole batches.

Articles with the same number k of concepts form an (m, k) matrix, whose k (k - 1) / 2 pairs of columns are taken at
once. Pair, year and flags are packed into one integer, so that counting is one sort and a few sums:

    articles        7: concepts 0, 2, 5      9: concepts 0, 2, 3             k = 3, both of year rank 1
    matrix          [[0, 2, 5], [0, 2, 3]]   left, right = [0, 0, 1], [1, 2, 2]
    pairs           7: (0, 2) (0, 5) (2, 5)  9: (0, 2) (0, 3) (2, 3)
    packed          ((concept a * n concepts + concept b) * n years + year rank) << 3 | flags
    flags           1 both in headings, 2 both affirmed in the text, 4 both in one sentence
    sorted, summed  (0, 2): 2 articles, the other pairs 1 each; each flag is summed over the run of equal pairs
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from transforms.columnar.dictionaries import encode_column, sort_dictionary
from transforms.columnar.integers import run_starts, stable_order
from transforms.columnar.types import Bools, Ints
from transforms.schema.counts import COOCCURRENCES

BASES = ("any", "index", "text")
"""In the order in which they sort."""
_N_BASES = len(BASES)

Articles = npt.NDArray[np.int32]
Tally = tuple[Ints, Articles]

PAIRS_PER_STEP = 250_000
_PAIRS_PER_TABLE = 100_000
_MASK_BITS = 63
"""Sentences held by one signed 64-bit word of a mask."""

_INDEX, _TEXT, _SENTENCE = 1, 2, 4
_FLAG_BITS = 3


@dataclass(frozen=True)
class AffirmedConcepts:
    """The affirmed concepts of articles: one entry per article and concept, ordered by article, then concept.

    article, concept: positions in the arrays that the caller holds; in_index, in_text: by which bases; masks (n,
    words): a bit for each sentence that affirms the concept. Two concepts share a sentence if their masks share a bit.
    """

    article: Ints
    concept: Ints
    in_index: Bools
    in_text: Bools
    masks: Ints

    def of_articles(self, articles: Bools) -> Self:
        """The entries of the articles for which `articles`, by position, is true."""
        kept = articles[self.article]
        if kept.all():
            return self
        return type(self)(
            self.article[kept], self.concept[kept], self.in_index[kept], self.in_text[kept], self.masks[kept]
        )

    @classmethod
    def merge(cls, article: Ints, concept: Ints, is_text: Bools, sentences: pa.ListArray) -> Self:
        """Merge entries per article, concept and basis into one per article and concept, with the bases as flags."""
        # by article, then concept: entries that are to be merged then stand side by side
        order = stable_order(concept, article)
        rows = np.repeat(np.arange(len(article)), np.asarray(sentences.value_lengths(), np.int64))
        numbers = np.asarray(sentences.flatten(), np.int64)
        words = int(numbers.max()) // _MASK_BITS + 1 if len(numbers) else 1
        masks = np.zeros((len(article), words), np.int64)
        # unbuffered, because an entry has several sentences in one word of its mask
        np.bitwise_or.at(masks, (rows, numbers // _MASK_BITS), np.int64(1) << (numbers % _MASK_BITS))
        article, concept, is_text, masks = article[order], concept[order], is_text[order], masks[order]
        first = np.flatnonzero(np.append(True, (article[1:] != article[:-1]) | (concept[1:] != concept[:-1])))
        return cls(
            article[first],
            concept[first],
            np.logical_or.reduceat(~is_text, first),
            np.logical_or.reduceat(is_text, first),
            np.bitwise_or.reduceat(masks, first, axis=0),
        )


def pair_counts(members: AffirmedConcepts, names: pa.Array, years: Ints, excluded: Bools) -> pa.Table:
    """Counts of unordered pairs by year and basis: table `cooccurrences` without `batch`, sorted.

    names: CURIEs by position of the concept, ascending; years (0 = unknown) and excluded (retracted articles and
    notices) by position of the article. Strings are dictionary-encoded.
    """
    # ranks instead of years: pair, year and flags must fit into 63 bits
    year_values, year_rank = np.unique(years, return_inverse=True)
    sides = [
        _tally(_packed_pairs(chosen, len(names), year_rank, len(year_values)))
        for chosen in (members.of_articles(~excluded), members.of_articles(excluded))
    ]
    keys, counted, retracted = _align(*sides)
    # in parts, because the intermediate arrays of millions of pairs would be many times their final size
    parts = [
        _rows(keys, counted, retracted, range(at, min(at + _PAIRS_PER_TABLE, len(keys))), names, year_values)
        for at in range(0, max(len(keys), 1), _PAIRS_PER_TABLE)
    ]
    return pa.concat_tables(parts).select(list(COOCCURRENCES.without("batch").column_names))


def _rows(keys: Ints, counted: Articles, retracted: Tally, chosen: range, names: pa.Array, years: Ints) -> pa.Table:
    """One row per pair, year and basis for a range of the keys.

    counted: articles of every key; retracted: articles of the few keys that have any, with the positions of the keys.
    """
    counts = counted[chosen.start : chosen.stop]
    retracted_counts = np.zeros((len(chosen), _N_BASES), np.int32)
    first, end = np.searchsorted(retracted[0], (chosen.start, chosen.stop))
    retracted_counts[retracted[0][first:end] - chosen.start] = retracted[1][first:end, :_N_BASES]
    # cells (key, basis) with at least one article become rows
    cells = np.flatnonzero(counts[:, :_N_BASES] | retracted_counts)
    row, basis = np.divmod(cells, _N_BASES)
    pair, year = np.divmod(keys[chosen.start : chosen.stop], len(years))
    concept_a, concept_b = (side.astype(np.int32) for side in np.divmod(pair, len(names)))
    year = years[year][row]
    articles = counts[row, basis]
    sentences = np.where(basis == BASES.index("index"), 0, counts[row, _N_BASES])
    columns = {
        "concept_a": pa.DictionaryArray.from_arrays(pa.array(concept_a[row]), names),
        "concept_b": pa.DictionaryArray.from_arrays(pa.array(concept_b[row]), names),
        "year": pa.array(year, pa.int32(), mask=year == 0),
        "basis": pa.DictionaryArray.from_arrays(pa.array(basis.astype(np.int8)), pa.array(BASES)),
    }
    measures = {
        "articles": articles,
        "retracted_articles": retracted_counts.ravel()[cells],
        "sentence_articles": sentences,
    }
    return pa.table(columns | {name: pa.array(numbers, pa.int64()) for name, numbers in measures.items()})


def order_by_second_concept(pairs: pa.Table) -> pa.Array:
    """Row numbers that sort `cooccurrences` by concept_b, rows of one concept_b keeping their order."""
    second = encode_column(pairs["concept_b"])
    _, codes = sort_dictionary(second.dictionary)
    return pa.array(stable_order(codes[np.asarray(second.indices)]))


def _packed_pairs(members: AffirmedConcepts, width: int, year_rank: Ints, years: int) -> Ints:
    """Every pair of every article, as (concept a, concept b, year, flags) in one integer; unsorted."""
    begin = run_starts(members.article)
    sizes = np.diff(np.append(begin, len(members.article)))
    flags = members.in_index * _INDEX + members.in_text * _TEXT
    packed = np.empty(int((sizes * (sizes - 1) // 2).sum()), np.int64)
    filled = 0
    for size in np.unique(sizes[sizes > 1]):
        # all articles of one size share these two columns of positions, so no loop over articles is needed
        left, right = np.triu_indices(int(size), 1)
        # bounded, because an article of 200 concepts has 19,900 pairs
        step = max(1, PAIRS_PER_STEP // len(left))
        chosen = begin[sizes == size]
        for at in range(0, len(chosen), step):
            rows = chosen[at : at + step, None] + np.arange(size)
            concept, flag, mask = members.concept[rows], flags[rows], members.masks[rows]
            # masks have one word or more; a bit in common in any of them is a common sentence
            shared = (mask[:, left] & mask[:, right]).any(axis=2)
            bits = (flag[:, left] & flag[:, right]) | shared * _SENTENCE
            year = year_rank[members.article[rows[:, 0]]][:, None]
            pair = (concept[:, left] * width + concept[:, right]) * years + year
            keys = ((pair << _FLAG_BITS) | bits).ravel()
            packed[filled : filled + len(keys)] = keys
            filled += len(keys)
    return packed


def _tally(packed: Ints) -> Tally:
    """Sort packed pairs (in place) and count them: distinct keys without flags, and articles (n, 4).

    The columns of articles are the bases in their order (any, index, text), then "in one sentence".
    """
    packed.sort()
    # the sort left equal pairs side by side, whatever their flags, which are the lowest bits
    flags = packed.astype(np.int8) & ((1 << _FLAG_BITS) - 1)
    packed >>= _FLAG_BITS
    first = run_starts(packed)
    tally = np.empty((len(first), _N_BASES + 1), np.int32)
    if not len(first):
        return packed, tally
    tally[:, BASES.index("any")] = np.diff(np.append(first, len(packed)))
    for column, flag in ((BASES.index("index"), _INDEX), (BASES.index("text"), _TEXT), (_N_BASES, _SENTENCE)):
        # a flag is a power of two: divided by itself it is 0 or 1, and its sum a number of articles
        tally[:, column] = np.add.reduceat((flags & flag) // flag, first, dtype=np.int32)
    return packed[first], tally


def _align(counted: Tally, retracted: Tally) -> tuple[Ints, Articles, Tally]:
    """Bring two tallies to the union of their keys.

    Returns the keys, the counts of the first tally for each of them, and the second tally with positions for keys. Few
    articles are retracted, so the second one stays sparse and seldom adds a key.

        first    keys [3, 8], counts [2, 1]       second   keys [5, 8], counts [1, 1]
        result   keys [3, 5, 8], counts [2, 0, 1], second  positions [1, 2], counts [1, 1]
    """
    keys, articles = counted
    position = np.searchsorted(keys, retracted[0])
    missing = keys.take(position, mode="clip") != retracted[0] if len(keys) else np.ones(len(position), bool)
    if missing.any():
        articles = np.insert(articles, position[missing], 0, axis=0)
        keys = np.insert(keys, position[missing], retracted[0][missing])
        position = np.searchsorted(keys, retracted[0])
    return keys, articles, (position, retracted[1])
