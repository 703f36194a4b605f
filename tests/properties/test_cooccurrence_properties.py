"""Counts of small random sets of articles agree with a naive count, one article at a time."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.columnar.dictionaries import decode_table
from transforms.counting.cooccurrence import article_concepts, count_articles, count_deltas
from transforms.counting.pairs import order_by_second_concept
from transforms.schema.articles import ARTICLE_KEYS
from transforms.schema.counts import CONCEPT_COUNTS, COOCCURRENCES, CORPUS_COUNTS
from transforms.schema.mentions import MENTIONS

CONCEPTS = [f"MESH:D{number}" for number in (1, 5, 30, 200)]
DAY = dt.date(2020, 2, 3)

mention = st.tuples(
    st.sampled_from(CONCEPTS),
    st.sampled_from([None, 0, 1, 2, 62, 63, 64, 130]),  # None: a heading; the rest: sentences beyond one mask word too
    st.sampled_from(["present", "present", "negated", "uncertain"]),
)
article = st.fixed_dictionaries(
    {
        "year": st.sampled_from([None, 1999, 2020]),
        "in_index": st.booleans(),
        "in_text": st.booleans(),
        "has_abstract": st.booleans(),
        "retracted": st.booleans(),
        "is_notice": st.sampled_from([False, False, True]),
        "mentions": st.lists(mention, max_size=12),
    }
)
literature = st.lists(article, max_size=8)


def keys_of(articles):
    return ARTICLE_KEYS.without("batch").from_rows(
        {
            "article_id": 100 + number,
            "document_id": f"pubmed:{100 + number}",
            "version": 1,
            "sources": ["pubmed"],
            "entered_on": DAY,
            "is_case_report": False,
            "retracted_on": DAY if article["retracted"] else None,
            **{name: article[name] for name in ("year", "in_index", "in_text", "has_abstract", "is_notice")},
        }
        for number, article in enumerate(articles)
    )


def mentions_of(articles):
    return MENTIONS.without("batch").from_rows(
        {
            "concept_id": concept,
            "article_id": 100 + number,
            "document_id": f"pubmed:{100 + number}",
            "section": "headings" if sentence is None else "abstract",
            "sentence": sentence,
            "start": None if sentence is None else 0,
            "end": None if sentence is None else 1,
            "text": "x",
            "assertion": "present" if sentence is None else assertion,
            "basis": "index" if sentence is None else "text",
        }
        for number, article in enumerate(articles)
        for concept, sentence, assertion in article["mentions"]
    )


def counted(articles):
    keys = keys_of(articles)
    concepts = article_concepts(mentions_of(articles), keys)
    return concepts, spelled_out(count_articles(concepts, keys))


def spelled_out(counts):
    return replace(counts, cooccurrences=decode_table(counts.cooccurrences))


def by_definition(articles):
    """(pairs, concepts, corpus) as counters keyed like the tables' rows."""
    pairs, concepts, corpus = Counter(), Counter(), Counter()
    for article in articles:
        measure = "retracted_articles" if article["retracted"] or article["is_notice"] else "articles"
        index = {concept for concept, sentence, _ in article["mentions"] if sentence is None}
        where = {}
        for concept, sentence, assertion in article["mentions"]:
            if sentence is not None and assertion == "present" and article["in_text"]:
                where.setdefault(concept, set()).add(sentence)
        member = {
            "index": article["in_index"],
            "text": article["in_text"],
            "any": article["in_index"] or article["in_text"],
        }
        for basis, found in (("index", index), ("text", set(where)), ("any", index | set(where))):
            if member[basis]:
                corpus[article["year"], basis, measure] += 1
                if article["has_abstract"] and measure == "articles":
                    corpus[article["year"], basis, "with_abstract"] += 1
            for concept in found:
                concepts[concept, article["year"], basis, measure] += 1
            for a, b in combinations(sorted(found), 2):
                pairs[a, b, article["year"], basis, measure] += 1
                together = where.get(a, set()) & where.get(b, set())
                if basis != "index" and together and measure == "articles":
                    pairs[a, b, article["year"], basis, "sentence_articles"] += 1
    return pairs, concepts, corpus


