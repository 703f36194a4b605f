"""PubMed's numbered files: the yearly baseline and the update files, in order, checked by md5, downloads resumable.

A file is a window of its own, named as the file: it never changes, so that one that is loaded is never asked for
again. A new baseline says everything anew; its records that are unchanged cost a row of `sightings` each and nothing
downstream. https://www.nlm.nih.gov/databases/download/pubmed_medline.html
"""

import hashlib
from pathlib import Path

from flows.http import Answer, BadAnswerError, Client, Request
from flows.in_flight import InFlight
from flows.settings import Settings
from flows.sources.base import Clock, Fetched, Span, utc_now
from transforms.file_listing import ListedFile, ListingError, read_listing, read_md5, with_gaps_named
from warehouse.windows import Collected, Window

FOLDERS = {"baseline": "baseline", "update": "updatefiles"}


class PubmedFiles:
    """The source."""

    collector = "pubmed_files"
    one_host = True

    def __init__(self, client: Client, settings: Settings, *, now: Clock = utc_now) -> None:
        self._client = client
        self._settings = settings
        self._now = now

    def plan(self, span: Span) -> list[Window]:
        """The files the server dates within the span (an undated one is within any): baseline first, then updates."""
        windows = []
        for what, folder in FOLDERS.items():
            listed = with_gaps_named(self._listing(folder))
            windows += [
                Window(self.collector, file.name, what)
                for file in listed
                if file.day is None or span.since <= file.day <= span.until
            ]
        return windows

    def fetch(self, window: Window, flight: InFlight) -> Fetched:
        """One file; what an interrupted run has of it is not asked for again."""
        at = self._now()
        url = self._url(f"{FOLDERS[str(window.what)]}/{window.name}")
        digest = self._client.ask(Request(f"{url}.md5"), self._read_md5)
        part = flight.folder / f"{window.name}.part"
        if (flight.state() or {}).get("md5") != digest:
            part.unlink(missing_ok=True)
        flight.save({"md5": digest})

        def check(file: Path) -> None:
            with file.open("rb") as stream:
                found = hashlib.file_digest(stream, "md5").hexdigest()
            announced = digest if found == digest else self._client.ask(Request(f"{url}.md5"), self._read_md5)
            if found != announced:
                raise BadAnswerError(f"{url}: its md5 is {found}, not {announced} as announced")

        self._client.download(url, part, check)
        return Fetched(
            collected := Collected(window, collected_at=at), flight.adopt(part, "pubmed", window.name, collected)
        )

    def _listing(self, folder: str) -> list[ListedFile]:
        def read(answer: Answer) -> list[ListedFile]:
            try:
                return read_listing(answer.body)
            except ListingError as error:
                raise BadAnswerError(f"{answer.url}: {error}") from error

        return self._client.ask(Request(self._url(f"{folder}/"), remembered=True), read)

    def _read_md5(self, answer: Answer) -> str:
        try:
            return read_md5(answer.body)
        except ListingError as error:
            raise BadAnswerError(f"{answer.url}: {error}") from error

    def _url(self, path: str) -> str:
        return f"{self._settings.pubmed_files_url.rstrip('/')}/{path}"
