"""What holds of claims whatever the text."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.claims.candidates import MAX_SENTENCE_LENGTH, sentence_spans, to_ascii
from transforms.claims.detect import find_claims
from transforms.schema.claims import FOUND_CLAIMS

quick = settings(max_examples=60, deadline=None)
KINDS = {"first_report", "nth_report", "only_report", "prior_count", "rare_qualitative"}
PIECES = [
    "this is", "we report", "the first", "the second", "12th", "reported", "case", "cases", "of gout", "only", "three",
    "have been", "never", "not", "previously", "in the literature", "to our knowledge,", "rare", "a unique", "but",
    "However,", "novel", "mutation", "single", "few", ".", ". We", "?", ";", "(", ")", "\u2019", "\u00a0", "𝛼", "é",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join) | st.text(max_size=80)


@quick
@given(st.lists(st.tuples(texts, st.none() | texts), min_size=1, max_size=4))
def test_claims_lie_in_their_text(documents):
    titles, abstracts = zip(*documents, strict=True)
    table = pa.table({"document_id": [str(n) for n in range(len(documents))], "title": titles, "abstract": abstracts})
    found = find_claims(table)
    assert found.schema == FOUND_CLAIMS.arrow
    for claim in found.to_pylist():
        title, abstract = documents[int(claim["document_id"])]
        text = f"{title} {abstract or ''}"
        assert 0 <= claim["start"] < claim["end"] <= len(text)
        assert not text[claim["start"]].isspace()
        assert claim["kind"] in KINDS
        assert (claim["ordinal"] is None) == (claim["kind"] not in ("first_report", "nth_report"))
        assert (claim["prior_count"] is None) == (claim["bound"] is None) == (claim["kind"] != "prior_count")
        if claim["scope_start"] is not None:
            assert claim["start"] <= claim["scope_start"] < claim["scope_end"] <= claim["end"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=4))
def test_each_document_is_read_independently(documents):
    def read(rows):
        titles, abstracts = zip(*rows, strict=True)
        return find_claims(pa.table({"title": titles, "abstract": abstracts})).drop_columns("document_id").to_pylist()

    assert read(documents) == [claim for row in documents for claim in read([row])]


@quick
@given(st.text())
def test_sentence_spans_cover_everything_but_spaces(words):
    text = to_ascii(words)
    spans = list(sentence_spans(text))
    assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "")
    assert len(text) == len(words)


def test_long_sentences_are_processed_in_linear_time():
    hostile = "first case " * 20_000 + "of " + "a-" * 200_000 + " reported in the literature " * 20_000
    assert find_claims(pa.table({"title": ["T"], "abstract": [hostile]})).num_rows == 0
    short = ("first " * 400)[: MAX_SENTENCE_LENGTH - 10]
    find_claims(pa.table({"title": [short], "abstract": [short.replace("first", "no case")]}))
