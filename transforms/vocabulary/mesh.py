"""Reads MeSH descriptor and supplementary files (XML, plain or gzip) into vocabulary tables.

The format: https://www.nlm.nih.gov/mesh/xml_data_elements.html. The parents of a supplementary
record are the descriptors it is mapped to; it takes its categories from them if they are loaded together
(transforms.vocabulary.merge).
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, cast

from isal import igzip, isal_zlib
from lxml import etree

from transforms.text.normalize import collapse_whitespace, without_controls
from transforms.vocabulary.tables import Concept, Edition, VocabularyError, VocabularyTables

_KINDS = {
    "DescriptorRecordSet": ("DescriptorRecord", "Descriptor"),
    "SupplementalRecordSet": ("SupplementalRecord", "SupplementalRecord"),
}
_LICENCE = "https://www.nlm.nih.gov/databases/download/terms_and_conditions_mesh.html"
_GZIP = b"\x1f\x8b"
_ADVICE = (
    "expected a MeSH descriptor or supplementary file (desc2024.xml, supp2024.xml or either .gz, from"
    " https://nlmpubs.nlm.nih.gov/projects/mesh/MESH_FILES/xmlmesh/); download it again"
)
_LONGEST_TREE_NUMBER = 200
_YEAR = re.compile(r"nlm(?:descriptor|supplemental)recordset_((?:19|20)\d\d)")
_DAMAGED_GZIP = (EOFError, zlib.error, gzip.BadGzipFile, cast("type[Exception]", isal_zlib.error))


def read_mesh(stream: BinaryIO, name: str) -> VocabularyTables:
    """Read a MeSH file: its concepts, their names and hierarchy, with the default categories counted.

    The ancestors of a descriptor are those with a tree number that is a proper prefix, up to a dot, of one of its own:
    C15.378 is an ancestor of C15.378.071. Raises `VocabularyError`, naming the file (`name`), unless it is a complete
    MeSH file.
    """
    edition: list[str] = []
    try:
        concepts = list(_concepts(stream, edition))
    except (etree.XMLSyntaxError, ValueError, *_DAMAGED_GZIP) as error:
        raise VocabularyError(f"{name} cannot be read as MeSH: {error}; {_ADVICE}") from error
    if not concepts:
        raise VocabularyError(f"{name} holds no records; {_ADVICE}")
    return VocabularyTables.from_concepts(_with_tree_parents(concepts), Edition(edition[0], _LICENCE))


def _concepts(stream: BinaryIO, edition: list[str]) -> Iterator[Concept]:
    """Yield the concepts of a file; the name of its edition, such as 'MeSH 2024', is appended to `edition`."""
    buffered = io.BufferedReader(cast("io.RawIOBase", stream))
    packed = buffered.peek(2)[:2] == _GZIP
    source = igzip.IGzipFile(fileobj=buffered) if packed else buffered  # type: ignore[no-untyped-call]
    tags = [*_KINDS, *(record for record, _ in _KINDS.values())]
    events = etree.iterparse(
        source, events=("start", "end"), tag=tags, resolve_entities=False, no_network=True, load_dtd=False
    )
    kind = ("", "")
    for event, element in events:
        if event == "start" and not edition:
            edition.append(_edition(element))
            kind = _KINDS[element.tag]
        elif event == "end" and element.tag == kind[0]:
            yield _concept(element, kind[1])
            element.clear()  # and drop earlier siblings, or the parsed tree of the whole file stays in memory
            while element.getprevious() is not None:
                del element.getparent()[0]
    if not edition:
        raise ValueError(f"there is no {' or '.join(_KINDS)} in it")
    buffered.detach()


def _edition(root: etree._Element) -> str:
    info = root.getroottree().docinfo
    if root.tag not in _KINDS:
        raise ValueError(f"its root is not {' or '.join(_KINDS)}")
    if info.internalDTD is not None and next(info.internalDTD.iterentities(), None) is not None:
        raise ValueError("it declares entities, which no MeSH file does")
    year = _YEAR.search(info.system_url or "")
    plain = "MeSH" if root.tag == "DescriptorRecordSet" else "MeSH supplementary"
    return f"{plain} {year[1]}" if year else plain


def _concept(record: etree._Element, kind: str) -> Concept:
    ui, name = record.findtext(f"{kind}UI"), record.findtext(f"{kind}Name/String")
    if not ui or not name:
        raise ValueError(f"a {record.tag} (line {record.sourceline}) lacks its {kind}UI or {kind}Name")
    terms = [term.text for term in record.iterfind("ConceptList/Concept/TermList/Term/String")]
    names = dict.fromkeys(collapse_whitespace(without_controls(text)) for text in (name, *terms) if text)
    trees = dict.fromkeys(number.text for number in record.iterfind("TreeNumberList/TreeNumber") if number.text)
    if max(map(len, trees), default=0) > _LONGEST_TREE_NUMBER:
        raise ValueError(f"{ui} has a tree number of more than {_LONGEST_TREE_NUMBER} characters")
    mapped = record.iterfind("HeadingMappedToList/HeadingMappedTo/DescriptorReferredTo/DescriptorUI")
    return Concept(
        f"MESH:{ui.strip()}",
        list(names),
        sorted({number[0] for number in trees}),
        list(trees),
        [f"MESH:{heading.text.strip().lstrip('*')}" for heading in mapped if heading.text],
    )


def _with_tree_parents(concepts: list[Concept]) -> list[Concept]:
    """The concepts with parents by tree number added to those of the file."""
    at = {number: concept.concept_id for concept in concepts for number in concept.tree_numbers}
    return [replace(concept, parents=[*concept.parents, *_tree_ancestors(concept, at)]) for concept in concepts]


def _tree_ancestors(concept: Concept, at: dict[str, str]) -> set[str]:
    prefixes = {prefix for number in concept.tree_numbers for prefix in _prefixes(number)}
    return {at[prefix] for prefix in prefixes if prefix in at} - {concept.concept_id}


def _prefixes(number: str) -> Iterator[str]:
    """The proper dotted prefixes of a tree number: C15.378.071 -> C15, C15.378."""
    parts = number.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts)))
