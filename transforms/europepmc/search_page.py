"""A page of the search service."""

import json
from dataclasses import dataclass

from transforms.europepmc.parse import records_in, service_error
from transforms.europepmc.record import read


class PageError(ValueError):
    """An answer of the search service that is no page of results."""


@dataclass(frozen=True)
class Page:
    """A page of search results: how many records match in all, where the next page begins, the records' ids."""

    hit_count: int
    next_cursor: str | None
    ids: tuple[str, ...]


def read_page(body: bytes) -> Page:
    """What a search answer says of itself; raises `PageError` for an error inside it, HTML, or a damaged answer."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PageError(f"no JSON: {str(error)[:100]}") from error
    if not isinstance(told, dict) or "hitCount" not in told or "resultList" not in told:
        raise PageError(service_error(told) or "JSON, but no search result")
    ids = [read(record)["document_id"] if isinstance(record, dict) else None for record in records_in(told) or []]
    if not isinstance(told["hitCount"], int) or not all(ids):
        raise PageError("records without an id, or a count that is no number")
    cursor = told.get("nextCursorMark")
    return Page(told["hitCount"], cursor if isinstance(cursor, str) and cursor else None, tuple(map(str, ids)))
