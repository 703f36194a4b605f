"""Normalizes language codes, and detects the language of a text by its most frequent words or its script."""

import re
from collections import Counter

from transforms.rules import load_rules

_DATA = load_rules("web_languages")
_LANGUAGES_OF = {
    word: tuple(language for language, words in _DATA["words"].items() if word in words)
    for words in _DATA["words"].values()
    for word in words
}
_PUBMED: dict[str, str] = _DATA["pubmed"]
_SHORT = {long: short for short, long in _PUBMED.items()} | {
    "deu": "de", "fra": "fr", "nld": "nl", "zho": "zh", "ces": "cs", "ell": "el", "fas": "fa", "ron": "ro", "slk": "sk",
    "english": "en", "french": "fr", "german": "de", "spanish": "es", "portuguese": "pt", "italian": "it",
    "russian": "ru",
    "chinese": "zh", "japanese": "ja", "korean": "ko", "polish": "pl", "turkish": "tr",
    "dutch": "nl",
    "français": "fr", "deutsch": "de", "español": "es", "português": "pt", "italiano": "it", "jp": "ja", "cn": "zh",
    "kr": "ko",
}  # fmt: skip
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")), ("ko", re.compile(r"[\uac00-\ud7af]")), ("zh",
    re.compile(r"[\u3400-\u9fff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")), ("he", re.compile(r"[\u0590-\u05ff]")), ("fa",
    re.compile(r"[\u067e\u0686\u0698\u06af]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")), ("th", re.compile(r"[\u0e00-\u0e7f]")),
)  # fmt: skip
_LEAST_SHARE = 0.08  # share of the words of a text that must be typical of the language
_LEAD = 1.3  # over the second language
_SAMPLE = 700  # code points
_OTHER_SCRIPT = re.compile(r"[\u0370-\u03ff\u0590-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def normalize_language(text: str | None) -> str | None:
    """Return ISO 639-1 ('en') for a tag ('en-US', 'En'), an ISO 639-2 code ('eng', 'fre') or the name of a language."""
    if not text:
        return None
    primary = re.split(r"[-_;, ]", text.strip().lower(), maxsplit=1)[0]
    if primary in _SHORT:
        return _SHORT[primary]
    return primary if re.fullmatch("[a-z]{2}", primary) else None


def to_pubmed_language(code: str | None) -> str | None:
    """Return the code PubMed uses ('eng', 'ger') for an ISO 639-1 code; None if it is not in the table."""
    return _PUBMED.get(code or "")


def detect_language(text: str) -> str | None:
    """Return the language of a text as ISO 639-1; None if its words do not decide, as in a line or two."""
    text = text[:_SAMPLE]
    if _OTHER_SCRIPT.search(text):
        letters = sum(map(str.isalpha, text))
        for language, script in _SCRIPTS:
            if len(script.findall(text)) > (0.05 if language in {"ja", "fa"} else 0.3) * letters:
                return language
    words = text.lower().split()
    votes = Counter(language for word in words if word in _LANGUAGES_OF for language in _LANGUAGES_OF[word])
    if len(votes) < 2:
        votes.update({"": 0, "-": 0})
    (language, most), (_, second) = votes.most_common(2)
    return language if most >= max(3, _LEAST_SHARE * len(words)) and most >= _LEAD * second else None
