"""Pages without an article, and why: bot walls, log-in walls, error pages with status 200, lists, empty shells."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from transforms.rules import load_rules
from transforms.web.boilerplate import is_boilerplate, is_prose
from transforms.web.result import Rejection
from transforms.web.tree import Block, Survey, text_of


class Wall(NamedTuple):
    """How one kind of wall is known: by its title; by its text, if it shows little."""

    reason: str
    title: re.Pattern[str]
    text: re.Pattern[str]


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


WALLS = tuple(Wall(item["reason"], _any(item["title"]), _any(item["text"])) for item in load_rules("web_walls")["wall"])
_UID_LISTS = frozenset(("log_displayeduids", "ncbi_uidlist"))
_QUERIES = frozenset(
    ("term", "q", "query", "search", "searchterm", "alltext", "text1", "qs", "searchtext", "keywords", "allfield")
)
_SEARCH_PATHS = re.compile(r"/(?:action/doSearch|search(?:-?results?|/advanced)?|toc|loi)(?:/|$|\.)", re.IGNORECASE)
_LITTLE = 3_000
_NEXT_TO_NOTHING = 150
_LONGEST_TITLE = 200
_FEW_RESULTS = 3
_MANY_RESULTS = 6


def by_uids(page: Survey) -> Rejection | None:
    """A list of results by the identifiers of several records, which PubMed's pages carry in their head."""
    uids = next((content for name, content, _ in page.metas if name in _UID_LISTS), "")
    if uids.count(",") >= _FEW_RESULTS - 1:
        return Rejection("search_results", f"the page lists {uids.count(',') + 1} records")
    return None


def by_title(page: Survey) -> Rejection | None:
    """A wall that its title gives away."""
    headings = [text_of(heading) for heading in page.main_headings[:1]]
    for title in (page.title or "", *headings):
        for wall in WALLS:
            found = wall.title.search(title[:_LONGEST_TITLE])
            if found:
                return Rejection(wall.reason, f"the page is titled {title[:80]!r}")
    return None


def by_list(page: Survey, abstracts: Sequence[str], url: str) -> Rejection | None:
    """A page of many articles: a good many abstracts, or some and an address or a title of a search."""
    many = len(set(abstracts))
    if many >= _MANY_RESULTS:
        return Rejection("search_results", f"the page shows {many} abstracts")
    wall = (by_title(page) or by_address(url)) if many >= _FEW_RESULTS - 1 else None
    return wall if wall and wall.reason == "search_results" else None


def by_address(url: str) -> Rejection | None:
    """The address of a search: a query, or a path that says so."""
    try:
        parts = urlsplit(url)
        queries = {key.lower() for key in parse_qs(parts.query)}
    except ValueError:
        return None
    if queries & _QUERIES or _SEARCH_PATHS.search(parts.path):
        return Rejection("search_results", "the address is that of a search or a list")
    return None


def by_text(lines: Sequence[Block]) -> Rejection | None:
    """A wall by what the page shows. A page that shows much is judged by its lines that are not prose."""
    text = "\n".join(line.text for line in lines)
    if len(text) > _LITTLE:
        text = "\n".join(line.text for line in lines[:80] if len(line.text) < _NEXT_TO_NOTHING)
        walls: Sequence[Wall] = [wall for wall in WALLS if wall.reason == "search_results"]
    else:
        walls = WALLS
    for wall in walls:
        found = wall.text.search(text)
        if found:
            return Rejection(wall.reason, f"the page says {found[0][:80]!r}")
    return None


def shows_little(lines: Sequence[Block]) -> bool:
    """Whether a page shows so little that it may be a wall."""
    return sum(len(line.text) for line in lines) <= _LITTLE


def is_empty(lines: Sequence[Block]) -> Rejection | None:
    """An empty shell: next to no text, and no sentence that is not the site's."""
    length = sum(len(line.text) for line in lines)
    if length < _NEXT_TO_NOTHING or not any(is_prose(line.text) and not is_boilerplate(line) for line in lines):
        return Rejection("empty", f"the page shows {length} characters and no sentence of an article")
    return None
