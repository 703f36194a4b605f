"""PubMed through NCBI's E-utilities: records created, or modified, within some days; all of them, or those of a query.

PMIDs first (esearch), then the records (efetch, by POST). A search returns no more than its first 9,999 PMIDs, so a
larger window is split, by date and then by PMID, until every part lists all it counts; at the end the parts are
compared with the count of the whole window. For example, with 25,000 records in two days:

    [10 March, 11 March]          25,000    too large: split by date
    [10 March]                     8,000    listed
    [11 March]                    17,000    too large: split at a PMID
    [11 March], 1:40123456         8,900    listed
    [11 March], 40123457:...       8,100    listed

The dates are those of creation (crdt) and modification (mdat), never of entry (edat), which is backdated for records
that enter late. The search history of the service is not used, because it expires.
"""

import datetime as dt
import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.errors import CollectError
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
from transforms.payloads.record_versions import request_name
from transforms.pubmed import parse as pubmed_xml
from transforms.pubmed.esearch import AnswerError, SearchResult, read_search
from transforms.text.normalize import normalize_pmid as read_pmid
from warehouse.commit.ledger import CollectedWindow, Window

SEARCH_LIMIT = 9_999
RECORDS_PER_PAGE = 400
_FIELDS = {"created": "crdt", "modified": "mdat"}
_MAX_PMID = 999_999_999
_ATTEMPTS = 3
_MAX_NAMED = 20

_RESPONSE_DAMAGE = ("truncated_file", "damaged_gzip", "not_pubmed_xml", "source_error")
"""Rejection reasons that concern the response as a whole, not the record at which they occur."""

Part = list[Any]
"""A part of a window, as stored in JSON: first day, last day, first PMID (0: not limited), last PMID."""


