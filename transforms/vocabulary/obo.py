"""Reads ontologies in OBO format into vocabulary tables.

The format: https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html. Only terms with the
ontology's own id prefix (the most frequent one in the file) that are not obsolete are read, with their exact synonyms,
cross-references and is_a. Related, broad and narrow synonyms name something else and are ignored.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from transforms.text.normalize import collapse_whitespace, without_controls
from transforms.vocabulary.tables import Concept, Edition, VocabularyError, VocabularyTables

_ROOTS = {"HP": "HP:0000118", "MONDO": "MONDO:0000001", "DOID": "DOID:4", "UBERON": "UBERON:0001062"}
"""The root of the findings in ontologies with other branches as well (HPO: modifiers, frequencies, inheritance)."""

_TAG = re.compile(r"([A-Za-z_-]+):\s*(.*)")
_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s+EXACT\b')
_ESCAPED = re.compile(r"\\(.)")
_CURIE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*:[^\s{!]+")
_TRAILING = re.compile(r"(?: \{[^{}]*\})?(?: !.*)?$")  # one space each: with more, a line of spaces takes long
_RELEASE = re.compile(r"\d{4}-\d\d-\d\d|\d+(?:\.\d+)+|v?\d[\w.-]*")
_LICENCE = re.compile(r'\S*licen[cs]e\s+"?([^"\s]+)')
_PREFIXES = {"MESH": "MESH", "MSH": "MESH"}
LONGEST_LINE = 100_000
_LONGEST_RELEASE = 200


@dataclass
class _Term:
    """A frame of the file: the values of each tag, in order."""

    tags: dict[str, list[str]] = field(default_factory=dict)

    def first(self, tag: str) -> str:
        """The first value of a tag; '' without one."""
        return self.tags.get(tag, [""])[0]


def read_obo(lines: Iterable[str], name: str) -> VocabularyTables:
    """Read the lines of an OBO file; raises `VocabularyError`, naming the file (`name`).

    The category of a term is the prefix of the ontology ('MONDO'). Grouping terms (the root and, in known ontologies,
    everything outside the branch of findings) have no category and so are not counted.
    """
    header, terms = _frames(lines, name)
    usable = [term for term in terms if _is_usable(term)]
    known = {term.first("id"): term for term in usable}
    if len(known) < len(usable):
        twice = next(id_ for id_, count in Counter(term.first("id") for term in usable).items() if count > 1)
        raise VocabularyError(f"{name}: the id {twice} stands for two terms; remove one of them")
    if not known:
        raise VocabularyError(f"{name} holds no terms; expected an ontology in OBO format, such as mondo.obo or hp.obo")
    prefix = Counter(id_.partition(":")[0] for id_ in known).most_common(1)[0][0]
    own = {id_: term for id_, term in known.items() if id_.startswith(f"{prefix}:")}
    concepts = [_concept(id_, term, own) for id_, term in own.items()]
    grouping = _grouping_terms(concepts, _ROOTS.get(prefix, ""))
    placed = [
        concept if concept.concept_id in grouping else replace(concept, categories=(prefix,)) for concept in concepts
    ]
    return VocabularyTables.from_concepts(placed, _edition(header, prefix))


def _frames(lines: Iterable[str], name: str) -> tuple[_Term, list[_Term]]:
    """The header and the frames of terms, without frames of other kinds ([Typedef])."""
    header = _Term()
    terms: list[_Term] = []
    current: _Term | None = header
    for line in lines:
        if len(line) > LONGEST_LINE:
            raise VocabularyError(f"{name} cannot be read as OBO: a line of more than {LONGEST_LINE} characters")
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            current = _Term() if text == "[Term]" else None
            terms.extend([current] if current else [])
        elif current and (tag := _TAG.match(text)):
            current.tags.setdefault(tag[1], []).append(tag[2])
    if not header.tags:
        raise VocabularyError(f"{name} cannot be read as OBO: it has no header (format-version: ...)")
    return header, terms


def _is_usable(term: _Term) -> bool:
    return bool(_CURIE.fullmatch(term.first("id")) and term.first("name") and term.first("is_obsolete") != "true")


def _concept(concept_id: str, term: _Term, known: dict[str, _Term]) -> Concept:
    exact = (match for value in term.tags.get("synonym", ()) if (match := _SYNONYM.match(value)))
    names = [_bare(term.first("name")), *(_ESCAPED.sub(r"\1", match[1]) for match in exact)]
    collapsed = dict.fromkeys(collapse_whitespace(without_controls(name)) for name in names)
    return Concept(
        concept_id,
        [name for name in collapsed if name] or [concept_id],
        parents=[parent for parent in _curies(term, "is_a") if parent in known and parent != concept_id],
        xrefs=list(dict.fromkeys(_curies(term, "xref"))),
    )


def _bare(value: str) -> str:
    """A value without trailing comment and qualifiers, and without escapes."""
    return _ESCAPED.sub(r"\1", _TRAILING.sub("", " ".join(value.split()), count=1))


def _curies(term: _Term, tag: str) -> Iterator[str]:
    for value in term.tags.get(tag, ()):
        match = _CURIE.match(value)
        if match:
            prefix, _, local = match[0].partition(":")
            yield f"{_PREFIXES.get(prefix.upper(), prefix)}:{local}"


def _grouping_terms(concepts: list[Concept], root: str) -> set[str]:
    """The ids of the terms that only group others."""
    parents = {parent for concept in concepts for parent in concept.parents}
    roots = {concept.concept_id for concept in concepts if not concept.parents and concept.concept_id in parents}
    if root not in {concept.concept_id for concept in concepts}:
        return roots
    parents_of = {concept.concept_id: concept.parents for concept in concepts}
    # everything below the root of findings is kept, by a walk over the children
    below = {root}
    waiting = [root]
    children: dict[str, list[str]] = {}
    for concept_id, direct in parents_of.items():
        for parent in direct:
            children.setdefault(parent, []).append(concept_id)
    while waiting:
        further = set(children.get(waiting.pop(), ())) - below
        below |= further
        waiting.extend(further)
    return (set(parents_of) - below) | {root}


def _edition(header: _Term, prefix: str) -> Edition:
    release = _RELEASE.search(header.first("data-version")[:_LONGEST_RELEASE])
    licences = (match[1] for value in header.tags.get("property_value", ()) if (match := _LICENCE.match(value)))
    return Edition(f"{prefix} {release[0]}" if release else prefix, next(licences, ""))
