"""Quality of negation detection on BioScope's labelled negation scopes.

A mention of a MeSH concept is negated in the gold standard if it lies in a labelled scope. Baseline: it is negated by
'no', 'not' or 'without' anywhere before it in its sentence.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from lxml import etree

from benchmarks.gold.scores import score_sets
from benchmarks.quality.concepts import MESH
from transforms.annotation.annotate import annotate
from transforms.vocabulary.compiled import build, read_mesh

_SETS = {"bioscope_abstracts": "gold/bioscope/abstracts.xml", "bioscope_papers": "gold/bioscope/full_papers.xml"}
_PLAIN_CUE = re.compile(r"\b(?:no|not|without)\b", re.IGNORECASE)


@dataclass
class Sentence:
    """A sentence's text and its negation scopes, in code points."""

    text: str
    negated: list[tuple[int, int]]


def measure(data: Path) -> dict[str, Any] | None:
    """Return the figures of every set that is present; n counts mentions inside a negation scope."""
    sets = {name: data / file for name, file in _SETS.items() if (data / file).exists()}
    if not sets or not (data / MESH).exists():
        return None
    with (data / MESH).open("rb") as stream:
        tables = read_mesh(stream, MESH)
    vocabulary = build(tables.concepts, tables.names, tables.ancestors)
    figures = {}
    for name, path in sets.items():
        sentences = list(read_bioscope(path))
        documents = pa.table(
            {
                "document_id": [str(number) for number in range(len(sentences))],
                "title": [sentence.text for sentence in sentences],
            }
        )
        figures[name] = _compare(sentences, annotate(documents, vocabulary).to_pylist())
    return figures


def read_bioscope(path: Path) -> list[Sentence]:
    """Return the sentences of a BioScope file."""
    root = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)).getroot()
    return [_sentence(element) for element in root.iter("sentence")]


def _sentence(element: etree._Element) -> Sentence:
    sentence = Sentence("", [])
    _walk(element, sentence)
    return sentence


def _walk(element: etree._Element, sentence: Sentence) -> None:
    """Append the text of an element to the sentence, and its span if it is the scope of a negation cue."""
    start = len(sentence.text)
    sentence.text += element.text or ""
    for child in element:
        _walk(child, sentence)
        sentence.text += child.tail or ""
    cues = element.xpath(".//cue[@type='negation']/@ref") if element.tag == "xcope" else ()
    if element.get("id") in cues:
        sentence.negated.append((start, len(sentence.text)))


def _compare(sentences: list[Sentence], mentions: list[dict[str, Any]]) -> dict[str, Any]:
    marked, negated, plain = set(), set(), set()
    for mention in mentions:
        number, start, end = int(mention["document_id"]), mention["start"], mention["end"]
        span = (number, start, end)
        sentence = sentences[number]
        if any(begin <= start and end <= stop for begin, stop in sentence.negated):
            marked.add(span)
        if mention["assertion"] == "negated":
            negated.add(span)
        if _PLAIN_CUE.search(sentence.text, 0, start):
            plain.add(span)
    return {**score_sets([(marked, negated)]), "baseline": score_sets([(marked, plain)])}
