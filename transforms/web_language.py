"""Languages: codes in one form, and the language a text is written in by its small words or its script."""

import re
import tomllib
from importlib.resources import files

_DATA = tomllib.loads(files(__package__).joinpath("web_languages.toml").read_text("utf-8"))
_WORDS = {language: frozenset(words) for language, words in _DATA["words"].items()}
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
_TOKEN = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")), ("ko", re.compile(r"[\uac00-\ud7af]")), ("zh",
    re.compile(r"[\u3400-\u9fff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")), ("he", re.compile(r"[\u0590-\u05ff]")), ("fa",
    re.compile(r"[\u067e\u0686\u0698\u06af]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")), ("th", re.compile(r"[\u0e00-\u0e7f]")),
)  # fmt: skip
_LEAST_SHARE = 0.08
_LEAD = 1.3
_READ = 1_500


def language_code(text: str | None) -> str | None:
    """A language as ISO 639-1 ('en'), from a tag ('en-US', 'En'), an ISO 639-2 code ('eng', 'fre') or a common name."""
    if not text:
        return None
    primary = re.split(r"[-_;, ]", text.strip().lower(), maxsplit=1)[0]
    if primary in _SHORT:
        return _SHORT[primary]
    return primary if re.fullmatch("[a-z]{2}", primary) else None


def pubmed_language(code: str | None) -> str | None:
    """A language as PubMed writes it ('eng', 'ger'); None for one not in the table."""
    return _PUBMED.get(code or "")


def written_in(text: str) -> str | None:
    """The language of a text as ISO 639-1, None where its words do not tell, as those of a line or two may not."""
    text = text[:_READ]
    letters = sum(map(str.isalpha, text))
    if not text.isascii():
        for language, script in _SCRIPTS:
            found = len(script.findall(text))
            if found > (0.05 if language in {"ja", "fa"} else 0.3) * letters:
                return language
    words = [word.lower() for word in _TOKEN.findall(text)]
    ranked = sorted(
        ((sum(word in known for word in words), language) for language, known in _WORDS.items()), reverse=True
    )
    (most, language), (second, _) = ranked[:2]
    return language if most >= max(3, _LEAST_SHARE * len(words)) and most >= _LEAD * second else None
