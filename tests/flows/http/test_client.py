"""The HTTP client: retries, rate limits, size limits, secrets and forbidden addresses."""

import contextlib
import email.utils
import gzip
import http.server
import logging
import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.http.address_guard import AddressPolicy, ForbiddenAddress, is_public
from flows.http.client import (
    BadResponseError,
    Client,
    ForbiddenError,
    RefusedError,
    Request,
    TooLargeError,
    TransientError,
    UnreachableError,
)
from flows.settings import Settings

KEY = "0123456789abcdef"


class Site(http.server.ThreadingHTTPServer):
    """Serves each path from `replies`: (status, headers, body), or a list of these in turn."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies, self.seen = {}, []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((time.monotonic(), self.path, dict(self.headers)))
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        reply = self.server.replies[self.path.partition("?")[0]]
        status, headers, body = reply.pop(0) if isinstance(reply, list) else reply
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name http.server calls

    def log_message(self, *_):
        pass


@pytest.fixture
def site():
    with Site() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def client(site, tmp_path):
    with Client(settings(site, tmp_path)) as client:
        yield client


def settings(site, folder, **more):
    defaults = {
        "lake": folder, "pubmed_api_url": f"{site.url}/api/", "requests_per_second": 1000, "attempts": 3,
        "first_wait_s": 0, "longest_wait_s": 2, "largest_answer_bytes": 1 << 20,
    }  # fmt: skip
    return Settings(**{**defaults, **more})


def body(client, url, **more):
    return client.fetch(Request(url, **more), lambda answer: answer.body)


def ok(content=b"fine", **headers):
    return 200, headers, content


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_transient_errors_are_retried(site, client, status):
    site.replies["/"] = [(status, {}, b""), (status, {}, b""), ok()]
    assert body(client, f"{site.url}/") == b"fine"
    site.replies["/"] = (status, {}, b'{"error":"down"}')
    with pytest.raises(TransientError, match=f'HTTP {status}: {{"error":"down"}}'):
        body(client, f"{site.url}/")
    assert len(site.seen) == 6


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 304, 206, 204])
def test_permanent_errors_are_not_retried(site, client, status):
    site.replies["/"] = (status, {}, b"")
    with pytest.raises(RefusedError, match=f"HTTP {status}"):
        body(client, f"{site.url}/")
    assert len(site.seen) == 1


def test_a_response_the_reader_rejects_is_retried(site, client):
    site.replies["/"] = [ok(b"junk"), ok(b"fine")]

    def read(answer):
        if answer.body != b"fine":
            raise BadResponseError("junk")
        return answer.body

    assert client.fetch(Request(f"{site.url}/"), read) == b"fine"
    site.replies["/"] = ok(b"junk")
    with pytest.raises(BadResponseError, match="junk"):
        client.fetch(Request(f"{site.url}/"), read)


def test_retry_after_is_honoured(site, client):
    for until in (lambda: "1", lambda: email.utils.formatdate(time.time() + 2, usegmt=True)):
        site.seen.clear()
        begun = time.time()
        header = until()
        site.replies["/"] = [(429, {"Retry-After": header}, b""), ok()]
        body(client, f"{site.url}/")
        assert len(site.seen) == 2
        waited = 1 if header == "1" else email.utils.parsedate_to_datetime(header).timestamp() - begun
        assert time.time() - begun >= waited - 0.05


def test_a_too_long_retry_after_fails_the_request(site, client):
    site.replies["/"] = (429, {"Retry-After": "3600"}, b"")
    with pytest.raises(TransientError):
        body(client, f"{site.url}/")
    assert len(site.seen) == 1


def test_the_user_agent_has_the_contact_address(site, tmp_path):
    site.replies["/"] = ok()
    with Client(settings(site, tmp_path, email="me@example.org")) as client:
        body(client, f"{site.url}/")
    assert site.seen[0][2]["User-Agent"].startswith("hoofbeats/")
    assert "mailto:me@example.org" in site.seen[0][2]["User-Agent"]


def test_secrets_stay_out_of_errors_and_logs(site, tmp_path, caplog):
    site.replies["/"] = (400, {}, f'{{"error":"API key invalid","api-key":"{KEY}"}}'.encode())
    with Client(settings(site, tmp_path, ncbi_api_key=KEY)) as client, caplog.at_level(logging.DEBUG):
        with pytest.raises(RefusedError, match="API key invalid") as raised:
            body(client, f"{site.url}/", params={"api_key": KEY, "term": "x"})
        site.replies["/"] = (500, {}, KEY.encode())
        with pytest.raises(TransientError) as again:
            body(client, f"{site.url}/", params={"api_key": KEY})
    assert raised.value.hint == "check NCBI_API_KEY"
    assert KEY not in f"{raised.value} {again.value}"
    assert KEY not in caplog.text
    assert "api_key=***" in caplog.text
    assert KEY not in repr(settings(site, tmp_path, ncbi_api_key=KEY))


def test_the_key_is_read_from_its_variable(monkeypatch):
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    assert Settings().ncbi_api_key.get_secret_value() == KEY
    monkeypatch.setenv("NCBI_API_KEY", "")
    monkeypatch.setenv("HOOFBEATS_EMAIL", "")
    assert (Settings().ncbi_api_key, Settings().email) == (None, None)


def test_conditional_requests(site, client):
    site.replies["/"] = [
        ok(b"first", ETag='"1"'), (304, {}, b""), ok(b"second", **{"Last-Modified": "Mon, 01 Jun 2026 00:00:00 GMT"}),
        (304, {}, b""), ok(b"third"), ok(b"fourth"),
    ]  # fmt: skip
    bodies = [body(client, f"{site.url}/", conditional=True) for _ in range(6)]
    assert bodies == [b"first", b"first", b"second", b"second", b"third", b"fourth"]
    sent = [(headers.get("If-None-Match"), headers.get("If-Modified-Since", "")[:16]) for _, _, headers in site.seen]
    assert sent == [
        (None, ""), ('"1"', ""), ('"1"', ""), (None, "Mon, 01 Jun 2026"), (None, "Mon, 01 Jun 2026"), (None, ""),
    ]  # fmt: skip


def test_a_rejected_response_is_not_cached(site, client):
    site.replies["/"] = [ok(b"junk", ETag='"1"'), ok(b"junk", ETag='"1"'), ok(b"junk", ETag='"1"'), ok(b"fine")]

    def read(answer):
        raise BadResponseError("junk")

    with pytest.raises(BadResponseError):
        client.fetch(Request(f"{site.url}/", conditional=True), read)
    assert body(client, f"{site.url}/", conditional=True) == b"fine"


def test_too_large_responses_are_refused_also_if_compressed_small(site, client):
    for content, headers in (
        (b"x" * (2 << 20), {}),
        (gzip.compress(bytes(64 << 20), 1, mtime=0), {"Content-Encoding": "gzip"}),
    ):
        site.replies["/"] = ok(content, **headers)
        with pytest.raises(TooLargeError):
            body(client, f"{site.url}/")
    assert len(site.seen) == 2


@pytest.mark.parametrize(
    ("content", "encoding"),
    [(gzip.compress(b"fine" * 99, mtime=0)[:-9], "gzip"), (b"fine", "gzip"), (b"fine", "br"), (b"", "gzip")],
)
def test_damaged_compression_is_retried(site, client, content, encoding):
    site.replies["/"] = [ok(content, **{"Content-Encoding": encoding}), ok()]
    assert body(client, f"{site.url}/") == b"fine"


def test_a_slow_response_times_out(site, tmp_path):
    def drip(connection):
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(40):
            connection.sendall(b".")
            time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def serve():
            connection, _ = listener.accept()
            with contextlib.suppress(OSError):
                drip(connection)

        threading.Thread(target=serve, daemon=True).start()
        config = settings(site, tmp_path, pubmed_api_url=f"http://127.0.0.1:{port}/", request_timeout_s=0.3, attempts=1)
        with Client(config) as client, pytest.raises(TransientError, match=r"longer than 0\.3 s"):
            body(client, f"http://127.0.0.1:{port}/")


def test_an_unreachable_host(site, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    config = settings(site, tmp_path, pubmed_api_url=f"http://127.0.0.1:{port}/")
    with Client(config) as client, pytest.raises(UnreachableError, match=r"127\.0\.0\.1"):
        body(client, f"http://127.0.0.1:{port}/")
    with Client(config) as client, pytest.raises(UnreachableError, match="cannot be resolved"):
        body(client, "http://no-such-host.invalid/")


def test_redirect_loops_fail(site, tmp_path):
    with Client(settings(site, tmp_path, allow_private_addresses=True)) as client:
        site.replies |= {"/a": (301, {"Location": "/b"}, b""), "/b": ok()}
        assert body(client, f"{site.url}/a") == b"fine"
        site.replies["/b"] = (302, {"Location": "/a"}, b"")
        with pytest.raises(TransientError, match="redirects"):
            body(client, f"{site.url}/a")


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/", "http://127.0.0.1:1/", "http://localhost/", "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://0.0.0.0/", "http://2130706433/", "http://0x7f.1/",
        "http://internal.test/", "file:///etc/passwd", "ftp://10.0.0.1/",
    ],
)  # fmt: skip
def test_redirects_to_private_addresses_are_refused(site, client, monkeypatch, target):
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo",
        lambda host, *more, **kw: real("10.1.2.3" if host == "internal.test" else host, *more, **kw),
    )  # fmt: skip
    site.replies["/"] = (302, {"Location": target}, b"")
    with pytest.raises((ForbiddenError, TransientError)) as raised:
        body(client, f"{site.url}/")
    assert not isinstance(raised.value, UnreachableError)


def test_a_redirect_within_a_configured_private_address_is_followed(site, client):
    site.replies |= {"/": (302, {"Location": f"{site.url}/page"}, b""), "/page": ok()}
    assert body(client, f"{site.url}/") == b"fine"


def test_redirects_from_elsewhere_to_a_configured_private_address_are_refused():
    policy = AddressPolicy.from_urls(["http://127.0.0.1:8001/a", "http://127.0.0.1:8002/b"], any_address=False)
    policy.check_redirect("http://127.0.0.1:8001/a", "http://127.0.0.1:8001/c")
    for origin in ("https://example.org/", "http://127.0.0.1:8002/b"):
        with pytest.raises(ForbiddenAddress, match="private address"):
            policy.check_redirect(origin, "http://127.0.0.1:8001/admin")


def test_passwords_in_urls_stay_out_of_errors_logs_and_files(site, client, tmp_path, caplog):
    site.replies |= {"/gone": (404, {}, b""), "/list": ok(b"x", ETag='"1"')}
    named = site.url.replace("://", "://me:pass-word@")
    with pytest.raises(RefusedError) as raised:
        body(client, f"{named}/gone")
    assert "pass-word" not in str(raised.value)
    assert body(client, f"{named}/list", conditional=True) == b"x"
    assert site.seen[0][2]["Authorization"].startswith("Basic ")
    assert "pass-word" not in caplog.text
    assert not [path for path in tmp_path.rglob("*.json") if "pass-word" in path.read_text()]


def test_a_connection_uses_the_checked_address(site, tmp_path, monkeypatch):
    """A name that is public when checked and private when connected to (DNS rebinding)."""
    asked = []

    def resolve(host, port, *more, **kw):
        asked.append(host)
        address = "203.0.113.9" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    connected = []
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr("flows.http.address_guard.is_public", lambda address: address.startswith("203."))
    monkeypatch.setattr(socket, "create_connection", lambda address, *a, **k: connected.append(address[0]) or _fail())
    with Client(settings(site, tmp_path, attempts=1)) as client, pytest.raises(TransientError):
        body(client, "http://rebinding.test/")
    assert (asked, connected) == (["rebinding.test"], ["203.0.113.9"])


def _fail():
    raise OSError("refused")


def test_a_name_with_one_private_address_is_refused(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "192.168.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(ForbiddenAddress, match=r"192\.168\.1\.1"):
        AddressPolicy().resolve("two.test", 80)
    assert AddressPolicy(any_address=True).resolve("two.test", 80) == ["8.8.8.8", "192.168.1.1"]


def test_only_private_addresses_spelled_out_in_settings_are_allowed():
    policy = AddressPolicy.from_urls(
        ["http://127.0.0.1:8000/x", "https://eutils.example.org/", "http://localhost:9/"], any_address=False
    )
    assert policy.named == {("127.0.0.1", 8000), ("localhost", 9)}
    with pytest.raises(ForbiddenAddress):
        policy.resolve("127.0.0.1", 8001)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("10.0.0.1", False), ("172.16.0.1", False), ("127.8.8.8", False),
        ("169.254.0.1", False), ("100.64.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("fc00::1", False),
        ("::ffff:127.0.0.1", False), ("2002:7f00:1::", False), ("224.0.0.1", False), ("0.0.0.0", False), ("::", False),
        ("64:ff9b::7f00:1", False),
    ],
)  # fmt: skip
def test_public_addresses(address, public):
    assert is_public(address) is public


@given(st.ip_addresses(v=4))
def test_embedded_ipv4_addresses_are_checked(address):
    assert is_public(f"::ffff:{address}") == (is_public(str(address)) and is_public(f"::ffff:{address}"))


def test_secrets_are_not_sent_to_another_host(site, tmp_path):
    other = site.url.replace("127.0.0.1", "localhost")
    site.replies |= {"/": (302, {"Location": f"{other}/take"}, b""), "/form": (307, {"Location": f"{other}/take"}, b"")}
    with Client(settings(site, tmp_path, allow_private_addresses=True, ncbi_api_key=KEY)) as client:
        for asked in (
            Request(f"{site.url}/", params={"api_key": KEY}),
            Request(f"{site.url}/form", form={"api_key": KEY}),
        ):
            with pytest.raises(ForbiddenError):
                client.fetch(asked, lambda answer: answer)
    assert [path.partition("?")[0] for _, path, _ in site.seen] == ["/", "/form"]


def test_threads_share_the_rate_limit(site, tmp_path):
    site.replies["/"] = ok()
    with Client(settings(site, tmp_path, requests_per_second=20)) as client:
        threads = [threading.Thread(target=body, args=(client, f"{site.url}/")) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    times = sorted(at for at, _, _ in site.seen)
    assert times[-1] - times[0] >= 7 * 0.05 - 0.02


def test_a_download_of_a_changed_file_starts_over(site, client, tmp_path):
    content = b"0123456789"
    part = tmp_path / "file.part"
    part.write_bytes(b"XXXX")

    def check(path):
        if path.read_bytes() != content:
            raise BadResponseError("another file")

    site.replies["/"] = [
        (206, {"Content-Range": "bytes 4-9/10"}, content[4:]), ok(content),
    ]  # fmt: skip
    client.download(f"{site.url}/", part, check)
    assert part.read_bytes() == content
    assert [headers.get("Range") for _, _, headers in site.seen] == ["bytes=4-", None]


def test_a_server_without_ranges_sends_the_whole_file(site, client, tmp_path):
    part = tmp_path / "file.part"
    part.write_bytes(b"0123")
    site.replies["/"] = ok(b"0123456789")
    client.download(f"{site.url}/", part, lambda path: None)
    assert part.read_bytes() == b"0123456789"


def test_a_complete_download_is_not_fetched_again(site, client, tmp_path):
    part = tmp_path / "file.part"
    part.write_bytes(b"0123")
    site.replies["/"] = (416, {}, b"")
    client.download(f"{site.url}/", part, lambda path: None)
    site.replies["/"] = (206, {"Content-Range": "bytes 0-9/10"}, b"0123456789")
    with pytest.raises(BadResponseError, match="another part"):
        client.download(f"{site.url}/", part, lambda path: None)
    site.replies["/"] = (404, {}, b"")
    with pytest.raises(RefusedError):
        client.download(f"{site.url}/", part, lambda path: None)
