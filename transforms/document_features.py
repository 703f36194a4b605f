"""Documents -> what is compared of them, one entry a document, normalised."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from transforms import citation_facts as facts
from transforms import citation_titles as titles
from transforms import folding, normalize

UNKNOWN = -1
WORDY_TITLE = 6
REPUBLISHED = frozenset({"republished_in", "republished_from", "reprint_in", "reprint_of"})
_TEXT_COLUMNS = (
    "title",
    "abstract",
    "vernacular_title",
    "doi",
    "pmcid",
    "journal",
    "volume",
    "issue",
    "pages",
    "source",
)

COLUMNS = ("pmid", "year", "authors", "publication_types", "relations", *_TEXT_COLUMNS)
"""The columns of documents that are compared."""


@dataclass(frozen=True)
class Features:
    """Parallel columns over documents; '' or -1 where a fact is not known.

    `clean_titles` lack what sites add; `bare_titles` also what marks a notice; `titles`: the content words of these;
    `first_names`: name words of the first author; `republished`: PMIDs under which NLM says the same article was
    printed again. What only comparing needs, and finding pairs does not, is worked out when it is asked for.
    """

    ids: list[str]
    pmid: np.ndarray
    doi: list[str]
    pmcid: list[str]
    clean_titles: list[str]
    bare_titles: list[str]
    titles: list[str]
    types: list[Any]
    translated: np.ndarray
    listed_authors: list[list[str] | None]
    first_names: list[tuple[str, ...]]
    journals: list[str]
    stored_abstracts: list[str]
    year: np.ndarray
    volume: np.ndarray
    issue: np.ndarray
    first_page: np.ndarray
    last_page: np.ndarray
    locator: np.ndarray
    versioned: np.ndarray
    republished: list[frozenset[int]]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def numbers(self) -> list[tuple[str, ...]]:
        """`citation_titles.title_numbers` of each title."""
        return [titles.title_numbers(text) for text in self.bare_titles]

    @cached_property
    def marks(self) -> list[frozenset[str]]:
        """What each says it is: `citation_titles.title_marks` and `type_marks`, and whether it is a preprint."""
        return _marks(self.clean_titles, self.types, self.doi, self.journals)

    @cached_property
    def names(self) -> list[str]:
        """All name words of each, sorted, once each."""
        joined = ["; ".join(names) if names else "" for names in self.listed_authors]
        return [" ".join(sorted(set(facts.name_words(text)))) if text else "" for text in joined]

    @cached_property
    def abstracts(self) -> list[str]:
        """The words of each abstract in lower case."""
        return [folding.abstract_words(text) if text else "" for text in self.stored_abstracts]

    @cached_property
    def title_keys(self) -> list[str]:
        """The titles with all spaces dropped: 'crowd build' and 'crowdbuild' are one title."""
        return [title.replace(" ", "") for title in self.titles]

    @cached_property
    def wordy(self) -> np.ndarray:
        """Whether a title has at least WORDY_TITLE content words: hardly a heading that returns every year."""
        return np.array([title.count(" ") >= WORDY_TITLE - 1 for title in self.titles], bool)

    @cached_property
    def generic(self) -> np.ndarray:
        """Whether a title says nothing of its article (`citation_titles.is_generic`)."""
        return np.array([titles.is_generic(title) for title in self.titles], bool)


def features(documents: pa.Table) -> Features:
    """The features of every row; `documents` has columns of the table of that name, absent ones mean NULL."""
    texts = {name: _texts(documents, name) for name in _TEXT_COLUMNS}
    journals = [facts.journal_key(journal) if journal else "" for journal in texts["journal"]]
    dois = [normalize.doi(text) or "" if text else "" for text in texts["doi"]]
    cleaned = [titles.clean_title(title, journal) for title, journal in zip(texts["title"], journals, strict=True)]
    bare = [titles.without_marks(text) for text in cleaned]
    authors = _values(documents, "authors")
    pages = np.array([facts.page_range(text) if text else facts.NO_PAGES for text in texts["pages"]], np.int64)
    return Features(
        ids=documents["document_id"].to_pylist(),
        pmid=_integers(documents, "pmid"),
        doi=dois,
        pmcid=[normalize.pmcid(text) or "" if text else "" for text in texts["pmcid"]],
        clean_titles=cleaned,
        bare_titles=bare,
        titles=[" ".join(folding.content_words(text)) for text in bare],
        types=_values(documents, "publication_types"),
        translated=np.array([text.lstrip(' "').startswith("[") for text in texts["title"]], bool),
        listed_authors=authors,
        first_names=[tuple(facts.first_author_words(names[0])) if names else () for names in authors],
        journals=journals,
        stored_abstracts=texts["abstract"],
        year=_integers(documents, "year"),
        volume=np.array([facts.volume_number(text) if text else UNKNOWN for text in texts["volume"]], np.int64),
        issue=np.array([facts.issue_number(text) if text else UNKNOWN for text in texts["issue"]], np.int64),
        first_page=pages.reshape(-1, 2)[:, 0],
        last_page=pages.reshape(-1, 2)[:, 1],
        locator=np.array([facts.is_locator(text) for text in texts["pages"]], bool),
        versioned=np.array([facts.is_versioned(journal) for journal in journals], bool),
        republished=[_republished(relations) for relations in _values(documents, "relations")],
    )


def _marks(cleaned: list[str], types: list[Any], dois: list[str], journals: list[str]) -> list[frozenset[str]]:
    found = []
    for text, kinds, doi, journal in zip(cleaned, types, dois, journals, strict=True):
        marks = titles.title_marks(text) | titles.type_marks(kinds)
        found.append(marks | {"preprint"} if facts.is_preprint(doi, journal) else marks)
    return found


def _republished(relations: list[dict[str, str | None]] | None) -> frozenset[int]:
    if not relations:
        return frozenset()
    stated = (normalize.pmid(relation["document_id"]) for relation in relations if relation["kind"] in REPUBLISHED)
    return frozenset(pmid for pmid in stated if pmid is not None)


def _values(documents: pa.Table, name: str) -> list[Any]:
    if name not in documents.column_names:
        return [None] * documents.num_rows
    return documents[name].to_pylist()


def _texts(documents: pa.Table, name: str) -> list[str]:
    if name not in documents.column_names:
        return [""] * documents.num_rows
    return [text or "" for text in documents[name].to_pylist()]


def _integers(documents: pa.Table, name: str) -> np.ndarray:
    if name not in documents.column_names:
        return np.full(documents.num_rows, UNKNOWN, np.int64)
    return documents[name].cast(pa.int64()).fill_null(UNKNOWN).to_numpy().astype(np.int64)
