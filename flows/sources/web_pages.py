"""Web pages: those of a list of addresses, or of an RSS or Atom feed. Each page is a window of its own.

A site's robots.txt is respected (RFC 9309: where it cannot be had for a fault of the site, nothing may be asked for),
its Crawl-delay too, and requests to one host are spaced by a setting. Payloads are kept as received.
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

AGENT = "hoofbeats"
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_UNSAFE = re.compile(r"[^a-z0-9.-]+")


class WebPages:
    """The source; the list or feed is the span's query, else the setting `pages`."""

    collector = "web_pages"
    one_host = False

    def __init__(self, client: Client, settings: Settings, *, now: Clock = utc_now) -> None:
        self._client = client
        self._settings = settings
        self._now = now
        self._robots: dict[str, Protego] = {}
        self._lock = threading.Lock()

    def plan(self, span: Span) -> list[Window]:
        """A window for each address; a feed's entries are left out where they are dated outside the span."""
        place = span.query or self._settings.pages
        if not place:
            raise CollectError(
                "no web pages are named",
                "set HOOFBEATS_PAGES, or give --query: a file of addresses or a feed's address",
            )
        addresses = self._feed(place, span) if place.startswith(("http://", "https://")) else _listed(Path(place))
        return [Window(self.collector, _name(url), "page", query=url) for url in dict.fromkeys(addresses)]

    def fetch(self, window: Window, pending: PendingPayload) -> Fetched:
        """One page."""
        at, url = self._now(), str(window.query)
        self._check_robots(url)

        def read(answer: Response) -> bytes:
            kind = answer.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
            if kind not in _HTML_TYPES:
                raise RefusedError(f"{url} is no HTML page but {kind[:40]}")
            if not answer.body.strip():
                raise BadResponseError(f"{url}: an empty page")
            return answer.body

        pending.clear()
        pending.write_page(0, [self._client.fetch(Request(url), read)])
        collected = CollectedWindow(window, expected=1, collected_at=at)
        return Fetched(collected, pending.assemble("web", request_name(window.name, at, "html.gz"), collected))

    def estimate(self, window: Window) -> Estimate:
        """A page is a record, and takes a request; so does each site's robots.txt, once."""
        return Estimate(window, 1, 1)

    def _feed(self, url: str, span: Span) -> list[str]:
        def read(answer: Response) -> list[str]:
            feed = feedparser.parse(answer.body, response_headers={"content-location": answer.url})
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
                self._robots[site] = self._rules(site)
        rules = self._robots[site]
        if not rules.can_fetch(url, AGENT):
            raise ForbiddenError(f"{url}: the site's robots.txt asks not to collect it")

    def _rules(self, site: str) -> Protego:
        try:
            body = self._client.fetch(Request(f"{site}/robots.txt"), lambda answer: answer.body)
        except RefusedError:  # 4xx: the site has no rules
            body = b""
        rules = Protego.parse(body.decode("utf-8", "replace"))
        delay = rules.crawl_delay(AGENT)
        if delay:
            self._client.slow_down(site, delay)
        return rules


def _listed(path: Path) -> list[str]:
    """The addresses in a file, one a line; '#' begins a comment. Raises `CollectError`."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise CollectError(f"{path}: {error}", "name a text file with one address a line") from error
    addresses = [line for line in lines if line and not line.startswith("#")]
    wrong = [line for line in addresses if not _is_web(line)]
    if wrong:
        raise CollectError(f"{path}: {wrong[0][:100]!r} is no http(s) address", "one address a line")
    return addresses


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _name(url: str) -> str:
    """A folder's name for an address: its host, and a digest."""
    host = _UNSAFE.sub("-", (urlsplit(url).hostname or "").lower())[:60]
    return f"{host}-{hashlib.blake2b(url.encode(), digest_size=8).hexdigest()}"
