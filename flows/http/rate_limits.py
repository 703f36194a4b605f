"""How often each host is asked: one token bucket a host, filled at the pace the host's service allows.

NCBI: three requests a second, ten with a key (https://www.ncbi.nlm.nih.gov/books/NBK25497/); requests are spaced a
little wider than that, as they do not arrive as evenly as they are sent. Europe PMC: under five a second. The limits
are per address, so all processes that collect into one lake share them.
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
    """Token buckets by host and port, each holding one token; shared by all threads of a process.

    Where a folder is given, the processes that share it take turns, too.
    """

    def __init__(self, by_host: Mapping[str, float], otherwise_per_s: float, folder: Path | None = None) -> None:
        self._folder = folder
        self._per_second = dict(by_host)
        self._otherwise = otherwise_per_s
        self._buckets: dict[str, Limiter] = {}
        self._lock = threading.Lock()

    @classmethod
    def from_settings(cls, settings: Settings) -> "RateLimits":
        """What the sources allow, else what a setting says."""
        folder = settings.lake / "locks" / "turns"
        if settings.requests_per_second:
            return cls({}, settings.requests_per_second, folder)
        told = [
            (settings.pubmed_api_url, NCBI_WITH_KEY_PER_S if settings.ncbi_api_key else NCBI_PER_S),
            (settings.pubmed_files_url, FILES_PER_S),
            (settings.europepmc_url, EUROPEPMC_PER_S),
        ]
        slowest: dict[str, float] = {}
        for url, rate in told:
            slowest[_host(url)] = min(rate, slowest.get(_host(url), rate))
        return cls(slowest, 1 / settings.page_delay_s, folder)

    def per_second(self, url: str) -> float:
        """How often the host of a URL is asked at most."""
        return self._per_second.get(_host(url), self._otherwise)

    def slow_down(self, host: str, per_second: float) -> None:
        """Ask a host no more often than it wishes, where that is less than until now."""
        with self._lock:
            if per_second < self._per_second.get(host, self._otherwise):
                self._per_second[host] = per_second
                self._buckets.pop(host, None)

    def wait(self, host: str) -> None:
        """Return when the next request to a host ('name' or 'name:port') may be sent."""
        with self._lock:
            if host not in self._buckets:
                per_second = self._per_second.get(host, self._otherwise)
                self._buckets[host] = Limiter(Rate(1, max(1, round(1000 / per_second))), buffer_ms=0)
            bucket = self._buckets[host]
        bucket.try_acquire("request")
        if self._folder:
            _take_turn(self._folder, host, 1 / self._per_second.get(host, self._otherwise))


def _take_turn(folder: Path, host: str, gap_s: float) -> None:
    """Return when the last request of any process to a host is so long ago; a file's time says when it was."""
    folder.mkdir(parents=True, exist_ok=True)
    turn = folder / hashlib.blake2b(host.encode(), digest_size=8).hexdigest()
    with FileLock(turn.with_suffix(".lock"), poll_interval=0.01):
        ago_s = time.time() - turn.stat().st_mtime if turn.exists() else gap_s
        time.sleep(min(max(gap_s - ago_s, 0), gap_s))
        turn.touch()
        os.utime(turn, (now := time.time(), now))  # of itself the kernel rounds it down by some milliseconds


def _host(url: str) -> str:
    """As httpx writes it: the port only where it is not the scheme's own."""
    host, port = host_and_port(url)
    return host if port in (80, 443) else f"{host}:{port}"
