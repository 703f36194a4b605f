"""Manual verdicts on mentions and names. They override the annotation, each time it is made.

A verdict (`CURATED_VERDICTS`) is on a name ("never match this name") or on a mention ("this is wrong here"):

    'never', on a name                          not matched for the concept (for any, where none is given), in any
                                                written form
    'wrong', on a mention                       removed
    'present', 'negated', 'uncertain', 'other'  the assertion of the mention
    'as annotated', on either                   withdraws earlier verdicts

A mention is identified by document, text (ignoring case), concept, and optionally its start offset. Without an offset
the verdict applies to every such mention of the document, and so survives a revision of the text. Of several verdicts
on one mention or name the last applies, by date, then by row.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.schema.mentions import ASSERTIONS, CURATED_VERDICTS, MENTIONS
from transforms.text.word_forms import lemmas

_WRONG, _NEVER, _AS_ANNOTATED = "wrong", "never", "as annotated"
MENTION_VERDICTS = (_WRONG, *ASSERTIONS, _AS_ANNOTATED)
NAME_VERDICTS = (_NEVER, _AS_ANNOTATED)

Lemmas = tuple[str, ...]
"""A name as the lemmas of its words."""


class VerdictError(ValueError):
    """A verdict is invalid; the message names its author, its date and what it needs."""


def check_verdicts(verdicts: pa.Table) -> pa.Table:
    """`verdicts` with the columns of `CURATED_VERDICTS`; raises `VerdictError` for the first invalid one."""
    verdicts = CURATED_VERDICTS.conform(verdicts)
    for row in verdicts.to_pylist():
        allowed = NAME_VERDICTS if row["name"] is not None else MENTION_VERDICTS
        complete = row["name"] if row["name"] is not None else row["document_id"] and row["text"] and row["concept_id"]
        if row["verdict"] not in allowed or not complete or not row["author"] or row["decided_on"] is None:
            raise VerdictError(
                f"the verdict {row['verdict']!r} of {row['author']} on {row['decided_on']} is invalid: it needs"
                f" an author, a date, and either a name ({', '.join(NAME_VERDICTS)}) or a"
                f" document, a text and a concept ({', '.join(MENTION_VERDICTS)})"
            )
    return verdicts


def forbidden_names(verdicts: pa.Table) -> dict[Lemmas, set[str | None]]:
    """The names that must not be matched, as lemmas, and the concepts this applies to (None: all)."""
    latest: dict[tuple[Lemmas, str | None], bool] = {}
    for row in _in_order(verdicts):
        if row["name"] is not None:
            latest[lemmas(row["name"]), row["concept_id"]] = row["verdict"] == _NEVER
    forbidden: dict[Lemmas, set[str | None]] = {}
    for (name, concept_id), never in latest.items():
        if never:
            forbidden.setdefault(name, set()).add(concept_id)
    return forbidden


def apply_verdicts(mentions: pa.Table, verdicts: pa.Table) -> pa.Table:
    """The mentions with the verdicts on mentions applied, in the same order.

    mentions: as `annotate` returns them. Mentions from headings are not affected.
    """
    latest: dict[tuple[str, str, str, int | None], str] = {}
    for row in _in_order(verdicts):
        if row["name"] is None:
            key = (row["document_id"], row["concept_id"], row["text"].casefold(), row["start"])
            latest.pop(key, None)  # moves the key to the end: the order says which of two keys was decided last
            latest[key] = row["verdict"]
    if not latest:
        return mentions
    may_apply = pc.is_in(mentions["document_id"], pa.array(sorted({key[0] for key in latest}), pa.string()))
    may_apply = pc.and_(may_apply, pc.equal(mentions["basis"], "text"))
    assertion, kept = mentions["assertion"].to_pylist(), np.ones(len(mentions), bool)
    order = {key: at for at, key in enumerate(latest)}
    for at in np.flatnonzero(np.asarray(may_apply, bool)).tolist():
        row = {column: mentions[column][at].as_py() for column in ("document_id", "concept_id", "text", "start")}
        exact = (row["document_id"], row["concept_id"], row["text"].casefold(), row["start"])
        # a verdict on this very offset and one on the whole document may both apply: the later one wins
        decided = max((key for key in (exact, (*exact[:3], None)) if key in order), key=order.__getitem__, default=None)
        verdict = latest[decided] if decided else _AS_ANNOTATED
        kept[at] = verdict != _WRONG
        assertion[at] = verdict if verdict in ASSERTIONS else assertion[at]
    return _with_assertion(mentions, assertion, kept)


def _with_assertion(mentions: pa.Table, assertion: list[str], kept: npt.NDArray[np.bool_]) -> pa.Table:
    column = pa.array(assertion, MENTIONS.arrow.field("assertion").type)
    at = mentions.column_names.index("assertion")
    return mentions.set_column(at, "assertion", column).filter(pa.array(kept))


def _in_order(verdicts: pa.Table) -> list[dict[str, Any]]:
    """The verdicts as rows, by date; verdicts of one day keep their order."""
    rows: list[dict[str, Any]] = check_verdicts(verdicts).to_pylist()
    return sorted(rows, key=lambda row: row["decided_on"])
