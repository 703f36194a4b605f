"""What a person says of a mention or of a concept's name: it overrules the annotation of stored texts at once.

A verdict is a row of `curations`; none is ever changed or removed: `withdraw` adds the verdict that takes one back.
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
from warehouse.catalog.publish import connect_to_write, publish, recover
from warehouse.catalog.schema import CURATIONS
from warehouse.derived.watch_counts import follow, followed
from warehouse.errors import CurationError
from warehouse.lake import Lake
from warehouse.revision.reannotate import Reannotation
from warehouse.revision.stored_vocabulary import (
    build_vocabulary,
    current_vocabulary,
    read_vocabulary_tables,
    store_vocabulary_locked,
)

AS_ANNOTATED = "as annotated"
_ON = ("concept_id", "name", "document_id", "text", "start")


def curate(lake: Lake, verdict: Mapping[str, Any]) -> int:
    """Commit a verdict, a row of `curations` without batch; the texts it is on are annotated anew, the counts follow.

    Returns the version this makes. Raises `CurationError` for one that cannot be followed, or on a mention that is not
    there.
    """
    _check(verdict)
    with lake.writing():
        old = recover(lake)
        made = _commit(lake, old, verdict)
    if followed(old):
        follow(lake)
    return made


def withdraw(lake: Lake, number: int, author: str, decided_on: dt.date) -> int:
    """Take back a verdict by its number in `verdicts`; returns the version this makes."""
    with lake.writing():
        old = recover(lake)
        given = numbered_verdicts(old)
        if not 0 < number <= len(given):
            raise CurationError(f"there is no verdict {number}", f"there are {len(given)}: see `hoofbeats curate list`")
        target = given[number - 1]
        taken = {name: target[name] for name in _ON}
        on = max(decided_on, target["decided_on"])
        note = f"takes back verdict {number}"
        made = _commit(lake, old, {**taken, "verdict": AS_ANNOTATED, "author": author, "decided_on": on, "note": note})
    if followed(old):
        follow(lake)
    return made


def numbered_verdicts(version: Version) -> list[dict[str, Any]]:
    """All verdicts in the order they were given, numbered from 1."""
    return [{"number": at, **row} for at, row in enumerate(version.table("curations").to_pylist(), 1)]


def _check(verdict: Mapping[str, Any]) -> None:
    try:
        check_verdicts(CURATED_VERDICTS.from_rows([dict(verdict)]))
    except VerdictError as error:
        raise CurationError(str(error), "see `hoofbeats curate --help`") from error


def _commit(lake: Lake, old: Version, verdict: Mapping[str, Any]) -> int:
    row = CURATIONS.from_rows([{**verdict, "batch": old.number + 1}])
    said = pa.concat_tables([old.table("curations"), row])
    if verdict.get("name") is None:
        return _judge_mention(lake, old, verdict, said)
    return _judge_name(lake, old, said)


def _judge_name(lake: Lake, old: Version, said: pa.Table) -> int:
    """A name that is matched no more, or again, makes another vocabulary."""
    loads = old.table("vocabularies").to_pylist()
    if loads:
        parts = read_vocabulary_tables(lake)
        version = annotation_version(build_vocabulary(parts, said).version)
        facts = {"version": version, "rules": rules_version()}
        facts |= {name: loads[-1][name] for name in ("files", "categories")}
        made = store_vocabulary_locked(lake, old, parts, facts, said)
        if made is not None:
            return made
    return _publish(lake, old, curations=said)


def _judge_mention(lake: Lake, old: Version, verdict: Mapping[str, Any], said: pa.Table) -> int:
    given = {"documents": [verdict["document_id"]], "curations": said.drop_columns("batch")}
    with connect_to_write(lake, old) as connection:
        _check_there(connection, old, verdict)
        changed = Reannotation(lake, old, connection, lambda: current_vocabulary(lake), **given).rewrite()
    segments.sync_folders(lake)
    return _publish(lake, old, curations=said, **changed)


def _publish(lake: Lake, old: Version, **changed: pa.Table) -> int:
    publish(lake, old.successor(lake, {"batch_id": uuid.uuid4().hex, "kind": "curation"}, **changed))
    return old.number + 1


def _check_there(connection: duckdb.DuckDBPyConnection, old: Version, verdict: Mapping[str, Any]) -> None:
    """There is such a mention, or there was before another verdict."""
    query = (
        "SELECT count(*) FROM mentions WHERE mentions.document_id = $document_id AND mentions.concept_id = $concept_id"
        " AND lower(mentions.text) = lower($text) AND mentions.basis = 'text'"
        " AND ($start IS NULL OR mentions.start = $start)"
    )
    on = {name: verdict.get(name) for name in ("document_id", "concept_id", "text", "start")}
    [[there]] = connection.execute(query, on).fetchall()
    told = [(row["document_id"], row["concept_id"], row["text"]) for row in numbered_verdicts(old)]
    if not there and (on["document_id"], on["concept_id"], on["text"]) not in told:
        raise CurationError(
            f"{on['document_id']} does not mention {on['concept_id']} as {on['text']!r}",
            f"table mentions has what it mentions: document_id {on['document_id']!r}, basis 'text'",
        )
