"""PubMed's numbered files: the yearly baseline and the update files, in order, checked by md5, downloads resumable.

A file is a window of its own, named as the file: it never changes, so one that is loaded is never asked for again. A
new baseline says everything anew: its records that are unchanged cost a row of `sightings` each and nothing downstream,
and once all its files are loaded, the records that it no longer has are deleted, as by a file right after it.
https://www.nlm.nih.gov/databases/download/pubmed_medline.html
"""

import datetime as dt
import hashlib
from pathlib import Path

from flows.http.client import BadResponseError, Client, Request, Response
from flows.settings import Settings
from flows.sources.base import Clock, Estimate, Fetched, Span, utc_now
from flows.sources.pending_payload import PendingPayload
from transforms.payloads.record_versions import encode_version, file_release, request_name
from transforms.pubmed.file_listing import ListedFile, ListingError, read_listing, read_md5, with_gaps_named
from warehouse.catalog.publish import connect, read_version
from warehouse.commit.ledger import CollectedWindow, Window
from warehouse.lake import Lake
from warehouse.queries.combinations import Row, rows

BASELINE, UPDATE, REPLACEMENT = "baseline", "update", "replacement"
FOLDERS = {BASELINE: "baseline", UPDATE: "updatefiles"}
TOO_YOUNG = dt.timedelta(days=60)
"""Records that entered this shortly before a baseline may be younger than it."""
FEW = 1_000
"""So many records may vanish with a baseline whatever their share."""


class PubmedFiles:
    """The source."""

    collector = "pubmed_files"
    one_host = True

    def __init__(self, client: Client, settings: Settings, *, now: Clock = utc_now) -> None:
        self._client = client
        self._settings = settings
        self._now = now
        self._lake = Lake.at(settings.lake)
        self._baseline: list[ListedFile] = []

    def plan(self, span: Span) -> list[Window]:
        """The files the server dates within the span (an undated one is within any): baseline first, then updates.

        Between them, where the lake has older records and the whole baseline is loaded or about to be, the window that
        replaces what it lacks.
        """
        self._baseline = with_gaps_named(self._listing("baseline"))
        updates = with_gaps_named(self._listing("updatefiles"))
        planned = [Window(self.collector, file.name, BASELINE) for file in self._baseline if _is_within(span, file)]
        named = {window.name for window in planned}
        year = self._baseline[-1].release[0] if self._baseline else 0
        loaded = self._loaded()
        older = any((file_release(name) or (0, 0))[0] < year for name in loaded)
        if named and older and named | loaded >= {file.name for file in self._baseline}:
            planned.append(Window(self.collector, f"baseline-{year}-replaces", REPLACEMENT))
        return planned + [Window(self.collector, file.name, UPDATE) for file in updates if _is_within(span, file)]

    def _loaded(self) -> set[str]:
        listed = read_version(self._lake).table("windows").to_pylist()
        return {row["name"] for row in listed if row["source"] == "pubmed" and row["state"] in ("done", "damaged")}

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """One file; what an interrupted run has of it is not asked for again."""
        if window.what == REPLACEMENT:
            return self._replace(window, pending)
        at = self._now()
        url = self._url(f"{FOLDERS[str(window.what)]}/{window.name}")
        digest = self._client.fetch(Request(f"{url}.md5"), self._read_md5)
        part = pending.folder / f"{window.name}.part"
        if (pending.load_state() or {}).get("md5") != digest:
            part.unlink(missing_ok=True)
        pending.save_state({"md5": digest})

        def check(file: Path) -> None:
            with file.open("rb") as stream:
                found = hashlib.file_digest(stream, "md5").hexdigest()
            announced = digest if found == digest else self._client.fetch(Request(f"{url}.md5"), self._read_md5)
            if found != announced:
                raise BadResponseError(f"{url}: its md5 is {found}, not {announced} as announced")

        self._client.download(url, part, check)
        return Fetched(
            collected := CollectedWindow(window, collected_at=at),
            pending.publish_file(part, "pubmed", window.name, collected),
        )

    def estimate(self, window: Window) -> Estimate:
        """A file and its digest; how many records it holds, its server does not say."""
        return Estimate(window, None, 0 if window.what == REPLACEMENT else 2)

    def _replace(self, window: Window, pending: PendingPayload) -> Fetched:
        """The deletion of every record that earlier releases have and the baseline has not."""
        told = CollectedWindow(window, collected_at=self._now())
        lacking = {file.name for file in self._baseline} - self._loaded()
        if lacking:
            return Fetched(told.failed(f"{len(lacking)} files of the baseline are not loaded, {min(lacking)} first"))
        year, last = self._baseline[-1].release
        gone = self._vanished(year)
        if not gone:
            pending.remove()
            return Fetched(told)
        if len(gone) > max(FEW, self._settings.largest_vanished_share * gone[0]["known"]):
            reason = f"{len(gone)} of {gone[0]['known']} records are not in the baseline: too many to delete unseen"
            return Fetched(told.failed(f"{reason}, see HOOFBEATS_LARGEST_VANISHED_SHARE"))
        pmids = "".join(f"<PMID>{row['document_id'].removeprefix('pubmed:')}</PMID>\n" for row in gone)
        content = f"<PubmedArticleSet>\n<DeleteCitation>\n{pmids}</DeleteCitation>\n</PubmedArticleSet>\n"
        pending.write_page(0, [content.encode()])
        name = request_name(window.name, self._now(), "xml.gz", (year, last))
        return Fetched(told, pending.assemble("pubmed", name, told))

    def _vanished(self, year: int) -> list[Row]:
        made_on = min((file.day for file in self._baseline if file.day), default=self._now().date())
        asked = {"start": encode_version(year, 0, 0, 0), "entered_before": made_on - TOO_YOUNG}
        with connect(self._lake) as connection:
            return rows(connection, "vanished_records", asked)

    def _listing(self, folder: str) -> list[ListedFile]:
        def read(answer: Response) -> list[ListedFile]:
            try:
                return read_listing(answer.body)
            except ListingError as error:
                raise BadResponseError(f"{answer.url}: {error}") from error

        return self._client.fetch(Request(self._url(f"{folder}/"), conditional=True), read)

    def _read_md5(self, answer: Response) -> str:
        try:
            return read_md5(answer.body)
        except ListingError as error:
            raise BadResponseError(f"{answer.url}: {error}") from error

    def _url(self, path: str) -> str:
        return f"{self._settings.pubmed_files_url.rstrip('/')}/{path}"


def _is_within(span: Span, file: ListedFile) -> bool:
    return file.day is None or span.since <= file.day <= span.until
