"""Fetch from the server at the given address in a separate process, and print the memory it took in MB.

python -m tests.support.collecting_process SOURCE URL LAKE RECORDS_PER_PAGE
"""

import datetime as dt
import sys
from pathlib import Path

from flows.http.client import Client
from flows.settings import Settings
from flows.sources import pubmed_api
from flows.sources.base import Span
from flows.sources.pending_payload import PendingPayload
from flows.windows.collect_window import make_source
from tests.support.collecting import DAY, NOW
from warehouse.catalog.publish import read_version
from warehouse.lake import Lake


def peak_mb():
    """Return the peak memory by the kernel; getrusage would report that of the process that started this one."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main(name, url, folder, per_page):
    pubmed_api.RECORDS_PER_PAGE = int(per_page)
    config = Settings(
        lake=Path(folder), email="a@example.org", requests_per_second=1000, first_wait_s=0,
        pubmed_api_url=f"{url}/eutils/", pubmed_files_url=f"{url}/pubmed/", europepmc_url=f"{url}/europepmc/",
    )  # fmt: skip
    lake = Lake.at(config.lake)
    with Client(config) as client:
        source = make_source(name, client, config, read_version(lake), lambda: NOW)
        before = peak_mb()
        for window in source.plan(Span(DAY, DAY + dt.timedelta(days=1), dates=("created",))):
            fetched = source.fetch(window, PendingPayload(lake, window, lambda: NOW))
            sys.stdout.write(f"{window.name} {fetched.collected.state} {fetched.collected.expected}\n")
    sys.stdout.write(f"{peak_mb() - before:.0f}\n")


main(*sys.argv[1:])
