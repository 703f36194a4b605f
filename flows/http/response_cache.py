"""Cache for conditional requests (ETag, Last-Modified; RFC 9110, section 13) of listings, feeds and vocabularies.

    <digest of the URL>.json    the URL, its validators, and the SHA-256 of the compressed body
    <digest of the URL>.gz      the body

The files lie in lake/raw/answers/ and may be deleted at any time.
"""

import gzip
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from flows.http.masking import mask_secrets

_VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}


class ResponseCache:
    """Response bodies by URL, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def conditional_headers(self, url: str) -> dict[str, str]:
        """Return headers that request the body only if it differs from the cached one; {} if there is none."""
        entry = self._entry(url)
        return {_VALIDATORS[name]: value for name, value in entry["validators"].items()} if entry else {}

    def body(self, url: str) -> bytes | None:
        """Return the cached body, None if there is none."""
        return gzip.decompress(self._entry_file(url).with_suffix(".gz").read_bytes()) if self._entry(url) else None

    def store(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Cache a body if its headers contain an ETag or a Last-Modified date; otherwise drop the cached one."""
        validators = {name: headers[name] for name in _VALIDATORS if name in headers}
        entry_file = self._entry_file(url)
        # The entry goes first and comes back last, so that a crash in between never pairs it with another body.
        entry_file.unlink(missing_ok=True)
        if not validators:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(body, 6, mtime=0)
        entry_file.with_suffix(".gz").write_bytes(packed)
        entry = {"url": mask_secrets(url), "validators": validators, "sha256": hashlib.sha256(packed).hexdigest()}
        entry_file.write_text(json.dumps(entry), encoding="utf-8")

    def _entry(self, url: str) -> dict[str, dict[str, str]] | None:
        """Return the entry of a URL; None if there is none, or its body is missing or incomplete."""
        entry_file = self._entry_file(url)
        try:
            entry = json.loads(entry_file.read_text(encoding="utf-8"))
            packed = entry_file.with_suffix(".gz").read_bytes()
        except (FileNotFoundError, ValueError):
            return None
        return dict(entry) if hashlib.sha256(packed).hexdigest() == entry["sha256"] else None

    def _entry_file(self, url: str) -> Path:
        return self._folder / f"{hashlib.blake2b(url.encode(), digest_size=12).hexdigest()}.json"
