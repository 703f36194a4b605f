"""Quality of extraction: abstracts of landing pages (html/landing), full texts of articles (html/articles).

token_f1: mean over pages of the F1 of word tokens (as a multiset, case folded). exact: pages whose text is the expected
one except for white space. foreign_sentences: sentences on all pages whose words are not in the expected text in that
order. Peers read the same bytes. A page without an expected text is not counted.
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import sentencex
import trafilatura
from lxml import etree

from transforms.web.page import Mode, extract
from transforms.web.result import Extraction, Rejection
from transforms.web.tree import parse_page, read_blocks

_WORD = re.compile(r"\w+")
Extractor = Callable[[bytes, str], str | None]


class Page(NamedTuple):
    """A page and its expected text; None for a wall."""

    html: bytes
    url: str
    expected: str | None


def measure(data: Path) -> dict[str, Any] | None:
    """Return the figures of both sets, with trafilatura (two settings) and readability-lxml as peers."""
    figures = {}
    if (data / "html/landing").is_dir():
        figures["landing"] = _figures(list(_read_landing(data / "html/landing")), "abstract")
    if (data / "html/articles/ground-truth.json").exists():
        figures["articles"] = _figures(list(_read_articles(data / "html/articles")), "article")
    return figures or None


def _read_landing(folder: Path) -> Iterator[Page]:
    for path in sorted(folder.glob("*.html")):
        stated = path.with_name(f"{path.stem}_Out.json")
        if stated.exists():
            out = json.loads(stated.read_text("utf-8"))
            if out.get("wall") or out.get("abstract"):
                yield Page(path.read_bytes(), out.get("url", f"https://{path.stem}"), out.get("abstract"))


def _read_articles(folder: Path) -> Iterator[Page]:
    for name, truth in json.loads((folder / "ground-truth.json").read_text("utf-8")).items():
        path = folder / "html" / f"{name}.html.gz"
        yield Page(gzip.decompress(path.read_bytes()), truth["url"], truth["articleBody"])


def _figures(pages: list[Page], mode: Mode) -> dict[str, Any]:
    def ours(html: bytes, url: str) -> str | None:
        result = extract(html, url, mode)
        return result.text or "" if isinstance(result, Extraction) else None

    return {
        **_scores(pages, ours),
        "baseline": {
            "trafilatura": _scores(pages, lambda html, _: trafilatura.extract(html)),
            "trafilatura_favor_precision": _scores(
                pages, lambda html, _: trafilatura.extract(html, favor_precision=True)
            ),
            "readability_lxml": _scores(pages, _readability),
        },
    }


def _readability(html: bytes, _: str) -> str | None:
    from readability import Document  # installed by the extra 'bench'

    try:
        summary = Document(html.decode("utf-8", "replace")).summary()
    except (ValueError, etree.LxmlError):
        return None
    parsed = parse_page(summary.encode("utf-8", "replace"))
    return None if isinstance(parsed, Rejection) else "\n".join(block.text for block in read_blocks(parsed.root))


def _scores(pages: list[Page], extract_text: Extractor) -> dict[str, Any]:
    articles = [(extract_text(page.html, page.url) or "", page.expected) for page in pages if page.expected is not None]
    walls = [extract_text(page.html, page.url) for page in pages if page.expected is None]
    scores = [token_f1(found, expected) for found, expected in articles]
    return {
        "n": len(articles),
        "exact": sum(found.split() == expected.split() for found, expected in articles),
        "token_f1": round(fmean(scores), 4) if scores else None,
        "lowest_token_f1": round(min(scores), 4) if scores else None,
        "foreign_sentences": sum(len(foreign_sentences(found, expected)) for found, expected in articles),
        "rejected_right": sum(found is None for found in walls),
        "n_walls": len(walls),
    }


def token_f1(found: str, expected: str) -> float:
    """Return the F1 of two texts as multisets of word tokens, case folded; 1 for two empty texts."""
    ours, theirs = (Counter(_WORD.findall(text.casefold())) for text in (found, expected))
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 1.0


def foreign_sentences(found: str, expected: str) -> list[str]:
    """Return the sentences whose words do not follow each other in the expected text."""
    within = f" {' '.join(_WORD.findall(expected.casefold()))} "
    sentences = (" ".join(_WORD.findall(sentence.casefold())) for sentence in sentencex.segment("en", found))
    return [sentence for sentence in sentences if sentence and f" {sentence} " not in within]
