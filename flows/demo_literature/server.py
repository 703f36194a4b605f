"""Serve the embedded literature over loopback HTTP, in the protocols of the real sources.

    /eutils/esearch.fcgi, /eutils/efetch.fcgi           E-utilities
    /pubmed/baseline/, /pubmed/updatefiles/             PubMed's files, with .md5, Range, ETag
    /europepmc/search                                   Europe PMC's search
    /pages/<pmid>.html, /feed.xml, /robots.txt          web pages
    /vocabularies/                                      the files that `vocabulary refresh` fetches

with LiteratureServer(shelf, today=date(2026, 6, 1)) as server:
    settings = Settings(**server.settings)

While it runs, `today` can be changed and faults (`flows.demo_literature.faults`) switched on; `requests` lists the
time, path and parameters of every request.
"""

import gzip
import hashlib
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from flows.demo_literature import europepmc_service, eutils_service, static_service
from flows.demo_literature.eutils_service import Reply
from flows.demo_literature.faults import TRANSPORT_FAULTS, Faults
from flows.demo_literature.mesh_excerpt import mesh
from flows.demo_literature.records import Release
from flows.demo_literature.render import article_set
from flows.demo_literature.shelf import Shelf

EMAIL = "demo@hoofbeats.example"
PRIVATE_URL = "http://10.0.0.1/private"
_ENDLESS_CHUNK = b"<!-- and so on -->" * 4096
_NOT_FOUND: Reply = (404, "text/html", b"<html><body>Not found</body></html>")


