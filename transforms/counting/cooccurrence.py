"""Counts articles by concept and by pair of concepts, and expresses a change of the counts as signed deltas.

Counting is additive: the counts of two disjoint sets of articles add up to those of their union. So a batch is counted
alone, and its counts are added to (or subtracted from) the stored ones. Only integers are stored; expectations and
intervals are computed by the views.

    mentions            article 7: fever (sentence 1, present), sepsis (sentence 1, present), rash (negated)
    article_concepts    (fever, 7, affirmed, [1])  (sepsis, 7, affirmed, [1])  (rash, 7, not affirmed, [])
    counts              pair fever + sepsis: 1 article, 1 in one sentence; concepts fever 1, sepsis 1; corpus 1
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.dictionaries import decode_table, encode_column, equals_text, sort_dictionary
from transforms.columnar.integers import distinct, locate, run_starts, stable_order
from transforms.columnar.types import Ints
from transforms.counting.pairs import BASES, AffirmedConcepts, pair_counts
from transforms.schema.counts import CONCEPT_COUNTS, COOCCURRENCES, CORPUS_COUNTS
from transforms.schema.mentions import ARTICLE_CONCEPTS
from transforms.schema.table import Table

_MENTION_BASES = ("index", "text")
_ARTICLE_CONCEPTS = ARTICLE_CONCEPTS.without("batch")
_ARTICLE_COLUMNS = ("year", "entered_on", "is_case_report", "subjects", "retracted_on", "is_notice")
_MEASURES = ("articles", "retracted_articles", "sentence_articles", "with_abstract")


@dataclass(frozen=True)
class Counts:
    """The counts of a set of articles: tables cooccurrences, concept_counts and corpus_counts without `batch`."""

    cooccurrences: pa.Table
    concepts: pa.Table
    corpus: pa.Table


def article_concepts(mentions: pa.Table, articles: pa.Table) -> pa.Table:
    """Group mentions by concept, article and basis: table `article_concepts` without `batch`, sorted.

    articles: the `article_keys` of the mentions. Text mentions count from the preferred document of an article only,
    and only if the article is in the population of basis 'text'; headings count from all documents. Repeating strings
    are dictionary-encoded.
    """
    articles = articles.sort_by("article_id")
    rank, known = locate(np.asarray(articles["article_id"]), np.asarray(mentions["article_id"]))
    is_text = equals_text(mentions["basis"], "text")
    documents = encode_column(mentions["document_id"])
    preferred = pc.index_in(documents.dictionary, articles["document_id"].combine_chunks()).fill_null(-1)
    in_text = _bools(articles["in_text"])[rank] & (np.asarray(preferred)[np.asarray(documents.indices)] == rank)
    kept = known & (~is_text | in_text)
    if not kept.any():
        return _ARTICLE_CONCEPTS.empty()
    concepts = encode_column(mentions["concept_id"])
    names, order = sort_dictionary(concepts.dictionary)
    concept = order[np.asarray(concepts.indices)[kept]]
    affirmed = equals_text(mentions["assertion"], "present")[kept]
    sentence = np.asarray(mentions["sentence"].fill_null(0), np.int64)[kept]
    # one integer per (concept, article, basis), which sorts like the table
    group = (concept * len(articles) + rank[kept]) * 2 + is_text[kept]
    return _group_mentions(group, affirmed, np.where(is_text[kept], sentence, -1), names, articles)


def _group_mentions(
    group: Ints, affirmed: npt.NDArray[np.bool_], sentence: Ints, names: pa.Array, articles: pa.Table
) -> pa.Table:
    """One row per group, with the numbers of the sentences that affirm its concept.

    group, sentence and affirmed are packed into one integer, so that one sort groups the mentions, orders the sentences
    and removes duplicates. sentence is -1 for headings.

        key = (group * width + sentence + 1) * 2 + affirmed
    """
    width = int(sentence.max()) + 3
    keys = distinct((group * width + sentence + 1) * 2 + affirmed)
    # listed in `sentences`: affirmed, and in the text rather than a heading
    is_listed = (keys & 1 == 1) & ((keys >> 1) % width > 0)
    listed = keys[is_listed] >> 1
    grouped = keys // (2 * width)
    first = run_starts(grouped)
    groups = grouped[first]
    any_affirmed = np.maximum.reduceat(keys & 1, first).astype(bool)
    offsets = np.append(0, np.cumsum(np.add.reduceat(is_listed, first, dtype=np.int64)))
    rank, concept = groups // 2 % len(articles), groups // 2 // len(articles)
    article = articles.select(["article_id", *_ARTICLE_COLUMNS]).take(pa.array(rank))
    columns = {
        "concept_id": pa.DictionaryArray.from_arrays(pa.array(concept.astype(np.int32)), names),
        "article_id": article["article_id"],
        "basis": pa.DictionaryArray.from_arrays(pa.array((groups % 2).astype(np.int8)), pa.array(_MENTION_BASES)),
        "affirmed": pa.array(any_affirmed),
        "sentences": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(listed % width - 1, pa.int32())),
    }
    for name in _ARTICLE_COLUMNS:
        columns[name] = article[name]
    return pa.table(columns).select(list(_ARTICLE_CONCEPTS.column_names))


def count_articles(concepts: pa.Table, articles: pa.Table) -> Counts:
    """The counts of a set of articles, given its `article_concepts` and `article_keys`.

    Retracted articles, retraction notices and errata are counted as `retracted_articles`, all others as `articles`.
    """
    articles = articles.sort_by("article_id")
    excluded = _bools(pc.or_(pc.is_valid(articles["retracted_on"]), articles["is_notice"]))
    years = np.asarray(articles["year"].fill_null(0), np.int64)
    affirmed = concepts.filter(concepts["affirmed"])
    if not len(affirmed):
        return Counts(
            COOCCURRENCES.without("batch").empty(),
            CONCEPT_COUNTS.without("batch").empty(),
            _corpus(articles, years, excluded),
        )
    rank, _ = locate(np.asarray(articles["article_id"]), np.asarray(affirmed["article_id"]))
    concept_ids = encode_column(affirmed["concept_id"])
    names, order = sort_dictionary(concept_ids.dictionary)
    members = AffirmedConcepts.merge(
        article=rank,
        concept=order[np.asarray(concept_ids.indices)],
        is_text=equals_text(affirmed["basis"], "text"),
        sentences=affirmed["sentences"].combine_chunks(),
    )
    return Counts(
        pair_counts(members, names, years, excluded),
        _concept_counts(members, names, years, excluded),
        _corpus(articles, years, excluded),
    )


def _concept_counts(
    members: AffirmedConcepts, names: pa.Array, years: Ints, excluded: npt.NDArray[np.bool_]
) -> pa.Table:
    """One row per concept, year and basis."""
    span = int(years.max()) + 1
    key = members.concept * span + years[members.article]
    order = stable_order(key)
    first = run_starts(key[order])
    is_excluded = excluded[members.article][order]
    counts = []
    for chosen in (np.ones(len(key), bool), members.in_index, members.in_text):
        in_basis = chosen[order]
        sides = (~is_excluded, is_excluded)
        counts.append([np.add.reduceat(side & in_basis, first, dtype=np.int64) for side in sides])
    articles, retracted = (np.stack(side) for side in zip(*counts, strict=True))
    basis, row = np.nonzero(articles | retracted)
    concept, year = np.divmod(key[order][first][row], span)
    listed = stable_order(np.where(year, year, span), basis, concept)  # an unknown year, 0, sorts last
    table = {
        "concept_id": names.take(pa.array(concept[listed])),
        "year": year_column(year[listed]),
        "basis": pa.array(BASES).take(pa.array(basis[listed])),
        "articles": pa.array(articles[basis, row][listed]),
        "retracted_articles": pa.array(retracted[basis, row][listed]),
    }
    return CONCEPT_COUNTS.without("batch").conform(pa.table(table))


def _corpus(articles: pa.Table, years: Ints, excluded: npt.NDArray[np.bool_]) -> pa.Table:
    """The population: one row per year and basis."""
    index, text = _bools(articles["in_index"]), _bools(articles["in_text"])
    abstract = _bools(articles["has_abstract"])
    tables = []
    for basis, member in zip(BASES, (index | text, index, text), strict=True):
        keys, inverse = np.unique(years[member], return_inverse=True)
        inside = ~excluded[member]
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


def count_deltas(now: Sequence[pa.Table], before: pa.Table, schema: Table) -> pa.Table:
    """The change of the counts from `before` to `now`: signed, without rows of zeros.

    now: counts of disjoint sets of articles; schema: the table of counts that all of them belong to.

        now     fever + sepsis 3              before   fever + sepsis 2, fever + rash 1
        result  fever + rash -1, fever + sepsis 1
    """
    measures = [name for name in _MEASURES if name in schema.column_names]
    keys = [name for name in schema.without("batch").column_names if name not in measures]
    for name in measures:
        before = before.set_column(before.column_names.index(name), name, pc.negate(before[name]))
    parts = [part for part in (*now, before) if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else schema.without("batch").empty()
    parts = [schema.without("batch").conform(decode_table(part)) for part in parts]
    summed = pa.concat_tables(parts).group_by(keys).aggregate([(name, "sum") for name in measures])
    summed = summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names])
    changed = np.zeros(len(summed), bool)
    for name in measures:
        changed |= np.asarray(summed[name]) != 0
    kept = schema.without("batch").conform(summed.filter(pa.array(changed)))
    return kept.sort_by([(name, "ascending") for name in schema.sort_by])


def year_column(years: Ints) -> pa.Array:
    """Years as an Arrow column, with NULL for 0 (unknown)."""
    return pa.array(years, pa.int32(), mask=years == 0)


def _bools(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(column, False), bool)  # noqa: FBT003 - pyarrow's own signature
