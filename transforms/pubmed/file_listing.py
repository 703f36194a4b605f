"""Directory listings (HTML) and checksum files of PubMed's file server.

https://ftp.ncbi.nlm.nih.gov/pubmed/ lists each file as `<a href="pubmed26n0001.xml.gz">...</a>  2025-12-10 14:02  19M`.
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
    """The page is not a directory listing, or an incomplete one; or a checksum file holds no digest."""


@dataclass(frozen=True)
class ListedFile:
    """A numbered file: its name, and its modification day if the listing has it."""

    name: str
    day: dt.date | None

    @property
    def release(self) -> tuple[int, int]:
        """Release year and file number."""
        return file_release(self.name) or (0, 0)


def read_listing(body: bytes) -> list[ListedFile]:
    """Return the numbered files of a listing, each once, in order of release; raises `ListingError`."""
    text = body.decode("utf-8", "replace")
    if "<html" in text.lower() and "</html" not in text.lower():
        raise ListingError("the directory listing is cut off")
    names = list(_NAME.finditer(text))
    if not names and not _LISTING.search(text):
        raise ListingError(f"not a directory listing: {' '.join(text.split())[:80]!r}")
    listed: dict[str, ListedFile] = {}
    for match, following in zip_longest(names, names[1:]):
        end = following.start() if following else len(text)
        day = _DAY.search(text, match.end(), end)
        listed.setdefault(match[1], ListedFile(match[1], _date(day[1]) if day else None))
    return sorted(listed.values(), key=lambda file: file.release)


def read_md5(body: bytes) -> str:
    """Return the digest in an .md5 file, 'MD5(name)= digest' or 'digest  name'; raises `ListingError`."""
    digest = _MD5.search(body[:4096])
    if not digest:
        raise ListingError("the file holds no MD5 digest")
    return digest[1].decode().lower()


def fill_gaps(files: list[ListedFile]) -> list[ListedFile]:
    """Return the files and those missing between two numbers of a year, which must exist: 1, 2, 4 -> 1, 2, 3, 4.

    A missing file gets the day of the file after it.
    """
    filled: list[ListedFile] = []
    for file in files:
        if filled and filled[-1].release[0] == file.release[0]:
            year, number = filled[-1].release
            filled += [
                ListedFile(f"pubmed{year % 100:02d}n{missing:04d}.xml.gz", file.day)
                for missing in range(number + 1, file.release[1])
            ]
        filled.append(file)
    return filled


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
