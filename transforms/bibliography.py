"""What a record says of an article, in one form: titles, names, journals, volumes, pages and years as comparable values.

Sources write the same facts differently: entities and tags, lost or doubly encoded accents, a web site's name after a
title, notes in brackets, glued or inverted names, abbreviated journals, pages that a spreadsheet turned into dates.
Everything here is a pure function of one field; NORMALISATION_VERSION is raised whenever a result changes, because
blocking keys made of these values are stored.
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from html import unescape
from importlib.resources import files

import ftfy
from rapidfuzz import fuzz

NORMALISATION_VERSION = 1
SAME_WORDS = 85

_LISTS = tomllib.loads(files(__package__).joinpath("bibliography.toml").read_text("utf-8"))
STOP_WORDS = frozenset(_LISTS["stop_words"])
GENERIC_TITLES = frozenset("".join(title.split()) for title in _LISTS["generic_titles"])
_NUMBER_WORDS: dict[str, str] = _LISTS["number_words"]
_MONTHS: dict[str, int] = _LISTS["months"]
_LETTERS = str.maketrans(_LISTS["letters"])
_NO_NAMES = frozenset(_LISTS["name_particles"]) | frozenset(_LISTS["not_names"])
_SITES = frozenset(_LISTS["sites"])
_PREPRINT_SERVERS = frozenset(_LISTS["preprint_servers"])
_PREPRINT_DOI = re.compile("|".join(f"(?:{doi})" for doi in _LISTS["preprint_dois"]))
_VERSIONED = frozenset(_LISTS["versioned_journals"])

_MOJIBAKE = re.compile("[ÂÃâÐÎ][\u0080-\u00bf€™œžŸ†‡ˆ‰‚„…‹›šŽ•–—˜¢£¤¥¦§¨©ª«¬®¯°±²³´µ¶·¸¹º»¼½¾¿]|\ufffd")
_MOSTLY = 0.8
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,80}>")
_WORD = re.compile(r"[^\W_]+")
_NAME = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_GLUED = re.compile(r"(?<=[a-z]{4})(?=[A-Z])")
_AUTHOR_END = re.compile(r"\s+and\s+|\s+&\s+|;")


def fold(text: str) -> str:
    """`text` without markup, entities, mojibake and accents; Greek letters by name; case and white space kept."""
    text = _unmarked(text)
    return text if text.isascii() else _plain(ftfy.fix_encoding(text) if _MOJIBAKE.search(text) else text)


def _unmarked(text: str) -> str:
    if "&" in text:
        text = unescape(unescape(text))
    return _TAG.sub(" ", text) if "<" in text else text


def _plain(text: str) -> str:
    """Without accents; of a text that is mostly Latin only ASCII is left."""
    text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    latin = text.encode("ascii", "ignore").decode()
    if len(latin) > _MOSTLY * len(text):
        return latin
    return "".join(c for c in text if not unicodedata.combining(c))


_NOTE = re.compile(
    r"\s*[\[(](?:\d+ refs?|(?:a )?(?:systematic |literature )?review(?: article)?|comments?|see comments?|letter|editorial|news"
    r"|abstract(?: no[.:]? ?\d+)?|meeting abstract|(?:in )?(?:japanese|chinese|german|french|spanish|russian|italian"
    r"|polish|portuguese|dutch|danish|swedish|norwegian|czech|hungarian|turkish|hebrew|korean|ukrainian|english)"
    r"|multiple letters|multiple comments|\d{1,2}|corrected(?: and republished)?\b.*)[\])]\s*[.;]?\s*$"
    r"|[\s.]*[\[(](?:published )?(?:erratum|correction|comment|retraction|reprint(?:ed)?|republished) (?:appears )?in\b.*$",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"\.\s+(?:japanese|chinese|german|french|spanish|russian|italian|polish|portuguese|dutch|czech|hungarian|turkish"
    r"|english)\s*$",
    re.IGNORECASE,
)
_SITE = re.compile(r"\s+(?:[-|:]+|::)\s+(?=([^|]{2,90})$)")
_REPRINT = re.compile(r"^\s*(?:reprint(?: of)?|proceedings|republished|retracted(?: article)?|withdrawn)\s*[:.]\s*", re.IGNORECASE)


def clean_title(title: str, journal: str = "") -> str:
    """The folded title in lower case without what was put around it: notes in brackets, a site's or journal's name."""
    text = fold(title).strip()
    while (note := _NOTE.search(text) or (_LANGUAGE.search(text) if "." in text else None)) and note.start() > 8:
        text = text[: note.start()]
    text = _without_site(text, journal) if " " in text else text
    return _british(_REPRINT.sub("", text).strip(" .\"").lower())


def _british(text: str) -> str:
    """One spelling for British and American: 'haemolytic tumour' is 'hemolytic tumor' (and 'hour' becomes 'hor')."""
    return text.replace("ae", "e").replace("oe", "e").replace("our", "or").replace("isation", "ization")


def _without_site(text: str, journal: str) -> str:
    if " | " in text:
        head = text.split(" | ", 1)[0]
        text = head if len(head.split()) > 2 else text
    found = _SITE.search(text)
    if not found or len(text[: found.start()].split()) < 3:
        return text
    tail = " ".join(_WORD.findall(found[1].lower()))
    named = tail in _SITES or (journal and same_journal(journal_key(tail), journal))
    return text[: found.start()] if named else text


def words(text: str) -> list[str]:
    """Words and numbers of a folded lower-case text, number words and Roman numerals (from II) as digits."""
    return [_NUMBER_WORDS.get(word, word) for word in _WORD.findall(text.replace("'", ""))]


def content_words(text: str) -> list[str]:
    """`words` without stop words; all of them where nothing else is left."""
    found = words(text)
    return [word for word in found if word not in STOP_WORDS] or found


def is_generic(title: str) -> bool:
    """Whether a title (content words) is a known heading, an editor's column, or fewer than three words."""
    key = title.replace(" ", "")
    return key in GENERIC_TITLES or title.count(" ") < 2 or len(key) < 16 or ("editor" in key and len(key) < 60)


