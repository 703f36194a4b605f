"""Annotation against a matcher that is slow and plain, and what must hold whatever the text."""

import re
from itertools import pairwise

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.small_vocabularies import vocabulary
from transforms.annotation.abbreviations import find_definitions
from transforms.annotation.annotate import annotate
from transforms.text.document_text import join_title_and_abstract
from transforms.text.sentences import find_sentences
from transforms.text.tokens import split_words, tokenize
from transforms.text.word_forms import lemma, written_forms

quick = settings(max_examples=60, deadline=None)

NAMES = {
    "T:1": ["Lymph Node", "Nodes, Swollen"],
    "T:2": ["Node"],
    "T:3": ["Node Tumor Cell", "Tumor of Cell"],
    "T:4": ["Cell", "Lymph Cell"],
    "T:5": ["Tumor", "Cell Tumour"],
    "T:6": ["LYMPH", "Crohn Cell"],
}
KNOWN = vocabulary(NAMES)

PIECES = ["lymph", "LYMPH", "node", "Nodes", "tumour", "tumors", "Tumor", "cell", "cells", "of", "swollen", "Crohn"]
GAPS = [
    " ",
    " ",
    " ",
    "-",
    "/",
    ", ",
    ",",
    "'s ",
    "\u2019s ",
    "' ",
    ". ",
    "; ",
    " (",
    ") ",
    "  ",
    "",
    "&lt;",
    "\u0301",
    "\U0001d6fc",
]
phrases = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GAPS)), max_size=12).map(
    lambda parts: "".join(piece + gap for piece, gap in parts)
)
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
texts = st.one_of(phrases, any_text, st.tuples(phrases, any_text, phrases).map("".join))
sections = st.lists(
    st.builds(lambda start: {"label": "X", "start": start, "end": start}, st.integers(-5, 80)), max_size=3
)
documents = st.lists(
    st.fixed_dictionaries(
        {
            "document_id": st.just("t:1"),
            "title": st.none() | texts,
            "abstract": st.none() | texts,
            "sections": st.none() | sections,
            "headings": st.none() | st.lists(st.sampled_from([*NAMES, "T:9"]), max_size=4),
        }
    ),
    max_size=5,
)
SCHEMA = pa.schema(
    {
        "document_id": pa.string(),
        "title": pa.string(),
        "abstract": pa.string(),
        "sections": pa.list_(pa.struct([("label", pa.string()), ("start", pa.int32()), ("end", pa.int32())])),
        "headings": pa.list_(pa.string()),
    }
)


def as_table(rows):
    numbered = [row | {"document_id": f"t:{number}"} for number, row in enumerate(rows)]
    return pa.Table.from_pylist(numbered, schema=SCHEMA)


def text_of(row):
    return f"{row['title'] or ''} {row['abstract'] or ''}"


def gap_kind(gap):
    gap = re.sub(r"^['\u2019]s(?=[^a-z]|$)", "", gap)
    if re.fullmatch(r"[ \-/'\u2019]|['\u2019][ -]", gap):
        return "joined"
    return "comma" if gap in {",", ", "} else "broken"


def naive_words(text):
    """(start, end, folded) of each word of a text made of PIECES and GAPS; a possessive's s is none."""
    text = re.sub("&lt;", "\0\0\0\0", text)
    found = [(m.start(), m.end(), m[0].lower()) for m in re.finditer("[A-Za-z]+", text)]
    return [
        (start, end, word)
        for start, end, word in found
        if not (word == "s" and start > 1 and text[start - 1] in "'\u2019" and text[start - 2].isalpha())
    ]


def naive_mentions(text, sentences):
    """(start, end, concepts) by trying every span of words against every name."""
    words = naive_words(text)
    starts = {start for start, _ in sentences}
    found, at = [], 0
    while at < len(words):
        for end in range(min(len(words), at + 3), at, -1):
            span = words[at:end]
            between = [
                "broken" if any(a[1] < s <= b[0] for s in starts) else gap_kind(text[a[1] : b[0]])
                for a, b in pairwise(span)
            ]
            concepts = naive_meaning(text[span[0][0] : span[-1][1]], [word for *_, word in span], between)
            if concepts:
                found.append((span[0][0], span[-1][1], concepts))
                at = end - 1
                break
        at += 1
    return found


