"""The one HTTP client: polite, patient, bounded, and never led to private addresses.

    HttpError                   `hint` says what to do next
    ├── ForbiddenError          a private address, or a redirect that would carry a secret elsewhere
    ├── RefusedError            the service refuses this very request (4xx): asking again is no use
    ├── TooLargeError           the answer is larger than a setting allows
    └── TransientError          worth another attempt; raised once all attempts are used up
        ├── UnreachableError    no connection to the host at all
        └── BadResponseError      status 200, but not what was asked for: raised by whoever reads the answer

Each request waits for its host's token bucket, also a redirected or repeated one. Attempts, waits and limits are
settings.
"""

import contextlib
import email.utils
import logging
import re
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import httpcore
import httpx
import stamina

from flows.errors import FlowError
from flows.http.address_guard import AddressPolicy, ForbiddenAddress, GuardedBackend
from flows.http.rate_limits import RateLimits
from flows.http.response_cache import ResponseCache
from flows.settings import Settings

T = TypeVar("T")
_REDIRECTS = 5
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_KEYS = re.compile(r"(api[_-]key\"?\s*[=:]\s*\"?)[^&\s\"']+", re.IGNORECASE)
_EXCERPT = 200


class HttpError(FlowError):
    """The base of all errors of requests."""


class ForbiddenError(HttpError):
    """A request that must not be made."""


class RefusedError(HttpError):
    """The service refuses this request."""


class TooLargeError(HttpError):
    """The answer is larger than allowed."""


class TransientError(HttpError):
    """Another attempt may succeed; `retry_after_s`: how long the service asks to wait first."""

    def __init__(self, message: str, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after_s = retry_after_s


class UnreachableError(TransientError):
    """No connection to the host."""


class BadResponseError(TransientError):
    """The answer is not what was asked for."""


@dataclass(frozen=True)
class Request:
    """What to ask: GET, or POST where there is a form."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    conditional: bool = False  # asked for only if it changed since the last time


@dataclass(frozen=True)
class Response:
    """A whole answer: its final address, headers and decompressed body; not `fresh` where it is a remembered one."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    fresh: bool = True


class Client:
    """Asks, under one etiquette; `with Client(settings) as client:`. Safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        key = settings.ncbi_api_key
        self._secrets = [key.get_secret_value()] if key else []
        urls = [settings.pubmed_api_url, settings.pubmed_files_url, settings.europepmc_url]
        urls += settings.vocabulary_addresses.split()
        self._policy = AddressPolicy.from_urls(urls, any_address=settings.allow_private_addresses)
        self._rate_limits = RateLimits.from_settings(settings)
        self._cache = ResponseCache(settings.lake / "raw" / "answers")
        contact = f"; mailto:{settings.email}" if settings.email else ""
        self._client = httpx.Client(
            transport=_transport(self._policy),
            timeout=httpx.Timeout(settings.read_timeout_s, connect=settings.connect_timeout_s),
            headers={"User-Agent": f"hoofbeats/{version('hoofbeats')} (literature counts{contact})"},
            trust_env=False,
        )
        self._filter = _Masking(self.mask_secrets)
        logging.getLogger("httpx").addFilter(self._filter)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("httpx").removeFilter(self._filter)
        self._client.close()

    def mask_secrets(self, text: str) -> str:
        """`text` without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _KEYS.sub(r"\1***", text)

    def fetch(self, request: Request, read: Callable[[Response], T]) -> T:
        """What `read` makes of the answer; asks again where it raises `BadResponseError`. Raises `HttpError`."""

        def attempt() -> T:
            answer = self._once(request)
            told = read(answer)
            if request.conditional and answer.fresh:
                self._cache.store(request.url, answer.headers, answer.body)
            return told

        return self._persistently(attempt)

    def slow_down(self, url: str, delay_s: float) -> None:
        """Wait at least this long between requests to a URL's host, from now on."""
        self._rate_limits.slow_down(httpx.URL(url).netloc.decode(), 1 / delay_s)

    def download(self, url: str, part: Path, check: Callable[[Path], None]) -> None:
        """Stream a file to `part`, from where an earlier attempt or process left off, until `check` accepts it.

        `check` raises `BadResponseError` for a file that is not the one wanted; it is then fetched anew.
        """

        def attempt() -> None:
            self._append(url, part)
            try:
                check(part)
            except BadResponseError:
                part.unlink()
                raise

        self._persistently(attempt)

    def _persistently(self, attempt: Callable[[], T]) -> T:
        told = self._settings
        for trial in stamina.retry_context(
            on=self._wait,
            attempts=told.attempts,
            timeout=None,
            wait_initial=told.first_wait_s,
            wait_max=told.longest_wait_s,
            wait_jitter=told.first_wait_s,
        ):
            with trial:
                return attempt()
        raise AssertionError("a retry neither succeeded nor failed")

    def _wait(self, error: Exception) -> bool | float:
        """How long to wait before asking again; False: not at all."""
        if not isinstance(error, TransientError):
            return False
        if error.retry_after_s is None:
            return True
        return error.retry_after_s if error.retry_after_s <= self._settings.longest_wait_s else False

    def _once(self, request: Request) -> Response:
        settings = self._settings
        conditions = self._cache.conditional_headers(request.url) if request.conditional else {}
        built = self._client.build_request(
            "GET" if request.form is None else "POST",
            request.url,
            params=dict(request.params) or None,
            data=dict(request.form) if request.form is not None else None,
            headers={"Accept-Encoding": "gzip", **conditions},
        )
        with self._open(built) as response:
            pieces = _decompressed(_within(response, settings.request_timeout_s), response)
            body = b"".join(_limited(pieces, settings.largest_answer_bytes, self.mask_secrets(str(response.url))))
            self._check_status(response, body, {200, 304} if conditions else {200})
            fresh = response.status_code == 200
            body = body if fresh else self._cache.body(request.url) or b""
            return Response(str(response.url), dict(response.headers), body, fresh)

    def _append(self, url: str, part: Path) -> None:
        start = part.stat().st_size if part.exists() else 0
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
        with self._open(self._client.build_request("GET", url, headers=headers)) as response:
            if response.status_code == 416:  # there is nothing behind what is here already: `check` will tell
                return
            if response.status_code == 206 and not _begins_at(response, start):
                raise BadResponseError(f"{url}: another part of the file than was asked for")
            if response.status_code not in (200, 206):
                self._check_status(response, next(_within(response, 60.0), b""), set())
            resumed = response.status_code == 206
            with part.open("ab" if resumed else "wb") as file:
                pieces = _within(response, self._settings.download_timeout_s)
                limit = self._settings.largest_file_bytes - (start if resumed else 0)
                for piece in _limited(pieces, limit, url):
                    file.write(piece)

    @contextlib.contextmanager
    def _open(self, request: httpx.Request) -> Iterator[httpx.Response]:
        """The response, redirects followed, its body still to be read; errors of the transport become ours."""
        try:
            for _ in range(_REDIRECTS):
                self._rate_limits.wait(request.url.netloc.decode())
                response = self._client.send(request, stream=True)
                if not response.next_request:
                    break
                response.close()
                request = self._redirected(request, response.next_request)
            else:
                raise TransientError(self.mask_secrets(f"{request.url}: more than {_REDIRECTS} redirects"))
            with contextlib.closing(response):
                yield response
        except ForbiddenAddress as error:
            hint = "set HOOFBEATS_ALLOW_PRIVATE_ADDRESSES=true if you trust every address you collect from"
            raise ForbiddenError(self.mask_secrets(f"{_place(request)}: {error}"), hint) from error
        except (httpx.TransportError, httpx.DecodingError, zlib.error) as error:
            unreachable = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise (UnreachableError if unreachable else TransientError)(
                self.mask_secrets(f"{_place(request)}: {_told(error)}"),
                "check the network and the address, then run it again",
            ) from error

    def _redirected(self, request: httpx.Request, onwards: httpx.Request) -> httpx.Request:
        self._policy.check_redirect(str(onwards.url))
        if onwards.url.scheme not in ("http", "https") or (
            onwards.url.host != request.url.host
            and (request.method == "POST" or self.mask_secrets(str(request.url)) != str(request.url))
        ):
            raise ForbiddenError(f"{_place(request)}: a redirect to {onwards.url.host}, which is not followed")
        return onwards

    def _check_status(self, response: httpx.Response, body: bytes, accepted: set[int]) -> None:
        status = response.status_code
        if status in accepted:
            return
        told = self.mask_secrets(" ".join(body[: 4 * _EXCERPT].decode("utf-8", "replace").split())[:_EXCERPT])
        message = self.mask_secrets(f"{_place(response.request)}: HTTP {status}") + (f": {told}" if told else "")
        if status in _RETRIED:
            after = _retry_after(response.headers.get("Retry-After"))
            raise TransientError(message, "the service is overloaded or down; run it again later", after)
        hint = "check NCBI_API_KEY" if "key" in told.lower() else "check the address in the settings"
        raise RefusedError(message, hint)


class _Masking(logging.Filter):
    """Takes secrets out of what httpx logs of requests."""

    def __init__(self, masked: Callable[[str], str]) -> None:
        super().__init__()
        self._masked = masked

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._masked(record.getMessage()), None
        return True


def _transport(policy: AddressPolicy) -> httpx.HTTPTransport:
    """Httpx's own transport over connections to checked addresses only; httpx has no public way to say so."""
    context = _certificates()
    transport = httpx.HTTPTransport(verify=context)
    transport._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=GuardedBackend(policy))
    return transport


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _place(request: httpx.Request) -> str:
    return str(request.url.copy_with(query=None))


