"""Chooses the abstract among the texts that several steps found, and says how sure the choice is.

*Stated* texts are called the abstract in the page's head, *descriptions* only describe the page there; *page abstracts*
were found in its body:

    head states              body shows          choice
    "One two. Three."        "One two. Three."   body, confirmed by the head
    "One two…"               "One two. Three."   body; the head has only its beginning
    "One two. Three."        "One two…"          head; the body has only its beginning
    "One two. Three."        "Other text."       head, with the body as disagreeing
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from transforms.web.abstracts import LONGEST_ABSTRACT, Abstract, find_abstracts, read_stated_abstract
from transforms.web.boilerplate import begins_with_label, is_boilerplate, is_prose
from transforms.web.containers import PageAbstracts
from transforms.web.fields import combine_findings, letters_and_digits, step_family
from transforms.web.language import detect_language, normalize_language
from transforms.web.metadata import ABSTRACT, DESCRIPTION, Fields, StatedValue
from transforms.web.result import Finding
from transforms.web.tree import MARKUP_TAG, Element, PageSurvey, is_longer_than, read_blocks, read_markup_blocks

_WORD = re.compile(r"\w+")
_ELLIPSIS_END = re.compile(r"\s*(?:\.{3,}|…|\[(?:\.\.\.|…|truncated)\])\s*$")
_SAME = 0.85  # share of words that two texts have in common
_PART = 0.95  # share of the words of a text that are in a longer one
_LEAST_BEGINNING = 50  # characters that must be equal for one text to be the beginning of another
_LEAST_WORDS = 15
_LEAST_STATED_ALONE = 100  # characters of a text that the body does not repeat
_LEAST_DESCRIPTION = 250
_TRUSTED = 0.5  # confidence
_MOST_TEXTS = 12


class Candidate:
    """A text that may be the abstract; the forms in which it is compared are computed when they are needed."""

    def __init__(self, stated: StatedValue, abstract: Abstract | None = None) -> None:
        self.stated = stated
        self._abstract = abstract

    @cached_property
    def abstract(self) -> Abstract | None:
        """The text as an abstract; None for a few words or boilerplate."""
        if self._abstract is None:
            self._abstract = read_stated_abstract(read_markup_blocks(self.stated.value))
        return self._abstract

    @cached_property
    def text(self) -> str:
        """The text of the abstract, '' if it is none."""
        return self.abstract.text if self.abstract else ""

    @cached_property
    def compact(self) -> str:
        """The original text without white space, markup and final ellipsis."""
        given = self._abstract.text if self._abstract else self.stated.value
        if "&" in given:
            given = html.unescape(given)
        if "<" in given and self._abstract is None:
            given = MARKUP_TAG.sub("", given)
        return "".join(given.split()).rstrip(".…")

    @cached_property
    def comparable(self) -> str:
        """The letters and digits of the text, for comparing texts whose markup and punctuation differ."""
        return letters_and_digits(self.text)

    @cached_property
    def is_cut(self) -> bool:
        """Whether the text ends in an ellipsis or a similar sign."""
        return bool(_ELLIPSIS_END.search(self.text[-20:]))


class Choice(NamedTuple):
    """The chosen abstract, its origin, and whether it is only the beginning of the abstract."""

    abstract: Abstract
    finding: Finding
    truncated: bool


def choose_abstract(fields: Fields, shown: PageAbstracts | None, page: PageSurvey | None) -> Choice | None:
    """Choose the abstract among the results of all steps but trafilatura; None if there is none.

    A page abstract is chosen if the head agrees or only describes. If the head states another abstract, the stated one
    is chosen unless it is cut off. A description is chosen if the body shows the same text, or if a trusted tag gives
    it in full and the body has no empty container for an abstract. Pass `page` only for pages whose metadata are an
    article's: without it descriptions are not chosen by themselves, because news have them too.
    """
    stated = _candidates(fields.get(ABSTRACT, ()))
    described = _candidates(fields.get(DESCRIPTION, ()))
    on_page = _on_page(shown, stated)
    if shown is None and page is not None:
        on_page = next((anchored for item in [*stated, *described] if (anchored := _anchored(item, page))), None)
    chosen = _chosen(on_page, stated, described, page)
    if chosen is None and shown is None and page is not None:
        chosen = next((item for item in described if _stands_alone(item)), None) or next(iter(stated), None)
    if chosen is None or chosen.abstract is None:
        return None
    agreeing = [item.stated for item in stated if item is not chosen and _agree(item, chosen)]
    agreeing += [item.stated for item in described if item is not chosen and _begin_alike(item, chosen)]
    differing = [item.stated for item in stated if item is not chosen and not _agree(item, chosen) and item.text]
    if on_page is not None and on_page is not chosen:
        (agreeing if _agree(on_page, chosen) else differing).append(on_page.stated)
    return Choice(chosen.abstract, combine_findings(chosen.stated, agreeing, differing), chosen.is_cut)


def _chosen(
    on_page: Candidate | None, stated: list[Candidate], described: list[Candidate], page: PageSurvey | None
) -> Candidate | None:
    """Apply the rules of `choose_abstract`, except for descriptions that stand alone."""
    stated = [item for item in stated if on_page is not None or _long_enough(item, page)]
    if on_page is None:
        return next((item for item in stated if not item.is_cut), None)
    for item in [*stated, *described]:
        longer = len(item.compact) > len(on_page.compact) and item.compact.startswith(on_page.compact)
        if longer and not item.is_cut and (item in stated or on_page.is_cut):
            whole, shown = ("".join(candidate.text.split()).rstrip(".…") for candidate in (item, on_page))
            if len(whole) > len(shown) and whole.startswith(shown):
                return item  # the page shows only the beginning
    if on_page.is_cut or (stated and not any(_agree(item, on_page) for item in stated)):
        usable = (item for item in stated if item.text and not item.is_cut and _one_language(item, on_page))
        return next(usable, on_page)
    return on_page


def _long_enough(item: Candidate, page: PageSurvey | None) -> bool:
    """Whether a stated text that the body does not repeat is long enough; news state their teasers as abstracts."""
    return len(item.text) >= (_LEAST_STATED_ALONE if page is not None else _LEAST_DESCRIPTION)


def _candidates(values: Sequence[StatedValue]) -> list[Candidate]:
    """Return the texts of the head, each once for a family of steps, English ones first."""
    candidates: dict[tuple[str, str], Candidate] = {}
    for value in values[:_MOST_TEXTS]:
        if len(value.value) >= _LEAST_BEGINNING:
            candidates.setdefault((step_family(value.step), value.value), Candidate(value))
    return sorted(candidates.values(), key=lambda item: normalize_language(item.stated.language) not in {"en", None})


def _on_page(shown: PageAbstracts | None, stated: Iterable[Candidate]) -> Candidate | None:
    """Return the page abstract that the head states, else the English one, else the first."""
    if shown is None or not shown.abstracts:
        return None
    candidates = [Candidate(StatedValue(shown.step, "", shown.confidence), abstract) for abstract in shown.abstracts]
    if len(candidates) > 1:
        for item in stated:
            for candidate in candidates:
                if _agree(item, candidate):
                    return candidate
        for candidate in candidates:
            stated_language = candidate.abstract.language if candidate.abstract else None
            if (normalize_language(stated_language) or detect_language(candidate.text)) == "en":
                return candidate
    return candidates[0]


def _agree(one: Candidate, other: Candidate) -> bool:
    """Whether two texts are equal except for labels, markup and a few words, or one is the beginning of the other."""
    if _begins(one.compact, other.compact):
        return True
    if not one.text or not other.text or len(one.text) > 20 * len(other.text) or len(other.text) > 20 * len(one.text):
        return False
    if _begins(one.comparable, other.comparable):
        return True
    few, many = (Counter(_WORD.findall(item.text.lower())) for item in (one, other))
    common = (few & many).total()
    least, most = sorted((few.total(), many.total()))
    return 2 * common >= _SAME * (least + most) or (least >= _LEAST_WORDS and common >= _PART * least)


def _begin_alike(one: Candidate, other: Candidate) -> bool:
    """Whether a description equals a text or is its beginning."""
    if _begins(one.compact, other.compact):
        return True
    short, long = (letters_and_digits(item.compact[: 4 * _LEAST_BEGINNING]) for item in (one, other))
    return short[:_LEAST_BEGINNING] == long[:_LEAST_BEGINNING] and _agree(one, other)


def _begins(one: str, other: str) -> bool:
    """Whether two strings are equal or one begins with the other."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= _LEAST_BEGINNING and long.startswith(short))


