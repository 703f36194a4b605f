"""Reads a vocabulary file of any kind; the format is recognised by content, else by the file name."""

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from isal import igzip

from transforms.vocabulary.custom_list import read_csv, read_toml
from transforms.vocabulary.mesh import read_mesh
from transforms.vocabulary.obo import LONGEST_LINE, read_obo
from transforms.vocabulary.tables import VocabularyError, VocabularyTables

_GZIP = b"\x1f\x8b"
_HEAD = 1 << 16
_LARGEST_LIST = 64 << 20
_KINDS = "MeSH (desc or supp XML), an ontology in OBO format, or a list of concepts (CSV, TSV or TOML)"


def read_vocabulary(stream: BinaryIO, name: str) -> VocabularyTables:
    """Read MeSH XML, an OBO ontology or a custom list, plain or gzip, into vocabulary tables.

    Raises `VocabularyError`, naming the file (`name`), for any other file and for a damaged one.
    """
    buffered: io.BufferedReader = io.BufferedReader(cast("io.RawIOBase", stream), _HEAD)
    if buffered.peek(2)[:2] == _GZIP:
        packed = igzip.IGzipFile(fileobj=buffered)  # type: ignore[no-untyped-call]
        buffered = io.BufferedReader(cast("io.RawIOBase", packed), _HEAD)
    try:
        head = buffered.peek(_HEAD)[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
        if head.startswith(b"<"):
            return read_mesh(cast("BinaryIO", buffered), name)
        return _read_text(buffered, head, name)
    except (EOFError, OSError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{name} cannot be read: {error}") from error


def _read_text(buffered: io.BufferedReader, head: bytes, name: str) -> VocabularyTables:
    plain = name.removesuffix(".gz").lower()
    if head.startswith((b"format-version:", b"!")) or b"\n[Term]" in head or plain.endswith(".obo"):
        text = io.TextIOWrapper(buffered, "utf-8-sig", newline=None)
        return read_obo(iter(lambda: text.readline(LONGEST_LINE + 1), ""), name)
    if plain.endswith((".csv", ".tsv", ".toml")):
        content = _whole(buffered, name)
        if plain.endswith(".toml"):
            return read_toml(content, name)
        return read_csv(_lines(content), name, "\t" if plain.endswith(".tsv") else ",")
    raise VocabularyError(f"{name} is not a vocabulary that can be read; expected {_KINDS}")


def _whole(buffered: io.BufferedReader, name: str) -> str:
    content = buffered.read(_LARGEST_LIST + 1)
    if len(content) > _LARGEST_LIST:
        raise VocabularyError(f"{name} is too large for a list of concepts (more than {_LARGEST_LIST >> 20} MB)")
    return content.decode("utf-8-sig")


def _lines(content: str) -> Iterator[str]:
    return iter(io.StringIO(content, newline=""))
