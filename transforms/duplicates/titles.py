"""Normalise titles for comparison: the clean title, the numbers in it, and marks such as erratum or reply.

title                                        clean_title                 title_marks   without_marks
Salt and nodules. [Review] [133 refs]        salt and nodules            -             salt and nodules
Erratum: Salt and nodules                    erratum: salt and nodules   erratum       salt and nodules
Salt and nodules in towns - PubMed           salt and nodules in towns   -             salt and nodules in towns
"""

import re

from transforms.duplicates.citation_fields import journal_key, same_journal
from transforms.duplicates.text_folding import WORD_LISTS, fold, plain_words, words

MAX_TITLE_LENGTH = 1000
MIN_TITLE_LENGTH = 8
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
    """Return the folded title in lower case, without notes in brackets and without the name of a site or journal.

    `journal` is a `journal_key`. British spelling becomes American: 'haemolytic tumour' -> 'hemolytic tumor'.
    """
    text = " ".join(fold(title[:MAX_TITLE_LENGTH]).split())
    while (note := _trailing_note(text)) and note.start() > MIN_TITLE_LENGTH:
        text = text[: note.start()]
    text = _REPRINT.sub("", _without_site(text, journal)).strip(' ."').lower()
    return text.replace("ae", "e").replace("oe", "e").replace("our", "or").replace("isation", "ization")


def _trailing_note(text: str) -> re.Match[str] | None:
    """Return the match of a note at the end of a title: '[Review]', '(in Japanese)', '. German'."""
    if "[" in text or "(" in text:
        note = _NOTE.search(text)
        if note:
            return note
    return _LANGUAGE.search(text) if ". " in text else None


def _without_site(text: str, journal: str) -> str:
    """Remove ' | Anything' after three words, and ' - Site' or ' - Journal' where the site or journal is known."""
    head, bar, _ = text.partition(" | ")
    if bar and head.count(" ") > 1:
        text = head
    site = _SITE.search(text) if " -" in text or " |" in text or " :" in text else None
    if not site or text.count(" ", 0, site.start()) < 2:
        return text
    tail = " ".join(plain_words(site[1].lower()))
    is_known = tail in _SITES or (journal and same_journal(journal_key(tail), journal))
    return text[: site.start()] if is_known else text


def is_generic(title: str) -> bool:
    """Whether a title (content words) is a known heading, an editor's column or too short to identify an article."""
    key = title.replace(" ", "")
    return key in _GENERIC or title.count(" ") < 2 or len(key) < 16 or ("editor" in key and len(key) < 60)


_PART = re.compile(
    r"\b(?:part|section|chapter|volume|series|study|paper|phase|grade|stage|type|trial|experiment|report|case)"
    r" ([a-z]|\d+)\b"
)


def title_numbers(text: str) -> tuple[str, ...]:
    """Return the numbers in a clean title, sorted: editions, parts, years, grades.

    Letters of parts count: 'toxins, part b' -> ('b',), 'care of the hand: part i' -> ('1',).
    """
    numbers = [str(int(run)) for run in re.findall(r"\d+", " ".join(words(text))) if run.isdecimal()]
    letters = ["1" if letter == "i" else letter for letter in _PART.findall(text) if letter.isalpha()]
    return tuple(sorted(numbers + letters))


_CITED_ARTICLE = r"\(vol\.? \d+[,;] (?:pg|p|pp|art)\b.*\)?$|\([^()]*\(\d{4}\) \d+[^()]*(?:\([^()]*\))?[^()]*\)$"
"""The corrected article as Web of Science and Scopus cite it in the title of an erratum: '(vol 360, pg 542, 2009)',
'(J Exp Med (2009) 360 (542-544))'."""

_MARKS = {
    "erratum": (
        r"^\W*(?:published |author |publisher |editorial )?(?:errat(?:um|a)|corrigend(?:um|a)|corrections?|addendum)\b"
        r"|\b(?:erratum|corrigendum|correction)\W*$|" + _CITED_ARTICLE
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
"""A title without any of these has no mark. Searching for substrings is faster than one regular expression."""
_LABEL = re.compile(
    r"^\W*(?:published |author |publisher )?"
    r"(?:erratum|corrigendum|correction|addendum|retraction(?: notice)?|retracted)"
    r"(?: (?:to|of|for))?\s?[:.-]\s?"
    r"|^\W*(?:re|(?:invited |editorial )?comment(?:ary|s)?(?: on| to)?|(?:in )?(?:reply|response)(?: to)?"
    r"|authors'? reply)\s?[:.-]\s?"
    r"|^\W*(?:comments?|commentary) on\s|^\W*(?:reply|response) to\s(?=[\"'])"
    r"|\s?(?:" + _CITED_ARTICLE + r")|\s-\s?(?:authors?'? )?(?:reply|response)\s*$"
)


def title_marks(text: str) -> frozenset[str]:
    """Return the marks of a clean title, of 'erratum', 'retraction', 'reply', 'comment' and 'protocol'."""
    if not _may_have_marks(text):
        return frozenset()
    return frozenset(mark for mark, pattern in _MARK_PATTERNS if pattern.search(text))


def without_marks(text: str) -> str:
    """Return a clean title without its label ('erratum:', 'reply to'), or unchanged if it is nothing but a label."""
    return (_LABEL.sub("", text) or text) if _may_have_marks(text) else text


def _may_have_marks(text: str) -> bool:
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
    """Return the marks that publication types imply: those of `title_marks`, and 'preprint'."""
    if not publication_types:
        return frozenset()
    return frozenset(_TYPE_MARKS[kind.lower()] for kind in publication_types if kind.lower() in _TYPE_MARKS)
