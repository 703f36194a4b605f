"""Backfill days from the server at the given address in a separate process, without Prefect.

python -m tests.support.backfilling_process URL LAKE DAYS AT_ONCE
"""

import sys
from pathlib import Path

from flows.settings import Settings
from tests.support.backfilling import backfill, days


def main(url, folder, count, windows_per_commit):
    config = Settings(
        lake=Path(folder), email="a@example.org", requests_per_second=1000, first_wait_s=0,
        pubmed_api_url=f"{url}/eutils/",
    )  # fmt: skip
    result = backfill(config, days(int(count)), windows_per_commit=int(windows_per_commit))
    sys.stdout.write(f"{len(result.windows)} {len(result.failed)} {result.already_done}\n")


main(*sys.argv[1:])
