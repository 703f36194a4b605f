"""Documents -> what is compared of them, one entry a document, normalised by `transforms.bibliography`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from transforms import bibliography, normalize

UNKNOWN = -1
REPUBLISHED = frozenset({"republished_in", "republished_from", "reprint_in", "reprint_of"})
_TEXT_COLUMNS = ("title", "abstract", "vernacular_title", "doi", "pmcid", "journal", "volume", "issue", "pages", "source")


@dataclass(frozen=True)
class Features:
    """Parallel columns over documents; '' or -1 where a fact is not known.

    `titles`: content words of the clean title; `numbers`, `marks`: `bibliography.title_numbers`, `title_marks`;
    `names`: all name words, sorted, once each; `first_names`: those of the first author; `abstracts`: the words of the
    abstract in lower case; `republished`: PMIDs under which NLM says the same article was printed again.
    """

    ids: list[str]
    pmid: np.ndarray
    doi: list[str]
    pmcid: list[str]
    titles: list[str]
    numbers: list[tuple[str, ...]]
    marks: list[frozenset[str]]
    translated: list[bool]
    names: list[str]
    first_names: list[tuple[str, ...]]
    journals: list[str]
    abstracts: list[str]
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
    def title_keys(self) -> list[str]:
        """The titles with all spaces dropped: 'crowd build' and 'crowdbuild' are one title."""
        return [title.replace(" ", "") for title in self.titles]

    @cached_property
    def generic(self) -> np.ndarray:
        """Whether a title says nothing of its article (`bibliography.is_generic`)."""
        return np.array([bibliography.is_generic(title) for title in self.titles], bool)


def features(documents: pa.Table) -> Features:
    """The features of every row; `documents` has columns of the table of that name, absent ones mean NULL."""
    texts = {name: _texts(documents, name) for name in _TEXT_COLUMNS}
    journals = [bibliography.journal_key(journal) if journal else "" for journal in texts["journal"]]
    cleaned = [bibliography.clean_title(title, journal) for title, journal in zip(texts["title"], journals, strict=True)]
    authors = ["; ".join(names) if names else "" for names in _values(documents, "authors")]
    pages = np.array([bibliography.page_range(text) if text else (UNKNOWN, UNKNOWN) for text in texts["pages"]], np.int64).reshape(-1, 2)
    types = _values(documents, "publication_types")
    dois = [normalize.doi(text) or "" if text else "" for text in texts["doi"]]
    return Features(
        ids=documents["document_id"].to_pylist(),
        pmid=_integers(documents, "pmid"),
        doi=dois,
        pmcid=[normalize.pmcid(text) or "" if text else "" for text in texts["pmcid"]],
        titles=[" ".join(bibliography.content_words(bibliography.without_marks(text))) for text in cleaned],
        numbers=[bibliography.title_numbers(bibliography.without_marks(text)) for text in cleaned],
        marks=[
            bibliography.title_marks(text) | bibliography.type_marks(kinds) | ({"preprint"} if bibliography.is_preprint(doi, journal) else set())
            for text, kinds, doi, journal in zip(cleaned, types, dois, journals, strict=True)
        ],
        translated=[text.lstrip().startswith("[") for text in texts["title"]],
        names=[" ".join(sorted(set(bibliography.name_words(text)))) if text else "" for text in authors],
        first_names=[tuple(bibliography.first_author_words(text)) if text else () for text in authors],
        journals=journals,
        abstracts=[bibliography.abstract_words(text) if text else "" for text in texts["abstract"]],
        year=_integers(documents, "year"),
        volume=np.array([bibliography.volume_number(text) if text else UNKNOWN for text in texts["volume"]], np.int64),
        issue=np.array([bibliography.issue_number(text) if text else UNKNOWN for text in texts["issue"]], np.int64),
        first_page=pages[:, 0],
        last_page=pages[:, 1],
        locator=np.array([bibliography.is_locator(text) for text in texts["pages"]], bool),
        versioned=np.array([bibliography.is_versioned(journal) for journal in journals], bool),
        republished=[_republished(relations) for relations in _values(documents, "relations")],
    )


def _republished(relations: list[dict[str, str | None]] | None) -> frozenset[int]:
    if not relations:
        return frozenset()
    stated = (normalize.pmid(relation["document_id"]) for relation in relations if relation["kind"] in REPUBLISHED)
    return frozenset(pmid for pmid in stated if pmid is not None)


def _values(documents: pa.Table, name: str) -> list[list[str] | None]:
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
