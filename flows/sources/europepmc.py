"""Europe PMC search service: records first indexed, or updated, within some days, paged by cursorMark.

Without a query, the databases of the setting `europepmc_sources` are collected, preprints above all; MED records are
left out, as they come from PubMed itself. Paging ends at an empty page, or when the cursor is absent or repeats. If
fewer records arrive than the largest count on any page, paging starts over; if the third pass falls short too, the
window fails. The largest count decides, because a service in trouble counts too few rather than too many.
https://europepmc.org/RestfulWebService
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flows.http.client import BadResponseError, Client, Request, Response
from flows.settings import Settings
from flows.sources.base import (
    Clock,
    Estimate,
    Fetched,
    LedgerRows,
    Span,
    dated_windows,
    resumed_spans,
    settled,
    utc_now,
)
from flows.sources.pending_payload import PendingPayload
from transforms.europepmc.search_page import SearchPage, SearchPageError, read_search_page
from transforms.payloads.record_versions import request_name
from warehouse.commit.ledger import CollectedWindow, Window

PAGE_SIZE = 500
_MAX_WALKS = 3
_FIELDS = {"indexed": "FIRST_IDATE", "updated": "UPDATE_DATE"}


class EuropePmc:
    """The Europe PMC source."""

    collector = "europepmc"
    one_host = True
    kinds: Mapping[str, str] = MappingProxyType({"created": "indexed", "modified": "updated"})

    def __init__(self, client: Client, settings: Settings, *, now: Clock = utc_now) -> None:
        self._client = client
        self._settings = settings
        self._now = now

    def plan(self, span: Span) -> list[Window]:
        """Return the windows of first indexing, then those of updates."""
        kinds = [self.kinds[dates] for dates in span.dates]
        return [window for what in kinds for window in dated_windows(self.collector, span, what)]

    def resume(self, span: Span, rows: LedgerRows) -> list[Window]:
        """Return the windows of the span and of the days before it that the ledger lacks."""
        spans = resumed_spans(self, span, rows, self._settings.settled_after_days)
        return [window for resumed in spans for window in self.plan(resumed)]

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """Fetch all pages of a window and compare the number of distinct ids with the count of the service."""
        count = 0
        for walk in range(_MAX_WALKS):
            state = pending.load_state() or {"cursor": "*", "pages": 0, "ids": [], "count": count, "ended": False}
            while not state["ended"]:
                self._fetch_next_page(window, pending, state)
            if len(set(state["ids"])) >= state["count"] or walk == _MAX_WALKS - 1:
                break
            count = state["count"]
            pending.clear()
        received, fetched_at = len(set(state["ids"])), dt.datetime.fromisoformat(state["begun"])
        collected = CollectedWindow(
            window,
            settled(window, fetched_at, self._settings.settled_after_days),
            state["count"],
            collected_at=fetched_at,
        )
        if received < state["count"]:
            collected = collected.failed(f"the service delivered {received} of the {state['count']} records it counts")
        if not received:
            pending.remove()
            return Fetched(collected)
        return Fetched(
            collected, pending.assemble("europepmc", request_name(window.name, fetched_at, "json.gz"), collected)
        )

    def estimate(self, window: Window) -> Estimate:
        """Estimate from the count on a page of one record; the 1 added is the empty page that ends the paging."""
        page, _ = self._page(window, "*", size=1)
        return Estimate(window, page.hit_count, 1 + -(-page.hit_count // PAGE_SIZE))

    def _fetch_next_page(self, window: Window, pending: PendingPayload, state: dict[str, Any]) -> None:
        """Fetch one page and update the state. The page is written first, so that every page in the state exists."""
        if "begun" not in state:
            pending.save_state(state)
        page, body = self._page(window, state["cursor"])
        if page.ids:
            pending.write_page(state["pages"], [body])  # an interruption here repeats this page under the same number
            state["pages"] += 1
        state["ids"] += page.ids
        state["count"] = max(state["count"], page.hit_count)
        state["ended"] = not page.ids or page.next_cursor in (None, state["cursor"])
        state["cursor"] = page.next_cursor
        pending.save_state(state)

    def _page(self, window: Window, cursor: str, *, size: int | None = None) -> tuple[SearchPage, bytes]:
        params = {
            "query": self._query(window), "resultType": "core", "format": "json",
            "pageSize": str(size or PAGE_SIZE), "cursorMark": cursor,
        }  # fmt: skip
        if self._settings.email:
            params["email"] = self._settings.email

        def read(response: Response) -> tuple[SearchPage, bytes]:
            try:
                return read_search_page(response.body), response.body
            except SearchPageError as error:
                raise BadResponseError(f"search for {window.name}: {error}") from error

        return self._client.fetch(Request(f"{self._settings.europepmc_url.rstrip('/')}/search", params=params), read)

    def _query(self, window: Window) -> str:
        selection = window.query or " OR ".join(f"SRC:{source}" for source in self._settings.europepmc_sources.split())
        return f"({selection}) AND ({_FIELDS[str(window.what)]}:[{window.since} TO {window.until}])"