def as_counter(table, keys):
    measures = [name for name in table.column_names if name not in keys]
    rows = table.to_pylist()
    assert len({tuple(row[key] for key in keys) for row in rows}) == len(rows), "a key stands twice"
    found = Counter({(*(row[key] for key in keys), name): row[name] for row in rows for name in measures})
    return +found


@settings(max_examples=300, deadline=None)
@given(literature)
def test_counts_equal_the_definition(articles):
    _, counts = counted(articles)
    pairs, concepts, corpus = by_definition(articles)
    assert as_counter(counts.cooccurrences, ["concept_a", "concept_b", "year", "basis"]) == pairs
    assert as_counter(counts.concepts, ["concept_id", "year", "basis"]) == concepts
    assert as_counter(counts.corpus, ["year", "basis"]) == corpus


@settings(max_examples=150, deadline=None)
@given(literature, st.integers(0, 8))
def test_counts_of_disjoint_parts_add_up(articles, cut):
    keys = keys_of(articles)
    concepts = article_concepts(mentions_of(articles), keys)
    whole = spelled_out(count_articles(concepts, keys))
    parts = []
    for chosen in (range(cut), range(cut, len(articles))):
        ids = pa.array([100 + number for number in chosen], pa.int64())
        part_keys = keys.filter(pa.compute.is_in(keys["article_id"], ids))
        parts.append(count_articles(concepts.filter(pa.compute.is_in(concepts["article_id"], ids)), part_keys))
    for schema, name in ((COOCCURRENCES, "cooccurrences"), (CONCEPT_COUNTS, "concepts"), (CORPUS_COUNTS, "corpus")):
        nothing_before = schema.without("batch").empty()
        together = decode_table(count_deltas([getattr(part, name) for part in parts], nothing_before, schema))
        order = [(column, "ascending") for column in schema.sort_by]
        assert together.sort_by(order).to_pylist() == getattr(whole, name).sort_by(order).to_pylist()


@settings(max_examples=100, deadline=None)
@given(literature, literature)
def test_a_signed_delta_turns_the_old_counts_into_the_new(old, new):
    (_, before), (_, now) = counted(old), counted(new)
    for schema, name in ((COOCCURRENCES, "cooccurrences"), (CONCEPT_COUNTS, "concepts"), (CORPUS_COUNTS, "corpus")):
        delta = count_deltas([getattr(now, name)], getattr(before, name), schema)
        back = count_deltas([getattr(before, name), delta], schema.without("batch").empty(), schema)
        order = [(column, "ascending") for column in schema.sort_by]
        assert back.sort_by(order).to_pylist() == getattr(now, name).sort_by(order).to_pylist()


@settings(max_examples=100, deadline=None)
@given(literature)
def test_article_concepts_list_the_affirming_sentences(articles):
    concepts, _ = counted(articles)
    for row in concepts.to_pylist():
        in_article = articles[row["article_id"] - 100]["mentions"]
        is_text = row["basis"] == "text"
        mine = [m for m in in_article if m[0] == row["concept_id"] and (m[1] is not None) == is_text]
        affirmed = [sentence for _, sentence, assertion in mine if not is_text or assertion == "present"]
        assert mine
        assert row["affirmed"] == bool(affirmed)
        assert row["sentences"] == (sorted(set(affirmed)) if is_text else [])


@settings(max_examples=100, deadline=None)
@given(literature)
def test_pairs_sorted_by_the_second_concept(articles):
    concepts, counts = counted(articles)
    rows = counts.cooccurrences.to_pylist()
    for pairs in (counts.cooccurrences, count_articles(concepts, keys_of(articles)).cooccurrences):
        assert pairs.take(order_by_second_concept(pairs)).to_pylist() == sorted(rows, key=lambda row: row["concept_b"])
