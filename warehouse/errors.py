"""What can go wrong with a lake.

    LakeError
    ├── NoLakeError            there is no catalog at this place yet
    ├── NewerLakeError         the lake was written by a newer Hoofbeats
    ├── NoVocabularyError      nothing can be annotated before a vocabulary is loaded
    ├── VocabularyChangedError the lake's articles were annotated with another vocabulary
    ├── UnknownVersionError    that version of the catalog is not kept
    ├── UnknownBatchError      that batch cannot be undone
    ├── UnknownDocumentError   the lake has no such record
    ├── UnknownTermError       no concept of that name; carries the nearest names
    └── UnsafeQueryError       `sql` is for reading

Each carries a `hint`: what to do next.
"""


class LakeError(Exception):
    """The base of all errors about a lake; `hint` says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class NoLakeError(LakeError):
    """There is no catalog at this place."""


class NewerLakeError(LakeError):
    """The lake was written by a newer Hoofbeats."""


class NoVocabularyError(LakeError):
    """No vocabulary is loaded."""


class VocabularyChangedError(LakeError):
    """Articles of the lake were annotated with another vocabulary."""


class UnknownVersionError(LakeError):
    """That version of the catalog is not kept."""


class UnknownBatchError(LakeError):
    """That batch cannot be undone."""


class CurationError(LakeError):
    """A verdict that cannot be followed, or is on nothing the lake has."""


class UnknownDocumentError(LakeError):
    """The lake has no such record."""


class IncompatibleKeysError(LakeError):
    """The lake's blocking keys were made by other rules than this code's."""


class UnknownTermError(LakeError):
    """No counted concept of that name."""


class UnsafeQueryError(LakeError):
    """A statement other than one SELECT."""