def naive_meaning(surface, words, between):
    candidates = []
    for concept, names in NAMES.items():
        for rank, name in enumerate(names):
            turned = " ".join(reversed(name.split(", ")))
            for form, quality in ((name, min(rank, 1)), *([(turned, 2)] if ", " in name else [])):
                known = re.findall("[a-z]+", form.lower())
                gaps = ["comma" if gap == ", " else "joined" for gap in re.findall("[^A-Za-z]+", form)]
                if gaps != between or [lemma(w) for w in known] != [lemma(w) for w in words]:
                    continue
                if form.isupper() and surface not in (form, form + "s"):
                    continue
                candidates.append(((known != words, quality), concept))
    best = min((quality for quality, _ in candidates), default=None)
    return sorted({concept for quality, concept in candidates if quality == best})


@quick
@given(documents)
def test_any_text_gives_offsets_that_slice_to_the_words(rows):
    table = annotate(as_table(rows), KNOWN)
    for mention in table.to_pylist():
        text = text_of(rows[int(mention["document_id"][2:])])
        if mention["basis"] == "text":
            assert text[mention["start"] : mention["end"]] == mention["text"]
            assert mention["sentence_start"] <= mention["start"] < mention["end"] <= mention["sentence_end"]
            assert (mention["sentence"] == 0) == (mention["section"] == "title")


@quick
@given(documents)
def test_no_two_mentions_overlap_unless_they_are_the_same_words(rows):
    table = annotate(as_table(rows), KNOWN).to_pylist()
    spans = [(m["document_id"], m["start"], m["end"]) for m in table if m["basis"] == "text"]
    assert spans == sorted(spans, key=lambda span: (int(span[0][2:]), span[1]))
    for (document, _, end), (following, start, _) in pairwise(dict.fromkeys(spans)):
        assert document != following or end <= start


@quick
@given(documents, st.integers(0, 5))
def test_how_documents_are_cut_into_batches_changes_nothing(rows, cut):
    table = as_table(rows)
    parts = [annotate(part, KNOWN) for part in (table.slice(0, cut), table.slice(min(cut, len(table))))]
    assert pa.concat_tables(parts).equals(annotate(table, KNOWN))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(phrases, phrases), max_size=4))
def test_agrees_with_a_naive_matcher(pairs):
    rows = [{"title": title, "abstract": abstract} for title, abstract in pairs]
    table = as_table([dict.fromkeys(SCHEMA.names) | row for row in rows])
    sentences = find_sentences(table, join_title_and_abstract(table))
    found = annotate(table, KNOWN).to_pylist()
    for number, row in enumerate(rows):
        own = sentences.document == number
        spans = list(zip(sentences.start[own].tolist(), sentences.end[own].tolist(), strict=True))
        mine = [(m["start"], m["end"], m["concept_id"]) for m in found if m["document_id"] == f"t:{number}"]
        if "\u0301" not in text_of(row) and not find_definitions(text_of(row)):
            expected = naive_mentions(text_of(row), spans)
            assert mine == [(start, end, one) for start, end, concepts in expected for one in concepts]


@quick
@given(documents)
def test_sentences_are_ordered_trimmed_and_apart(rows):
    table = as_table(rows)
    found = find_sentences(table, join_title_and_abstract(table))
    for number, row in enumerate(rows):
        own = found.document == number
        assert found.number[own].tolist() == list(range(own.sum()))
        assert own.sum() >= 1
        spans = list(zip(found.start[own].tolist(), found.end[own].tolist(), strict=True))
        assert all(end <= start for (_, end), (start, _) in pairwise(spans))
        assert all(text_of(row)[start:end] == text_of(row)[start:end].strip() for start, end in spans)


@quick
@given(any_text)
def test_words_of_a_text_are_those_the_tokens_stand_for(text):
    tokens = tokenize(text)
    spelt = [text[start:end] for start, end in zip(tokens.start, tokens.end, strict=True)]
    hashes = [tokenize(word).hash.tolist() for word in spelt]
    assert [one for word in hashes for one in word] == tokens.hash.tolist()


@quick
@given(any_text)
def test_the_document_text_is_title_space_abstract(text):
    both = join_title_and_abstract(pa.table({"title": [text, None], "abstract": [text, text]}))
    assert both.text == f"{text} {text}\n {text}\n"
    assert both.begin.tolist() == [0, 2 * len(text) + 2, 3 * len(text) + 4]


@quick
@given(st.text("abcdefghimnoprstuxyz", min_size=1, max_size=10))
def test_every_form_of_a_word_has_its_lemma(word):
    assert all(lemma(form) == lemma(word) for form in written_forms(lemma(word)))
    assert split_words(word) == [word]