@dataclass
class LiteratureServer:
    """A server on a free port of 127.0.0.1, running while its context is open."""

    shelf: Shelf
    today: date
    faults: Faults = field(default_factory=Faults)
    limit_per_s: float | None = None
    api_keys: frozenset[str] = frozenset()
    requests: list[tuple[float, str, dict[str, str]]] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    slow_write_delay_s: float = 0.05
    vocabularies: dict[str, bytes] = field(default_factory=lambda: {"mesh_excerpt.xml": mesh()})

    def __enter__(self) -> Self:
        self._lock = threading.Lock()
        self._files: dict[str, bytes] = {}
        self._http = _Http(("127.0.0.1", 0), partial(_Handler, self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The address of the server, without a trailing slash."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that point every source at this server, with a rate limit too high to matter."""
        return {
            "email": EMAIL,
            "pubmed_api_url": f"{self.url}/eutils/",
            "pubmed_files_url": f"{self.url}/pubmed/",
            "europepmc_url": f"{self.url}/europepmc/",
            "vocabulary_addresses": " ".join(f"{self.url}/vocabularies/{name}" for name in self.vocabularies),
            "requests_per_second": 1000.0,
        }

    def record_request(self, path: str, params: dict[str, str]) -> bool:
        """Record a request; return whether it is within the rate limit."""
        now = time.monotonic()
        with self._lock:
            self.requests.append((now, path, params))
            recent = sum(at > now - 1 for at, _, _ in self.requests[-100:])
        return self.limit_per_s is None or recent <= self.limit_per_s

    def reply(self, path: str, params: dict[str, str]) -> tuple[Reply, str | None]:
        """Return the reply to a request, and the transport fault to send it with."""
        service_faults = next((faults for ending, faults in _SERVICE_FAULTS.items() if path.endswith(ending)), set())
        fault = self.faults.draw(TRANSPORT_FAULTS | service_faults)
        if path.startswith("/eutils/"):
            reply = self._eutils(path.removeprefix("/eutils/"), params, fault)
        elif path == "/europepmc/search":
            indexed = [("MED", article) for article in self.shelf.articles(self.today).values()]
            indexed += [("PPR", article) for article in self.shelf.preprints_on(self.today)]
            reply = europepmc_service.search(indexed, params, fault)
        elif path.startswith("/pubmed/"):
            reply = self._pubmed(path.removeprefix("/pubmed/"), fault)
        elif path.startswith("/vocabularies/"):
            content = self.vocabularies.get(path.removeprefix("/vocabularies/"))
            reply = _NOT_FOUND if content is None else (200, "application/octet-stream", content)
        else:
            reply = self._page(path)
        return reply, fault if fault in TRANSPORT_FAULTS else None

    def _eutils(self, service: str, params: Mapping[str, str], fault: str | None) -> Reply:
        key = params.get("api_key", "")
        if key and key not in self.api_keys:
            return eutils_service.invalid_key_error(key)
        endpoint = {"esearch.fcgi": eutils_service.esearch, "efetch.fcgi": eutils_service.efetch}.get(service)
        return endpoint(self.shelf.articles(self.today), params, fault) if endpoint else _NOT_FOUND

    def _pubmed(self, path: str, fault: str | None) -> Reply:
        folder, _, name = path.partition("/")
        available = {release.name: release for release in self.shelf.files(folder, self.today)}
        if not name and folder in ("baseline", "updatefiles"):
            files = [(release, len(self._content(release))) for release in available.values()]
            return static_service.listing(f"/pubmed/{folder}", files)
        if name.removesuffix(".md5") not in available:
            return _NOT_FOUND
        content = self._content(available[name.removesuffix(".md5")])
        if name.endswith(".md5"):
            return static_service.md5(name.removesuffix(".md5"), content, fault)
        return 200, "application/x-gzip", content

    def _page(self, path: str) -> Reply:
        articles = self.shelf.articles(self.today)
        if path == "/robots.txt":
            return 200, "text/plain", static_service.ROBOTS
        if path == "/feed.xml":
            return static_service.feed(articles, self.url, self.today)
        pmid = path.removeprefix("/pages/").removeprefix("private/").removesuffix(".html")
        article = articles.get(int(pmid)) if pmid.isdecimal() else None
        return static_service.page(article) if article else _NOT_FOUND

    def _content(self, release: Release) -> bytes:
        with self._lock:
            if release.name not in self._files:
                self._files[release.name] = gzip.compress(article_set(release), 6, mtime=0)
            return self._files[release.name]


_SERVICE_FAULTS: dict[str, set[str]] = {
    "esearch.fcgi": {"error_element", "changing_count"},
    "efetch.fcgi": {"error_element", "missing_ids"},
    "/search": {"error_element", "changing_count", "repeated_cursor"},
    ".md5": {"wrong_md5"},
}
"""Faults that only some services can have, by the end of the path."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that hang up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def __init__(self, literature: LiteratureServer, request: socket.socket, address: str, http: "_Http") -> None:
        self._literature = literature
        super().__init__(request, address, http)

    def log_message(self, *_: object) -> None:
        """Log nothing; `LiteratureServer.requests` has every request."""

    def do_GET(self) -> None:
        """Answer a request with parameters in the URL."""
        self._respond(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        """Answer a request with parameters in the body."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._respond(dict(parse_qsl(body.decode())))

    def _respond(self, params: dict[str, str]) -> None:
        path = urlsplit(self.path).path
        within_limit = self._literature.record_request(path, params)
        (status, kind, body), fault = self._literature.reply(path, params)
        if fault == "too_many_requests" or not within_limit:
            status, kind, body = eutils_service.rate_limit_error(params.get("api_key", ""))
            fault = None
        elif fault == "server_error":
            status, kind, body, fault = 500, "text/html", b"<html><body>Internal error</body></html>", None
        elif fault == "html_page":
            body = b"<!DOCTYPE html><html><head><title>NCBI - Error</title></head><body>Error blocked</body></html>"
            kind, fault = "text/html", None
        self._send(status, kind, body, fault)

    def _send(self, status: int, kind: str, body: bytes, fault: str | None) -> None:
        if fault == "dropped_connection":
            self.close_connection = True
            self.connection.close()
            return
        if fault == "private_redirect":
            status, body = 302, b""
        headers = {"Content-Type": kind}
        if fault == "short_body":
            body = body[: len(body) // 2]
        status, body, further_headers = self._conditional_reply(status, kind, body)
        self.send_response(status)
        for name, value in {**headers, **further_headers}.items():
            self.send_header(name, value)
        if fault == "private_redirect":
            self.send_header("Location", PRIVATE_URL)
        if status == 429:
            self.send_header("Retry-After", "0")
        if fault == "endless_body":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._write(body, fault)

    def _conditional_reply(self, status: int, kind: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        """Return (status, body, headers) as the request headers ask: 304, a byte range, or a compressed body."""
        if status != 200:
            return status, body, {}
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"ETag": etag, "Accept-Ranges": "bytes"}
        if self.headers.get("If-None-Match") == etag:
            return 304, b"", headers
        byte_range = self.headers.get("Range", "")
        if byte_range:
            self._literature.ranges.append(byte_range)
        if byte_range.startswith("bytes=") and byte_range.endswith("-"):
            start = int(byte_range[6:-1])
            if start >= len(body):
                return 416, b"", {"Content-Range": f"bytes */{len(body)}"}
            return 206, body[start:], {**headers, "Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"}
        if "gzip" in self.headers.get("Accept-Encoding", "") and "gzip" not in kind:
            return 200, gzip.compress(body, 1, mtime=0), {**headers, "Content-Encoding": "gzip"}
        return 200, body, headers

    def _write(self, body: bytes, fault: str | None) -> None:
        if fault == "endless_body":
            self.close_connection = True
            while True:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(_ENDLESS_CHUNK), _ENDLESS_CHUNK))
        if fault == "truncated_body":
            self.close_connection = True
            body = body[: len(body) // 2]
        if fault == "slow_bytes":
            step = max(1, len(body) // 8)
            for at in range(0, len(body), step):
                self.wfile.write(body[at : at + step])
                self.wfile.flush()
                time.sleep(self._literature.slow_write_delay_s)
            return
        self.wfile.write(body)
