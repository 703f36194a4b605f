"""Web pages: those of a list of URLs, or of an RSS or Atom feed. Each page is a window of its own.

The robots.txt of a site is respected, with its Crawl-delay. If it cannot be fetched because of a server error, nothing
on that site is requested (RFC 9309, section 2.3.1.4). Requests to one host are spaced by the setting `page_delay_s`.
Pages are stored as received.

A page is known by its address without user and password, and a page of a feed also without what feeds and sessions add
to a link; it is requested by the link as the list or feed has it.
"""

import datetime as dt
import hashlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from email.message import Message
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import feedparser
from protego import Protego

from flows.errors import CollectError
from flows.http.client import BadResponseError, Client, ForbiddenError, RefusedError, Request, Response
from flows.http.masking import mask_secrets, without_credentials
from flows.settings import Settings
from flows.sources.base import Clock, Estimate, Fetched, LedgerRows, Span, utc_now
from flows.sources.pending_payload import PendingPayload
from transforms.payloads.record_versions import request_name
from transforms.web.addresses import clean_link
from warehouse.commit.ledger import CollectedWindow, Window

USER_AGENT = "hoofbeats"
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_UNSAFE = re.compile(r"[^a-z0-9.-]+")

Entry = tuple[str, dt.date | None]
"""Link and day of an entry of a feed."""


class WebPages:
    """The web page source; the list or feed is the query of the span, otherwise the setting `pages`."""

    collector = "web_pages"
    one_host = False
    kinds: Mapping[str, str] = MappingProxyType({})

    def __init__(self, client: Client, settings: Settings, *, now: Clock = utc_now) -> None:
        self._client = client
        self._settings = settings
        self._now = now
        self._robots: dict[str, Protego] = {}
        self._links: dict[str, str] = {}
        self._lock = threading.Lock()

    def plan(self, span: Span) -> list[Window]:
        """Return a window for each URL; feed entries dated outside the span are left out."""
        return self._plan(span, lambda entries: [link for link, day in entries if _is_within(span, day)])

    def resume(self, span: Span, rows: LedgerRows) -> list[Window]:
        """Return a window for each URL; of a feed also the entries before the span, down to the oldest known one.

        If a lake with pages knows none of its entries, the feed has been replaced entirely since, and all are new.
        """
        known = {row["window_name"] for row in rows if row["collector"] == self.collector}

        def choose(entries: Sequence[Entry]) -> list[str]:
            known_days = [day for link, day in entries if day and _window_name(_address(link)) in known]
            since = min(known_days, default=dt.date.min) if known else span.since
            followed = replace(span, since=min(span.since, since))
            return [link for link, day in entries if _is_within(followed, day)]

        return self._plan(span, choose)

    def _plan(self, span: Span, choose: Callable[[Sequence[Entry]], list[str]]) -> list[Window]:
        location = span.query or self._settings.pages
        if not location:
            raise CollectError(
                "no web pages are configured",
                "set HOOFBEATS_PAGES, or give --query: a file of URLs, one per line, or the URL of a feed",
            )
        if location.startswith(("http://", "https://")):
            links = [(_address(link), link) for link in choose(self._feed_entries(location))]
        else:
            links = [(without_credentials(link), link) for link in _read_list(Path(location))]
        addresses = dict(reversed(links))  # the first link of an address counts
        windows = [
            Window(self.collector, _window_name(address), "page", query=address)
            for address in dict.fromkeys(address for address, _ in links)
        ]
        self._links |= {window.name: addresses[str(window.query)] for window in windows}
        return windows

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """Fetch one page."""
        fetched_at = self._now()
        url = self._links.get(window.name, str(window.query))
        self._check_robots(url)

        def read(response: Response) -> tuple[bytes, str | None]:
            message = Message()
            message["content-type"] = response.headers.get("content-type", "text/html")
            if message.get_content_type() not in _HTML_TYPES:
                raise RefusedError(
                    f"{url} is not an HTML page but {message.get_content_type()[:40]}",
                    "list the page of the article instead of a file it offers",
                )
            if not response.body.strip():
                raise BadResponseError(f"{url}: the page is empty", "open it in a browser; it is tried again later")
            return response.body, message.get_content_charset()

        pending.clear()
        body, charset = self._client.fetch(Request(url), read)
        pending.write_page(0, [body])
        collected = CollectedWindow(window, expected=1, collected_at=fetched_at, charset=charset)
        return Fetched(collected, pending.assemble("web", request_name(window.name, fetched_at, "html.gz"), collected))

    def estimate(self, window: Window) -> Estimate:
        """Estimate one record and one request; the robots.txt of each site takes another, once."""
        return Estimate(window, 1, 1)

    def _feed_entries(self, url: str) -> list[Entry]:
        def read(response: Response) -> list[Entry]:
            feed = feedparser.parse(response.body, response_headers={"content-location": response.url})
            if not feed.version or (feed.bozo and not feed.entries):
                raise BadResponseError(
                    f"{url}: neither an RSS nor an Atom feed", "give the address of the feed itself, not of a page"
                )
            dated = [
                (entry.get("link"), entry.get("published_parsed") or entry.get("updated_parsed"))
                for entry in feed.entries
            ]
            return [(link, dt.date(*at[:3]) if at else None) for link, at in dated if link]

        entries = self._client.fetch(Request(url, conditional=True), read)
        return [(link, day) for link, day in entries if _is_web(link)]

    def _check_robots(self, url: str) -> None:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if site not in self._robots:
                self._robots[site] = self._fetch_robots(site)
        rules = self._robots[site]
        if not rules.can_fetch(url, USER_AGENT):
            raise ForbiddenError(f"{url}: the robots.txt of the site disallows it", "remove it from the list")

    def _fetch_robots(self, site: str) -> Protego:
        try:
            body = self._client.fetch(Request(f"{site}/robots.txt"), lambda response: response.body)
        except RefusedError:  # 4xx: the site has no rules
            body = b""
        rules = Protego.parse(body.decode("utf-8", "replace"))
        delay = rules.crawl_delay(USER_AGENT)
        if delay:
            self._client.slow_down(site, delay)
        return rules


def _is_within(span: Span, day: dt.date | None) -> bool:
    return day is None or span.since <= day <= span.until


def _address(link: str) -> str:
    """Return the address by which the page of a feed's link is known."""
    return clean_link(without_credentials(link))


def _read_list(path: Path) -> list[str]:
    """Return the URLs in a file, one per line; '#' starts a comment line. Raises `CollectError`."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise CollectError(f"{path}: {error}", "name a text file with one URL per line") from error
    addresses = [line for line in lines if line and not line.startswith("#")]
    wrong = [line for line in addresses if not _is_web(line)]
    if wrong:
        shown = mask_secrets(wrong[0][:100])
        raise CollectError(f"{path}: {shown!r} is not an http(s) URL", "the file must have one URL per line")
    return addresses


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _window_name(url: str) -> str:
    """Return the name of the window, also its folder, for a URL: the host and a digest of the whole URL."""
    host = _UNSAFE.sub("-", (urlsplit(url).hostname or "").lower())[:60]
    return f"{host}-{hashlib.blake2b(url.encode(), digest_size=8).hexdigest()}"
