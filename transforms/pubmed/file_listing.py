"""A directory listing of PubMed's file server (HTML) -> the numbered files in it.

https://ftp.ncbi.nlm.nih.gov/pubmed/ lists each as `<a href="pubmed26n0001.xml.gz">...</a>  2025-12-10 14:02  19M`.
"""

import datetime as dt
import re
from dataclasses import dataclass
from itertools import zip_longest

from transforms.payloads.record_versions import file_release

_DAY = re.compile(r"\b([0-9]{4}-[0-9]{2}-[0-9]{2})\b")
_NAME = re.compile(r"""href\s*=\s*["']?(?:[^"'\s>]*/)?(pubmed[0-9]{2}n[0-9]{4}\.xml\.gz)["'\s>]""", re.IGNORECASE)
_LISTING = re.compile(r"index of|directory listing|parent directory", re.IGNORECASE)
_MD5 = re.compile(rb"\b([0-9a-fA-F]{32})\b")


class ListingError(ValueError):
    """It is no directory listing, or not all of one."""


@dataclass(frozen=True)
class ListedFile:
    """A file by its name, and the day the server gives it, if it does."""

    name: str
    day: dt.date | None

    @property
    def release(self) -> tuple[int, int]:
        """Year and number."""
        return file_release(self.name) or (0, 0)


def read_listing(body: bytes) -> list[ListedFile]:
    """The numbered files of a listing in order of release; raises `ListingError`."""
    text = body.decode("utf-8", "replace")
    if "<html" in text.lower() and "</html" not in text.lower():
        raise ListingError("the listing ends early")
    found = list(_NAME.finditer(text))
    if not found and not _LISTING.search(text):
        raise ListingError(f"no directory listing: {' '.join(text.split())[:80]!r}")
    listed: dict[str, ListedFile] = {}
    for match, following in zip_longest(found, found[1:]):
        end = following.start() if following else len(text)
        day = _DAY.search(text, match.end(), end)
        listed.setdefault(match[1], ListedFile(match[1], _date(day[1]) if day else None))
    return sorted(listed.values(), key=lambda file: file.release)


def read_md5(body: bytes) -> str:
    """The digest in an .md5 file, 'MD5(name)= digest' or 'digest  name'; raises `ListingError`."""
    found = _MD5.search(body[:4096])
    if not found:
        raise ListingError("no MD5 digest in it")
    return found[1].decode().lower()


def with_gaps_named(files: list[ListedFile]) -> list[ListedFile]:
    """The same, and those whose numbers are skipped between the first and the last of a year: they must be there."""
    told: list[ListedFile] = []
    for file in files:
        if told and told[-1].release[0] == file.release[0]:
            year, number = told[-1].release
            told += [
                ListedFile(f"pubmed{year % 100:02d}n{missing:04d}.xml.gz", file.day)
                for missing in range(number + 1, file.release[1])
            ]
        told.append(file)
    return told


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