def _one_language(one: Candidate, other: Candidate) -> bool:
    first, second = detect_language(one.text), detect_language(other.text)
    return first == second or first is None or second is None or first == "en"


def _stands_alone(item: Candidate) -> bool:
    """Whether a description can be the abstract by itself: from a trusted tag, not cut, and long enough."""
    if item.stated.confidence < _TRUSTED or item.abstract is None:
        return False
    return item.abstract.is_abstract and item.abstract.length >= _LEAST_DESCRIPTION and not item.is_cut


def _anchored(item: Candidate, page: PageSurvey) -> Candidate | None:
    """Return the paragraph of the body that begins like a text of the head, which may be cut off."""
    beginning = item.comparable[:_LEAST_BEGINNING]
    if len(beginning) < _LEAST_BEGINNING:
        return None
    for element in page.root.iter("p", "div", "section", "td", "dd", "blockquote", "span"):
        start = letters_and_digits(element.text[: 3 * _LEAST_BEGINNING]) if element.text else ""
        if not start.startswith(beginning[:_LEAST_WORDS]) or is_longer_than(element, 2 * LONGEST_ABSTRACT):
            continue
        abstracts = find_abstracts(read_blocks(element))
        if not abstracts or (element.tag == "p" and _is_followed_by_prose(element)):
            continue
        if letters_and_digits(abstracts[0].text).startswith(beginning) and is_prose(abstracts[0].text):
            return Candidate(StatedValue("anchor:" + item.stated.step.partition(":")[2], "", 0.6), abstracts[0])
    return None


def _is_followed_by_prose(element: Element) -> bool:
    """Whether another paragraph without a label follows: then this one is the beginning of a full text."""
    following = element.getnext()
    if following is None or following.tag != "p":
        return False
    lines = read_blocks(following)
    return bool(lines) and is_prose(lines[0].text) and not begins_with_label(lines[0]) and not is_boilerplate(lines[0])
