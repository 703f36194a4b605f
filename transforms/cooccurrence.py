"""Mentions -> concepts of articles -> counts, and counts of a change as signed deltas.

Counting is additive: the counts of two disjoint sets of articles add up to those of their union, so a batch is
counted alone and its counts are added to, or taken from, what stands. Only integers are stored; expectation and
intervals are computed from them when asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.pairs import BASES, Concepts, distinct, pair_counts, sorted_dictionary
from transforms.schema import ARTICLE_CONCEPTS, CONCEPT_COUNTS, COOCCURRENCES, CORPUS_COUNTS
from transforms.tables import Table

Ints = npt.NDArray[np.int64]

_TEXT = 1
_ARTICLE_CONCEPTS = ARTICLE_CONCEPTS.without("batch")
_MEASURES = ("articles", "retracted_articles", "sentence_articles", "with_abstract")


@dataclass(frozen=True)
class Counts:
    """The counts of a set of articles: tables cooccurrences, concept_counts and corpus_counts without `batch`."""

    cooccurrences: pa.Table
    concepts: pa.Table
    corpus: pa.Table


def article_concepts(mentions: pa.Table, articles: pa.Table) -> pa.Table:
    """Mentions and the `article_keys` they belong to -> `article_concepts` without `batch`, sorted.

    Text mentions count from the article's preferred document only, and only where the article is in the population
    of basis 'text'; headings count from all its documents.
    """
    articles = articles.sort_by("article_id")
    rank, known = _positions(mentions["article_id"], articles["article_id"])
    is_text = _bools(pc.equal(mentions["basis"], "text"))
    preferred = pc.equal(mentions["document_id"], articles["document_id"].take(pa.array(rank)))
    in_text = _bools(articles["in_text"])[rank] & _bools(preferred)
    kept = known & (~is_text | in_text)
    if not kept.any():
        return _ARTICLE_CONCEPTS.empty()
    encoded = mentions["concept_id"].combine_chunks().dictionary_encode()
    names, order = sorted_dictionary(encoded.dictionary)
    concept = order[np.asarray(encoded.indices)[kept]]
    affirmed = _bools(pc.equal(mentions["assertion"], "present"))[kept]
    sentence = np.asarray(mentions["sentence"].fill_null(0), np.int64)[kept]
    group = (concept * len(articles) + rank[kept]) * 2 + is_text[kept]
    return _grouped(group, affirmed, np.where(is_text[kept], sentence, -1), names, articles)


def _grouped(
    group: Ints, affirmed: npt.NDArray[np.bool_], sentence: Ints, names: pa.Array, articles: pa.Table
) -> pa.Table:
    width = int(sentence.max()) + 3
    keys = distinct((group * width + sentence + 1) * 2 + affirmed)
    listed = keys[(keys & 1 == 1) & ((keys >> 1) % width > 0)] >> 1
    groups, first = np.unique(keys // (2 * width), return_index=True)
    any_affirmed = np.maximum.reduceat(keys & 1, first).astype(bool)
    offsets = np.searchsorted(listed, np.append(groups, groups[-1] + 1) * width)
    basis_text = groups % 2 == _TEXT
    rank, concept = groups // 2 % len(articles), groups // 2 // len(articles)
    article = articles.take(pa.array(rank))
    columns = {
        "concept_id": names.take(pa.array(concept)),
        "article_id": article["article_id"],
        "basis": pa.array(np.where(basis_text, "text", "index")),
        "affirmed": pa.array(any_affirmed),
        "sentences": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(listed % width - 1, pa.int32())),
    }
    for name in ("year", "entered_on", "is_case_report", "retracted_on", "is_notice"):
        columns[name] = article[name]
    return _ARTICLE_CONCEPTS.conform(pa.table(columns))


def count(concepts: pa.Table, articles: pa.Table) -> Counts:
    """`article_concepts` and `article_keys` of a set of articles -> its counts.

    Articles that are retracted, retraction notices or errata go to `retracted_articles`, all others to `articles`.
    """
    articles = articles.sort_by("article_id")
    outside = _bools(pc.or_(pc.is_valid(articles["retracted_on"]), articles["is_notice"]))
    years = np.asarray(articles["year"].fill_null(0), np.int64)
    affirmed = concepts.filter(concepts["affirmed"])
    if not len(affirmed):
        return Counts(
            COOCCURRENCES.without("batch").empty(),
            CONCEPT_COUNTS.without("batch").empty(),
            _corpus(articles, years, outside),
        )
    rank, _ = _positions(affirmed["article_id"], articles["article_id"])
    encoded = affirmed["concept_id"].combine_chunks().dictionary_encode()
    names, order = sorted_dictionary(encoded.dictionary)
    members = Concepts.merge(
        article=rank,
        concept=order[np.asarray(encoded.indices)],
        is_text=_bools(pc.equal(affirmed["basis"], "text")),
        sentences=affirmed["sentences"].combine_chunks(),
    )
    return Counts(
        pair_counts(members, names, years, outside),
        _concept_counts(members, names, years, outside),
        _corpus(articles, years, outside),
    )


def _concept_counts(members: Concepts, names: pa.Array, years: Ints, outside: npt.NDArray[np.bool_]) -> pa.Table:
    """One row a concept, year and basis."""
    key = members.concept * (years.max() + 1) + years[members.article]
    tables = []
    for basis, chosen in zip(BASES, (np.ones(len(key), bool), members.in_index, members.in_text), strict=True):
        keys, inverse = np.unique(key[chosen], return_inverse=True)
        out = outside[members.article[chosen]]
        tables.append(
            pa.table(
                {
                    "concept_id": names.take(pa.array(keys // (years.max() + 1))),
                    "year": year_column(keys % (years.max() + 1)),
                    "basis": pa.array([basis] * len(keys), pa.string()),
                    "articles": pa.array(np.bincount(inverse[~out], minlength=len(keys)).astype(np.int64)),
                    "retracted_articles": pa.array(np.bincount(inverse[out], minlength=len(keys)).astype(np.int64)),
                }
            )
        )
    return (
        CONCEPT_COUNTS.without("batch")
        .conform(pa.concat_tables(tables))
        .sort_by([("concept_id", "ascending"), ("basis", "ascending"), ("year", "ascending")])
    )


def _corpus(articles: pa.Table, years: Ints, outside: npt.NDArray[np.bool_]) -> pa.Table:
    """One row a year and basis: the population."""
    index, text = _bools(articles["in_index"]), _bools(articles["in_text"])
    abstract = _bools(articles["has_abstract"])
    tables = []
    for basis, member in zip(BASES, (index | text, index, text), strict=True):
        keys, inverse = np.unique(years[member], return_inverse=True)
        inside = ~outside[member]
        tables.append(
            pa.table(
                {
                    "year": year_column(keys),
                    "basis": pa.array([basis] * len(keys), pa.string()),
                    "articles": pa.array(np.bincount(inverse[inside], minlength=len(keys)).astype(np.int64)),
                    "retracted_articles": pa.array(np.bincount(inverse[~inside], minlength=len(keys)).astype(np.int64)),
                    "with_abstract": pa.array(
                        np.bincount(inverse[inside & abstract[member]], minlength=len(keys)).astype(np.int64)
                    ),
                }
            )
        )
    return CORPUS_COUNTS.without("batch").conform(pa.concat_tables(tables))


def difference(now: Sequence[pa.Table], before: pa.Table, schema: Table) -> pa.Table:
    """Counts of disjoint sets of articles as they are now, less what they were before: signed, without zero rows."""
    measures = [name for name in _MEASURES if name in schema.column_names]
    keys = [name for name in schema.without("batch").column_names if name not in measures]
    for name in measures:
        before = before.set_column(before.column_names.index(name), name, pc.negate(before[name]))
    parts = [part for part in (*now, before) if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else schema.without("batch").empty()
    summed = pa.concat_tables(parts).group_by(keys).aggregate([(name, "sum") for name in measures])
    summed = summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names])
    changed = np.zeros(len(summed), bool)
    for name in measures:
        changed |= np.asarray(summed[name]) != 0
    kept = schema.without("batch").conform(summed.filter(pa.array(changed)))
    return kept.sort_by([(name, "ascending") for name in schema.sort_by])


def year_column(years: Ints) -> pa.Array:
    """Years with 0 for unknown -> an Arrow column with NULL for unknown."""
    return pa.array(years, pa.int32(), mask=years == 0)


def _positions(values: pa.ChunkedArray, ordered: pa.ChunkedArray) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where each value stands in the ascending `ordered`, and whether it is there at all."""
    haystack, needles = np.asarray(ordered, np.int64), np.asarray(values, np.int64)
    if not len(haystack):
        return np.zeros(len(needles), np.int64), np.zeros(len(needles), bool)
    rank = np.minimum(np.searchsorted(haystack, needles), len(haystack) - 1)
    return rank, haystack[rank] == needles


def _bools(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(column, False), bool)  # noqa: FBT003 - pyarrow's own signature
