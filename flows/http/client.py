"""The only HTTP client: rate-limited, retrying, bounded in time and size, and kept away from private addresses.

    HttpError                   base; `hint` says what to do next
    ├── ForbiddenError          a private address, a redirect that would carry a secret to another host, robots.txt
    ├── RefusedError            the service rejects this request (4xx); retrying is useless
    ├── TooLargeError           the response is larger than a setting allows
    └── TransientError          a retry may succeed; raised once all attempts are used up
        ├── UnreachableError    no connection to the host at all
        └── BadResponseError    status 200, but not the expected content; raised by the function that reads it

Every request waits for the token bucket of its host, redirects and retries included. Attempts, waits and limits come
from the settings.
"""

import contextlib
import email.utils
import logging
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
from flows.http.masking import mask_secrets, without_credentials
from flows.http.rate_limits import RateLimits
from flows.http.response_cache import ResponseCache
from flows.settings import Settings

T = TypeVar("T")
_MAX_REDIRECTS = 5
_RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_EXCERPT_CHARS = 200


class HttpError(FlowError):
    """Base of the errors of requests; secrets in the message are masked. `usual_hint` is used where none is given."""

    usual_hint = "check the address in the settings"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(mask_secrets(message), hint or self.usual_hint)


class ForbiddenError(HttpError):
    """A request that must not be sent."""


class RefusedError(HttpError):
    """The service rejects this request; retrying is useless."""


class TooLargeError(HttpError):
    """The response is larger than a setting allows."""


class TransientError(HttpError):
    """A retry may succeed; `retry_after_s` is the wait the service asks for, None if it does not say."""

    usual_hint = "the service may be down or busy; run the command again later"

    def __init__(self, message: str, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint)
        self.retry_after_s = retry_after_s


class UnreachableError(TransientError):
    """No connection to the host."""


class BadResponseError(TransientError):
    """The response is not the expected content."""


@dataclass(frozen=True)
class Request:
    """A GET request, or a POST request if there is a form.

    A `conditional` request returns the cached response if it has not changed on the server.
    """

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    conditional: bool = False


@dataclass(frozen=True)
class Response:
    """A complete response: URL after redirects, headers, decompressed body; not `fresh` if it came from the cache."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    fresh: bool = True


class Client:
    """HTTP client for all sources; use it as a context manager. Safe to share between threads."""

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
        self._filter = _SecretFilter(self.mask_secrets)
        logging.getLogger("httpx").addFilter(self._filter)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("httpx").removeFilter(self._filter)
        self._client.close()

    def mask_secrets(self, text: str) -> str:
        """Return `text` with API keys, and the passwords of URLs, replaced by ***."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return mask_secrets(text)

    def fetch(self, request: Request, read: Callable[[Response], T]) -> T:
        """Send a request and return what `read` makes of the response.

        The request is retried if `read` raises `BadResponseError`, too. Raises `HttpError`.
        """

        def attempt() -> T:
            response = self._send(request)
            value = read(response)
            if request.conditional and response.fresh:  # only now: what `read` rejects must not be cached
                self._cache.store(request.url, response.headers, response.body)
            return value

        return self._with_retries(attempt)

    def slow_down(self, url: str, delay_s: float) -> None:
        """Wait at least `delay_s` seconds between requests to the host of a URL from now on."""
        self._rate_limits.slow_down(httpx.URL(url).netloc.decode(), 1 / delay_s)

    def download(self, url: str, part: Path, check: Callable[[Path], None]) -> None:
        """Download a file to `part`, resuming where an earlier attempt or process stopped.

        `check` raises `BadResponseError` for wrong content, e.g. another MD5; the download then starts over.
        """

        def attempt() -> None:
            self._append(url, part)
            try:
                check(part)
            except BadResponseError:
                part.unlink()
                raise

        self._with_retries(attempt)

    def _with_retries(self, attempt: Callable[[], T]) -> T:
        settings = self._settings
        for trial in stamina.retry_context(
            on=self._wait,
            attempts=settings.attempts,
            timeout=None,
            wait_initial=settings.first_wait_s,
            wait_max=settings.longest_wait_s,
            wait_jitter=settings.first_wait_s,
        ):
            with trial:
                return attempt()
        raise AssertionError("a retry neither succeeded nor failed")

    def _wait(self, error: Exception) -> bool | float:
        """Tell stamina whether to retry: False, True (exponential backoff), or a number of seconds to wait."""
        if not isinstance(error, TransientError):
            return False
        if error.retry_after_s is None:
            return True
        return error.retry_after_s if error.retry_after_s <= self._settings.longest_wait_s else False

    def _send(self, request: Request) -> Response:
        settings = self._settings
        conditions = self._cache.conditional_headers(request.url) if request.conditional else {}
        http_request = self._client.build_request(
            "GET" if request.form is None else "POST",
            request.url,
            params=dict(request.params) or None,
            data=dict(request.form) if request.form is not None else None,
            headers={"Accept-Encoding": "gzip", **conditions},
        )
        with self._open(http_request) as response:
            pieces = _decompressed(_within(response, settings.request_timeout_s), response)
            body = b"".join(_limited(pieces, settings.largest_answer_bytes, self.mask_secrets(str(response.url))))
            self._check_status(response, body, {200, 304} if conditions else {200})
            fresh = response.status_code == 200
            body = body if fresh else self._cache.body(request.url) or b""
            return Response(str(response.url), dict(response.headers), body, fresh)

    def _append(self, url: str, part: Path) -> None:
        start = part.stat().st_size if part.exists() else 0
        # Without compression: byte ranges and the size of the part then refer to the file itself.
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={start}-"} if start else {})}
        with self._open(self._client.build_request("GET", url, headers=headers)) as response:
            if (
                response.status_code == 416
            ):  # nothing after the bytes we have; `check` decides whether they are the file
                return
            if response.status_code == 206 and not _begins_at(response, start):
                raise BadResponseError(f"{url}: the server sent another part of the file than requested")
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
        """Yield the final response, its body unread; follow redirects, turn transport errors into `HttpError`."""
        try:
            for _ in range(_MAX_REDIRECTS):
                self._rate_limits.wait(request.url.netloc.decode())
                response = self._client.send(request, stream=True)
                if not response.next_request:
                    break
                response.close()
                request = self._redirected(request, response.next_request)
            else:
                raise TransientError(self.mask_secrets(f"{request.url}: more than {_MAX_REDIRECTS} redirects"))
            with contextlib.closing(response):
                yield response
        except ForbiddenAddress as error:
            hint = "set HOOFBEATS_ALLOW_PRIVATE_ADDRESSES=true if you trust every address you collect from"
            raise ForbiddenError(self.mask_secrets(f"{_url_without_query(request)}: {error}"), hint) from error
        except (httpx.TransportError, httpx.DecodingError, zlib.error) as error:
            unreachable = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise (UnreachableError if unreachable else TransientError)(
                self.mask_secrets(f"{_url_without_query(request)}: {_reason(error)}"),
                "check the network and the address, then run the command again",
            ) from error

    def _redirected(self, request: httpx.Request, redirect: httpx.Request) -> httpx.Request:
        self._policy.check_redirect(str(request.url), str(redirect.url))
        # A form, or an API key in the query, must not reach a host it was not meant for: httpx would send it along.
        # The user and password of a URL become a header, which httpx sends to the same origin only.
        address = without_credentials(str(request.url))
        if redirect.url.scheme not in ("http", "https") or (
            redirect.url.host != request.url.host
            and (request.method == "POST" or self.mask_secrets(address) != address)
        ):
            raise ForbiddenError(f"{_url_without_query(request)}: a redirect to {redirect.url.host} was not followed")
        return redirect

    def _check_status(self, response: httpx.Response, body: bytes, accepted: set[int]) -> None:
        status = response.status_code
        if status in accepted:
            return
        excerpt = self.mask_secrets(
            " ".join(body[: 4 * _EXCERPT_CHARS].decode("utf-8", "replace").split())[:_EXCERPT_CHARS]
        )
        message = self.mask_secrets(f"{_url_without_query(response.request)}: HTTP {status}") + (
            f": {excerpt}" if excerpt else ""
        )
        if status in _RETRIED_STATUSES:
            after = _retry_after(response.headers.get("Retry-After"))
            raise TransientError(message, "the service is overloaded or down; run the command again later", after)
        hint = "check NCBI_API_KEY" if "key" in excerpt.lower() else "check the address in the settings"
        raise RefusedError(message, hint)


