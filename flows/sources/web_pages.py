"""Web pages: those of a list of URLs, or of an RSS or Atom feed. Each page is a window of its own.

The robots.txt of a site is respected, with its Crawl-delay. If it cannot be fetched because of a server error, nothing
on that site is requested (RFC 9309, section 2.3.1.4). Requests to one host are spaced by the setting `page_delay_s`.
Pages are stored as received.
"""

import datetime as dt
import hashlib
import re
import threading
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
from protego import Protego

from flows.errors import CollectError
from flows.http.client import BadResponseError, Client, ForbiddenError, RefusedError, Request, Response
from flows.settings import Settings
from flows.sources.base import Clock, Estimate, Fetched, Span, utc_now
from flows.sources.pending_payload import PendingPayload
from transforms.payloads.record_versions import request_name
from warehouse.commit.ledger import CollectedWindow, Window

USER_AGENT = "hoofbeats"
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_UNSAFE = re.compile(r"[^a-z0-9.-]+")


class WebPages:
    """The web page source; the list or feed is the query of the span, otherwise the setting `pages`."""

    collector = "web_pages"
    one_host = False

    def __init__(self, client: Client, settings: Settings, *, now: Clock = utc_now) -> None:
        self._client = client
        self._settings = settings
        self._now = now
        self._robots: dict[str, Protego] = {}
        self._lock = threading.Lock()

    def plan(self, span: Span) -> list[Window]:
        """Return a window for each URL; feed entries dated outside the span are left out."""
        location = span.query or self._settings.pages
        if not location:
            raise CollectError(
                "no web pages are configured",
                "set HOOFBEATS_PAGES, or give --query: a file of URLs, one per line, or the URL of a feed",
            )
        addresses = (
            self._feed_links(location, span)
            if location.startswith(("http://", "https://"))
            else _read_list(Path(location))
        )
        return [Window(self.collector, _window_name(url), "page", query=url) for url in dict.fromkeys(addresses)]

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """Fetch one page."""
        fetched_at, url = self._now(), str(window.query)
        self._check_robots(url)

        def read(response: Response) -> bytes:
            content_type = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
            if content_type not in _HTML_TYPES:
                raise RefusedError(f"{url} is not an HTML page but {content_type[:40]}")
            if not response.body.strip():
                raise BadResponseError(f"{url}: the page is empty")
            return response.body

        pending.clear()
        pending.write_page(0, [self._client.fetch(Request(url), read)])
        collected = CollectedWindow(window, expected=1, collected_at=fetched_at)
        return Fetched(collected, pending.assemble("web", request_name(window.name, fetched_at, "html.gz"), collected))

    def estimate(self, window: Window) -> Estimate:
        """Estimate one record and one request; the robots.txt of each site takes another, once."""
        return Estimate(window, 1, 1)

    def _feed_links(self, url: str, span: Span) -> list[str]:
        def read(response: Response) -> list[str]:
            feed = feedparser.parse(response.body, response_headers={"content-location": response.url})
            if not feed.version or (feed.bozo and not feed.entries):
                raise BadResponseError(f"{url}: neither an RSS nor an Atom feed")
            entries = [
                (entry.get("link"), entry.get("published_parsed") or entry.get("updated_parsed"))
                for entry in feed.entries
            ]
            return [link for link, at in entries if link and (not at or span.since <= dt.date(*at[:3]) <= span.until)]

        return [link for link in self._client.fetch(Request(url, conditional=True), read) if _is_web(link)]

    def _check_robots(self, url: str) -> None:
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if site not in self._robots:
                self._robots[site] = self._fetch_robots(site)
        rules = self._robots[site]
        if not rules.can_fetch(url, USER_AGENT):
            raise ForbiddenError(f"{url}: the robots.txt of the site disallows it")

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


def _read_list(path: Path) -> list[str]:
    """Return the URLs in a file, one per line; '#' starts a comment line. Raises `CollectError`."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise CollectError(f"{path}: {error}", "name a text file with one URL per line") from error
    addresses = [line for line in lines if line and not line.startswith("#")]
    wrong = [line for line in addresses if not _is_web(line)]
    if wrong:
        raise CollectError(f"{path}: {wrong[0][:100]!r} is not an http(s) URL", "the file must have one URL per line")
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
