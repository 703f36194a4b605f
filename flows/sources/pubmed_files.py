"""PubMed's numbered files: the yearly baseline and the update files, in order, checked by MD5, with resumed downloads.

A file is a window of its own, of the same name. Files never change, so one that is loaded is never requested again. A
new baseline repeats every record: one that is unchanged costs a row of `sightings` and nothing downstream. Once all
files of the baseline are loaded, the records it no longer has are deleted, as if by a file that follows it (a
replacement).
https://www.nlm.nih.gov/databases/download/pubmed_medline.html
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from flows.http.client import BadResponseError, Client, Request, Response
from flows.settings import Settings
from flows.sources.base import Clock, Estimate, Fetched, LedgerRows, Span, utc_now
from flows.sources.pending_payload import PendingPayload
from transforms.payloads.record_versions import encode_version, file_release, request_name
from transforms.pubmed.file_listing import ListedFile, ListingError, fill_gaps, read_listing, read_md5
from warehouse.catalog.publish import connect, read_version
from warehouse.commit.coverage import finished_files, first_followed_file
from warehouse.commit.ledger import CollectedWindow, Window
from warehouse.lake import Lake
from warehouse.queries.combinations import Row, rows

BASELINE, UPDATE, REPLACEMENT = "baseline", "update", "replacement"
FOLDERS = {BASELINE: "baseline", UPDATE: "updatefiles"}
RECENT_ENTRY = dt.timedelta(days=60)
"""Records that entered this shortly before a baseline was made may be missing from it, and are not deleted."""
MAX_VANISHED = 1_000
"""So many records may be deleted with a baseline, whatever their share."""


class PubmedFiles:
    """The source of PubMed's numbered files."""

    collector = "pubmed_files"
    one_host = True
    kinds: Mapping[str, str] = MappingProxyType({})

    def __init__(self, client: Client, settings: Settings, *, now: Clock = utc_now) -> None:
        self._client = client
        self._settings = settings
        self._now = now
        self._lake = Lake.at(settings.lake)
        self._baseline: list[ListedFile] = []
        self._updates: list[ListedFile] = []

    def plan(self, span: Span) -> list[Window]:
        """Return the files the server dates within the span (undated ones always): baseline first, then updates.

        Between them comes a replacement window, if the lake has records of an earlier year and the baseline is
        complete: every file of it loaded already or planned here.
        """
        self._list_files()
        return self._plan(lambda file: _is_within(span, file))

    def resume(self, span: Span, rows: LedgerRows) -> list[Window]:
        """Return the files of the span, and all that follow the first collected one and are not in the ledger.

        A file follows another by its year and number, whatever day the server gives it; files the server dates after
        the span are left out.
        """
        self._list_files()
        first = first_followed_file(rows, [file.release for file in self._baseline])
        finished = finished_files(rows)

        def is_missing(file: ListedFile) -> bool:
            is_over = file.day is None or file.day <= span.until
            return is_over and first is not None and file.release >= first and file.release not in finished

        follows_baseline = bool(first and self._baseline and first <= self._baseline[0].release)
        return self._plan(lambda file: _is_within(span, file) or is_missing(file), follows_baseline=follows_baseline)

    def _plan(self, is_chosen: Callable[[ListedFile], bool], *, follows_baseline: bool = False) -> list[Window]:
        """Return the windows of the chosen files, with the replacement window if it is due.

        It is due if files of the baseline are chosen; or if runs follow the baseline, which they may have completed
        before an interruption.
        """
        planned = [Window(self.collector, file.name, BASELINE) for file in self._baseline if is_chosen(file)]
        named = {window.name for window in planned}
        year = self._baseline[-1].release[0] if self._baseline else 0
        loaded = self._loaded_names()
        older = any((file_release(name) or (0, 0))[0] < year for name in loaded)
        is_complete = named | loaded >= {file.name for file in self._baseline}
        if (named or follows_baseline) and older and is_complete:
            planned.append(Window(self.collector, f"baseline-{year}-replaces", REPLACEMENT))
        return planned + [Window(self.collector, file.name, UPDATE) for file in self._updates if is_chosen(file)]

    def _list_files(self) -> None:
        self._baseline = fill_gaps(self._listing("baseline"))
        self._updates = fill_gaps(self._listing("updatefiles"))

    def _loaded_names(self) -> set[str]:
        listed = read_version(self._lake).table("windows").to_pylist()
        return {row["name"] for row in listed if row["source"] == "pubmed" and row["state"] in ("done", "damaged")}

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """Fetch one file, resuming an interrupted download; or compute the deletions of a replacement window."""
        if window.what == REPLACEMENT:
            return self._replace(window, pending)
        fetched_at = self._now()
        url = self._url(f"{FOLDERS[str(window.what)]}/{window.name}")
        digest = self._client.fetch(Request(f"{url}.md5"), self._read_md5)
        part = pending.folder / f"{window.name}.part"
        if (pending.load_state() or {}).get("md5") != digest:
            part.unlink(missing_ok=True)  # part of another edition of the file
        pending.save_state({"md5": digest})

        def check(file: Path) -> None:
            with file.open("rb") as stream:
                actual = hashlib.file_digest(stream, "md5").hexdigest()
            # A mismatch may also mean that file and digest were replaced during the download: read the digest again.
            announced = digest if actual == digest else self._client.fetch(Request(f"{url}.md5"), self._read_md5)
            if actual != announced:
                raise BadResponseError(f"{url}: its MD5 is {actual}, not {announced} as announced")

        self._client.download(url, part, check)
        return Fetched(
            collected := CollectedWindow(window, collected_at=fetched_at),
            pending.publish_file(part, "pubmed", window.name, collected),
        )

    def estimate(self, window: Window) -> Estimate:
        """Estimate two requests, for a file and its digest; the server does not say how many records a file holds."""
        return Estimate(window, None, 0 if window.what == REPLACEMENT else 2)

    def _replace(self, window: Window, pending: PendingPayload) -> Fetched:
        """Make a payload that deletes every record of earlier releases that the baseline does not have.

        The window fails if the baseline is not completely loaded, or if too many records would be deleted.
        """
        collected = CollectedWindow(window, collected_at=self._now())
        missing = {file.name for file in self._baseline} - self._loaded_names()
        if missing:
            return Fetched(
                collected.failed(f"{len(missing)} files of the baseline are not loaded, {min(missing)} first")
            )
        year, last = self._baseline[-1].release
        vanished = self._vanished_records(year)
        if not vanished:
            pending.remove()
            return Fetched(collected)
        if len(vanished) > max(MAX_VANISHED, self._settings.largest_vanished_share * vanished[0]["known"]):
            reason = f"{len(vanished)} of {vanished[0]['known']} records are not in the baseline, too many to delete"
            return Fetched(collected.failed(f"{reason}: see HOOFBEATS_LARGEST_VANISHED_SHARE"))
        pmids = "".join(f"<PMID>{row['document_id'].removeprefix('pubmed:')}</PMID>\n" for row in vanished)
        content = f"<PubmedArticleSet>\n<DeleteCitation>\n{pmids}</DeleteCitation>\n</PubmedArticleSet>\n"
        pending.write_page(0, [content.encode()])
        name = request_name(window.name, self._now(), "xml.gz", (year, last))
        return Fetched(collected, pending.assemble("pubmed", name, collected))

    def _vanished_records(self, year: int) -> list[Row]:
        made_on = min((file.day for file in self._baseline if file.day), default=self._now().date())
        parameters = {"start": encode_version(year, 0, 0, 0), "entered_before": made_on - RECENT_ENTRY}
        with connect(self._lake) as connection:
            return rows(connection, "vanished_records", parameters)

    def _listing(self, folder: str) -> list[ListedFile]:
        def read(response: Response) -> list[ListedFile]:
            try:
                return read_listing(response.body)
            except ListingError as error:
                raise BadResponseError(f"{response.url}: {error}") from error

        return self._client.fetch(Request(self._url(f"{folder}/"), conditional=True), read)

    def _read_md5(self, response: Response) -> str:
        try:
            return read_md5(response.body)
        except ListingError as error:
            raise BadResponseError(f"{response.url}: {error}") from error

    def _url(self, path: str) -> str:
        return f"{self._settings.pubmed_files_url.rstrip('/')}/{path}"


def _is_within(span: Span, file: ListedFile) -> bool:
    return file.day is None or span.since <= file.day <= span.until
