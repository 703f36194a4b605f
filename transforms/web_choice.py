"""Which of the texts that several steps give is the abstract, and how sure that is."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from transforms.web_containers import Shown
from transforms.web_fields import family, judged, squeezed
from transforms.web_language import language_code, written_in
from transforms.web_metadata import ABSTRACT, DESCRIPTION, Fields, Found
from transforms.web_parts import Version, stated_text, versions
from transforms.web_result import Finding
from transforms.web_tree import Survey, blocks, fragment_blocks
from transforms.web_trim import is_prose

_WORD = re.compile(r"\w+")
_CUT = re.compile(r"\s*(?:\.{3,}|…|\[(?:\.\.\.|…|truncated)\])\s*$")
_SAME = 0.85
_PART = 0.95
_LEAST_BEGINNING = 50
_LEAST_WORDS = 15
_LEAST_DESCRIPTION = 250
_TRUSTED = 0.5
_MOST_TEXTS = 12


class Candidate(NamedTuple):
    """A text that may be the abstract; `squeezed` is what it is compared by, `cut` whether it ends in an ellipsis."""

    found: Found
    version: Version
    squeezed: str
    cut: bool


class Choice(NamedTuple):
    """The abstract, how it was found, and whether it is only its beginning."""

    version: Version
    finding: Finding
    truncated: bool


def choose(fields: Fields, shown: Shown | None, page: Survey) -> Choice | None:
    """The abstract by the steps before the general fallback; None where they find none.

    What the page shows is taken where the head agrees or merely describes; where the head names an abstract and the
    page shows another text, the head's is, unless it is cut off. A description is taken where the page shows the
    same text, or a trusted tag gives it in full and the page has no empty place for an abstract.
    """
    stated = _candidates(fields.get(ABSTRACT, ()))
    described = _candidates(fields.get(DESCRIPTION, ()))
    on_page = _on_page(shown, stated)
    if shown is None:
        on_page = next((found for item in [*stated, *described] if (found := _anchored(item, page))), None)
    chosen = _chosen(on_page, stated, described)
    if chosen is None and shown is None:
        chosen = next((item for item in described if _stands_alone(item)), None) or next(iter(stated), None)
    if chosen is None:
        return None
    others = [item for item in (on_page, *stated, *described) if item is not None and item is not chosen]
    agreeing = [item.found for item in others if _agree(item, chosen)]
    differing = [
        item.found for item in [*stated, *([on_page] if on_page else [])] if item in others and not _agree(item, chosen)
    ]
    return Choice(chosen.version, judged(chosen.found, agreeing, differing), chosen.cut)


def _chosen(on_page: Candidate | None, stated: list[Candidate], described: list[Candidate]) -> Candidate | None:
    """By the rule of `choose`, descriptions alone apart."""
    if on_page is None:
        return next((item for item in stated if not item.cut), None)
    for item in [*stated, *described]:
        longer = len(item.squeezed) > len(on_page.squeezed) and item.squeezed.startswith(on_page.squeezed)
        if longer and not item.cut and (item in stated or on_page.cut):
            return item  # the page shows only the beginning
    if on_page.cut or (stated and not any(_agree(item, on_page) for item in stated)):
        return next((item for item in stated if not item.cut and _one_language(item, on_page)), on_page)
    return on_page


def _candidates(found: Sequence[Found]) -> list[Candidate]:
    """Texts of the head that read as an abstract, each once a family of steps, English ones first."""
    made: list[Candidate] = []
    seen = set()
    for item in sorted(found[:_MOST_TEXTS], key=lambda item: language_code(item.language) not in {"en", None}):
        key = family(item.step), item.value
        if key in seen:
            continue
        seen.add(key)
        version = stated_text(fragment_blocks(item.value))
        if version is not None:
            version.language = language_code(item.language)
            made.append(_candidate(item, version))
    return made


def _candidate(found: Found, version: Version) -> Candidate:
    text = version.text
    return Candidate(found, version, squeezed(text), bool(_CUT.search(text)))


def _on_page(shown: Shown | None, stated: Iterable[Candidate]) -> Candidate | None:
    """Of the versions the page shows: the one the head states, else the English one, else the first."""
    if shown is None or not shown.versions:
        return None
    candidates = [_candidate(Found(shown.step, "", shown.confidence), version) for version in shown.versions]
    if len(candidates) > 1:
        for item in stated:
            for candidate in candidates:
                if _agree(item, candidate):
                    return candidate
        for candidate in candidates:
            if (language_code(candidate.version.language) or written_in(candidate.version.text)) == "en":
                return candidate
    return candidates[0]


def _agree(one: Candidate, other: Candidate) -> bool:
    """Whether two texts are the same but for labels, markup and a few words, or one is the beginning of the other."""
    short, long = sorted((one.squeezed, other.squeezed), key=len)
    if short == long or (len(short) >= _LEAST_BEGINNING and long.startswith(short)):
        return True
    if not short or len(long) > 20 * len(short):
        return False
    few, many = (Counter(_WORD.findall(item.version.text.lower())) for item in (one, other))
    common = (few & many).total()
    least, most = sorted((few.total(), many.total()))
    return 2 * common >= _SAME * (least + most) or (least >= _LEAST_WORDS and common >= _PART * least)


def _one_language(one: Candidate, other: Candidate) -> bool:
    first, second = written_in(one.version.text), written_in(other.version.text)
    return first == second or first is None or second is None or first == "en"


def _stands_alone(item: Candidate) -> bool:
    """Whether a description can be the abstract by itself: in full, of some length, by a tag that is trusted."""
    long_enough = item.version.length >= _LEAST_DESCRIPTION and item.version.is_abstract
    return long_enough and not item.cut and item.found.confidence >= _TRUSTED


def _anchored(item: Candidate, page: Survey) -> Candidate | None:
    """The paragraph of the page that begins as a text of the head does: the whole of what that may have cut off."""
    beginning = item.squeezed[:_LEAST_BEGINNING]
    if len(beginning) < _LEAST_BEGINNING:
        return None
    for element in page.root.iter("p", "div", "section", "td", "dd", "blockquote", "span"):
        if element.text and squeezed(element.text[: 3 * _LEAST_BEGINNING]).startswith(beginning[:_LEAST_WORDS]):
            found = versions(blocks(element))
            if found and squeezed(found[0].text).startswith(beginning) and is_prose(found[0].text):
                return _candidate(Found("anchor:" + item.found.step.partition(":")[2], "", 0.6), found[0])
    return None
