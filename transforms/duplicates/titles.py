"""Titles as sources write them -> what can be compared: the bare title, its numbers, and what it says it is."""

import re

from transforms.duplicates.citation_fields import journal_key, same_journal
from transforms.duplicates.text_folding import WORD_LISTS, fold, plain_words, words

LONGEST_TITLE = 1000
SHORTEST_TITLE = 8
_GENERIC = frozenset("".join(title.split()) for title in WORD_LISTS["generic_titles"])
_SITES = frozenset(WORD_LISTS["sites"])

_LANGUAGES = (
    "japanese|chinese|german|french|spanish|russian|italian|polish|portuguese|dutch|danish|swedish|norwegian|czech"
    "|hungarian|turkish|hebrew|korean|ukrainian|english"
)
_NOTE = re.compile(
    r"\s?[\[(](?:\d+ refs?|(?:a )?(?:systematic |literature )?review(?: article)?|(?:see )?comments?|letter|editorial"
    r"|news"
    r"|(?:meeting )?abstract(?: no[.:]? ?\d+)?|(?:in )?(?:" + _LANGUAGES + r")|multiple (?:letters|comments)|\d{1,2}"
    r"|corrected(?: and republished)?\b.*)[\])]\s*[.;]?\s*$"
    r"|\.?\s?[\[(](?:published )?(?:erratum|correction|comment|retraction|reprint(?:ed)?|republished) (?:appears )?in\b"
    r".*$",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(r"\.\s(?:" + _LANGUAGES + r")\s*$", re.IGNORECASE)
_SITE = re.compile(r"\s(?:[-|]|:{1,2})\s(?=([^|]{2,90})$)")
_REPRINT = re.compile(
    r"^\s*(?:reprint(?: of)?|proceedings|republished|retracted(?: article)?|withdrawn)\s*[:.]\s*", re.IGNORECASE
)


def clean_title(title: str, journal: str = "") -> str:
    """The folded title in lower case without what was put around it: notes in brackets, a site's or journal's name.

    `journal` is a `journal_key`. One spelling for British and American: 'haemolytic tumour' is 'hemolytic tumor'.
    """
    text = " ".join(fold(title[:LONGEST_TITLE]).split())
    while (note := _note(text)) and note.start() > SHORTEST_TITLE:
        text = text[: note.start()]
    text = _REPRINT.sub("", _without_site(text, journal)).strip(' ."').lower()
    return text.replace("ae", "e").replace("oe", "e").replace("our", "or").replace("isation", "ization")


def _note(text: str) -> re.Match[str] | None:
    if "[" in text or "(" in text:
        found = _NOTE.search(text)
        if found:
            return found
    return _LANGUAGE.search(text) if ". " in text else None


def _without_site(text: str, journal: str) -> str:
    """Without ' | Anything' after three words, and without ' - A Site' or ' - The Journal'."""
    head, bar, _ = text.partition(" | ")
    if bar and head.count(" ") > 1:
        text = head
    found = _SITE.search(text) if " -" in text or " |" in text or " :" in text else None
    if not found or text.count(" ", 0, found.start()) < 2:
        return text
    tail = " ".join(plain_words(found[1].lower()))
    named = tail in _SITES or (journal and same_journal(journal_key(tail), journal))
    return text[: found.start()] if named else text


def is_generic(title: str) -> bool:
    """Whether a title (content words) is a known heading, an editor's column, or fewer than three words."""
    key = title.replace(" ", "")
    return key in _GENERIC or title.count(" ") < 2 or len(key) < 16 or ("editor" in key and len(key) < 60)


_PART = re.compile(
    r"\b(?:part|section|chapter|volume|series|study|paper|phase|grade|stage|type|trial|experiment|report|case)"
    r" ([a-z]|\d+)\b"
)


def title_numbers(text: str) -> tuple[str, ...]:
    """The numbers of a clean title, sorted: editions, parts, years, grades; letters of parts too ('part i' is 1)."""
    numbers = [str(int(run)) for run in re.findall(r"\d+", " ".join(words(text))) if run.isdecimal()]
    letters = ["1" if letter == "i" else letter for letter in _PART.findall(text) if letter.isalpha()]
    return tuple(sorted(numbers + letters))


_OF_ANOTHER = r"\(vol\.? \d+[,;] (?:pg|p|pp|art)\b.*\)?$|\([^()]*\(\d{4}\) \d+[^()]*(?:\([^()]*\))?[^()]*\)$"
"""How Web of Science and Scopus title an erratum: '(vol 360, pg 542, 2009)', '(J Exp Med (2009) 360 (542-544))'."""

_MARKS = {
    "erratum": (
        r"^\W*(?:published |author |publisher |editorial )?(?:errat(?:um|a)|corrigend(?:um|a)|corrections?|addendum)\b"
        r"|\b(?:erratum|corrigendum|correction)\W*$|" + _OF_ANOTHER
    ),
    "retraction": (
        r"^\W*(?:notice of )?(?:retraction|withdrawal)\b|retraction notice|\bretraction\W*$"
        r"|^(?:expression|notice) of concern"
    ),
    "reply": (
        r"^\W*(?:in |the )?(?:authors?'? ?s? )?(?:reply|replies|response|rebuttal)(?: to\b| from\b|[:.]|\W*$)"
        r"|^the authors? (?:reply|respond)"
        r"|[:.-] ?(?:authors?'?s? )?(?:reply|response|rejoinder)(?: to (?:the )?(?:editor|letter|comment)s?.*)?\W*$"
    ),
    "comment": (
        r"^\W*(?:re ?:|(?:invited |editorial |expert )?comment(?:ary|s)?\b(?: on| to|[:.]|\W*$))"
        r"|[:.-] ?(?:a |an? invited |an? editorial )?comment(?:ary)?(?: on .*)?\W*$"
        r"|^\W*letters? (?:to the editor )?(?:on|re|regarding)\b"
    ),
    "protocol": r"\bprotocols?\b(?=(?: (?:for|of) )|\W*$|\W+a )|\b(?:study|trial) protocol\b",
}
_MARK_PATTERNS = tuple((mark, re.compile(pattern)) for mark, pattern in _MARKS.items())
_MARK_HINTS = (
    "errat", "corrig", "correct", "addend", "retract", "withdraw", "concern", "repl", "respon", "rejoin", "rebut",
    "comment", "protocol", "letter", "re:", "re :", "(",
)  # fmt: skip
"""Without one of these a title has no mark; plain searches are faster than one expression."""
_LABEL = re.compile(
    r"^\W*(?:published |author |publisher )?"
    r"(?:erratum|corrigendum|correction|addendum|retraction(?: notice)?|retracted)"
    r"(?: (?:to|of|for))?\s?[:.-]\s?"
    r"|^\W*(?:re|(?:invited |editorial )?comment(?:ary|s)?(?: on| to)?|(?:in )?(?:reply|response)(?: to)?"
    r"|authors'? reply)\s?[:.-]\s?"
    r"|^\W*(?:comments?|commentary) on\s|^\W*(?:reply|response) to\s(?=[\"'])"
    r"|\s?(?:" + _OF_ANOTHER + r")|\s-\s?(?:authors?'? )?(?:reply|response)\s*$"
)


def title_marks(text: str) -> frozenset[str]:
    """What a clean title says it is to another: 'erratum', 'retraction', 'reply', 'comment', 'protocol'."""
    if not _hints_at_marks(text):
        return frozenset()
    return frozenset(mark for mark, pattern in _MARK_PATTERNS if pattern.search(text))


def without_marks(text: str) -> str:
    """A clean title without the words that say it is an erratum, retraction or reply, unless nothing else is left."""
    return (_LABEL.sub("", text) or text) if _hints_at_marks(text) else text


def _hints_at_marks(text: str) -> bool:
    for hint in _MARK_HINTS:  # noqa: SIM110 - a generator takes twice the time
        if hint in text:
            return True
    return False


_TYPE_MARKS = {
    "published erratum": "erratum",
    "retraction of publication": "retraction",
    "retraction notice": "retraction",
    "expression of concern": "retraction",
    "clinical trial protocol": "protocol",
    "preprint": "preprint",
}


def type_marks(publication_types: list[str] | None) -> frozenset[str]:
    """`title_marks` as publication types say them; 'preprint' too."""
    if not publication_types:
        return frozenset()
    return frozenset(_TYPE_MARKS[kind.lower()] for kind in publication_types if kind.lower() in _TYPE_MARKS)
