"""The floor for reading PubMed XML: lxml alone. `python -m benchmarks.floor FILE` reads one file."""

import sys
from pathlib import Path

from isal import igzip
from lxml import etree

NAME = "lxml iterparse, reading only"


def read_with_lxml(path: Path) -> None:
    """Read title, abstract and headings of each record and discard them."""
    with igzip.open(path) as stream:  # type: ignore[no-untyped-call]
        for _, element in etree.iterparse(stream, tag="PubmedArticle"):
            "".join(element.find("MedlineCitation/Article/ArticleTitle").itertext())
            parts = element.iterfind("MedlineCitation/Article/Abstract/AbstractText")
            " ".join("".join(part.itertext()) for part in parts)
            [heading.get("UI") for heading in element.iterfind("MedlineCitation/MeshHeadingList//DescriptorName")]
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


if __name__ == "__main__":
    read_with_lxml(Path(sys.argv[1]))
