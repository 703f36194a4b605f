"""What NCBI's E-utilities answer to searches, and where their records stand among the releases of PubMed's files.

Errors come inside HTTP 200: an ERROR element beside an empty list looks like no hits (https://www.ncbi.nlm.nih.gov/books/
NBK25499/ describes the answers; the DTD is eutils/dtd/20060628/esearch.dtd).

**Order of versions.** Records of the API and of the files are one source, and each version has its place in one
order: YYYY NNNN FFF PPPPPPPP. A file gives its release year and number, FFF = 0 and the record's position. An efetch
request has no number, so its answer is placed behind the last file release that the lake had loaded when it asked:
YYYY NNNN of that release, FFF = days since the December before YYYY began (1 to 999), PPPPPPPP = millisecond of that
day (UTC). So:

- it comes after every file the lake had, whose content is older, and after every earlier request;
- it comes before every file with a greater number. Such a file may be older than the request, if it was released before
  but loaded later; then the change the request saw follows in one of the next files, as each change does. The other way
  round, a file's newer content could stay hidden for a year.

In a lake without files, or whose last release is more than 999 days older, NNNN is 0, YYYY the year of the request and
FFF its day: behind every file of earlier years, before all numbered files of that year. The place is a pure function of
the payload's name, which `request_name` gives: a rebuild comes to the same order.
"""

import datetime as dt
import re

_RELEASE_NAME = re.compile(r"(?:pubmed|medline)([0-9]{2})n([0-9]{4})\.xml(?:\.gz)?")
_REQUEST_NAME = re.compile(
    r".*\.at-([0-9]{8}T[0-9]{9})Z(?:\.after-(?:pubmed|medline)([0-9]{2})n([0-9]{4}))?\.(?:xml|json|html)(?:\.gz)?"
)
_MOST_DAYS = 999
_STAMP = "%Y%m%dT%H%M%S"
_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html|head)\b", re.IGNORECASE)


def release_of(name: str) -> tuple[int, int] | None:
    """(year, number) of a numbered file of PubMed by its name, e.g. 'pubmed26n1520.xml.gz'; None for any other."""
    found = _RELEASE_NAME.fullmatch(name.rpartition("/")[2])
    return (2000 + int(found[1]), int(found[2])) if found else None


def request_name(window: str, asked_at: dt.datetime, ending: str, after: tuple[int, int] | None = None) -> str:
    """The name of a payload that was asked for: its window, the time of the request, the last file release before."""
    at = asked_at.astimezone(dt.UTC)
    stamp = f"{at.strftime(_STAMP)}{at.microsecond // 1000:03d}Z"
    behind = f".after-pubmed{after[0] % 100:02d}n{after[1]:04d}" if after else ""
    return f"{window}.at-{stamp}{behind}.{ending}"


def request_version(name: str) -> int | None:
    """The version of every record in a payload that `request_name` named; None for any other."""
    found = _REQUEST_NAME.fullmatch(name.rpartition("/")[2])
    if not found:
        return None
    at = dt.datetime.strptime(found[1][:-3], _STAMP).replace(tzinfo=dt.UTC)
    midnight = at.replace(hour=0, minute=0, second=0)
    millisecond = int((at - midnight).total_seconds()) * 1000 + int(found[1][-3:])
    year = 2000 + int(found[2] or 0)
    days = (at.date() - dt.date(year - 1, 12, 1)).days + 1
    if found[2] is None or days > _MOST_DAYS:
        return version(at.year, 0, at.timetuple().tm_yday, millisecond)
    return version(year, int(found[3]), max(days, 1), millisecond)


def version(year: int, file_number: int, part: int, position: int) -> int:
    """The digits of `documents.version`."""
    return ((year * 10_000 + file_number) * 1_000 + part) * 100_000_000 + position
