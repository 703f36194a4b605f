"""Reads gold abstracts in PubTator format: title, abstract, and annotated spans with their concept ids."""

import gzip
import re
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from transforms.schema.records import DOCUMENTS

_TEXT = re.compile(r"(\d+)\|([ta])\|(.*)", re.DOTALL)
_NAMED_TRAINING = re.compile("train", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """An annotated span: code points in title + ' ' + abstract, its type, and its concept ids as CURIEs."""

    start: int
    end: int
    type: str
    ids: frozenset[str]


@dataclass
class GoldDocument:
    """One abstract with its annotated spans."""

    document_id: str
    title: str = ""
    abstract: str = ""
    spans: list[Span] = field(default_factory=list)


def development_files(folder: Path) -> list[Path]:
    """Return the labelled files of a folder, without those named as training data."""
    files = sorted(path for path in folder.glob("*") if path.is_file() and not path.name.endswith((".md", ".dtd")))
    return [path for path in files if not _NAMED_TRAINING.search(path.name)]


def read_pubtator(path: Path) -> list[GoldDocument]:
    """Return the documents of a PubTator file, plain or gzipped, each once."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content).decode("utf-8")
    documents: dict[str, GoldDocument] = {}
    for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()):
        document = _document(block)
        documents.setdefault(document.document_id, document)
    return list(documents.values())


def _document(block: str) -> GoldDocument:
    document = GoldDocument("")
    for line in block.split("\n"):
        text = _TEXT.match(line)
        if text:
            document.document_id = text[1]
            setattr(document, "title" if text[2] == "t" else "abstract", text[3])
            continue
        cells = line.split("\t")
        if len(cells) >= 6 and cells[1].isdigit():
            document.spans.append(Span(int(cells[1]), int(cells[2]), cells[4], _ids(cells[5])))
    return document


def _ids(cell: str) -> frozenset[str]:
    """'D003865,D016584' -> {'MESH:D003865', 'MESH:D016584'}; '-1' and '' -> nothing."""
    ids = (part.strip() for part in re.split(r"[|+,;]", cell))
    return frozenset(id_ if ":" in id_ else f"MESH:{id_}" for id_ in ids if id_ not in {"", "-", "-1"})


def as_documents(gold: list[GoldDocument]) -> pa.Table:
    """Return gold documents as rows of the table `documents`."""
    return DOCUMENTS.from_rows(
        {"document_id": document.document_id, "title": document.title, "abstract": document.abstract}
        for document in gold
    )