_PART = re.compile(r"\b(?:part|section|chapter|volume|series|study|paper|phase|grade|stage|type|trial|experiment|report|case)\s+([a-z]|\d+)\b")


def title_numbers(text: str) -> tuple[str, ...]:
    """The numbers of a clean title in order, part letters among them ('part i' is 1): editions, parts, years, grades."""
    numbers = [str(int(run)) for run in re.findall(r"\d+", " ".join(words(text))) if run.isdecimal()]
    letters = ["1" if letter == "i" else letter for letter in _PART.findall(text) if letter.isalpha()]
    return tuple(sorted(numbers + letters))


_OF_ANOTHER = r"\(vol\.? \d+[,;] (?:pg|p|pp|art)\b.*\)?$|\([^()]*\(\d{4}\) \d+[^()]*(?:\([^()]*\))?[^()]*\)$"
"""How Web of Science and Scopus title an erratum: '(vol 360, pg 542, 2009)', '(J Exp Med (2009) 360 (542-544))'."""

_MARKS = (
    ("erratum", re.compile(r"^\W*(?:published |author |publisher |editorial )?(?:errat(?:um|a)|corrigend(?:um|a)|corrections?|addendum)\b|\b(?:erratum|corrigendum|correction)\W*$|" + _OF_ANOTHER)),
    ("retraction", re.compile(r"^\W*(?:notice of )?(?:retraction|withdrawal)\b|retraction notice|\bretraction\W*$|^expression of concern|^notice of concern")),
    ("reply", re.compile(r"^\W*(?:in |the )?(?:authors? )?(?:reply|replies|response|rebuttal|author's? (?:reply|response))(?: to\b| from\b|[:.]|\W*$)|^the authors? (?:reply|respond)|[:.-]\s*(?:authors?'? )?(?:reply|response|rejoinder)(?: to (?:the )?(?:editor|letter|comment)s?.*)?\W*$")),
    ("comment", re.compile(r"^\W*(?:re\s*:|(?:invited |editorial |expert )?comment(?:ary|s)?\b(?: on| to|[:.]|\W*$))|[:.-]\s*(?:a |an? invited |an? editorial )?comment(?:ary)?(?: on .*)?\W*$|^\W*letter(?:s)? (?:to the editor )?(?:on|re|regarding)\b")),
    ("protocol", re.compile(r"\bprotocols?\b(?=(?: (?:for|of) )|\W*$|\W+a )|\bstudy protocol\b|\btrial protocol\b")),
)  # fmt: skip


