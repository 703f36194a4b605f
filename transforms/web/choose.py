"""Which of the texts that several steps give is the abstract, and how sure that is."""

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from transforms.web.abstracts import LONGEST_ABSTRACT, Version, stated_text, versions
from transforms.web.boilerplate import begins_with_label, is_boilerplate, is_prose
from transforms.web.containers import Shown
from transforms.web.fields import family, judged, squeezed
from transforms.web.language import language_code, written_in
from transforms.web.metadata import ABSTRACT, DESCRIPTION, Fields, Found
from transforms.web.result import Finding
from transforms.web.tree import FORMATTED, Element, Survey, blocks, fragment_blocks, is_longer

_WORD = re.compile(r"\w+")
_CUT = re.compile(r"\s*(?:\.{3,}|…|\[(?:\.\.\.|…|truncated)\])\s*$")
_SAME = 0.85
_PART = 0.95
_LEAST_BEGINNING = 50
_LEAST_WORDS = 15
_LEAST_UNSEEN = 100
_LEAST_DESCRIPTION = 250
_TRUSTED = 0.5
_MOST_TEXTS = 12


class Candidate:
    """A text that may be the abstract; what comparing needs of it is made when it is needed."""

    def __init__(self, found: Found, version: Version | None = None) -> None:
        self.found = found
        self._version = version

    @cached_property
    def version(self) -> Version | None:
        """The text as an abstract; None for a few words, or what reads as the site's."""
        if self._version is None:
            self._version = stated_text(fragment_blocks(self.found.value))
        return self._version

    @cached_property
    def text(self) -> str:
        """The abstract, '' where it is none."""
        return self.version.text if self.version else ""

    @cached_property
    def compact(self) -> str:
        """The text as it was given, without white space, and without the ellipsis it ends in."""
        given = self._version.text if self._version else self.found.value
        if "&" in given:
            given = html.unescape(given)
        if "<" in given and self._version is None:
            given = FORMATTED.sub("", given)
        return "".join(given.split()).rstrip(".…")

    @cached_property
    def squeezed(self) -> str:
        """What it is compared by where markup and labels may differ."""
        return squeezed(self.text)

    @cached_property
    def cut(self) -> bool:
        """Whether it ends in an ellipsis or the like."""
        return bool(_CUT.search(self.text[-20:]))


class Choice(NamedTuple):
    """The abstract, how it was found, and whether it is only its beginning."""

    version: Version
    finding: Finding
    truncated: bool


def choose(fields: Fields, shown: Shown | None, page: Survey | None) -> Choice | None:
    """The abstract by the steps before the general fallback; None where they find none.

    What the page shows is taken where the head agrees or merely describes; where the head names an abstract and the
    page shows another text, the head's is, unless it is cut off. A description is taken where the page shows the
    same text, or a trusted tag gives it in full and the page has no empty place for an abstract; nor are descriptions
    looked at where `page` is None, as is right for pages that name no article: news have them too.
    """
    stated = _candidates(fields.get(ABSTRACT, ()))
    described = _candidates(fields.get(DESCRIPTION, ()))
    on_page = _on_page(shown, stated)
    if shown is None and page is not None:
        on_page = next((found for item in [*stated, *described] if (found := _anchored(item, page))), None)
    chosen = _chosen(on_page, stated, described, page)
    if chosen is None and shown is None and page is not None:
        chosen = next((item for item in described if _stands_alone(item)), None) or next(iter(stated), None)
    if chosen is None or chosen.version is None:
        return None
    agreeing = [item.found for item in stated if item is not chosen and _agree(item, chosen)]
    agreeing += [item.found for item in described if item is not chosen and _begin_alike(item, chosen)]
    differing = [item.found for item in stated if item is not chosen and not _agree(item, chosen) and item.text]
    if on_page is not None and on_page is not chosen:
        (agreeing if _agree(on_page, chosen) else differing).append(on_page.found)
    return Choice(chosen.version, judged(chosen.found, agreeing, differing), chosen.cut)


def _chosen(
    on_page: Candidate | None, stated: list[Candidate], described: list[Candidate], page: Survey | None
) -> Candidate | None:
    """By the rule of `choose`, descriptions alone apart."""
    stated = [item for item in stated if on_page is not None or _long_enough(item, page)]
    if on_page is None:
        return next((item for item in stated if not item.cut), None)
    for item in [*stated, *described]:
        longer = len(item.compact) > len(on_page.compact) and item.compact.startswith(on_page.compact)
        if longer and not item.cut and (item in stated or on_page.cut):
            whole, shown = ("".join(one.text.split()).rstrip(".…") for one in (item, on_page))
            if len(whole) > len(shown) and whole.startswith(shown):
                return item  # the page shows only the beginning
    if on_page.cut or (stated and not any(_agree(item, on_page) for item in stated)):
        usable = (item for item in stated if item.text and not item.cut and _one_language(item, on_page))
        return next(usable, on_page)
    return on_page


