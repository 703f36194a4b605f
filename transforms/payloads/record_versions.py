"""Versions: the order of all states of a record, whether they came in a PubMed file or in the answer to a request.

Records of PubMed's API and of its files belong to one source, so their versions share one order. A version is a number
of 19 decimal digits, YYYY NNNN FFF PPPPPPPP:

    2026 1520 000 00000017   file pubmed26n1520.xml.gz, record 17
    2026 1520 037 43200000   requested on 2026-01-06 at noon (UTC), after pubmed26n1520 had been loaded
    2026 0000 006 43200000   requested at the same time for a lake without PubMed files

A file gives its release year (YYYY) and number (NNNN), FFF = 0 and the position of the record (PPPPPPPP). A request
has no number of its own. It is placed after the last file that the lake had loaded when the request was made: YYYY NNNN
of that file, FFF = days since the December before YYYY began (1 to 999), PPPPPPPP = millisecond of the day (UTC). So:

- it comes after every file the lake had, whose content is older, and after every earlier request;
- it comes before every file with a greater number. Such a file may be older than the request, if it was released before
  but loaded later; then the change that the request saw arrives with one of the next files. With the opposite order,
  the newer content of a file could stay hidden for a year.

If the lake has no files, or its last release is more than 999 days older, NNNN is 0, YYYY the year of the request and
FFF its day of the year: after every file of earlier years, before all numbered files of that year. A version depends
only on the payload's name (made by `request_name`) and the position in it, so a rebuild gives the same order.
"""

import datetime as dt
import re

LAST_POSITION = 99_999_999
"""The greatest position a version has digits for; records beyond it share this one."""

_FILE_NAME = re.compile(r"(?:pubmed|medline)([0-9]{2})n([0-9]{4})\.xml(?:\.gz)?")
_REQUEST_NAME = re.compile(
    r".*\.at-([0-9]{8}T[0-9]{9})Z(?:\.after-(?:pubmed|medline)([0-9]{2})n([0-9]{4}))?\.(?:xml|json|html)(?:\.gz)?"
)
_MOST_DAYS = 999
_TIME_FORMAT = "%Y%m%dT%H%M%S"


def file_release(name: str) -> tuple[int, int] | None:
    """Return (year, number) of a numbered PubMed file such as 'pubmed26n1520.xml.gz'; None for any other name."""
    match = _FILE_NAME.fullmatch(name.rpartition("/")[2])
    return (2000 + int(match[1]), int(match[2])) if match else None


def request_name(window: str, requested_at: dt.datetime, suffix: str, after: tuple[int, int] | None = None) -> str:
    """Return the name of a payload that answers a request, e.g. 'w.at-20260106T120000000Z.after-pubmed26n1520.xml.gz'.

    `after` is (year, number) of the last PubMed file in the lake at that time, if there is one.
    """
    at = requested_at.astimezone(dt.UTC)
    time = f"{at.strftime(_TIME_FORMAT)}{at.microsecond // 1000:03d}Z"
    last_file = f".after-pubmed{after[0] % 100:02d}n{after[1]:04d}" if after else ""
    return f"{window}.at-{time}{last_file}.{suffix}"


def request_version(name: str) -> int | None:
    """Return the version of every record in a payload named by `request_name`; None for any other name."""
    match = _REQUEST_NAME.fullmatch(name.rpartition("/")[2])
    if not match:
        return None
    time, short_year, file_number = match.groups()
    at = dt.datetime.strptime(time[:-3], _TIME_FORMAT).replace(tzinfo=dt.UTC)
    midnight = at.replace(hour=0, minute=0, second=0)
    millisecond = int((at - midnight).total_seconds()) * 1000 + int(time[-3:])
    year = 2000 + int(short_year or 0)
    # PubMed's baseline of a year is released in the December before, so that December counts as the year's beginning.
    days = (at.date() - dt.date(year - 1, 12, 1)).days + 1
    if short_year is None or days > _MOST_DAYS:
        return encode_version(at.year, 0, at.timetuple().tm_yday, millisecond)
    return encode_version(year, int(file_number), max(days, 1), millisecond)


def encode_version(year: int, file_number: int, part: int, position: int) -> int:
    """Return `documents.version`: the decimal digits YYYY NNNN FFF PPPPPPPP as one integer."""
    return ((year * 10_000 + file_number) * 1_000 + part) * 100_000_000 + position
