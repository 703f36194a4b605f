"""PubMed through NCBI's E-utilities: records created, or modified, on some days; all of them, or those of a query.

Ids first (esearch), then the records (efetch, by POST). A search reaches no further than its first 9,999 records;
what is larger is split by date and then by PMID until every part lists all it counts, and the parts are counted
against the whole. Dates are those of creation (crdt) and modification (mdat), never of entry (edat), which is set
back for records that enter late. The search history of the service expires and is not used.
"""

import datetime as dt
import io
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from flows.errors import CollectError
from flows.http.client import BadResponseError, Client, Request, Response
from flows.settings import Settings
from flows.sources.base import Clock, Estimate, Fetched, Span, dated_windows, settled, utc_now
from flows.sources.pending_payload import PendingPayload
from transforms.payloads.record_versions import request_name
from transforms.pubmed import parse as pubmed_xml
from transforms.pubmed.esearch import AnswerError, SearchResult, read_search
from transforms.text.normalize import normalize_pmid as read_pmid
from warehouse.commit.ledger import CollectedWindow, Window

SEARCH_LIMIT = 9_999
RECORDS_PER_PAGE = 400
_FIELDS = {"created": "crdt", "modified": "mdat"}
_LAST_PMID = 999_999_999
_ATTEMPTS = 3
_NAMED = 20

_DAMAGE = ("truncated_file", "damaged_gzip", "not_pubmed_xml", "source_error")
"""What is wrong with the answer, not with the record it befalls."""

Part = list[Any]
"""A part of a window, as JSON keeps it: first day, last day, first PMID, last PMID."""


