"""CPU time of extracting landing pages, as a ratio to lxml parsing them: `python -m benchmarks.extraction_speed DATA`.

Only pages whose abstract is found without trafilatura are timed. Extraction and parsing alternate. The ratio of a page
is the median over the runs, that of the set the median over its pages; the worst page is given as well.
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


def measure_extraction(data: Path, runs: int = 15) -> dict[str, Any] | None:
    """Return {"landing": figures} as in `benchmarks.speed`, with worst_ratio and n pages; None without data."""
    pages = [path.read_bytes() for path in sorted((data / "html/landing").glob("*.html"))]
    pages = [page for page in pages if _is_found_by_rule(page)]
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


def _is_found_by_rule(page: bytes) -> bool:
    result = extract(page, _URL)
    return (
        isinstance(result, Extraction)
        and result.abstract is not None
        and "trafilatura" not in result.findings["abstract"].step
    )


def _extract(html: bytes) -> None:
    extract(html, _URL)


def _parse(html: bytes) -> None:
    lxml_html.document_fromstring(html)


def _cpu_s(work: Callable[[bytes], None], html: bytes) -> float:
    start = time.process_time()
    work(html)
    return time.process_time() - start


if __name__ == "__main__":
    json.dump({"extraction": measure_extraction(Path(sys.argv[1]))}, sys.stdout, indent=2)
    sys.stdout.write("\n")
