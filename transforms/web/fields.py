"""Resolves the values that several steps found for a field to one, with the steps that agree and disagree.

doi from meta:citation_doi  10.5555/a.1   0.95
doi from the address        10.5555/a.1   0.7      ->   10.5555/a.1, confidence 0.985, agreeing: url
"""

import re
from collections.abc import Callable, Sequence
from math import prod
from urllib.parse import unquote

from transforms.text import normalize
from transforms.web.dates import normalize_date
from transforms.web.language import normalize_language
from transforms.web.metadata import Fields, StatedValue
from transforms.web.result import Finding
from transforms.web.tree import PageSurvey, element_text, read_markup_blocks

# Part of many DOIs of the 1990s: 10.1002/(SICI)1097-0142(1996)77:8<1563::AID-CNCR20>3.0.CO;2-W
_SICI = r"<\d[^\s\"'<>]{1,60}>"
_DOI = re.compile(rf"10\.\d{{4,9}}/(?:[^\s\"'<>?#]|{_SICI})+")
_DOI_IN_PATH = re.compile(rf"/(10\.\d{{4,9}}/(?:[^\s\"'<>?#&]|{_SICI})+)")
_PATH_ENDS = re.compile(
    r"/(?:abstract|full|fulltext|pdf|epdf|meta|html|summary|references|figures|tables)$|(?:v\d+)?\.(?:abstract|full|short)$"
)
_PMID_ADDRESS = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed|europepmc\.org/(?:article|abstract)/med"
    r"|read\.qxmd\.com/read|readbyqxmd\.com/read)/(\d{1,9})(?:[/?#]|$)",
    re.IGNORECASE,
)
_PMCID_ADDRESS = re.compile(r"(?:/pmc/articles/|/articles/|/article/pmc/)(PMC\d{1,9})", re.IGNORECASE)
_PMID_SHOWN = re.compile(r">\s*PMID:?\s*(?:<[^<>]{0,200}>\s*){0,6}(\d{4,9})\b")
_TITLE_SUFFIX = re.compile(r"\s+[-|\u2013\u2014•·»:]\s+[^-|\u2013\u2014•·»:]{2,40}(?<![.?!])$")
_FAMILIES = frozenset(("json_ld", "meta", "url"))
_TRUSTED = 0.6  # confidence of a step whose disagreement counts
_LEAST_TO_COMPARE = 20


def letters_and_digits(text: str) -> str:
    """Return the letters and digits of a text in lower case: equal for texts that differ only in markup and spacing."""
    return re.sub(r"[\W_]+", "", text.lower())


def resolve_value(
    stated: Sequence[StatedValue], read: Callable[[str], str | None]
) -> tuple[str | None, Finding | None]:
    """Return the most trusted of the stated values that `read` accepts, and its finding.

    Equal values of other families of steps (JSON-LD, meta tags, the address, the page) raise its confidence, different
    values lower it.
    """
    read_values = {written: read(written) for written in {item.value for item in stated}}
    values = [(value, item) for item in stated if (value := read_values[item.value])]
    if not values:
        return None, None
    if len(values) == 1:
        value, item = values[0]
        return value, Finding(item.step, round(item.confidence, 3))
    chosen, best = max(values, key=lambda pair: pair[1].confidence)
    others = [(_same(value, chosen), item) for value, item in values if item.step != best.step]
    return chosen, combine_findings(
        best, [item for same, item in others if same], [item for same, item in others if not same]
    )


def combine_findings(best: StatedValue, agreeing: Sequence[StatedValue], disagreeing: Sequence[StatedValue]) -> Finding:
    """Return the finding of the best value, given the steps that agree and disagree.

    The doubts (1 - confidence) of independent steps that agree are multiplied: 0.95 and 0.7 give 1 - 0.05 * 0.3. Steps
    of one family are not independent, so each family counts once. A trusted step that disagrees costs a fifth.
    """
    doubts = {step_family(best.step): 1 - best.confidence}
    for item in agreeing:
        name = step_family(item.step)
        if name not in doubts or (name != step_family(best.step) and doubts[name] > 1 - item.confidence):
            doubts[name] = 1 - item.confidence
    confidence = 1 - prod(doubts.values())
    if any(item.confidence >= _TRUSTED for item in disagreeing):
        confidence *= 0.8
    others = tuple(dict.fromkeys(item.step for item in disagreeing))
    return Finding(best.step, round(confidence, 3), tuple(dict.fromkeys(item.step for item in agreeing)), others)


def step_family(step: str) -> str:
    """Return the family of a step: the part before the colon, or 'page' for every step that reads the body."""
    return "page" if (name := step.partition(":")[0]) not in _FAMILIES else name


def _same(one: str, other: str) -> bool:
    """Whether values are equal but for markup, or one begins the other: '2019' and '2019-04-15', a cut title."""
    if one == other:
        return True
    one, other = letters_and_digits(one), letters_and_digits(other)
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and (len(short) >= _LEAST_TO_COMPARE or short.isdigit())