def _told(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _begins_at(response: httpx.Response, start: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _within(response: httpx.Response, seconds: float) -> Iterator[bytes]:
    """The body as it comes, compressed or not; raises `TransientError` when it takes longer than this."""
    deadline = time.monotonic() + seconds
    for piece in response.iter_raw():
        yield piece
        if time.monotonic() > deadline:
            raise TransientError(f"{_place(response.request)}: the answer took longer than {seconds:g} s")


def _decompressed(pieces: Iterator[bytes], response: httpx.Response) -> Iterator[bytes]:
    """The body, decompressed a little at a time: a small piece may stand for endless zeros."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding == "identity":
        yield from pieces
        return
    if encoding not in ("gzip", "x-gzip"):
        raise BadResponseError(f"{_place(response.request)}: an encoding that was not asked for ({encoding[:20]})")
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    for piece in pieces:
        yield inflater.decompress(piece, 1 << 20)
        while inflater.unconsumed_tail:
            yield inflater.decompress(inflater.unconsumed_tail, 1 << 20)
    if not inflater.eof and response.status_code == 200:
        raise TransientError(f"{_place(response.request)}: the compressed answer ends early")


def _limited(pieces: Iterator[bytes], limit: int, url: str) -> Iterator[bytes]:
    for piece in pieces:
        limit -= len(piece)
        if limit < 0:
            raise TooLargeError(
                f"{url.partition('?')[0]}: the answer is larger than allowed", "see HOOFBEATS_LARGEST_*"
            )
        yield piece


def _retry_after(header: str | None) -> float | None:
    """Seconds a Retry-After header asks for, as a number or as a date (RFC 9110, section 10.2.3)."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        until = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