def title_marks(text: str) -> frozenset[str]:
    """What a clean title says the record is about another one: 'erratum', 'retraction', 'reply', 'comment', 'protocol'."""
    return frozenset(mark for mark, pattern in _MARKS if pattern.search(text))


_LABEL = re.compile(
    r"^\W*(?:published |author |publisher )?(?:erratum|corrigendum|correction|addendum|retraction(?: notice)?|retracted)(?: (?:to|of|for))?\s*[:.-]\s*"
    r"|\s*(?:" + _OF_ANOTHER + r")|\s+-\s*(?:reply|response)\s*$"
)


def without_marks(text: str) -> str:
    """A clean title without the words that say it is an erratum, retraction or reply, unless nothing else is left."""
    return _LABEL.sub("", text) or text


def name_words(author: str) -> list[str]:
    """The words of one or several names without initials and particles, folded, in order.

    A run of one or two capitals is initials unless the whole text is in capitals; glued names ('SmithJones') are cut.
    """
    text = fold(author).replace("-", " ").replace(".", " ")
    shouted = text.isupper()
    text = _GLUED.sub(" ", text)
    found = []
    for name in _NAME.findall(text):
        lower = name.lower().replace("'", "")
        if len(lower) < 2 or lower in _NO_NAMES or (name.isupper() and len(lower) <= (2 if shouted else 3)):
            continue
        found.append(lower)
    return found


def first_author_words(author: str) -> list[str]:
    """The name words of the first name in `author`, which may hold a whole list of names in any order and form."""
    text = _AUTHOR_END.split(fold(author), maxsplit=1)[0]
    head, comma, rest = text.partition(",")
    if comma and (len(head.split()) > 1 or "," in rest):
        text = head if len(head.split()) > 1 or not rest else text
    opening = re.match(r"[^.]*?\s(?=[A-Z](?:[.\s]|$))", text)
    return name_words(opening[0] if opening else text)[:3] or name_words(text)[:3]


@lru_cache(maxsize=65536)
def journal_key(journal: str) -> str:
    """The journal's content words, folded; places and media in brackets dropped unless nothing else is there."""
    text = _CONFERENCE.sub("", fold(journal).lower().replace('"', " ").replace("&", " "))
    bare = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)
    found = content_words(bare if _WORD.search(bare) else text)
    return " ".join([word for word in found if not _EDITION.fullmatch(word)] or found)


_CONFERENCE = re.compile(r"(?<=\w)\.\s*conference\b.*$")
_EDITION = re.compile(r"\d+(?:st|nd|rd|th)|(?:19|20)\d\d|proceedings|proc|annual|vols?|supp(?:l|lements?)?")


@lru_cache(maxsize=65536)
def same_journal(one: str, other: str) -> bool:
    """Whether two `journal_key`s may be one journal: equal, an abbreviation (ISO 4), initials, or a prefix (subtitle)."""
    if one.replace(" ", "") == other.replace(" ", ""):
        return True
    a, b = sorted((one.split(), other.split()), key=lambda w: (len(w), len("".join(w))))
    if not a:
        return False
    if _initials(a) in b or _initials(b) in a:
        return True
    if len(a) > 2 and fuzz.token_set_ratio(one, other) >= SAME_WORDS:
        return True
    if len(a) > 1 or len(b) == 1:
        return all(_abbreviates(x, y) or _abbreviates(y, x) for x, y in zip(a, b, strict=False)) or _embedded(a, b)
    return False


def _initials(words: list[str]) -> str | None:
    return "".join(word[0] for word in words) if len(words) > 1 else None


def _embedded(a: list[str], b: list[str]) -> bool:
    """All of at least two words of `a` stand in `b`, abbreviated or not, in order."""
    rest = iter(b)
    return len(a) > 1 and all(any(_abbreviates(x, y) or _abbreviates(y, x) for y in rest) for x in a)


def _abbreviates(short: str, long: str) -> bool:
    """Whether `short` has the first letter of `long` and its letters stand in `long` in order ('dtsch', 'deutsche')."""
    if short[0] != long[0] or len(short) > len(long):
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


_NUMBER = re.compile(r"\d+")
LARGEST_ISSUE = 60