def identifiers_in_address(url: str) -> dict[str, StatedValue]:
    """Return the identifiers of an article in an address, by field name: 'doi', 'pmid', 'pmcid'."""
    address = unquote(url[:2000])
    found = {}
    for name, pattern, confidence in (
        ("doi", _DOI_IN_PATH, 0.7),
        ("pmid", _PMID_ADDRESS, 0.9),
        ("pmcid", _PMCID_ADDRESS, 0.9),
    ):
        if match := pattern.search(address):
            value = _PATH_ENDS.sub("", match[1]) if name == "doi" else match[1]
            found[name] = StatedValue("url", value, confidence)
    return found


def resolve_identifiers(fields: Fields, url: str, text: str) -> dict[str, tuple[str | None, Finding | None]]:
    """Resolve DOI, PMID and PMCID from the head and the address; if these have none, from the text of the page."""
    for name, value in identifiers_in_address(url).items():
        fields.setdefault(name, []).append(value)
    readers = {"doi": read_doi, "pmid": _read_pmid, "pmcid": normalize.normalize_pmcid}
    resolved = {name: resolve_value(fields.get(name, ()), read) for name, read in readers.items()}
    if any(value for value, _ in resolved.values()):
        return resolved
    if "10." in text:
        shown = {
            doi for written in _DOI.findall(text[:2_000_000]) if (doi := normalize.normalize_doi(written.rstrip("&")))
        }
        if len(shown) == 1:
            resolved["doi"] = resolve_value([StatedValue("text:doi", shown.pop(), 0.6)], read_doi)
    if "PMID" in text and len(shown := set(_PMID_SHOWN.findall(text))) == 1:
        resolved["pmid"] = resolve_value([StatedValue("text:pmid", shown.pop(), 0.6)], _read_pmid)
    return resolved


def read_doi(value: str) -> str | None:
    """Return the DOI in a value, which may be an address or have a label; None if there is none."""
    match = _DOI.search(unquote(value) if "doi.org" in value.lower() else value)
    return normalize.normalize_doi(match[0]) if match else None


def _read_pmid(value: str) -> str | None:
    number = normalize.normalize_pmid(value)
    return str(number) if number is not None else None


def resolve_descriptions(fields: Fields, page: PageSurvey) -> dict[str, tuple[str | None, Finding | None]]:
    """Resolve title, date, language, journal, ISSN, volume, issue and pages, by field name."""
    fields["title"] = [*fields.get("title", ()), *_shown_titles(page)]
    fields.setdefault("language", []).extend([StatedValue("page:lang", page.language, 0.5)] if page.language else [])
    readers: dict[str, Callable[[str], str | None]] = {
        "title": read_title, "date": normalize_date, "language": normalize_language, "journal": read_line,
        "issn": read_line, "volume": read_line, "issue": read_line, "first_page": read_line, "last_page": read_line,
    }  # fmt: skip
    return {name: resolve_value(fields.get(name, ()), read) for name, read in readers.items()}


def read_line(value: str) -> str | None:
    """Return a value on one line, at most 500 characters; None if it is empty."""
    return normalize.clean_text(value)[:500] or None


def read_title(value: str) -> str | None:
    """Return a title without markup; None if it is empty or too long for a title."""
    marked_up = "<" in value or "&" in value
    text = " ".join(block.text for block in read_markup_blocks(value)) if marked_up else normalize.clean_text(value)
    return text if 1 < len(text) <= 1_000 else None


def _shown_titles(page: PageSurvey) -> list[StatedValue]:
    """Return the first h1 with several words, preferring one that the page's title repeats, and the page's title."""
    window = page.title or ""
    headings = [text for heading in page.main_headings[:5] if " " in (text := element_text(heading))]
    repeated = [text for text in headings if letters_and_digits(text)[:60] in letters_and_digits(window)]
    shown = [StatedValue("page:h1", text, 0.75) for text in (repeated or headings)[:1]]
    if window and " " in window:
        shown.append(StatedValue("page:title", _TITLE_SUFFIX.sub("", window), 0.4))
    return shown


def read_authors(fields: Fields) -> tuple[str, ...]:
    """Return the authors in order, 'Family, Given', as the most trusted step lists them."""
    stated = fields.get("authors", [])
    if not stated:
        return ()
    best = max(stated, key=lambda item: item.confidence).step
    names = [name for item in stated if item.step == best for name in item.value.split(";")]
    return tuple(dict.fromkeys(_family_first(text) for name in names[:1000] if (text := read_line(name))))


def _family_first(name: str) -> str:
    """'Jane Q. Doe' -> 'Doe, Jane Q.'; a name with a comma is returned as it is."""
    if "," in name or " " not in name:
        return name
    given, _, surname = name.rpartition(" ")
    if surname.isupper() and len(surname) <= 3:  # 'Doe JQ'
        return f"{given}, {surname}"
    return f"{surname}, {given}"
