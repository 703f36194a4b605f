"""Manual verdicts on mentions and on names of concepts. They override the annotation of stored texts at once.

A verdict is a row of `curations`. No row is ever changed or removed: `withdraw` appends a verdict that takes one back.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from transforms.annotation.rules_version import annotation_version, rules_version
from transforms.curation.verdicts import VerdictError, check_verdicts
from transforms.schema.mentions import CURATED_VERDICTS
from warehouse.catalog import segments
from warehouse.catalog.file import Version
from warehouse.catalog.publish import begin_commit, connect, publish
from warehouse.catalog.schema import CURATIONS
from warehouse.commit.follow_up import follow_up
from warehouse.errors import CurationError
from warehouse.lake import Lake
from warehouse.revision.reprocess import Annotator, reprocess, texts_of_documents
from warehouse.revision.stored_vocabulary import (
    build_vocabulary,
    current_vocabulary,
    read_vocabulary_tables,
    store_vocabulary_locked,
)

AS_ANNOTATED = "as annotated"
"""The verdict that takes back an earlier one."""
_TARGET = ("concept_id", "name", "document_id", "text", "start")
"""Columns of `curations` that say what a verdict is about: a name of a concept, or a mention in a document."""


def curate(lake: Lake, verdict: Mapping[str, Any]) -> int:
    """Commit a verdict (a row of `curations` without batch), annotate the texts it concerns again, update the counts.

    Returns the version this makes. Raises `CurationError` for a verdict that cannot be applied, or about a mention
    that does not exist.
    """
    _check_verdict(verdict)
    with lake.writing():
        old = begin_commit(lake)
        number = _commit(lake, old, verdict)
    follow_up(lake, old)
    return number


def withdraw(lake: Lake, number: int, author: str, decided_on: dt.date) -> int:
    """Take back a verdict by its number in `numbered_verdicts`; returns the version this makes."""
    with lake.writing():
        old = begin_commit(lake)
        verdicts = numbered_verdicts(old)
        if not 0 < number <= len(verdicts):
            hint = f"there are {len(verdicts)}: see `hoofbeats curate list`"
            raise CurationError(f"there is no verdict {number}", hint)
        withdrawn = verdicts[number - 1]
        verdict = {
            **{name: withdrawn[name] for name in _TARGET},
            "verdict": AS_ANNOTATED,
            "author": author,
            # Verdicts are applied in order of their dates: this one must not sort before the one it takes back.
            "decided_on": max(decided_on, withdrawn["decided_on"]),
            "note": f"takes back verdict {number}",
        }
        version_number = _commit(lake, old, verdict)
    follow_up(lake, old)
    return version_number


def numbered_verdicts(version: Version) -> list[dict[str, Any]]:
    """All verdicts in the order they were committed, numbered from 1."""
    return [{"number": number, **row} for number, row in enumerate(version.table("curations").to_pylist(), 1)]


def _check_verdict(verdict: Mapping[str, Any]) -> None:
    try:
        check_verdicts(CURATED_VERDICTS.from_rows([dict(verdict)]))
    except VerdictError as error:
        raise CurationError(str(error), "see `hoofbeats curate --help`") from error


def _commit(lake: Lake, old: Version, verdict: Mapping[str, Any]) -> int:
    row = CURATIONS.from_rows([{**verdict, "batch": old.number + 1}])
    curations = pa.concat_tables([old.table("curations"), row])
    if verdict.get("name") is None:
        return _commit_mention_verdict(lake, old, verdict, curations)
    return _commit_name_verdict(lake, old, curations)


def _commit_name_verdict(lake: Lake, old: Version, curations: pa.Table) -> int:
    """Store the vocabulary under its new version: a name that is no longer matched, or again, makes it another one."""
    loads = old.table("vocabularies").to_pylist()
    if loads:
        tables = read_vocabulary_tables(lake)
        version = annotation_version(build_vocabulary(tables, curations).version)
        facts = {"version": version, "rules": rules_version()}
        facts |= {name: loads[-1][name] for name in ("files", "categories")}
        number = store_vocabulary_locked(lake, old, tables, facts, curations)
        if number is not None:
            return number
    return _publish(lake, old, curations=curations)


def _commit_mention_verdict(lake: Lake, old: Version, verdict: Mapping[str, Any], curations: pa.Table) -> int:
    """Annotate the document again under the new verdict."""
    annotator = Annotator(lambda: current_vocabulary(lake), curations.drop_columns("batch"))
    with connect(lake) as connection:
        _check_mention(connection, old, verdict)
        changed = reprocess(lake, old, connection, texts_of_documents([verdict["document_id"]]), annotator)
    segments.sync_folders(lake)
    return _publish(lake, old, curations=curations, **changed)


def _publish(lake: Lake, old: Version, **changed: pa.Table) -> int:
    publish(lake, old.successor(lake, {"batch_id": uuid.uuid4().hex, "kind": "curation"}, **changed))
    return old.number + 1


def _check_mention(connection: duckdb.DuckDBPyConnection, old: Version, verdict: Mapping[str, Any]) -> None:
    """Raise `CurationError` unless the mention exists, or existed before another verdict removed it."""
    query = (
        "SELECT count(*) FROM mentions WHERE mentions.document_id = $document_id AND mentions.concept_id = $concept_id"
        " AND lower(mentions.text) = lower($text) AND mentions.basis = 'text'"
        " AND ($start IS NULL OR mentions.start = $start)"
    )
    target = {name: verdict.get(name) for name in ("document_id", "concept_id", "text", "start")}
    [[mentions]] = connection.execute(query, target).fetchall()
    judged = [(row["document_id"], row["concept_id"], row["text"]) for row in numbered_verdicts(old)]
    if not mentions and (target["document_id"], target["concept_id"], target["text"]) not in judged:
        raise CurationError(
            f"{target['document_id']} does not mention {target['concept_id']} as {target['text']!r}",
            f"table mentions lists its mentions: document_id '{target['document_id']}', basis 'text'",
        )
