"""Ontologies in OBO format -> vocabulary tables.

The format: https://owlcollab.github.io/oboformat/doc/GO.format.obo-1_4.html. Read are the terms of the ontology's own
id prefix (the most frequent in the file) that are not obsolete, with their exact synonyms, cross-references and is_a.
Related, broad and narrow synonyms name something else and are left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from transforms.vocabulary.tables import Concept, Edition, VocabularyError, VocabularyTables

_ROOTS = {"HP": "HP:0000118", "MONDO": "MONDO:0000001", "DOID": "DOID:4", "UBERON": "UBERON:0001062"}
"""Where findings begin in ontologies that hold other things as well (HPO: modifiers, frequencies, inheritance)."""

_TAG = re.compile(r"([A-Za-z_-]+):\s*(.*)")
_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s+EXACT\b')
_ESCAPED = re.compile(r"\\(.)")
_CURIE = re.compile(r"[A-Za-z][A-Za-z0-9_.]*:[^\s{!]+")
_TRAILING = re.compile(r"(?:\s+\{[^{}]*\})?(?:\s+!.*)?$")
_RELEASE = re.compile(r"\d{4}-\d\d-\d\d|\d+(?:\.\d+)+|v?\d[\w.-]*")
_LICENCE = re.compile(r'\S*licen[cs]e\s+"?([^"\s]+)')
_PREFIXES = {"MESH": "MESH", "MSH": "MESH"}
_LONGEST_LINE = 100_000


@dataclass
class _Term:
    tags: dict[str, list[str]] = field(default_factory=dict)

    def first(self, tag: str) -> str:
        return self.tags.get(tag, [""])[0]


def read_obo(lines: Iterable[str], name: str) -> VocabularyTables:
    """The lines of an OBO file -> its terms as vocabulary tables; raises `VocabularyError`, naming the file (`name`).

    A term's category is the ontology's prefix ('MONDO'). Terms that only hold the others together (the root, and in
    known ontologies what is not below the root of findings) have none, and so are not counted.
    """
    header, terms = _frames(lines, name)
    known = {term.first("id"): term for term in terms if _is_usable(term)}
    if not known:
        raise VocabularyError(f"{name} holds no terms; expected an ontology in OBO format, such as mondo.obo or hp.obo")
    prefix = Counter(one.partition(":")[0] for one in known).most_common(1)[0][0]
    own = {one: term for one, term in known.items() if one.startswith(f"{prefix}:")}
    concepts = [_concept(one, term, own) for one, term in own.items()]
    holding = _holding_together(concepts, _ROOTS.get(prefix, ""))
    placed = [
        one if one.concept_id in holding else Concept(one.concept_id, one.names, (prefix,), (), one.above, one.xrefs)
        for one in concepts
    ]
    return VocabularyTables.from_concepts(placed, _edition(header, prefix))


def _frames(lines: Iterable[str], name: str) -> tuple[_Term, list[_Term]]:
    """The header and the frames of terms; other frames are skipped."""
    header = _Term()
    terms: list[_Term] = []
    current: _Term | None = header
    for line in lines:
        if len(line) > _LONGEST_LINE:
            raise VocabularyError(f"{name} cannot be read as OBO: a line of more than {_LONGEST_LINE} characters")
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
    exact = (found for one in term.tags.get("synonym", ()) if (found := _SYNONYM.match(one)))
    names = [_bare(term.first("name")), *(_ESCAPED.sub(r"\1", found[1]) for found in exact)]
    collapsed = dict.fromkeys(" ".join(one.split()) for one in names)
    return Concept(
        concept_id,
        [one for one in collapsed if one] or [concept_id],
        above=[one for one in _curies(term, "is_a") if one in known and one != concept_id],
        xrefs=list(dict.fromkeys(_curies(term, "xref"))),
    )


def _bare(value: str) -> str:
    """A value without a comment or qualifiers at its end, and without escapes."""
    return _ESCAPED.sub(r"\1", _TRAILING.sub("", value))


def _curies(term: _Term, tag: str) -> Iterator[str]:
    for value in term.tags.get(tag, ()):
        found = _CURIE.match(value)
        if found:
            prefix, _, local = found[0].partition(":")
            yield f"{_PREFIXES.get(prefix.upper(), prefix)}:{local}"


def _holding_together(concepts: list[Concept], root: str) -> set[str]:
    """The terms that only hold the others together."""
    parents = {one for concept in concepts for one in concept.above}
    roots = {one.concept_id for one in concepts if not one.above and one.concept_id in parents}
    if root not in {one.concept_id for one in concepts}:
        return roots
    above = {one.concept_id: one.above for one in concepts}
    below = {root}
    waiting = [root]
    children: dict[str, list[str]] = {}
    for one, directly in above.items():
        for parent in directly:
            children.setdefault(parent, []).append(one)
    while waiting:
        further = set(children.get(waiting.pop(), ())) - below
        below |= further
        waiting.extend(further)
    return (set(above) - below) | {root}


def _edition(header: _Term, prefix: str) -> Edition:
    release = _RELEASE.search(header.first("data-version"))
    licences = (found[1] for one in header.tags.get("property_value", ()) if (found := _LICENCE.match(one)))
    return Edition(f"{prefix} {release[0]}" if release else prefix, next(licences, ""))
