"""PubMed files cut into many small ones: the work of a bulk load in as many pieces as workers can share."""

import gzip
from pathlib import Path

from transforms.pubmed.slices import RecordSlice, slice_records


def cut(files: list[Path], into: Path, pieces: int) -> list[Path]:
    """Cut PubMed files into `pieces` files of about equally many records in a folder; the new files, in order.

    Records keep their order. A piece has a release number of its own, so that later ones still replace earlier ones.
    """
    into.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    each = pieces // len(files)
    for file in files:
        with file.open("rb") as stream:
            records = [item.data for item in slice_records(stream) if isinstance(item, RecordSlice)]
        size = -(-len(records) // each)
        for begin in range(0, len(records), size):
            made.append(into / f"pubmed26n{len(made) + 1:04d}.xml.gz")
            body = b"\n".join(records[begin : begin + size])
            made[-1].write_bytes(gzip.compress(b"<PubmedArticleSet>\n%b\n</PubmedArticleSet>\n" % body, 1, mtime=0))
    return made
