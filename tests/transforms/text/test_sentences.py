import time

import pyarrow as pa
import pytest

from transforms.schema.records import DOCUMENTS
from transforms.text.document_text import join_title_and_abstract
from transforms.text.sentences import find_sentences


def documents(*rows):
    return DOCUMENTS.from_rows(rows).select(["title", "abstract", "sections"])


def read(table):
    """(row, number, words) of each sentence."""
    texts = [f"{row.get('title') or ''} {row.get('abstract') or ''}" for row in table.to_pylist()]
    sentences = find_sentences(table, join_title_and_abstract(table))
    return [
        (int(row), int(number), texts[row][start:end])
        for row, number, start, end in zip(
            sentences.document, sentences.number, sentences.start, sentences.end, strict=True
        )
    ]


def test_the_title_is_always_sentence_0():
    table = documents({"title": "Is it rare? A question.", "abstract": "It is. We asked Dr. Smith et al. about it."})
    assert read(table) == [
        (0, 0, "Is it rare? A question."),
        (0, 1, "It is."),
        (0, 2, "We asked Dr. Smith et al. about it."),
    ]


def test_numbering_restarts_with_each_document():
    table = documents({"title": "A", "abstract": "One. Two."}, {"title": "B", "abstract": "Three."})
    assert [(row, number) for row, number, _ in read(table)] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]


def test_sections_begin_sentences():
    title, abstract = "T", "no full stop here then the results follow"
    start = len(title) + 1 + abstract.index("then")
    sections = [{"label": "AIM", "start": 2, "end": start - 1}, {"label": "RESULTS", "start": start, "end": 42}]
    assert read(documents({"title": title, "abstract": abstract, "sections": sections})) == [
        (0, 0, "T"),
        (0, 1, "no full stop here"),
        (0, 2, "then the results follow"),
    ]


def test_sections_outside_the_abstract_are_ignored():
    sections = [{"label": "X", "start": start, "end": 9} for start in (0, 1, 500, None)]
    assert len(read(documents({"title": "Title", "abstract": "Body.", "sections": sections}))) == 2


def test_offsets_are_code_points():
    assert read(documents({"title": "α𝛼é", "abstract": "Größe 𝛼. Noch ein Satz."})) == [
        (0, 0, "α𝛼é"),
        (0, 1, "Größe 𝛼."),
        (0, 2, "Noch ein Satz."),
    ]


def test_missing_and_blank_texts():
    table = documents({"title": "T"}, {"abstract": "A."}, {"title": "T", "abstract": "  "}, {})
    assert read(table) == [(0, 0, "T"), (1, 0, ""), (1, 1, "A."), (2, 0, "T"), (3, 0, "")]
    assert read(pa.table({"title": ["T"]})) == [(0, 0, "T")]
    assert len(find_sentences(documents(), join_title_and_abstract(documents()))) == 0


def test_multi_byte_white_space_does_not_shift_offsets():
    table = documents({"title": "T", "abstract": "Group B\u2028. It\u00a0went on. End\u3000."})
    assert "".join(words for _, number, words in read(table) if number).replace(" ", "").startswith("GroupB")


@pytest.mark.parametrize("mark", ["\u201c", "\u00ab", "'", '"', "\u201c a", "(", "a"])
def test_200_000_quotation_marks_take_less_than_two_seconds(mark):
    begun = time.process_time()
    sentences = read(documents({"title": "T.", "abstract": (mark * 200_000)[:200_000]}))
    assert time.process_time() - begun < 2
    assert sum(len(words) for _, _, words in sentences) > 190_000


def test_a_long_abstract_is_cut_after_its_sentences():
    abstract = " ".join(f"Sentence number {number} is here." for number in range(2_000))
    assert len(read(documents({"title": "T.", "abstract": abstract}))) == 2_001
