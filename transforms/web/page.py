"""A web page of an article -> its abstract, title, identifiers, date, journal and language, and how each was found.

    bytes -> text (web_bytes) -> tree and survey (web_tree) -> a cascade of steps:

    json_ld      schema.org ScholarlyArticle and the like                            web_metadata
    meta         citation_*, dc.*, dcterms.* and other tags of the head              web_metadata
    container    places publishers put the abstract, by name, class and id           web_containers
    heading      what follows a heading that says Abstract or Summary                web_containers
    anchor       the paragraph that begins as a text of the head does                web_choice
    trafilatura  the general extractor, then trimmed to the article's prose          web_fallback, web_trim

Texts of several steps are compared: agreement raises the confidence, disagreement is recorded (web_choice). What shows
no article is rejected with a reason (web_walls; the reasons stand in web_result). Neither lxml nor trafilatura can be
interrupted: `flows.prepare.extraction_worker` runs this in a process of its own under a time limit.
"""

import json
from typing import Literal

from lxml import etree

from transforms.web import fallback as web_fallback
from transforms.web import walls as web_walls
from transforms.web.boilerplate import ABSTRACT_HEADINGS
from transforms.web.choose import Choice, choose
from transforms.web.containers import CONTAINER_HINT, Shown, find
from transforms.web.decode import decode
from transforms.web.fields import authors, descriptions, identifiers, read_doi
from transforms.web.language import written_in
from transforms.web.metadata import KNOWN_METAS, Fields, Found, collect
from transforms.web.plain_text import is_plain, paragraphs
from transforms.web.result import Extraction, Finding, Rejection
from transforms.web.tree import Survey, parse, survey

__all__ = ["Extraction", "Finding", "Mode", "Rejection", "extract"]

Mode = Literal["abstract", "article"]
_LITTLE = 500  # code points of full text: a wall's notice may be as long
_Value = tuple[str | None, Finding | None]


def extract(html: bytes, url: str, mode: Mode = "abstract") -> Extraction | Rejection:
    """The article on a page, HTML or plain text; a `Rejection` where there is none.

    mode 'abstract': `text` is the abstract, None on an article's page without one. mode 'article': `text` is
    trafilatura's full text, and `abstract` what the steps before trafilatura find.
    """
    decoded = decode(html)
    if isinstance(decoded, Rejection):
        return decoded
    if is_plain(decoded.text):
        return _from_plain_text(decoded.text, url, mode)
    parsed = parse(decoded.utf8)
    if isinstance(parsed, Rejection):
        return parsed
    page = survey(parsed.root, KNOWN_METAS, ABSTRACT_HEADINGS, CONTAINER_HINT)
    fields = collect(page)
    if mode == "article":
        return _full_text(decoded.text, page, fields, url)
    return _abstract(decoded.text, page, fields, url, complete=parsed.complete)


def _abstract(text: str, page: Survey, fields: Fields, url: str, *, complete: bool) -> Extraction | Rejection:
    scholarly = _is_scholarly(fields)
    shown, choice = _by_rules(page, fields, url, scholarly=scholarly)
    if not scholarly and (wall := _wall(page, shown, choice, url)):
        return wall
    if choice is None and not complete:
        return Rejection("too_deep", "elements are nested deeper than 2,048: what stands behind them cannot be read")
    if choice is None and shown is None:
        found = web_fallback.by_trafilatura(page, scholarly=scholarly)
        if isinstance(found, Rejection):
            return found
        choice = found
    return _extraction(text, page, fields, url, choice)


def _wall(page: Survey, shown: Shown | None, choice: Choice | None, url: str) -> Rejection | None:
    """Why a page whose head names no article shows none, as far as its head, its address and its abstracts tell."""
    abstracts = [version.text for version in shown.versions] if shown else []
    wall = web_walls.by_uids(page) or web_walls.by_list(page, abstracts, url)
    return wall or (web_walls.by_title(page) if choice is None else None)


