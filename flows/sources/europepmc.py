"""Europe PMC's search service: records first indexed, or updated, on some days, page by page by cursorMark.

Without a query, preprints and the other sources of the settings are collected: its MED records are PubMed's own. The
walk ends where a page is empty or the cursor is absent or repeats itself; fewer records than the service counts are
looked for again from the beginning, and still fewer make the window fail. https://europepmc.org/RestfulWebService
"""

import datetime as dt
from typing import Any

from flows.http.client import BadResponseError, Client, Request, Response
from flows.settings import Settings
from flows.sources.base import Clock, Estimate, Fetched, Span, dated_windows, settled, utc_now
from flows.sources.pending_payload import PendingPayload
from transforms.europepmc.search_page import Page, PageError, read_page
from transforms.payloads.record_versions import request_name
from warehouse.commit.ledger import CollectedWindow, Window

PAGE_SIZE = 500
_WALKS = 3
_KINDS = {"created": "indexed", "modified": "updated"}
_FIELDS = {"indexed": "FIRST_IDATE", "updated": "UPDATE_DATE"}


class EuropePmc:
    """The source."""

    collector = "europepmc"
    one_host = True

    def __init__(self, client: Client, settings: Settings, *, now: Clock = utc_now) -> None:
        self._client = client
        self._settings = settings
        self._now = now

    def plan(self, span: Span) -> list[Window]:
        """Windows of first indexing, then of updates."""
        kinds = [_KINDS[dates] for dates in span.dates]
        return [window for what in kinds for window in dated_windows(self.collector, span, what)]

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """All pages of a window; distinct ids are compared with the service's count."""
        for walk in range(_WALKS):
            state = pending.load_state() or {"cursor": "*", "pages": 0, "ids": [], "count": 0, "ended": False}
            while not state["ended"]:
                self._step(window, pending, state)
            if len(set(state["ids"])) >= state["count"] or walk == _WALKS - 1:
                break
            pending.clear()
        received, at = len(set(state["ids"])), dt.datetime.fromisoformat(state["begun"])
        collected = CollectedWindow(
            window, settled(window, at, self._settings.settled_after_days), state["count"], collected_at=at
        )
        if received < state["count"]:
            collected = collected.failed(
                f"{received} records were delivered of the {state['count']} the service counts"
            )
        if not received:
            pending.remove()
            return Fetched(collected)
        return Fetched(collected, pending.assemble("europepmc", request_name(window.name, at, "json.gz"), collected))

    def estimate(self, window: Window) -> Estimate:
        """By the count beside a page of one record; a walk ends with a page that is empty or repeats its cursor."""
        page, _ = self._page(window, "*", size=1)
        return Estimate(window, page.hit_count, 1 + -(-page.hit_count // PAGE_SIZE))

    def _step(self, window: Window, pending: PendingPayload, state: dict[str, Any]) -> None:
        """One page: kept first, then noted, so that what is noted is there."""
        if "begun" not in state:
            pending.save_state(state)
        page, body = self._page(window, state["cursor"])
        if page.ids:
            pending.write_page(state["pages"], [body])
            state["pages"] += 1
        state["ids"] += page.ids
        state["count"] = page.hit_count
        state["ended"] = not page.ids or page.next_cursor in (None, state["cursor"])
        state["cursor"] = page.next_cursor
        pending.save_state(state)

    def _page(self, window: Window, cursor: str, *, size: int | None = None) -> tuple[Page, bytes]:
        params = {
            "query": self._query(window), "resultType": "core", "format": "json",
            "pageSize": str(size or PAGE_SIZE), "cursorMark": cursor,
        }  # fmt: skip
        if self._settings.email:
            params["email"] = self._settings.email

        def read(answer: Response) -> tuple[Page, bytes]:
            try:
                return read_page(answer.body), answer.body
            except PageError as error:
                raise BadResponseError(f"search for {window.name}: {error}") from error

        return self._client.fetch(Request(f"{self._settings.europepmc_url.rstrip('/')}/search", params=params), read)

    def _query(self, window: Window) -> str:
        narrowed = window.query or " OR ".join(f"SRC:{source}" for source in self._settings.europepmc_sources.split())
        return f"({narrowed}) AND ({_FIELDS[str(window.what)]}:[{window.since} TO {window.until}])"
