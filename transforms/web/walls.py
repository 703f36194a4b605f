"""Detects pages without an article: bot walls, login walls, error pages with status 200, lists, empty pages.

Patterns of title and text: rules/web_walls.toml. Each function returns a `Rejection` or None.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from transforms.rules import load_rules
from transforms.web.boilerplate import is_boilerplate, is_prose
from transforms.web.result import Rejection
from transforms.web.tree import Block, PageSurvey, element_text


class Wall(NamedTuple):
    """The patterns of one kind of wall: of its title, and of its text if it shows little text."""

    reason: str
    title: re.Pattern[str]
    text: re.Pattern[str]


def _any_of(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


WALLS = tuple(
    Wall(item["reason"], _any_of(item["title"]), _any_of(item["text"])) for item in load_rules("web_walls")["wall"]
)
_UID_LISTS = frozenset(("log_displayeduids", "ncbi_uidlist"))
_QUERIES = frozenset(
    ("term", "q", "query", "search", "searchterm", "alltext", "text1", "qs", "searchtext", "keywords", "allfield")
)
_SEARCH_PATHS = re.compile(r"/(?:action/doSearch|search(?:-?results?|/advanced)?|toc|loi)(?:/|$|\.)", re.IGNORECASE)
_LITTLE_TEXT = 3_000  # code points that a wall shows at most
_HARDLY_ANY_TEXT = 150
_LONGEST_TITLE = 200
_FEW_RESULTS = 3
_MANY_RESULTS = 6


def detect_record_list(page: PageSurvey) -> Rejection | None:
    """Detect a list of several records by their identifiers, which PubMed's pages have in their head."""
    uids = next((content for name, content, _ in page.metas if name in _UID_LISTS), "")
    if uids.count(",") >= _FEW_RESULTS - 1:
        return Rejection("search_results", f"the page lists {uids.count(',') + 1} records")
    return None


def detect_wall_by_title(page: PageSurvey) -> Rejection | None:
    """Detect a wall by the title of the page or its first heading."""
    headings = [element_text(heading) for heading in page.main_headings[:1]]
    for title in (page.title or "", *headings):
        for wall in WALLS:
            if wall.title.search(title[:_LONGEST_TITLE]):
                return Rejection(wall.reason, f"the page is titled {title[:80]!r}")
    return None


def detect_result_list(page: PageSurvey, abstracts: Sequence[str], url: str) -> Rejection | None:
    """Detect a list of articles: by many abstracts, or by some and the title or address of a search."""
    count = len(set(abstracts))
    if count >= _MANY_RESULTS:
        return Rejection("search_results", f"the page shows {count} abstracts")
    wall = (detect_wall_by_title(page) or detect_search_address(url)) if count >= _FEW_RESULTS - 1 else None
    return wall if wall and wall.reason == "search_results" else None


def detect_search_address(url: str) -> Rejection | None:
    """Detect the address of a search or a list: by its query or its path."""
    try:
        parts = urlsplit(url)
        queries = {key.lower() for key in parse_qs(parts.query)}
    except ValueError:
        return None
    if queries & _QUERIES or _SEARCH_PATHS.search(parts.path):
        return Rejection("search_results", "the address is that of a search or a list")
    return None


def detect_wall_by_text(lines: Sequence[Block]) -> Rejection | None:
    """Detect a wall by its text. A page with much text can only be a list, and is judged by its short lines."""
    text = "\n".join(line.text for line in lines)
    if len(text) > _LITTLE_TEXT:
        text = "\n".join(line.text for line in lines[:80] if len(line.text) < _HARDLY_ANY_TEXT)
        walls: Sequence[Wall] = [wall for wall in WALLS if wall.reason == "search_results"]
    else:
        walls = WALLS
    for wall in walls:
        match = wall.text.search(text)
        if match:
            return Rejection(wall.reason, f"the page says {match[0][:80]!r}")
    return None


def shows_little(lines: Sequence[Block]) -> bool:
    """Whether a page shows so little text that it may be a wall."""
    return sum(len(line.text) for line in lines) <= _LITTLE_TEXT


def detect_empty_page(lines: Sequence[Block]) -> Rejection | None:
    """Detect an empty page: hardly any text, or no sentence that is not boilerplate."""
    length = sum(len(line.text) for line in lines)
    if length < _HARDLY_ANY_TEXT or not any(is_prose(line.text) and not is_boilerplate(line) for line in lines):
        return Rejection("empty", f"the page shows {length} characters and no sentence of an article")
    return None
