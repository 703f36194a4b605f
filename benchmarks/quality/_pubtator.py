"""Gold abstracts in PubTator format: title and abstract, and marked spans with their ids."""

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
    """Something marked: code points of title + ' ' + abstract, its type, and the ids it stands for, as CURIEs."""

    start: int
    end: int
    type: str
    ids: frozenset[str]


@dataclass
class GoldDocument:
    """One abstract and what is marked in it."""

    document_id: str
    title: str = ""
    abstract: str = ""
    spans: list[Span] = field(default_factory=list)


def development_files(folder: Path) -> list[Path]:
    """The labelled files of a folder, those for training apart."""
    found = sorted(path for path in folder.glob("*") if path.is_file() and not path.name.endswith((".md", ".dtd")))
    return [path for path in found if not _NAMED_TRAINING.search(path.name)]


def read(path: Path) -> list[GoldDocument]:
    """The documents of a PubTator file, plain or gzip; a document that stands twice is read once."""
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
    ids = (one.strip() for one in re.split(r"[|+,;]", cell))
    return frozenset(one if ":" in one else f"MESH:{one}" for one in ids if one not in {"", "-", "-1"})


def as_documents(gold: list[GoldDocument]) -> pa.Table:
    """Gold documents as rows of the table `documents`."""
    return DOCUMENTS.from_rows(
        {"document_id": one.document_id, "title": one.title, "abstract": one.abstract} for one in gold
    )
