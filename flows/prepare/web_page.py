"""Read a stored web page as one record, extracted in a separate process so that no page can block the others."""

import atexit
from collections.abc import Iterator
from functools import cache
from typing import BinaryIO

from flows.prepare.extraction_worker import Extractor
from flows.settings import Settings
from transforms.payloads.decompress import DamagedPayload, read_chunks
from transforms.payloads.parsed import ParsedBatch
from transforms.schema.records import PARSED_DELETIONS, PARSED_DOCUMENTS, PARSED_REJECTED
from transforms.web.addresses import normalize_url
from transforms.web.decode import to_utf8
from transforms.web.document import to_document_table
from transforms.web.result import Extraction, Rejection
from warehouse.commit.ledger import Payload

MIN_CONFIDENCE = 0.4
"""An abstract extracted with less confidence is rejected: it may be boilerplate, and a single article can matter."""

_MAX_PAGE_BYTES = 64 << 20
_EXCERPT_BYTES = 2_000


def read_page(stream: BinaryIO, payload: Payload) -> Iterator[ParsedBatch]:
    """Yield the one record of a page, or its rejection.

    The URL is that of the window; a page ingested from a file gets a path made from its digest instead.
    """
    window = payload.window
    url = window.window.query or f"file/{payload.sha256[:16]}"
    html = b""
    try:
        for chunk in read_chunks(stream):
            html += chunk
            if len(html) > _MAX_PAGE_BYTES:
                break
        result = _reject_uncertain(_extractor().extract(to_utf8(html, window.charset), url))
    except DamagedPayload as damage:
        result = Rejection(damage.reason, str(damage))
    if isinstance(result, Extraction):
        yield ParsedBatch(
            to_document_table(result, window.collected_at, payload.name),
            PARSED_DELETIONS.empty(),
            PARSED_REJECTED.empty(),
        )
        return
    row = {
        "source": "web",
        "raw_file": payload.name,
        "raw_position": 0,
        "document_id": f"web:{normalize_url(url)}",
        "reason": result.reason,
        "detail": result.detail,
        "excerpt": html[:_EXCERPT_BYTES].decode("utf-8", "replace"),
    }
    yield ParsedBatch(PARSED_DOCUMENTS.empty(), PARSED_DELETIONS.empty(), PARSED_REJECTED.from_rows([row]))


def _reject_uncertain(result: Extraction | Rejection) -> Extraction | Rejection:
    if isinstance(result, Extraction) and result.abstract:
        confidence = result.findings["abstract"].confidence
        if confidence < MIN_CONFIDENCE:
            step = result.findings["abstract"].step
            return Rejection("uncertain", f"the only abstract was found by {step} with confidence {confidence:.2f}")
    return result


@cache
def _extractor() -> Extractor:
    """Return the extractor of this process; its worker ends with the process."""
    extractor = Extractor(timeout_s=Settings().page_timeout_s)
    atexit.register(extractor.close)
    return extractor
