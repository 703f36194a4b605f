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
import json
import re
from dataclasses import dataclass

from lxml import etree

_RELEASE_NAME = re.compile(r"(?:pubmed|medline)([0-9]{2})n([0-9]{4})\.xml(?:\.gz)?")
_REQUEST_NAME = re.compile(
    r".*\.at-([0-9]{8}T[0-9]{9})Z(?:\.after-(?:pubmed|medline)([0-9]{2})n([0-9]{4}))?\.(?:xml|json|html)(?:\.gz)?"
)
_MOST_DAYS = 999
_STAMP = "%Y%m%dT%H%M%S"
_HTML = re.compile(rb"\s*<(?:!doctype\s+html|html|head)\b", re.IGNORECASE)


class AnswerError(ValueError):
    """The answer is no search result: the service's own words where it gave any."""


@dataclass(frozen=True)
class SearchResult:
    """What esearch answered: how many records match, the PMIDs listed, and what it did not understand."""

    count: int
    pmids: tuple[int, ...]
    not_found: tuple[str, ...] = ()


def read_search(body: bytes) -> SearchResult:
    """An esearch answer (XML). Raises `AnswerError` for an error inside it, for HTML, JSON, or a damaged answer."""
    if body[:1] == b"{":
        raise AnswerError(_json_error(body))
    if _HTML.match(body):
        raise AnswerError("an HTML page instead of a search result")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise AnswerError(f"not well-formed: {error}") from error
    errors = [text for text in (_text(element) for element in root.iter("ERROR")) if text]
    if errors:
        raise AnswerError("; ".join(errors))
    count, ids = root.findtext("Count"), root.find("IdList")
    if root.tag != "eSearchResult" or count is None or not count.strip().isdecimal() or ids is None:
        raise AnswerError(f"<{str(root.tag)[:40]}> instead of a search result")
    pmids = [(element.text or "").strip() for element in ids.iter("Id")]
    if not all(pmid.isdecimal() for pmid in pmids):
        raise AnswerError("a list of ids that are no numbers")
    unknown = [_text(element) for name in ("PhraseNotFound", "FieldNotFound") for element in root.iter(name)]
    unknown += [_text(element) for element in root.iter("OutputMessage") if "not found" in _text(element).lower()]
    return SearchResult(int(count), tuple(map(int, pmids)), tuple(filter(None, unknown)))


def _json_error(body: bytes) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return "damaged JSON instead of a search result"
    error = told.get("error") if isinstance(told, dict) else None
    return str(error or "JSON instead of a search result")[:200]


def _text(element: etree._Element) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())


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
