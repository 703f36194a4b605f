"""A web page as kept -> its record, extracted in a process of its own, so that no page can hold the others up."""

import atexit
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

from flows.prepare.extraction_worker import Extractor
from flows.settings import Settings
from transforms.payloads.decompress import DamagedPayload, read_chunks
from transforms.payloads.parsed import ParsedBatch
from transforms.schema.records import PARSED_DELETIONS, PARSED_DOCUMENTS, PARSED_REJECTED
from transforms.web.document import normalize_url, to_document_table
from transforms.web.result import Extraction, Rejection
from warehouse.commit.ledger import Payload

LEAST_CONFIDENCE = 0.4
"""An abstract found with less certainty is not loaded: a count of one or two must not rest on a page's small print."""

_LARGEST_PAGE = 64 << 20
_EXCERPT = 2_000


def read_page(stream: BinaryIO, payload: Payload) -> Iterator[ParsedBatch]:
    """The one record of a page, or why there is none. The page's address is that it was collected from."""
    window = payload.window
    url = window.window.query or f"file/{payload.sha256[:16]}"
    html = b""
    try:
        for chunk in read_chunks(stream):
            html += chunk
            if len(html) > _LARGEST_PAGE:
                break
        found = _trusted(_extractor().extract(html, url))
    except DamagedPayload as damage:
        found = Rejection(damage.reason, str(damage))
    if isinstance(found, Extraction):
        yield ParsedBatch(
            to_document_table(found, window.collected_at, payload.name),
            PARSED_DELETIONS.empty(),
            PARSED_REJECTED.empty(),
        )
        return
    row = {
        "source": "web",
        "raw_file": payload.name,
        "raw_position": 0,
        "document_id": f"web:{normalize_url(url)}",
        "reason": found.reason,
        "detail": found.detail,
        "excerpt": html[:_EXCERPT].decode("utf-8", "replace"),
    }
    yield ParsedBatch(PARSED_DOCUMENTS.empty(), PARSED_DELETIONS.empty(), PARSED_REJECTED.from_rows([row]))


def _trusted(found: Extraction | Rejection) -> Extraction | Rejection:
    if isinstance(found, Extraction) and found.abstract:
        confidence = found.findings["abstract"].confidence
        if confidence < LEAST_CONFIDENCE:
            step = found.findings["abstract"].step
            return Rejection("uncertain", f"the only abstract was found by {step} with confidence {confidence:.2f}")
    return found


@cache
def _extractor() -> Extractor:
    """One worker a process; it ends with the process."""
    extractor = Extractor(timeout_s=Settings().page_timeout_s)
    atexit.register(extractor.close)
    return extractor
