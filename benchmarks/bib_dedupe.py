"""bib-dedupe on a labelled set: `python -m benchmarks.bib_dedupe SET.parquet` prints clusters and CPU seconds as JSON.

Runs as a process of its own, so that the processes it starts are measured too. Start-up and reading are not measured.
"""

import json
import sys

import pandas as pd
import pyarrow.parquet as pq
from bib_dedupe.bib_dedupe import block, cluster, match, prep

from benchmarks.processes import cpu_seconds

NAMES = {"record_id": "ID", "authors": "author", "issue": "number"}
COLUMNS = ("title", "year", "journal", "volume", "pages", "abstract", "doi")


def main() -> None:
    """Deduplicate one set as bib-dedupe's documentation shows: prep, block, match, cluster."""
    records = pq.read_table(sys.argv[1], columns=[*NAMES, *COLUMNS]).to_pandas().fillna("").rename(columns=NAMES)
    records = records.assign(ENTRYTYPE="article", search_set="")
    began = cpu_seconds()
    prepared = prep(pd.DataFrame(records), verbosity_level=0)
    matched = match(block(prepared, verbosity_level=0), verbosity_level=0)
    clusters = cluster(matched, verbosity_level=0)
    json.dump({"clusters": clusters, "seconds": cpu_seconds() - began}, sys.stdout)


if __name__ == "__main__":
    main()
