"""Extracts an article's abstract, title, identifiers, date, journal and language from a web page.

    bytes -> text (decode) -> tree and survey of its elements (tree) -> a cascade of steps:

    step         finds the abstract (and other values) in                        module
    json_ld      schema.org's ScholarlyArticle and similar objects               metadata
    meta         citation_*, dc.*, dcterms.* and other meta tags                 metadata
    container    the elements in which publishers put the abstract               containers
    heading      the text below a heading such as Abstract or Summary            containers
    anchor       the paragraph that begins like a text of the page's head        choose
    trafilatura  the text of this general extractor, trimmed to the abstract     fallback, boilerplate

The texts of the steps are compared: agreement raises the confidence, disagreement is recorded (choose). A page without
an article is rejected with a reason (walls; all reasons are listed in result). Neither lxml nor trafilatura can be
interrupted, so `flows.prepare.extraction_worker` runs `extract` in a process of its own under a time limit.
"""

import json
from collections.abc import Sequence
from typing import Literal

from lxml import etree

from transforms.web import fallback as web_fallback
from transforms.web import walls as web_walls
from transforms.web.article_signs import shows_article
from transforms.web.boilerplate import ABSTRACT_HEADINGS
from transforms.web.choose import Choice, choose_abstract
from transforms.web.containers import CONTAINER_HINT, PageAbstracts, find_abstract
from transforms.web.decode import decode_page
from transforms.web.fields import read_authors, read_doi, resolve_descriptions, resolve_identifiers
from transforms.web.language import detect_language
from transforms.web.metadata import KNOWN_METAS, Fields, StatedValue, collect_metadata
from transforms.web.plain_text import is_plain_text, split_paragraphs
from transforms.web.result import Extraction, Finding, Rejection
from transforms.web.tree import Block, PageSurvey, parse_page, survey_page

__all__ = ["Extraction", "Finding", "Mode", "Rejection", "extract"]

Mode = Literal["abstract", "article"]
_LONGEST_NOTICE = 500  # code points of full text; the notice of a wall may be as long
_Value = tuple[str | None, Finding | None]


def extract(html: bytes, url: str, mode: Mode = "abstract") -> Extraction | Rejection:
    """Return the article on a page, HTML or plain text, or a `Rejection` if there is none.

    mode 'abstract': `text` is the abstract, None if the article has none. mode 'article': `text` is trafilatura's full
    text, and `abstract` is found without trafilatura.
    """
    decoded = decode_page(html)
    if isinstance(decoded, Rejection):
        return decoded
    if is_plain_text(decoded.text):
        return _from_plain_text(decoded.text, url, mode)
    parsed = parse_page(decoded.utf8)
    if isinstance(parsed, Rejection):
        return parsed
    page = survey_page(parsed.root, KNOWN_METAS, ABSTRACT_HEADINGS, CONTAINER_HINT)
    fields = collect_metadata(page)
    if mode == "article":
        return _full_text(decoded.text, page, fields, url)
    return _abstract(decoded.text, page, fields, url, complete=parsed.complete)


def _abstract(text: str, page: PageSurvey, fields: Fields, url: str, *, complete: bool) -> Extraction | Rejection:
    scholarly = _is_scholarly(fields)
    shown, choice = _by_rules(page, fields, url, scholarly=scholarly)
    if not scholarly and (wall := _wall(page, shown, choice, url)):
        return wall
    lines = [] if scholarly else web_fallback.visible_blocks(page)
    if (choice or shown) and not scholarly and not shows_article(choice, fields, lines, url):
        return _no_article(lines, choice)
    if choice is None and not complete:
        return Rejection("too_deep", "elements are nested deeper than 2,048: what stands behind them cannot be read")
    if choice is None and shown is None:
        fallback = web_fallback.extract_with_trafilatura(page, scholarly=scholarly)
        if isinstance(fallback, Rejection):
            return fallback
        choice = fallback
        if not scholarly and not shows_article(choice, fields, lines, url):
            return _no_article(lines, choice)
    return _extraction(text, page, fields, url, choice)


def _no_article(lines: Sequence[Block], choice: Choice | None) -> Rejection:
    """Return why a page without any sign of an article is rejected: a wall, or a text that may be anything."""
    text_found = f" beside a text found by {choice.finding.step}" if choice else ""
    return web_walls.detect_wall_by_text(lines) or Rejection(
        "no_article", f"the page has no sign of an article (identifier, keywords, labels){text_found}"
    )