def _long_enough(item: Candidate, page: Survey | None) -> bool:
    """Whether a text of the head that the page does not repeat may be an abstract; news tag their teasers as such."""
    return len(item.text) >= (_LEAST_UNSEEN if page is not None else _LEAST_DESCRIPTION)


def _candidates(found: Sequence[Found]) -> list[Candidate]:
    """Texts of the head, each once a family of steps, English ones first."""
    made: dict[tuple[str, str], Candidate] = {}
    for item in found[:_MOST_TEXTS]:
        if len(item.value) >= _LEAST_BEGINNING:
            made.setdefault((family(item.step), item.value), Candidate(item))
    return sorted(made.values(), key=lambda item: language_code(item.found.language) not in {"en", None})


def _on_page(shown: Shown | None, stated: Iterable[Candidate]) -> Candidate | None:
    """Of the versions the page shows: the one the head states, else the English one, else the first."""
    if shown is None or not shown.versions:
        return None
    candidates = [Candidate(Found(shown.step, "", shown.confidence), version) for version in shown.versions]
    if len(candidates) > 1:
        for item in stated:
            for candidate in candidates:
                if _agree(item, candidate):
                    return candidate
        for candidate in candidates:
            stated_language = candidate.version.language if candidate.version else None
            if (language_code(stated_language) or written_in(candidate.text)) == "en":
                return candidate
    return candidates[0]


def _agree(one: Candidate, other: Candidate) -> bool:
    """Whether two texts are the same but for labels, markup and a few words, or one is the beginning of the other."""
    if _begins(one.compact, other.compact):
        return True
    if not one.text or not other.text or len(one.text) > 20 * len(other.text) or len(other.text) > 20 * len(one.text):
        return False
    if _begins(one.squeezed, other.squeezed):
        return True
    few, many = (Counter(_WORD.findall(item.text.lower())) for item in (one, other))
    common = (few & many).total()
    least, most = sorted((few.total(), many.total()))
    return 2 * common >= _SAME * (least + most) or (least >= _LEAST_WORDS and common >= _PART * least)


def _begin_alike(one: Candidate, other: Candidate) -> bool:
    """Whether a description is the beginning of a text, or the same: all that is asked of it."""
    if _begins(one.compact, other.compact):
        return True
    short, long = (squeezed(item.compact[: 4 * _LEAST_BEGINNING]) for item in (one, other))
    return short[:_LEAST_BEGINNING] == long[:_LEAST_BEGINNING] and _agree(one, other)


def _begins(one: str, other: str) -> bool:
    """Whether two texts are equal, or one is the beginning of the other."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= _LEAST_BEGINNING and long.startswith(short))


def _one_language(one: Candidate, other: Candidate) -> bool:
    first, second = written_in(one.text), written_in(other.text)
    return first == second or first is None or second is None or first == "en"


def _stands_alone(item: Candidate) -> bool:
    """Whether a description can be the abstract by itself: in full, of some length, by a tag that is trusted."""
    if item.found.confidence < _TRUSTED or item.version is None:
        return False
    return item.version.is_abstract and item.version.length >= _LEAST_DESCRIPTION and not item.cut


def _anchored(item: Candidate, page: Survey) -> Candidate | None:
    """The paragraph of the page that begins as a text of the head does: the whole of what that may have cut off."""
    beginning = item.squeezed[:_LEAST_BEGINNING]
    if len(beginning) < _LEAST_BEGINNING:
        return None
    for element in page.root.iter("p", "div", "section", "td", "dd", "blockquote", "span"):
        if element.text and squeezed(element.text[: 3 * _LEAST_BEGINNING]).startswith(beginning[:_LEAST_WORDS]):
            if is_longer(element, 2 * LONGEST_ABSTRACT):
                continue
            found = versions(blocks(element))
            goes_on = element.tag == "p" and _is_followed_by_prose(element)
            if found and not goes_on and squeezed(found[0].text).startswith(beginning) and is_prose(found[0].text):
                return Candidate(Found("anchor:" + item.found.step.partition(":")[2], "", 0.6), found[0])
    return None


def _is_followed_by_prose(element: Element) -> bool:
    """Whether the next element is a further paragraph without a label: then this one begins a full text."""
    following = element.getnext()
    if following is None or following.tag != "p":
        return False
    lines = blocks(following)
    return bool(lines) and is_prose(lines[0].text) and not begins_with_label(lines[0]) and not is_boilerplate(lines[0])
