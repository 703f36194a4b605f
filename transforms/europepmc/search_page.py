"""One page of Europe PMC's search service: the hit count, the cursor of the next page, the ids of the records."""

import json
from dataclasses import dataclass

from transforms.europepmc.parse import extract_records, service_error
from transforms.europepmc.record import read_record


class SearchPageError(ValueError):
    """The service's answer is not a page of search results; the message has the service's error where it gave one."""


@dataclass(frozen=True)
class SearchPage:
    """A page of search results.

    hit_count: records that match the query in all; next_cursor: cursorMark of the next page, None on the last;
    ids: document_id of each record on this page.
    """

    hit_count: int
    next_cursor: str | None
    ids: tuple[str, ...]


def read_search_page(body: bytes) -> SearchPage:
    """Read the body of an answer; raises `SearchPageError` for an error answer, HTML, damaged JSON or absent ids."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SearchPageError(f"the answer is not JSON: {str(error)[:100]}") from error
    if not isinstance(answer, dict) or "hitCount" not in answer or "resultList" not in answer:
        raise SearchPageError(service_error(answer) or "the answer is JSON but not a search result")
    records = extract_records(answer) or []
    ids = [read_record(record)["document_id"] if isinstance(record, dict) else None for record in records]
    if not isinstance(answer["hitCount"], int) or not all(ids):
        raise SearchPageError("the search result has a record without an id, or a hit count that is not a number")
    cursor = answer.get("nextCursorMark")
    return SearchPage(answer["hitCount"], cursor if isinstance(cursor, str) and cursor else None, tuple(map(str, ids)))
