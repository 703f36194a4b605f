"""Normalise the fields of documents that deduplication compares, as columns with one entry a document.

column       record as received                           feature
title        "[Salt &amp; nodules]. [Japanese]"           titles "salt nodules", title_keys "saltnodules"
authors      ["Brandt, Uwe", "van der Berg, A. B."]       first_names ("brandt", "uwe"), names "berg brandt uwe"
journal      "Journal of Medical Case Reports"            journals "journal medical case reports"
volume       "26 (Suppl 1)"                               volume 26
pages        "450-1"                                      first_page 450, last_page 451
doi          NULL                                         doi ""
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.duplicates import citation_fields, text_folding, titles
from transforms.text import normalize
from transforms.text.document_text import string_column

MISSING = -1
"""Stands for NULL, or for text without a number, in the columns of integers."""
MIN_WORDY_TITLE_WORDS = 6
REPUBLICATION_KINDS = frozenset({"republished_in", "republished_from", "reprint_in", "reprint_of"})

COMPARED_COLUMNS = (
    "pmid", "year", "authors", "publication_types", "relations", "title", "abstract", "vernacular_title", "doi",
    "pmcid", "journal", "volume", "issue", "pages", "source",
)  # fmt: skip
"""The columns of table `documents` that features are made from."""


@dataclass(frozen=True)
class Features:
    """Parallel columns over `documents`, which has columns of the table of that name; absent columns mean NULL.

    A missing value is '' in columns of text and MISSING in columns of numbers. Each column is computed on first use,
    because blocking needs fewer of them than comparison.
    """

    documents: pa.Table

    def __len__(self) -> int:
        return len(self.documents)

    @cached_property
    def ids(self) -> list[str]:
        """The document ids."""
        ids: list[str] = self.documents["document_id"].to_pylist()
        return ids

    @cached_property
    def pmid(self) -> np.ndarray:
        """PMIDs."""
        return self._integers("pmid")

    @cached_property
    def year(self) -> np.ndarray:
        """Years of publication."""
        return self._integers("year")

    @cached_property
    def doi(self) -> list[str]:
        """DOIs, normalised to lower case without a resolver address."""
        return [normalize.normalize_doi(text) or "" if text else "" for text in self._texts("doi")]

    @cached_property
    def pmcid(self) -> list[str]:
        """PubMed Central ids, normalised."""
        return [normalize.normalize_pmcid(text) or "" if text else "" for text in self._texts("pmcid")]

    @cached_property
    def journals(self) -> list[str]:
        """Journals as `citation_fields.journal_key`."""
        return [citation_fields.journal_key(journal) if journal else "" for journal in self._texts("journal")]

    @cached_property
    def clean_titles(self) -> list[str]:
        """Titles folded to lower case, without notes in brackets and names of sites or journals."""
        pairs = zip(self._texts("title"), self.journals, strict=True)
        return [titles.clean_title(title, journal) for title, journal in pairs]

    @cached_property
    def bare_titles(self) -> list[str]:
        """`clean_titles` without labels such as 'erratum:' or 'reply to'."""
        return [titles.without_marks(text) for text in self.clean_titles]

    @cached_property
    def titles(self) -> list[str]:
        """The content words of `bare_titles`, joined by spaces."""
        return [" ".join(text_folding.content_words(text)) for text in self.bare_titles]

    @cached_property
    def title_keys(self) -> list[str]:
        """`titles` without spaces, so that 'crowd build' equals 'crowdbuild'."""
        return [title.replace(" ", "") for title in self.titles]

    @cached_property
    def numbers(self) -> list[tuple[str, ...]]:
        """The numbers in `bare_titles`, as `titles.title_numbers` returns them."""
        return [titles.title_numbers(text) for text in self.bare_titles]

    @cached_property
    def wordy(self) -> np.ndarray:
        """Whether a title has MIN_WORDY_TITLE_WORDS content words or more: too long for a recurring heading."""
        return np.array([title.count(" ") >= MIN_WORDY_TITLE_WORDS - 1 for title in self.titles], bool)

    @cached_property
    def generic(self) -> np.ndarray:
        """Whether a title does not identify its article (`titles.is_generic`)."""
        return np.array([titles.is_generic(title) for title in self.titles], bool)

    @cached_property
    def translated(self) -> np.ndarray:
        """Whether a title is in square brackets, as PubMed prints translated titles."""
        return np.array([text.lstrip(' "').startswith("[") for text in self._texts("title")], bool)

    @cached_property
    def marks(self) -> list[frozenset[str]]:
        """Marks from the title and publication types (`titles.title_marks`, `titles.type_marks`), and 'preprint'."""
        all_marks = []
        types = self._values("publication_types")
        for text, kinds, doi, journal in zip(self.clean_titles, types, self.doi, self.journals, strict=True):
            marks = titles.title_marks(text) | titles.type_marks(kinds)
            all_marks.append(marks | {"preprint"} if citation_fields.is_preprint(doi, journal) else marks)
        return all_marks

    @cached_property
    def first_names(self) -> list[tuple[str, ...]]:
        """The name words of the first author."""
        if "authors" not in self.documents.column_names:
            return [()] * len(self)
        first = pc.list_slice(self.documents["authors"].combine_chunks(), 0, 1)
        names = iter(pc.list_flatten(first).to_pylist())
        counts = pc.fill_null(pc.list_value_length(first), 0).to_pylist()
        return [tuple(citation_fields.first_author_words(next(names))) if count else () for count in counts]

    @cached_property
    def names(self) -> list[str]:
        """The distinct name words of all authors, sorted and joined by spaces."""
        joined = ["; ".join(names) if names else "" for names in self._values("authors")]
        return [" ".join(sorted(set(citation_fields.name_words(text)))) if text else "" for text in joined]

    @cached_property
    def abstracts(self) -> list[str]:
        """The words of the abstracts in lower case, joined by spaces."""
        return [text_folding.abstract_words(text) if text else "" for text in self._texts("abstract")]

    @cached_property
    def volume(self) -> np.ndarray:
        """Volumes as numbers."""
        return self._numbers("volume", citation_fields.volume_number)

    @cached_property
    def issue(self) -> np.ndarray:
        """Issues as numbers."""
        return self._numbers("issue", citation_fields.issue_number)

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
        """Whether the pages are an electronic article number ('e0191240')."""
        return np.array([citation_fields.is_locator(text) for text in self._texts("pages")], bool)

    @cached_property
    def versioned(self) -> np.ndarray:
        """Whether the journal publishes new versions of its articles."""
        return np.array([citation_fields.is_versioned(journal) for journal in self.journals], bool)

    @cached_property
    def republished(self) -> list[frozenset[int]]:
        """PMIDs of republications and reprints, from the record's relations."""
        return [_republished(relations) for relations in self._values("relations")]

    @cached_property
    def _pages(self) -> np.ndarray:
        ranges = [
            citation_fields.page_range(text, year) if text else citation_fields.NO_PAGES
            for text, year in zip(self._texts("pages"), self.year.tolist(), strict=True)
        ]
        return np.array(ranges, np.int64).reshape(-1, 2)

    def _numbers(self, name: str, read: Callable[[str], int]) -> np.ndarray:
        return np.array([read(text) if text else MISSING for text in self._texts(name)], np.int64)

    def _integers(self, name: str) -> np.ndarray:
        if name not in self.documents.column_names:
            return np.full(len(self), MISSING, np.int64)
        return self.documents[name].cast(pa.int64()).fill_null(MISSING).to_numpy().astype(np.int64)

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
    stated = (
        normalize.normalize_pmid(relation["document_id"])
        for relation in relations
        if relation["kind"] in REPUBLICATION_KINDS
    )
    return frozenset(pmid for pmid in stated if pmid is not None)
