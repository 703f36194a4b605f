"""Everything that touches the world: sources, settings, Prefect flows and tasks, reports, the command.

The data's way, as `flows.collect` and `flows.ingest` walk it:

    sources               what to ask, in windows; asked through `http`, page by page, each kept (`in_flight`)
    sources/local_files   ... or a file is taken into the lake's raw folder
    transforms.pubmed.parse, europepmc_json     payload -> documents, deletions, rejected records with their reasons
    transforms.annotation.annotate       documents -> mentions: which concept, where, affirmed or not
    warehouse.commit.staging         ... written beside the lake: a prepared unit
    warehouse.commit.ingest          versions ordered by release, articles assigned, rows written, old ones hidden
    transforms.counting.cooccurrence   mentions -> concepts of articles -> counts, as signed deltas
    warehouse.catalog.publish         the next catalog takes the place of the current one, by one rename
    warehouse.queries.combinations       and is asked: count, timeline, evidence, rare
"""

import os

# What is freed in large blocks is soon asked for again, and a page that the kernel hands out anew is cleared first: in
# a virtual machine a tenth of an ingest. Arrow's allocator reads this when it is loaded: no huge pages, cleared whole.
os.environ.setdefault("MIMALLOC_ALLOW_THP", "0")
# glibc's allocator keeps blocks as large as the largest it was given back (at most 32 MB); this one is never touched.
bytes(31 << 20)