class PubmedApi:
    """The source; `after` is the last numbered PubMed file in the lake (see `transforms.payloads.record_versions`)."""

    collector = "pubmed_api"
    one_host = True

    def __init__(
        self, client: Client, settings: Settings, *, after: tuple[int, int] | None = None, now: Clock = utc_now
    ) -> None:
        self._client = client
        self._settings = settings
        self._after = after
        self._now = now

    def plan(self, span: Span) -> list[Window]:
        """Windows of creation, then of modification; raises `CollectError` without an email."""
        if not self._settings.email:
            raise CollectError(
                "NCBI asks for an email address with every request, and none is set",
                "set HOOFBEATS_EMAIL=you@example.org, or email in hoofbeats.toml",
            )
        return [window for what in span.dates for window in dated_windows(self.collector, span, what)]

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """All records of a window, compared by id with what the searches listed."""
        state = self._planned(window, pending)
        pmids = sorted({pmid for part in state["parts"] for pmid in part["pmids"]})
        size = state["records_per_page"]  # of the run that kept the first pages
        pages = [pmids[at : at + size] for at in range(0, len(pmids), size)]
        for number, asked in enumerate(pages):
            if not pending.has_page(number):
                bodies, missing = self._records(asked)
                if missing or str(number) in state["missing"]:
                    state["missing"][str(number)] = missing
                    pending.save_state(state)
                pending.write_page(number, bodies)
        at = dt.datetime.fromisoformat(state["begun"])
        collected = self._told(window, state, len(pmids), at)
        if not pmids:
            pending.remove()
            return Fetched(collected)
        after = tuple(state["after"]) if state["after"] else None
        name = request_name(window.name, at, "xml.gz", after)
        return Fetched(collected, pending.assemble("pubmed", name, collected))

    def estimate(self, window: Window) -> Estimate:
        """By a search that lists nothing; halving what is too large for one search takes about two a listed part."""
        count = self._search(window, [window.since, window.until, 0, 0], retmax=0).count
        searches = 1 if count <= SEARCH_LIMIT else 1 + 4 * (count // SEARCH_LIMIT)
        return Estimate(window, count, searches + -(-count // RECORDS_PER_PAGE))

    def _told(self, window: Window, state: dict[str, Any], expected: int, at: dt.datetime) -> CollectedWindow:
        not_found = f"not understood or not found: {', '.join(state['not_found'])}" if state["not_found"] else None
        missing = sorted(pmid for page in state["missing"].values() for pmid in page)
        told = CollectedWindow(
            window, settled(window, at, self._settings.settled_after_days), expected, not_found,
            tuple(f"pubmed:{pmid}" for pmid in missing), at,
        )  # fmt: skip
        if not missing:
            return told
        named = ", ".join(map(str, missing[:_NAMED])) + (", ..." if len(missing) > _NAMED else "")
        return told.failed(f"{len(missing)} of {expected} records asked for were not returned: {named}")

    def _planned(self, window: Window, pending: PendingPayload) -> dict[str, Any]:
        """The ids of a window in parts that each list all they count; kept part by part."""
        for _ in range(_ATTEMPTS):
            state = pending.load_state() or {**_new_state(window), "after": self._after}
            while state["pending"]:
                self._search_part(window, state)
                pending.save_state(state)
            listed = sum(len(part["pmids"]) for part in state["parts"])
            if len(state["parts"]) == 1 or state.get("whole") == listed:
                return state
            whole = self._search(window, [window.since, window.until, 0, 0], retmax=0).count
            if whole == listed == len({pmid for part in state["parts"] for pmid in part["pmids"]}):
                state["whole"] = whole
                pending.save_state(state)
                return state
            pending.clear()
        raise BadResponseError(
            f"the count changed while {window.name} was listed: {listed} in parts, {whole} at the end"
        )

    def _search_part(self, window: Window, state: dict[str, Any]) -> None:
        part = state["pending"][-1]
        found = self._search(window, part, retmax=SEARCH_LIMIT)
        state["pending"].pop()
        state["not_found"] = sorted({*state["not_found"], *found.not_found})
        if found.count <= SEARCH_LIMIT:
            state["parts"].append({"part": part, "pmids": list(found.pmids)})
        else:
            state["pending"] += reversed(_split(part, found))

    def _search(self, window: Window, part: Part, *, retmax: int) -> SearchResult:
        params = {"db": "pubmed", "term": _term(window, part), "retmax": str(retmax), "retmode": "xml"}

        def read(answer: Response) -> SearchResult:
            try:
                found = read_search(answer.body)
            except AnswerError as error:
                raise BadResponseError(f"esearch for {window.name}: {self._client.mask_secrets(str(error))}") from error
            if len(set(found.pmids)) != min(found.count, retmax):
                raise BadResponseError(
                    f"esearch for {window.name} counts {found.count} but lists {len(set(found.pmids))}"
                )
            return found

        return self._client.fetch(Request(self._url("esearch.fcgi"), params={**params, **self._identity()}), read)

    def _records(self, pmids: list[int]) -> tuple[list[bytes], list[int]]:
        """The answers that hold these records, and the ids that were in none of them however often asked for."""
        bodies: list[bytes] = []
        asked = pmids
        for _ in range(_ATTEMPTS):
            body, returned = self._fetch(asked)
            bodies += [body] if returned or not bodies else []
            asked = sorted(set(asked) - returned)
            if not asked:
                break
        return bodies, asked

    def _fetch(self, pmids: list[int]) -> tuple[bytes, set[int]]:
        form = {"db": "pubmed", "id": ",".join(map(str, pmids)), "retmode": "xml", **self._identity()}

        def read(answer: Response) -> tuple[bytes, set[int]]:
            return answer.body, self._returned(answer.body, set(pmids))

        return self._client.fetch(Request(self._url("efetch.fcgi"), form=form), read)

    def _returned(self, body: bytes, asked: set[int]) -> set[int]:
        """Return the PMIDs of an efetch response; raise `BadResponseError` if they are not among those requested."""
        found: list[int] = []
        for parsed in pubmed_xml.parse(io.BytesIO(body), "efetch"):
            place, reason = parsed.rejected["raw_position"], parsed.rejected["reason"]
            damage = parsed.rejected.filter(pc.or_(pc.is_null(place), pc.is_in(reason, pa.array(_DAMAGE))))
            if len(damage):
                detail = self._client.mask_secrets(f"{damage['reason'][0]}: {damage['detail'][0]}")
                raise BadResponseError(f"efetch of {len(asked)} records: {detail}")
            found += parsed.documents["pmid"].to_pylist()
            rejected = filter(None, parsed.rejected["document_id"].to_pylist())
            found += [read_pmid(document_id.removeprefix("pubmed:")) or 0 for document_id in rejected]
        if len(set(found)) < len(found) or not asked.issuperset(found):
            raise BadResponseError("efetch returned records twice, or others than were asked for")
        return set(found)

    def _url(self, service: str) -> str:
        return f"{self._settings.pubmed_api_url.rstrip('/')}/{service}"

    def _identity(self) -> dict[str, str]:
        key = self._settings.ncbi_api_key
        told = {"tool": "hoofbeats", "email": self._settings.email or ""}
        return {**told, "api_key": key.get_secret_value()} if key else told


def _new_state(window: Window) -> dict[str, Any]:
    first: Part = [str(window.since), str(window.until), 0, _LAST_PMID]
    state = {"pending": [first], "parts": [], "missing": {}, "not_found": []}
    return {**state, "records_per_page": RECORDS_PER_PAGE}


def _term(window: Window, part: Part) -> str:
    """The search term of a part, see https://pubmed.ncbi.nlm.nih.gov/help/#field-tags."""
    since, until, first, last = part
    name = _FIELDS[str(window.what)]
    days = [str(day).replace("-", "/") for day in (since, until)]
    term = f'("{days[0]}"[{name}] : "{days[1]}"[{name}])'
    if window.query:
        term = f"({window.query}) AND {term}"
    return f"{term} AND {first}:{last}[UID]" if first else term


def _split(part: Part, found: SearchResult) -> list[Part]:
    """A part that is too large as two: by date, and a single day by the median of the PMIDs listed."""
    since, until = (dt.date.fromisoformat(day) for day in part[:2])
    first, last = max(1, part[2]), part[3]
    if since < until:
        middle = since + (until - since) // 2
        return [[str(since), str(middle), *part[2:]], [str(middle + dt.timedelta(days=1)), str(until), *part[2:]]]
    if first >= last:
        raise BadResponseError(f"esearch counts {found.count} records of one PMID")
    within = sorted(pmid for pmid in found.pmids if first <= pmid < last)
    at = within[len(within) // 2] if within else (first + last) // 2
    return [[part[0], part[1], first, at], [part[0], part[1], at + 1, last]]
