"""Splits PubMed files into many small ones, so that the workers of a bulk load can share the work."""

import gzip
from pathlib import Path

from transforms.pubmed.slices import RecordSlice, slice_records


def split_files(files: list[Path], folder: Path, count: int) -> list[Path]:
    """Split PubMed files into about `count` files of equally many records and return the new files in order.

    Records keep their order. Each file has a release number of its own, so that later versions replace earlier ones.
    """
    folder.mkdir(parents=True, exist_ok=True)
    new_files: list[Path] = []
    parts_per_file = count // len(files)
    for file in files:
        with file.open("rb") as stream:
            records = [item.data for item in slice_records(stream) if isinstance(item, RecordSlice)]
        size = -(-len(records) // parts_per_file)
        for begin in range(0, len(records), size):
            new_files.append(folder / f"pubmed26n{len(new_files) + 1:04d}.xml.gz")
            body = b"\n".join(records[begin : begin + size])
            new_files[-1].write_bytes(
                gzip.compress(b"<PubmedArticleSet>\n%b\n</PubmedArticleSet>\n" % body, 1, mtime=0)
            )
    return new_files