def _by_rules(page: Survey, fields: Fields, url: str, *, scholarly: bool) -> tuple[Shown | None, Choice | None]:
    """What the page shows as its abstract, and the choice of all steps before the general fallback."""
    shown = find(page, url, scholarly=scholarly)
    return shown, choose(fields, shown, page if scholarly else None)


def _is_scholarly(fields: Fields) -> bool:
    """Whether the head says that the page is an article's: by tags that only such pages have, or by a DOI."""
    if "scholarly" in fields:
        return True
    steps = [found.step for found in fields.get("title", ())]
    if any(step.startswith(("meta:citation_", "meta:prism", "meta:eprints", "meta:bepress")) for step in steps):
        return True
    return any(read_doi(found.value) for found in fields.get("doi", ()))


def _full_text(text: str, page: Survey, fields: Fields, url: str) -> Extraction | Rejection:
    """The text trafilatura finds on a page; a wall is one where little else is shown."""
    full_text = web_fallback.full_text_of(text)
    if not _is_scholarly(fields):
        lines = web_fallback.shown_lines(page)
        wall = (
            web_walls.by_uids(page)
            or web_walls.by_title(page)
            or (web_walls.by_text(lines) if len(full_text or "") < _LITTLE else None)
        )
        if wall and web_walls.shows_little(lines):
            return wall
        if not full_text:
            return web_fallback.rejected(lines, None) or Rejection("no_article", "no text was found")
    _, choice = _by_rules(page, fields, url, scholarly=_is_scholarly(fields))
    return _extraction(text, page, fields, url, choice, full_text=full_text or "")


def _from_plain_text(text: str, url: str, mode: Mode) -> Extraction | Rejection:
    """The same from plain text, where there are headings and prose to go by, and no markup."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        lines = paragraphs(text)
    else:
        return Rejection("not_html", "the payload is JSON")
    found = web_fallback.by_paragraphs(lines)
    if isinstance(found, Rejection):
        return found
    choice, title = found
    fields: Fields = {"title": [Found("text:title", title, 0.5)]} if title else {}
    full_text = "\n".join(line.text for line in lines) if mode == "article" else None
    return _extraction(text, Survey(etree.Element("html")), fields, url, choice, full_text=full_text)


def _extraction(
    text: str, page: Survey, fields: Fields, url: str, choice: Choice | None, *, full_text: str | None = None
) -> Extraction:
    values: dict[str, _Value] = descriptions(fields, page) | identifiers(fields, url, text)
    if choice is not None:
        values["abstract"] = choice.version.text, choice.finding
        values["language"] = _language(choice.version.text, values["language"])
    known = {name: value for name, (value, _) in values.items()}
    first, last = known.pop("first_page"), known.pop("last_page")
    abstract, pmid = known.pop("abstract", None), known.pop("pmid")
    return Extraction(
        url=url,
        abstract=abstract,
        text=abstract if full_text is None else full_text,
        pmid=int(pmid) if pmid else None,
        authors=authors(fields),
        pages=f"{first}-{last}" if first and last and first != last else first,
        marks=choice.version.marks() if choice else (),
        truncated=bool(choice and choice.truncated),
        findings={name: finding for name, (_, finding) in values.items() if finding is not None},
        **known,
    )


def _language(abstract: str, stated: _Value) -> _Value:
    """The language the page states, beside that of the abstract's own words, which decide where they differ."""
    written = written_in(abstract)
    code, finding = stated
    if written is None:
        return stated
    if finding is None:
        return written, Finding("text:words", 0.8)
    if written == code:
        sure = round(1 - (1 - finding.confidence) * 0.2, 3)
        return code, Finding(finding.step, sure, (*finding.agreeing, "text:words"), finding.disagreeing)
    return written, Finding("text:words", 0.64, (), (finding.step, *finding.agreeing))
