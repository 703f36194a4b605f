"""`hoofbeats check`: the claims of a manuscript, before it is sent off."""

import datetime as dt
import sys
from pathlib import Path

import duckdb

from flows import terminal as show
from flows.cli.claims_report import KEY, print_claims
from flows.errors import FlowError
from flows.prepare.extraction_worker import Extractor
from flows.settings import Settings
from transforms.web.manuscript import Draft, read_draft
from transforms.web.result import Extraction, Rejection
from warehouse.derived.claim_audit import listed_articles
from warehouse.derived.manuscript_audit import audit_draft
from warehouse.queries.combinations import Row

STANDARD_INPUT = "-"
_HTML = (b"<!doctype html", b"<html")


class DraftError(FlowError):
    """A manuscript that cannot be read."""


def check_draft(
    connection: duckdb.DuckDBPyConnection, file: str, day: dt.date, settings: Settings, *, as_json: bool
) -> None:
    """Print the claims of a draft's title and abstract, each beside the articles that had entered before `day`."""
    draft = _read(file, settings)
    answers = audit_draft(connection, draft.title, draft.abstract, day)
    matched = listed_articles(connection, answers.matches)
    text = f"{draft.title} {draft.abstract}"
    print_claims([_told(row, text, matched) for row in answers.audit.to_pylist()], as_json=as_json)
    if not as_json and not len(answers.audit):
        show.note("read as the title: " + (draft.title or "-"))


def _told(row: Row, text: str, matched: list[Row]) -> Row:
    """A claim as `hoofbeats claims` has it; the draft is no article."""
    own = [match for match in matched if (match["start"], match["number"]) == (row["start"], row["number"])]
    return {
        **{name: value for name, value in row.items() if name not in ("article_id", "document_id")},
        "article_id": None,
        "sentence_text": text[row["start"] : row["end"]],
        "matches": [{name: value for name, value in match.items() if name not in KEY} for match in own],
    }


def _read(file: str, settings: Settings) -> Draft:
    try:
        payload = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise DraftError(f"{file}: {error.strerror}", "name a text or HTML file, or - for standard input") from error
    if payload[:200].lstrip().lower().startswith(_HTML):
        with Extractor(settings.page_timeout_s) as extractor:
            found = extractor.extract(payload, f"file/{file}")
        if isinstance(found, Extraction) and found.abstract:
            return Draft(found.title or "", found.abstract)
    draft = read_draft(payload)
    if isinstance(draft, Rejection):
        raise DraftError(f"{file}: {draft.detail}", "save the title and the abstract as plain text")
    return draft