def volume_number(volume: str) -> int:
    """The volume as a number; -1 where there is none, or where only the rest of a supplement's is left ('1)')."""
    found = _NUMBER.search(volume)
    broken = ")" in volume and "(" not in volume
    return int(found[0][:9]) if found and not broken and not volume.lower().startswith("suppl") else -1


def issue_number(issue: str) -> int:
    """The first number of an issue; -1 for none, and for a running number of more than LARGEST_ISSUE."""
    found = _NUMBER.search(issue)
    return int(found[0]) if found and len(found[0]) < 4 and int(found[0]) <= LARGEST_ISSUE else -1


_DATE = re.compile(r"^\W*(?:(\d{1,4})[-/ ]([A-Za-z]{3})[a-z]*|([A-Za-z]{3})[a-z]*[-/ ](\d{1,4}))\W*$")
_ROMAN = re.compile(r"([ivxlc]+)(?:\s*-+\s*([ivxlc]+))?", re.IGNORECASE)
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
FIRST_ROMAN_PAGE = 10**12
_LOCATOR = re.compile(r"[a-z]\d{3,}")
_RANGE = re.compile(r"([A-Za-z]{0,3})\.?\s?(\d+)[A-Za-z]?\s*(?:-+\s*[A-Za-z]{0,3}\.?\s?(\d+))?")


def page_range(pages: str) -> tuple[int, int]:
    """First and last page as numbers, letters dropped; (-1, -1) for none, a page count, or '1 of 8'.

    An abbreviated last page is completed ('450-1' is 450-451); what a spreadsheet made a date is read back, smaller
    number first ('06-Oct' is 6-10). Roman pages are numbered from FIRST_ROMAN_PAGE. What lost its first page
    ('Suppl-29' of 'S417-S429') is no page.
    """
    text = fold(pages)
    dated = _DATE.match(text)
    if dated and (month := _MONTHS.get((dated[2] or dated[3]).lower())):
        day = int(dated[1] or dated[4]) % 100
        return min(day, month), max(day, month)
    if re.search(r"\bof\b|\d\s*(?:p|pp|pages)\.?\s*$", text):
        return -1, -1
    roman = _ROMAN.fullmatch(text.strip())
    if roman:
        return FIRST_ROMAN_PAGE + _roman(roman[1]), FIRST_ROMAN_PAGE + _roman(roman[2] or roman[1])
    found = _RANGE.search(text)
    if not found or re.match(r"\W*[A-Za-z]+-\d+\W*$", text):
        return -1, -1
    first, last = found[2][:12], (found[3] or found[2])[:12]
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return int(first), int(last)


_TYPE_MARKS = {
    "published erratum": "erratum",
    "retraction of publication": "retraction",
    "retraction notice": "retraction",
    "expression of concern": "retraction",
    "clinical trial protocol": "protocol",
    "preprint": "preprint",
}


def type_marks(publication_types: list[str] | None) -> frozenset[str]:
    """`title_marks` as publication types say them."""
    if not publication_types:
        return frozenset()
    return frozenset(_TYPE_MARKS[kind.lower()] for kind in publication_types if kind.lower() in _TYPE_MARKS)


def is_preprint(doi: str, journal: str) -> bool:
    """Whether a DOI or a `journal_key` is that of a preprint server."""
    return journal in _PREPRINT_SERVERS or bool(_PREPRINT_DOI.fullmatch(doi))


def is_versioned(journal: str) -> bool:
    """Whether a `journal_key` is that of a journal which publishes new versions of its articles (Cochrane)."""
    return journal in _VERSIONED


def abstract_words(abstract: str) -> str:
    """The words of an abstract in lower case with one space between them, markup and accents gone."""
    text = _unmarked(abstract)
    return " ".join(_WORD.findall((text if text.isascii() else _plain(text)).lower()))


def _roman(numeral: str) -> int:
    digits = [_ROMAN_DIGITS[letter] for letter in numeral.lower()]
    return sum(-digit if digit < following else digit for digit, following in zip(digits, [*digits[1:], 0], strict=True))


def is_locator(pages: str) -> bool:
    """Whether pages are an electronic article number with a letter ('e0191240'), which is no page of the printed issue."""
    return bool(_LOCATOR.fullmatch(pages.strip()))
