"""CPU of extracting landing pages, a ratio to lxml merely parsing them: `python -m benchmarks.extraction_speed DATA`.

Only pages are timed that a step before trafilatura answers. Extraction and parse alternate; the ratio of a page is the
median over the runs, that of the set the median over its pages, and the worst page stands beside it.
"""

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lxml import html as lxml_html

from transforms.web.page import extract
from transforms.web.result import Extraction

_URL = "https://example.org/article"


def extraction(data: Path, runs: int = 15) -> dict[str, Any] | None:
    """{"landing": leaf} as in benchmarks.speed, with "worst_ratio" and the number of pages "n"; None without data."""
    pages = [path.read_bytes() for path in sorted((data / "html/landing").glob("*.html"))]
    pages = [page for page in pages if _is_answered_by_a_rule(page)]
    if not pages:
        return None
    own, peer, ratios = 0.0, 0.0, []
    for page in pages:
        pairs = [(_cpu_s(_extract, page), _cpu_s(_parse, page)) for _ in range(runs)]
        ratios.append(statistics.median(ours / theirs for ours, theirs in pairs))
        own += statistics.median(ours for ours, _ in pairs)
        peer += statistics.median(theirs for _, theirs in pairs)
    return {
        "landing": {
            "seconds": round(own, 5),
            "peer_seconds": round(peer, 5),
            "ratio": round(statistics.median(ratios), 3),
            "worst_ratio": round(max(ratios), 3),
            "peer": "lxml.html.document_fromstring, parsing only",
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "n": len(pages),
        }
    }


def _is_answered_by_a_rule(page: bytes) -> bool:
    found = extract(page, _URL)
    return (
        isinstance(found, Extraction)
        and found.abstract is not None
        and "trafilatura" not in found.findings["abstract"].step
    )


def _extract(html: bytes) -> None:
    extract(html, _URL)


def _parse(html: bytes) -> None:
    lxml_html.document_fromstring(html)


def _cpu_s(work: Callable[[bytes], None], html: bytes) -> float:
    begun = time.process_time()
    work(html)
    return time.process_time() - begun


if __name__ == "__main__":
    json.dump({"extraction": extraction(Path(sys.argv[1]))}, sys.stdout, indent=2)
    sys.stdout.write("\n")
