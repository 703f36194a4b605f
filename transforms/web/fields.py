"""Values that several steps give -> one value each, with the steps that agree and those that do not."""

import re
from collections.abc import Callable, Sequence
from math import prod
from urllib.parse import unquote

from transforms.text import normalize
from transforms.web.dates import iso_date
from transforms.web.language import language_code
from transforms.web.metadata import Fields, Found
from transforms.web.result import Finding
from transforms.web.tree import Survey, fragment_blocks, text_of

_DOI = re.compile(r"10\.\d{4,9}/[^\s\"'<>?#]+")
_DOI_IN_PATH = re.compile(r"/(10\.\d{4,9}/[^\s\"'<>?#&]+)")
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
_SITE_SAYS = 0.6
_LEAST_TO_COMPARE = 20


def squeezed(text: str) -> str:
    """A text by its letters and digits alone, in lower case: what texts that differ in markup only have in common."""
    return re.sub(r"[\W_]+", "", text.lower())


def resolve(found: Sequence[Found], read: Callable[[str], str | None]) -> tuple[str | None, Finding | None]:
    """The most trusted of the values that can be read, and how it was found.

    Equal values of other families of steps (JSON-LD, meta tags, the address, the page) raise its confidence, others
    lower it.
    """
    known = {written: read(written) for written in {item.value for item in found}}
    values = [(value, item) for item in found if (value := known[item.value])]
    if not values:
        return None, None
    if len(values) == 1:
        value, item = values[0]
        return value, Finding(item.step, round(item.confidence, 3))
    chosen, best = max(values, key=lambda pair: pair[1].confidence)
    others = [(_same(value, chosen), item) for value, item in values if item.step != best.step]
    return chosen, judged(best, [item for same, item in others if same], [item for same, item in others if not same])


def judged(best: Found, agreeing: Sequence[Found], disagreeing: Sequence[Found]) -> Finding:
    """How a value was found: the doubts of independent steps that agree multiply, a trusted other costs a fifth."""
    doubts = {family(best.step): 1 - best.confidence}
    for item in agreeing:
        name = family(item.step)
        if name not in doubts or (name != family(best.step) and doubts[name] > 1 - item.confidence):
            doubts[name] = 1 - item.confidence
    sure = 1 - prod(doubts.values())
    if any(item.confidence >= _SITE_SAYS for item in disagreeing):
        sure *= 0.8
    others = tuple(dict.fromkeys(item.step for item in disagreeing))
    return Finding(best.step, round(sure, 3), tuple(dict.fromkeys(item.step for item in agreeing)), others)


def family(step: str) -> str:
    """The family of a step: what stands before the colon, all that reads the page's body as one."""
    return "page" if (name := step.partition(":")[0]) not in _FAMILIES else name


def _same(one: str, other: str) -> bool:
    """Equal, but for markup, or one cut short: '2019' and '2019-04-15', a title and the title with the site's name."""
    if one == other:
        return True
    one, other = squeezed(one), squeezed(other)
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    return long.startswith(short) and (len(short) >= _LEAST_TO_COMPARE or short.isdigit())


def identifiers(fields: Fields, url: str, text: str) -> dict[str, tuple[str | None, Finding | None]]:
    """DOI, PMID and PMCID from the head, the address and, where they give none, the page's text."""
    address = unquote(url[:2000])
    for name, pattern, confidence in (
        ("doi", _DOI_IN_PATH, 0.7),
        ("pmid", _PMID_ADDRESS, 0.9),
        ("pmcid", _PMCID_ADDRESS, 0.9),
    ):
        if found := pattern.search(address):
            value = _PATH_ENDS.sub("", found[1]) if name == "doi" else found[1]
            fields.setdefault(name, []).append(Found("url", value, confidence))
    readers = {"doi": read_doi, "pmid": _read_pmid, "pmcid": normalize.normalize_pmcid}
    resolved = {name: resolve(fields.get(name, ()), read) for name, read in readers.items()}
    if any(value for value, _ in resolved.values()):
        return resolved
    if "10." in text:
        shown = {
            doi
            for written in _DOI.findall(text[:2_000_000])
            if (doi := normalize.normalize_doi(written.rstrip(")]},.;&")))
        }
        if len(shown) == 1:
            resolved["doi"] = resolve([Found("text:doi", shown.pop(), 0.6)], read_doi)
    if "PMID" in text and len(shown := set(_PMID_SHOWN.findall(text))) == 1:
        resolved["pmid"] = resolve([Found("text:pmid", shown.pop(), 0.6)], _read_pmid)
    return resolved


def read_doi(value: str) -> str | None:
    """The DOI in a value that may be an address or labelled; None where there is none."""
    found = _DOI.search(unquote(value) if "doi.org" in value.lower() else value)
    return normalize.normalize_doi(found[0].rstrip(")]}")) if found else None


def _read_pmid(value: str) -> str | None:
    number = normalize.normalize_pmid(value)
    return str(number) if number is not None else None


def descriptions(fields: Fields, page: Survey) -> dict[str, tuple[str | None, Finding | None]]:
    """Title, date, journal, language and the place in the journal, by name."""
    fields["title"] = [*fields.get("title", ()), *_shown_titles(page)]
    fields.setdefault("language", []).extend([Found("page:lang", page.language, 0.5)] if page.language else [])
    readers: dict[str, Callable[[str], str | None]] = {
        "title": read_title, "date": iso_date, "language": language_code, "journal": read_line, "issn": read_line,
        "volume": read_line, "issue": read_line, "first_page": read_line, "last_page": read_line,
    }  # fmt: skip
    return {name: resolve(fields.get(name, ()), read) for name, read in readers.items()}


def read_line(value: str) -> str | None:
    """A value on one line, at most 500 characters."""
    return normalize.clean_text(value)[:500] or None


def read_title(value: str) -> str | None:
    """A title without markup; None for one that is empty or no title by its length."""
    marked_up = "<" in value or "&" in value
    text = " ".join(block.text for block in fragment_blocks(value)) if marked_up else normalize.clean_text(value)
    return text if 1 < len(text) <= 1_000 else None


def _shown_titles(page: Survey) -> list[Found]:
    """The first heading of rank 1 with words in it, rather one the window's title repeats; and that title."""
    window = page.title or ""
    headings = [text for heading in page.main_headings[:5] if " " in (text := text_of(heading))]
    repeated = [text for text in headings if squeezed(text)[:60] in squeezed(window)]
    shown = [Found("page:h1", text, 0.75) for text in (repeated or headings)[:1]]
    if window and " " in window:
        shown.append(Found("page:title", _TITLE_SUFFIX.sub("", window), 0.4))
    return shown


def authors(fields: Fields) -> tuple[str, ...]:
    """The authors in order, 'Family, Given', as the most trusted step lists them."""
    found = fields.get("authors", [])
    if not found:
        return ()
    best = max(found, key=lambda item: item.confidence).step
    names = [name for item in found if item.step == best for name in item.value.split(";")]
    return tuple(dict.fromkeys(_family_first(text) for name in names[:1000] if (text := read_line(name))))


def _family_first(name: str) -> str:
    """'Jane Q. Doe' -> 'Doe, Jane Q.'; what has a comma is that way already."""
    if "," in name or " " not in name:
        return name
    given, _, surname = name.rpartition(" ")
    if surname.isupper() and len(surname) <= 3:  # 'Doe JQ'
        return f"{given}, {surname}"
    return f"{surname}, {given}"