def _wall(page: PageSurvey, shown: PageAbstracts | None, choice: Choice | None, url: str) -> Rejection | None:
    """Return why a page without article metadata is a wall, judging by its head, address and number of abstracts."""
    abstracts = [abstract.text for abstract in shown.abstracts] if shown else []
    wall = web_walls.detect_record_list(page) or web_walls.detect_result_list(page, abstracts, url)
    return wall or (web_walls.detect_wall_by_title(page) if choice is None else None)


def _by_rules(
    page: PageSurvey, fields: Fields, url: str, *, scholarly: bool
) -> tuple[PageAbstracts | None, Choice | None]:
    """Return the abstracts in the page's body, and the choice among the results of all steps but trafilatura."""
    shown = find_abstract(page, url, scholarly=scholarly)
    return shown, choose_abstract(fields, shown, page if scholarly else None)


def _is_scholarly(fields: Fields) -> bool:
    """Whether the page's metadata are an article's: tags that only such pages have, or a DOI."""
    if "scholarly" in fields:
        return True
    steps = [value.step for value in fields.get("title", ())]
    if any(step.startswith(("meta:citation_", "meta:prism", "meta:eprints", "meta:bepress")) for step in steps):
        return True
    return any(read_doi(value.value) for value in fields.get("doi", ()))


def _full_text(text: str, page: PageSurvey, fields: Fields, url: str) -> Extraction | Rejection:
    """Extract the full text with trafilatura; a page is a wall only if it shows little besides the notice."""
    full_text = web_fallback.extract_full_text(text)
    if not _is_scholarly(fields):
        lines = web_fallback.visible_blocks(page)
        wall = (
            web_walls.detect_record_list(page)
            or web_walls.detect_wall_by_title(page)
            or (web_walls.detect_wall_by_text(lines) if len(full_text or "") < _LONGEST_NOTICE else None)
        )
        if wall and web_walls.shows_little(lines):
            return wall
        if not full_text:
            return web_fallback.explain_rejection(lines, None) or Rejection("no_article", "no text was found")
    scholarly = _is_scholarly(fields)
    _, choice = _by_rules(page, fields, url, scholarly=scholarly)
    if not scholarly and not shows_article(choice, fields, web_fallback.visible_blocks(page), url):
        choice = None
    return _extraction(text, page, fields, url, choice, full_text=full_text or "")


def _from_plain_text(text: str, url: str, mode: Mode) -> Extraction | Rejection:
    """Extract from plain text, which has headings and prose but no markup."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        lines = split_paragraphs(text)
    else:
        return Rejection("not_html", "the payload is JSON")
    passage = web_fallback.extract_from_paragraphs(lines)
    if isinstance(passage, Rejection):
        return passage
    choice, title = passage
    fields: Fields = {"title": [StatedValue("text:title", title, 0.5)]} if title else {}
    full_text = "\n".join(line.text for line in lines) if mode == "article" else None
    return _extraction(text, PageSurvey(etree.Element("html")), fields, url, choice, full_text=full_text)


def _extraction(
    text: str, page: PageSurvey, fields: Fields, url: str, choice: Choice | None, *, full_text: str | None = None
) -> Extraction:
    """Resolve every value to one, with its finding."""
    values: dict[str, _Value] = resolve_descriptions(fields, page) | resolve_identifiers(fields, url, text)
    if choice is not None:
        values["abstract"] = choice.abstract.text, choice.finding
        values["language"] = _language(choice.abstract.text, values["language"])
    known = {name: value for name, (value, _) in values.items()}
    first, last = known.pop("first_page"), known.pop("last_page")
    abstract, pmid = known.pop("abstract", None), known.pop("pmid")
    return Extraction(
        url=url,
        abstract=abstract,
        text=abstract if full_text is None else full_text,
        pmid=int(pmid) if pmid else None,
        authors=read_authors(fields),
        pages=f"{first}-{last}" if first and last and first != last else first,
        marks=choice.abstract.marks() if choice else (),
        truncated=bool(choice and choice.truncated),
        findings={name: finding for name, (_, finding) in values.items() if finding is not None},
        **known,
    )


def _language(abstract: str, stated: _Value) -> _Value:
    """Combine the language the page states with the language of the abstract's words, which wins if they differ."""
    detected = detect_language(abstract)
    code, finding = stated
    if detected is None:
        return stated
    if finding is None:
        return detected, Finding("text:words", 0.8)
    if detected == code:
        confidence = round(1 - (1 - finding.confidence) * 0.2, 3)
        return code, Finding(finding.step, confidence, (*finding.agreeing, "text:words"), finding.disagreeing)
    return detected, Finding("text:words", 0.64, (), (finding.step, *finding.agreeing))
