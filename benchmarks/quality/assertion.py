"""Negation against BioScope's hand-marked scopes.

Every mention of a MeSH concept in a sentence is asked twice: does it lie in a marked negation scope, and is it found
'negated'? Baseline: a mention is negated by 'no', 'not' or 'without' anywhere before it in its sentence.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from lxml import etree

from benchmarks.quality._scores import scores
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
    """The figures of every set that is there; n counts mentions inside a negation scope."""
    sets = {name: data / file for name, file in _SETS.items() if (data / file).exists()}
    if not sets or not (data / MESH).exists():
        return None
    with (data / MESH).open("rb") as stream:
        tables = read_mesh(stream, MESH)
    vocabulary = build(tables.concepts, tables.names, tables.ancestors)
    figures = {}
    for name, path in sets.items():
        sentences = list(read(path))
        documents = pa.table(
            {"document_id": [str(at) for at in range(len(sentences))], "title": [one.text for one in sentences]}
        )
        figures[name] = _compare(sentences, annotate(documents, vocabulary).to_pylist())
    return figures


def read(path: Path) -> list[Sentence]:
    """The sentences of a BioScope file."""
    root = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)).getroot()
    return [_sentence(element) for element in root.iter("sentence")]


def _sentence(element: etree._Element) -> Sentence:
    sentence = Sentence("", [])
    _walk(element, sentence)
    return sentence


def _walk(element: etree._Element, sentence: Sentence) -> None:
    start = len(sentence.text)
    sentence.text += element.text or ""
    for child in element:
        _walk(child, sentence)
        sentence.text += child.tail or ""
    cues = element.xpath(".//cue[@type='negation']/@ref") if element.tag == "xcope" else ()
    if element.get("id") in cues:
        sentence.negated.append((start, len(sentence.text)))


def _compare(sentences: list[Sentence], mentions: list[dict[str, Any]]) -> dict[str, Any]:
    marked, found, plain = set(), set(), set()
    for mention in mentions:
        number, start, end = int(mention["document_id"]), mention["start"], mention["end"]
        place = (number, start, end)
        sentence = sentences[number]
        if any(begin <= start and end <= stop for begin, stop in sentence.negated):
            marked.add(place)
        if mention["assertion"] == "negated":
            found.add(place)
        if _PLAIN_CUE.search(sentence.text, 0, start):
            plain.add(place)
    return {**scores([(marked, found)]), "baseline": scores([(marked, plain)])}
