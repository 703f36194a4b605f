"""Tells a citation from prose: pages and meta tags put one where the abstract is expected.

Doe J, Roe R. Gout in camels. Made J Med. 2019;12(3):345-50. doi: 10.5555/made.1
Doe, J., & Roe, R. (2019). Gout in camels. Made Journal of Medicine, 12(3), 345-350.
Made Journal of Medicine, Vol. 12, No. 3, April 2019, pp. 345-350
"""

import re

_LONGEST = 800
_LONGEST_REST = 150
"""Code points after volume and pages: an address, a DOI, a publisher. More is a text that begins with a citation."""
_LONGEST_JOURNAL = 120
_SHORT_REST = 80

_YEAR = re.compile(r"\b(?:18|19|20)\d\d\b")
_LOCATOR = re.compile(
    r"\b\d{1,4}\s?\([^()]{1,20}\)\s?[:,.]\s?(?:pp?\.\s?)?[A-Za-z]?\d+"  # 12(3):345
    r"|;\s?\d{1,4}\s?(?:\([^()]{1,20}\)\s?)?:\s?[A-Za-z]?\d+"  # 2019;12:345
    r"|\b\d{1,4}\s?[,:]\s?[A-Za-z]?\d{1,7}(?:[-\u2013]\d+)?\s?\((?:18|19|20)\d\d\)"  # 12, 345 (2019)
    r"|\bvol(?:ume|\.)?\s?\d{1,4}\b.{0,60}?\b(?:pages?|pp?\.|article|no\.?|issue|number)\s?\d+"
    r"|,\s?\d{1,4},\s?(?:pp?\.\s?)?\d+\s?[-\u2013]\s?\d+",  # , 12, 345-350
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:(?:suggested |recommended )?citation|cit(?:e|ing)(?: this)?(?: article)?(?: as)?|how to cite(?: this article)?"
    r"|reference|source|published in|comment on|erratum in|zitierweise|citar como|pour citer)\b\s*[:.]?\s*",
    re.IGNORECASE,
)
_INITIALS = r"(?:[A-Z]\.?[ -]?){1,4}"
_NAME = r"(?:(?:van|von|de|der|den|del|della|di|la|le|al|el|bin|ter)\s)*[^\W\d_a-z][^\W\d_]*(?:[-'\u2019 ][^\W\d_]+)?"
_AUTHOR_LIST = re.compile(
    rf"{_NAME},?\s{_INITIALS}\s?(?:[,;.:&(]|and\b|et al)"  # Doe J, | Doe, J., & | Doe J (2019)
    rf"|{_INITIALS}\s?{_NAME},\s"  # J. Doe,
    rf"|(?:[^\W\d_a-z][\w.'\u2019-]*\s){{1,3}}[^\W\d_a-z][\w'\u2019-]+[,;]\s(?:[^\W\d_a-z][\w.'\u2019-]*\s){{1,3}}"
    r"[^\W\d_a-z][\w'\u2019-]+[,;]\s"  # Jane Doe, Richard Roe,
    rf"|{_NAME}(?:,?\s{_INITIALS})?,?\s?et al\b"  # Doe et al.
)


def is_citation(text: str) -> bool:
    """Whether a line is the citation of an article and nothing else."""
    if len(text) > _LONGEST or not _YEAR.search(text):
        return False
    locators = list(_LOCATOR.finditer(text))
    if not locators or len(text) - locators[-1].end() > _LONGEST_REST:
        return False
    label = _LABEL.match(text)
    if label is not None:
        return True
    rest = len(text) - locators[-1].end()
    return _AUTHOR_LIST.match(text) is not None or (locators[0].start() <= _LONGEST_JOURNAL and rest <= _SHORT_REST)
