"""Documents -> what is compared of them, one entry a document, normalised."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.duplicates import citation_fields as facts
from transforms.duplicates import text_folding as folding
from transforms.duplicates import titles
from transforms.text import normalize
from transforms.text.document_text import string_column

UNKNOWN = -1
WORDY_TITLE = 6
REPUBLISHED = frozenset({"republished_in", "republished_from", "reprint_in", "reprint_of"})

COLUMNS = (
    "pmid", "year", "authors", "publication_types", "relations", "title", "abstract", "vernacular_title", "doi",
    "pmcid", "journal", "volume", "issue", "pages", "source",
)  # fmt: skip
"""The columns of documents that are compared."""


@dataclass(frozen=True)
class Features:
    """Parallel columns over `documents`, which have columns of the table of that name; absent ones mean NULL.

    '' or -1 where a fact is not known. Each is worked out when asked for: finding pairs needs less than comparing them.
    """

    documents: pa.Table

    def __len__(self) -> int:
        return len(self.documents)

    @cached_property
    def ids(self) -> list[str]:
        """The document_id of each."""
        ids: list[str] = self.documents["document_id"].to_pylist()
        return ids

    @cached_property
    def pmid(self) -> np.ndarray:
        """Numbers of PubMed records."""
        return self._integers("pmid")

    @cached_property
    def year(self) -> np.ndarray:
        """Years of publication."""
        return self._integers("year")

    @cached_property
    def doi(self) -> list[str]:
        """DOIs in lower case."""
        return [normalize.doi(text) or "" if text else "" for text in self._texts("doi")]

    @cached_property
    def pmcid(self) -> list[str]:
        """Numbers of PubMed Central."""
        return [normalize.pmcid(text) or "" if text else "" for text in self._texts("pmcid")]

    @cached_property
    def journals(self) -> list[str]:
        """The `journal_key` of each."""
        return [facts.journal_key(journal) if journal else "" for journal in self._texts("journal")]

    @cached_property
    def clean_titles(self) -> list[str]:
        """Titles without what sites add."""
        pairs = zip(self._texts("title"), self.journals, strict=True)
        return [titles.clean_title(title, journal) for title, journal in pairs]

    @cached_property
    def bare_titles(self) -> list[str]:
        """Titles also without what marks a notice."""
        return [titles.without_marks(text) for text in self.clean_titles]

    @cached_property
    def titles(self) -> list[str]:
        """The content words of the bare titles."""
        return [" ".join(folding.content_words(text)) for text in self.bare_titles]

    @cached_property
    def title_keys(self) -> list[str]:
        """The titles with all spaces dropped: 'crowd build' and 'crowdbuild' are one title."""
        return [title.replace(" ", "") for title in self.titles]

    @cached_property
    def numbers(self) -> list[tuple[str, ...]]:
        """`citation_titles.title_numbers` of each title."""
        return [titles.title_numbers(text) for text in self.bare_titles]

    @cached_property
    def wordy(self) -> np.ndarray:
        """Whether a title has at least WORDY_TITLE content words: hardly a heading that returns every year."""
        return np.array([title.count(" ") >= WORDY_TITLE - 1 for title in self.titles], bool)

    @cached_property
    def generic(self) -> np.ndarray:
        """Whether a title says nothing of its article (`citation_titles.is_generic`)."""
        return np.array([titles.is_generic(title) for title in self.titles], bool)

    @cached_property
    def translated(self) -> np.ndarray:
        """Whether a title stands in brackets, as PubMed's translations do."""
        return np.array([text.lstrip(' "').startswith("[") for text in self._texts("title")], bool)

    @cached_property
    def marks(self) -> list[frozenset[str]]:
        """What each says it is: `citation_titles.title_marks` and `type_marks`, and whether it is a preprint."""
        found = []
        types = self._values("publication_types")
        for text, kinds, doi, journal in zip(self.clean_titles, types, self.doi, self.journals, strict=True):
            marks = titles.title_marks(text) | titles.type_marks(kinds)
            found.append(marks | {"preprint"} if facts.is_preprint(doi, journal) else marks)
        return found

    @cached_property
    def first_names(self) -> list[tuple[str, ...]]:
        """Name words of the first author."""
        if "authors" not in self.documents.column_names:
            return [()] * len(self)
        first = pc.list_slice(self.documents["authors"].combine_chunks(), 0, 1)
        names = iter(pc.list_flatten(first).to_pylist())
        counts = pc.fill_null(pc.list_value_length(first), 0).to_pylist()
        return [tuple(facts.first_author_words(next(names))) if count else () for count in counts]

    @cached_property
    def names(self) -> list[str]:
        """All name words of each, sorted, once each."""
        joined = ["; ".join(names) if names else "" for names in self._values("authors")]
        return [" ".join(sorted(set(facts.name_words(text)))) if text else "" for text in joined]

    @cached_property
    def abstracts(self) -> list[str]:
        """The words of each abstract in lower case."""
        return [folding.abstract_words(text) if text else "" for text in self._texts("abstract")]

    @cached_property
    def volume(self) -> np.ndarray:
        """Volumes as numbers."""
        return self._numbers("volume", facts.volume_number)

    @cached_property
    def issue(self) -> np.ndarray:
        """Issues as numbers."""
        return self._numbers("issue", facts.issue_number)

    @cached_property
    def first_page(self) -> np.ndarray:
        """First pages as numbers."""
        return self._pages[:, 0]

    @cached_property
    def last_page(self) -> np.ndarray:
        """Last pages as numbers."""
        return self._pages[:, 1]

    @cached_property
    def locator(self) -> np.ndarray:
        """Whether the pages are an electronic article number."""
        return np.array([facts.is_locator(text) for text in self._texts("pages")], bool)

    @cached_property
    def versioned(self) -> np.ndarray:
        """Whether the journal publishes new versions of its articles."""
        return np.array([facts.is_versioned(journal) for journal in self.journals], bool)

    @cached_property
    def republished(self) -> list[frozenset[int]]:
        """PMIDs under which NLM says the same article was printed again."""
        return [_republished(relations) for relations in self._values("relations")]

    @cached_property
    def _pages(self) -> np.ndarray:
        told = [facts.page_range(text) if text else facts.NO_PAGES for text in self._texts("pages")]
        return np.array(told, np.int64).reshape(-1, 2)

    def _numbers(self, name: str, read: Callable[[str], int]) -> np.ndarray:
        return np.array([read(text) if text else UNKNOWN for text in self._texts(name)], np.int64)

    def _integers(self, name: str) -> np.ndarray:
        if name not in self.documents.column_names:
            return np.full(len(self), UNKNOWN, np.int64)
        return self.documents[name].cast(pa.int64()).fill_null(UNKNOWN).to_numpy().astype(np.int64)

    def _texts(self, name: str) -> list[str]:
        texts: list[str] = string_column(self.documents, name).fill_null("").to_pylist()
        return texts

    def _values(self, name: str) -> list[Any]:
        if name not in self.documents.column_names:
            return [None] * len(self)
        values: list[Any] = self.documents[name].to_pylist()
        return values


def _republished(relations: list[dict[str, str | None]] | None) -> frozenset[int]:
    if not relations:
        return frozenset()
    stated = (normalize.pmid(relation["document_id"]) for relation in relations if relation["kind"] in REPUBLISHED)
    return frozenset(pmid for pmid in stated if pmid is not None)
