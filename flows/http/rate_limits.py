"""Request rates per host: one token bucket for each, refilled at the rate its service allows.

NCBI allows three requests per second, ten with an API key (https://www.ncbi.nlm.nih.gov/books/NBK25497/). The rates
here are a little lower, because requests arrive less evenly than they are sent. Europe PMC allows fewer than five. The
services count per client address, so all processes that collect into one lake share these limits.
"""

import hashlib
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock
from pyrate_limiter import Limiter, Rate

from flows.http.address_guard import host_and_port
from flows.settings import Settings

NCBI_PER_S, NCBI_WITH_KEY_PER_S, EUROPEPMC_PER_S, FILES_PER_S = 2.5, 8.0, 4.0, 2.5


class RateLimits:
    """Token buckets of one token by host ("name" or "name:port"), shared by all threads of a process.

    `by_host` and `default_per_s` are requests per second. With a folder, all processes that use it share the limits.
    """

    def __init__(self, by_host: Mapping[str, float], default_per_s: float, folder: Path | None = None) -> None:
        self._folder = folder
        self._per_second = dict(by_host)
        self._default_per_s = default_per_s
        self._buckets: dict[str, Limiter] = {}
        self._lock = threading.Lock()

    @classmethod
    def from_settings(cls, settings: Settings) -> "RateLimits":
        """Return the limits of the configured sources, or the single rate of `requests_per_second` for every host."""
        folder = settings.lake / "locks" / "turns"  # where runs on one lake note when they last asked each host
        if settings.requests_per_second:
            return cls({}, settings.requests_per_second, folder)
        rates = [
            (settings.pubmed_api_url, NCBI_WITH_KEY_PER_S if settings.ncbi_api_key else NCBI_PER_S),
            (settings.pubmed_files_url, FILES_PER_S),
            (settings.europepmc_url, EUROPEPMC_PER_S),
        ]
        slowest: dict[str, float] = {}  # two sources may be served by one host, e.g. a local mirror
        for url, rate in rates:
            slowest[_host(url)] = min(rate, slowest.get(_host(url), rate))
        return cls(slowest, 1 / settings.page_delay_s, folder)

    def per_second(self, url: str) -> float:
        """Return the highest number of requests per second to the host of a URL."""
        return self._per_second.get(_host(url), self._default_per_s)

    def slow_down(self, host: str, per_second: float) -> None:
        """Lower the rate of a host; a higher rate than the current one has no effect."""
        with self._lock:
            if per_second < self._per_second.get(host, self._default_per_s):
                self._per_second[host] = per_second
                self._buckets.pop(host, None)

    def wait(self, host: str) -> None:
        """Block until the next request to a host ("name" or "name:port") may be sent."""
        with self._lock:
            if host not in self._buckets:
                per_second = self._per_second.get(host, self._default_per_s)
                self._buckets[host] = Limiter(Rate(1, max(1, round(1000 / per_second))), buffer_ms=0)
            bucket = self._buckets[host]
        bucket.try_acquire("request")
        if self._folder:
            _wait_for_turn(self._folder, host, 1 / self._per_second.get(host, self._default_per_s))


def _wait_for_turn(folder: Path, host: str, gap_s: float) -> None:
    """Block until the last request of any process to a host is `gap_s` seconds ago.

    The modification time of one file per host says when that was; its lock is held while waiting.
    """
    folder.mkdir(parents=True, exist_ok=True)
    turn_file = folder / hashlib.blake2b(host.encode(), digest_size=8).hexdigest()
    with FileLock(turn_file.with_suffix(".lock"), poll_interval=0.01):
        ago_s = time.time() - turn_file.stat().st_mtime if turn_file.exists() else gap_s
        time.sleep(min(max(gap_s - ago_s, 0), gap_s))
        turn_file.touch()
        os.utime(turn_file, (now := time.time(), now))  # touch() rounds down to the kernel's clock tick (milliseconds)


def _host(url: str) -> str:
    """Return the host as httpx writes it, with the port only if it is not the default of the scheme."""
    host, port = host_and_port(url)
    return host if port in (80, 443) else f"{host}:{port}"
