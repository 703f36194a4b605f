"""MeSH descriptor files (desc XML, plain or gzip) -> vocabulary tables.

The format: https://www.nlm.nih.gov/mesh/xml_data_elements.html
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

import pyarrow as pa
from isal import igzip, isal_zlib
from lxml import etree

from transforms.schema import CONCEPT_ANCESTORS, CONCEPT_NAMES, CONCEPTS
from transforms.vocabulary_tables import VocabularyError, VocabularyTables, mark_counted

_ROOT = "DescriptorRecordSet"
_RECORD = "DescriptorRecord"
_GZIP = b"\x1f\x8b"
_ADVICE = (
    "expected a MeSH descriptor file (desc2024.xml or desc2024.xml.gz, from"
    " https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/); download it again"
)
_YEAR = re.compile(r"nlmdescriptorrecordset_((?:19|20)\d\d)")
_DAMAGED_GZIP = (EOFError, zlib.error, gzip.BadGzipFile, cast("type[Exception]", isal_zlib.error))


@dataclass(frozen=True)
class _Descriptor:
    """One descriptor: concept id, preferred name, all names with the preferred one first, places in the tree."""

    concept_id: str
    names: list[str]
    tree_numbers: list[str]


def read_mesh(stream: BinaryIO, name: str) -> VocabularyTables:
    """A MeSH descriptor file -> its concepts, their names and what stands above what; counted as by default.

    An ancestor of a descriptor is one whose tree number is a proper prefix, up to a dot, of one of its own.
    Raises `VocabularyError`, naming the file (`name`), for anything but a whole MeSH descriptor file.
    """
    edition: list[str] = []
    try:
        descriptors = list(_descriptors(stream, edition))
    except (etree.XMLSyntaxError, ValueError, *_DAMAGED_GZIP) as error:
        raise VocabularyError(f"{name} cannot be read as MeSH: {error}; {_ADVICE}") from error
    if not descriptors:
        raise VocabularyError(f"{name} holds no descriptors; {_ADVICE}")
    return mark_counted(VocabularyTables(_concepts(descriptors, edition[0]), _names(descriptors), _above(descriptors)))


def _descriptors(stream: BinaryIO, edition: list[str]) -> Iterator[_Descriptor]:
    """The descriptors of a file; `edition` receives its name, e.g. 'MeSH 2024'."""
    buffered = io.BufferedReader(cast("io.RawIOBase", stream))
    packed = buffered.peek(2)[:2] == _GZIP
    source = igzip.IGzipFile(fileobj=buffered) if packed else buffered  # type: ignore[no-untyped-call]
    events = etree.iterparse(
        source, events=("start", "end"), tag=(_ROOT, _RECORD), resolve_entities=False, no_network=True, load_dtd=False
    )
    for event, element in events:
        if event == "start" and not edition:
            edition.append(_edition(element))
        elif event == "end" and element.tag == _RECORD:
            yield _descriptor(element)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    if not edition:
        raise ValueError(f"there is no {_ROOT} in it")
    buffered.detach()


def _edition(root: etree._Element) -> str:
    info = root.getroottree().docinfo
    if root.tag != _ROOT:
        raise ValueError(f"its root is not {_ROOT}")
    if info.internalDTD is not None and next(info.internalDTD.iterentities(), None) is not None:
        raise ValueError("it declares entities, which no MeSH file does")
    year = _YEAR.search(info.system_url or "")
    return f"MeSH {year[1]}" if year else "MeSH"


def _descriptor(record: etree._Element) -> _Descriptor:
    ui, name = record.findtext("DescriptorUI"), record.findtext("DescriptorName/String")
    if not ui or not name:
        raise ValueError(f"a {_RECORD} (line {record.sourceline}) lacks its DescriptorUI or DescriptorName")
    terms = [term.text for term in record.iterfind("ConceptList/Concept/TermList/Term/String")]
    names = dict.fromkeys(" ".join(text.split()) for text in (name, *terms) if text)
    trees = dict.fromkeys(number.text for number in record.iterfind("TreeNumberList/TreeNumber") if number.text)
    return _Descriptor(f"MESH:{ui.strip()}", list(names), list(trees))


def _concepts(descriptors: list[_Descriptor], vocabulary: str) -> pa.Table:
    return CONCEPTS.from_rows(
        {
            "concept_id": descriptor.concept_id,
            "name": descriptor.names[0],
            "categories": sorted({number[0] for number in descriptor.tree_numbers}),
            "tree_numbers": descriptor.tree_numbers,
            "vocabulary": vocabulary,
        }
        for descriptor in descriptors
    )


def _names(descriptors: list[_Descriptor]) -> pa.Table:
    ids, names, kinds = [], [], []
    for descriptor in descriptors:
        for rank, name in enumerate(descriptor.names):
            ids.append(descriptor.concept_id)
            names.append(name)
            kinds.append("synonym" if rank else "preferred")
    return pa.table([ids, names, kinds], schema=CONCEPT_NAMES.arrow)


def _above(descriptors: list[_Descriptor]) -> pa.Table:
    at = {number: descriptor.concept_id for descriptor in descriptors for number in descriptor.tree_numbers}
    ids, above = [], []
    for descriptor in descriptors:
        prefixes = {prefix for number in descriptor.tree_numbers for prefix in _prefixes(number)}
        found = {at[prefix] for prefix in prefixes if prefix in at} - {descriptor.concept_id}
        ids.extend([descriptor.concept_id] * len(found))
        above.extend(sorted(found))
    return pa.table([ids, above], schema=CONCEPT_ANCESTORS.arrow)


def _prefixes(number: str) -> Iterator[str]:
    parts = number.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts)))
