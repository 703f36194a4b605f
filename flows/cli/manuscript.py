"""`hoofbeats check`: the claims of a manuscript, before it is submitted."""

import datetime as dt
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb

from flows import terminal
from flows.cli.reports.claims import KEY, print_claims
from flows.cli.reports.coverage import thin_coverage
from flows.errors import FlowError
from flows.prepare.extraction_worker import Extractor
from flows.settings import Settings
from transforms.claims.manuscript import MAX_DRAFT_LENGTH, Draft, read_draft
from transforms.web.result import Extraction, Rejection
from warehouse.derived.claim_audit import listed_articles
from warehouse.derived.manuscript_audit import audit_draft, known_words
from warehouse.queries.combinations import Row
from warehouse.queries.coverage import read_coverage

STANDARD_INPUT = "-"
_PARTED_WORD = re.compile(rb"[-\x90\x91\xad][ \t]*[\r\n]")  # bytes that end a hyphen in UTF-8
_HTML = (b"<!doctype html", b"<html")


class ManuscriptError(FlowError):
    """A manuscript that cannot be read."""


def check_manuscript(
    connection: duckdb.DuckDBPyConnection, file: str, known_until: dt.date, settings: Settings, *, as_json: bool
) -> None:
    """Print the claims of a manuscript's title and abstract, with the articles entered before `known_until`.

    Raises `ManuscriptError` for a file that cannot be read.
    """
    draft = _read(file, settings, connection)
    answers, left_out = audit_draft(connection, draft.title, draft.abstract, known_until)
    matches = listed_articles(connection, answers.matches)
    text = f"{draft.title} {draft.abstract}"
    by_claim: dict[tuple[int, int], list[Row]] = {}
    for match in matches:
        by_claim.setdefault((match["start"], match["number"]), []).append(match)
    coverage = read_coverage(connection)
    print_claims([_claim_row(row, text, by_claim) for row in answers.audit.to_pylist()], coverage, as_json=as_json)
    if left_out:
        terminal.note(
            f"{left_out:,} further claims of {file} are not judged: check a shorter text, such as its abstract"
        )
    if draft.cut:
        terminal.note(f"{file} was read up to {MAX_DRAFT_LENGTH:,} characters: check a shorter text")
    if not as_json:
        terminal.lines(*thin_coverage(coverage))
    if not as_json and not len(answers.audit):
        terminal.note("read as the title: " + (draft.title or "-"))


def _claim_row(row: Row, text: str, by_claim: Mapping[tuple[int, int], list[Row]]) -> Row:
    """A claim as `hoofbeats claims` prints it; the manuscript is no article of the lake."""
    own = by_claim.get((row["start"], row["number"]), [])
    return {
        **{name: value for name, value in row.items() if name not in ("article_id", "document_id")},
        "article_id": None,
        "sentence_text": text[row["start"] : row["end"]],
        "matches": [{name: value for name, value in match.items() if name not in KEY} for match in own],
    }


def _read(file: str, settings: Settings, connection: duckdb.DuckDBPyConnection) -> Draft:
    try:
        payload = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        raise ManuscriptError(
            f"{file}: {error.strerror}", "name a text or HTML file, or - for standard input"
        ) from error
    if payload[:200].lstrip().lower().startswith(_HTML):
        with Extractor(settings.page_timeout_s) as extractor:
            page = extractor.extract(payload, f"file/{file}")
        if isinstance(page, Extraction) and page.abstract:
            return Draft(page.title or "", page.abstract)
    draft = read_draft(payload, known_words(connection) if _PARTED_WORD.search(payload) else frozenset())
    if isinstance(draft, Rejection):
        raise ManuscriptError(f"{file}: {draft.detail}", "save the title and the abstract as plain text")
    return draft