class _SecretFilter(logging.Filter):
    """Masks secrets in the URLs that httpx logs."""

    def __init__(self, masked: Callable[[str], str]) -> None:
        super().__init__()
        self._masked = masked

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._masked(record.getMessage()), None
        return True


def _transport(policy: AddressPolicy) -> httpx.HTTPTransport:
    """Return httpx's transport over a connection pool that connects to checked addresses only."""
    context = _certificates()
    transport = httpx.HTTPTransport(verify=context)
    # httpx has no public parameter for the network backend, so its pool is replaced.
    transport._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=GuardedBackend(policy))
    return transport


@cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _url_without_query(request: httpx.Request) -> str:
    return str(request.url.copy_with(query=None))


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _begins_at(response: httpx.Response, start: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _within(response: httpx.Response, seconds: float) -> Iterator[bytes]:
    """Yield the body as received, still compressed; raise `TransientError` after `seconds`."""
    deadline = time.monotonic() + seconds
    # httpx only limits the wait for the next bytes; a server that sends one byte a minute would never end.
    for piece in response.iter_raw():
        yield piece
        if time.monotonic() > deadline:
            raise TransientError(f"{_url_without_query(response.request)}: the response took longer than {seconds:g} s")


def _decompressed(pieces: Iterator[bytes], response: httpx.Response) -> Iterator[bytes]:
    """Yield the decompressed body in pieces of at most 1 MiB, so that a gzip bomb cannot fill the memory."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding == "identity":
        yield from pieces
        return
    if encoding not in ("gzip", "x-gzip"):
        raise BadResponseError(f"{_url_without_query(response.request)}: unexpected content encoding {encoding[:20]}")
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    for piece in pieces:
        yield inflater.decompress(piece, 1 << 20)
        while inflater.unconsumed_tail:
            yield inflater.decompress(inflater.unconsumed_tail, 1 << 20)
    if not inflater.eof and response.status_code == 200:
        raise TransientError(f"{_url_without_query(response.request)}: the compressed response is truncated")


def _limited(pieces: Iterator[bytes], limit: int, url: str) -> Iterator[bytes]:
    for piece in pieces:
        limit -= len(piece)
        if limit < 0:
            raise TooLargeError(
                f"{url.partition('?')[0]}: the response is larger than allowed",
                "if it is genuine, raise HOOFBEATS_LARGEST_ANSWER_BYTES, or HOOFBEATS_LARGEST_FILE_BYTES for a file",
            )
        yield piece


def _retry_after(header: str | None) -> float | None:
    """Return the seconds of a Retry-After header, a number or a date (RFC 9110, section 10.2.3); None if unreadable."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        until = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