class PubmedApi:
    """The PubMed E-utilities source.

    `after` is the (year, number) of the last numbered PubMed file in the lake, which orders the versions of a record
    (see `transforms.payloads.record_versions`).
    """

    collector = "pubmed_api"
    one_host = True
    kinds: Mapping[str, str] = MappingProxyType({"created": "created", "modified": "modified"})

    def __init__(
        self, client: Client, settings: Settings, *, after: tuple[int, int] | None = None, now: Clock = utc_now
    ) -> None:
        self._client = client
        self._settings = settings
        self._after = after
        self._now = now

    def plan(self, span: Span) -> list[Window]:
        """Return the windows of creation, then of modification; raises `CollectError` if no email is configured."""
        if not self._settings.email:
            raise CollectError(
                "NCBI requires an email address with every request, and none is configured",
                "set HOOFBEATS_EMAIL=you@example.org, or email in hoofbeats.toml",
            )
        return [window for what in span.dates for window in dated_windows(self.collector, span, what)]

    def resume(self, span: Span, rows: LedgerRows) -> list[Window]:
        """Return the windows of the span and of the days before it that the ledger lacks."""
        spans = resumed_spans(self, span, rows, self._settings.settled_after_days)
        return [window for resumed in spans for window in self.plan(resumed)]

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """Fetch all records of a window and compare their PMIDs with those the searches listed."""
        state = self._list_pmids(window, pending)
        pmids = sorted({pmid for part in state["parts"] for pmid in part["pmids"]})
        size = state["records_per_page"]  # as in the run that wrote the first pages
        pages = [pmids[at : at + size] for at in range(0, len(pmids), size)]
        for number, page in enumerate(pages):
            if not pending.has_page(number):
                bodies, missing = self._fetch_records(page)
                if missing or str(number) in state["missing"]:
                    state["missing"][str(number)] = missing
                    pending.save_state(state)
                pending.write_page(number, bodies)
        fetched_at = dt.datetime.fromisoformat(state["begun"])
        collected = self._ledger_entry(window, state, len(pmids), fetched_at)
        if not pmids:
            pending.remove()
            return Fetched(collected)
        after = tuple(state["after"]) if state["after"] else None
        name = request_name(window.name, fetched_at, "xml.gz", after)
        return Fetched(collected, pending.assemble("pubmed", name, collected))

    def estimate(self, window: Window) -> Estimate:
        """Estimate from a search that lists nothing.

        Splitting a large window takes about two searches for each part that is listed in the end.
        """
        count = self._search(window, [window.since, window.until, 0, 0], retmax=0).count
        searches = 1 if count <= SEARCH_LIMIT else 1 + 4 * (count // SEARCH_LIMIT)
        return Estimate(window, count, searches + -(-count // RECORDS_PER_PAGE))

    def _ledger_entry(self, window: Window, state: dict[str, Any], expected: int, at: dt.datetime) -> CollectedWindow:
        not_found = (
            f"terms not understood or not found: {', '.join(state['not_found'])}" if state["not_found"] else None
        )
        missing = sorted(pmid for page in state["missing"].values() for pmid in page)
        collected = CollectedWindow(
            window, settled(window, at, self._settings.settled_after_days), expected, not_found,
            tuple(f"pubmed:{pmid}" for pmid in missing), at,
        )  # fmt: skip
        if not missing:
            return collected
        named = ", ".join(map(str, missing[:_MAX_NAMED])) + (", ..." if len(missing) > _MAX_NAMED else "")
        return collected.failed(f"{len(missing)} of {expected} requested records were not returned: {named}")

    def _list_pmids(self, window: Window, pending: PendingPayload) -> dict[str, Any]:
        """List the PMIDs of a window in parts; return the state, which is saved after each part.

        Starts over if the parts do not add up to the largest count of the whole, because records entered or left
        meanwhile, or because the service listed too few.
        """
        largest = 0
        for _ in range(_ATTEMPTS):
            state = pending.load_state() or {**_new_state(window), "after": self._after, "largest": largest}
            while state["pending"]:
                self._search_part(window, state)
                pending.save_state(state)
            listed = sum(len(part["pmids"]) for part in state["parts"])
            largest = state.get("largest", 0)
            if state.get("whole") == listed or (len(state["parts"]) == 1 and listed >= largest):
                return state
            whole = self._search(window, [window.since, window.until, 0, 0], retmax=0).count
            if max(whole, largest) == listed == len({pmid for part in state["parts"] for pmid in part["pmids"]}):
                state["whole"] = listed
                pending.save_state(state)
                return state
            largest = max(whole, largest)
            pending.clear()
        raise BadResponseError(
            f"the count changed while {window.name} was listed: {listed} in its parts, {largest} at most in all"
        )

    def _search_part(self, window: Window, state: dict[str, Any]) -> None:
        part = state["pending"][-1]
        result = self._search(window, part, retmax=SEARCH_LIMIT)
        state["pending"].pop()  # only now: a search that raises leaves the part to be tried again
        state["not_found"] = sorted({*state["not_found"], *result.not_found})
        state["largest"] = max(state.get("largest", 0), result.count)
        if result.count <= SEARCH_LIMIT:
            state["parts"].append({"part": part, "pmids": list(result.pmids)})
        else:
            # a stack, so the earlier half is searched next
            state["pending"] += reversed(_split(part, result))

    def _search(self, window: Window, part: Part, *, retmax: int) -> SearchResult:
        params = {"db": "pubmed", "term": _term(window, part), "retmax": str(retmax), "retmode": "xml"}

        def read(response: Response) -> SearchResult:
            try:
                result = read_search(response.body)
            except AnswerError as error:
                raise BadResponseError(f"esearch for {window.name}: {self._client.mask_secrets(str(error))}") from error
            if len(set(result.pmids)) != min(result.count, retmax):
                raise BadResponseError(
                    f"esearch for {window.name} counts {result.count} but lists {len(set(result.pmids))}"
                )
            return result

        return self._client.fetch(Request(self._url("esearch.fcgi"), params={**params, **self._identity()}), read)

    def _fetch_records(self, pmids: list[int]) -> tuple[list[bytes], list[int]]:
        """Return the responses that hold these records, and the PMIDs that none of them holds after all attempts."""
        bodies: list[bytes] = []
        wanted = pmids
        for _ in range(_ATTEMPTS):
            # efetch silently leaves out records at times: ask again for those that are missing only
            body, returned = self._efetch(wanted)
            bodies += [body] if returned or not bodies else []
            wanted = sorted(set(wanted) - returned)
            if not wanted:
                break
        return bodies, wanted

    def _efetch(self, pmids: list[int]) -> tuple[bytes, set[int]]:
        form = {"db": "pubmed", "id": ",".join(map(str, pmids)), "retmode": "xml", **self._identity()}

        def read(response: Response) -> tuple[bytes, set[int]]:
            return response.body, self._returned_pmids(response.body, set(pmids))

        return self._client.fetch(Request(self._url("efetch.fcgi"), form=form), read)

    def _returned_pmids(self, body: bytes, requested: set[int]) -> set[int]:
        """Return the PMIDs of an efetch response; raise `BadResponseError` if they are not among those requested."""
        returned: list[int] = []
        for parsed in pubmed_xml.parse(io.BytesIO(body), "efetch"):
            position, reason = parsed.rejected["raw_position"], parsed.rejected["reason"]
            damage = parsed.rejected.filter(pc.or_(pc.is_null(position), pc.is_in(reason, pa.array(_RESPONSE_DAMAGE))))
            if len(damage):
                detail = self._client.mask_secrets(f"{damage['reason'][0]}: {damage['detail'][0]}")
                raise BadResponseError(f"efetch of {len(requested)} records: {detail}")
            returned += parsed.documents["pmid"].to_pylist()
            rejected = filter(None, parsed.rejected["document_id"].to_pylist())
            returned += [read_pmid(document_id.removeprefix("pubmed:")) or 0 for document_id in rejected]
        if len(set(returned)) < len(returned) or not requested.issuperset(returned):
            raise BadResponseError("efetch returned duplicate records, or records that were not requested")
        return set(returned)

    def _url(self, service: str) -> str:
        return f"{self._settings.pubmed_api_url.rstrip('/')}/{service}"

    def _identity(self) -> dict[str, str]:
        key = self._settings.ncbi_api_key
        identity = {"tool": "hoofbeats", "email": self._settings.email or ""}
        return {**identity, "api_key": key.get_secret_value()} if key else identity


def _new_state(window: Window) -> dict[str, Any]:
    first: Part = [str(window.since), str(window.until), 0, _MAX_PMID]
    state = {"pending": [first], "parts": [], "missing": {}, "not_found": []}
    return {**state, "records_per_page": RECORDS_PER_PAGE}


def _term(window: Window, part: Part) -> str:
    """Return the search term of a part, see https://pubmed.ncbi.nlm.nih.gov/help/#field-tags.

    For example (case reports[pt]) AND ("2026/03/11"[crdt] : "2026/03/11"[crdt]) AND 1:40123456[UID]
    """
    since, until, first, last = part
    name = _FIELDS[str(window.what)]
    days = [str(day).replace("-", "/") for day in (since, until)]
    term = f'("{days[0]}"[{name}] : "{days[1]}"[{name}])'
    if window.query:
        term = f"({window.query}) AND {term}"
    return f"{term} AND {first}:{last}[UID]" if first else term


def _split(part: Part, result: SearchResult) -> list[Part]:
    """Split a part that is too large in two: by date, or a single day at the median of the PMIDs the search listed."""
    since, until = (dt.date.fromisoformat(day) for day in part[:2])
    first, last = max(1, part[2]), part[3]
    if since < until:
        middle = since + (until - since) // 2
        return [[str(since), str(middle), *part[2:]], [str(middle + dt.timedelta(days=1)), str(until), *part[2:]]]
    if first >= last:
        raise BadResponseError(f"esearch counts {result.count} records of one PMID")
    within = sorted(pmid for pmid in result.pmids if first <= pmid < last)
    middle_pmid = within[len(within) // 2] if within else (first + last) // 2
    return [[part[0], part[1], first, middle_pmid], [part[0], part[1], middle_pmid + 1, last]]
