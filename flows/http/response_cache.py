"""Answers that are asked for again and again (listings, feeds): kept with their ETag and date, and asked for if
changed.

RFC 9110, section 13. They lie in lake/raw/answers/ and may be deleted at any time.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class ResponseCache:
    """Bodies by address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def conditional_headers(self, url: str) -> dict[str, str]:
        """Headers that ask for the body only if it is not the one that is here."""
        told = self._told(url)
        return {_VALIDATORS[name]: value for name, value in told["validators"].items()} if told else {}

    def body(self, url: str) -> bytes | None:
        """The body that is here."""
        return gzip.decompress(self._place(url).with_suffix(".gz").read_bytes()) if self._told(url) else None

    def store(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Keep a body, if the service gave it an ETag or a date."""
        validators = {name: headers[name] for name in _VALIDATORS if name in headers}
        place = self._place(url)
        place.unlink(missing_ok=True)
        if not validators:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(body, 6, mtime=0)
        place.with_suffix(".gz").write_bytes(packed)
        told = {"url": url, "validators": validators, "sha256": hashlib.sha256(packed).hexdigest()}
        place.write_text(json.dumps(told), encoding="utf-8")

    def _told(self, url: str) -> dict[str, dict[str, str]] | None:
        """What is known of the body that is here; None where there is none, or it was not written whole."""
        place = self._place(url)
        try:
            told = json.loads(place.read_text(encoding="utf-8"))
            packed = place.with_suffix(".gz").read_bytes()
        except (FileNotFoundError, ValueError):
            return None
        return dict(told) if hashlib.sha256(packed).hexdigest() == told["sha256"] else None

    def _place(self, url: str) -> Path:
        return self._folder / f"{hashlib.blake2b(url.encode(), digest_size=12).hexdigest()}.json"
