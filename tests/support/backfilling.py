"""Backfill in tests: the steps of the backfill flow on a thread pool, without Prefect."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from flows.choices import SourceName, WindowSize
from flows.http.client import Client
from flows.sources.base import Span
from flows.windows.backfill_plan import BackfillRequest, choose_windows
from flows.windows.backfill_run import Runner, WindowCollector
from flows.windows.collect_window import make_source, plan_windows
from flows.windows.locks import WindowLocks
from tests.support.collecting import DAY, NOW
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import commit
from warehouse.lake import Lake


def request(days=(DAY, DAY + dt.timedelta(days=29)), window=WindowSize.WEEK, **more):
    source = more.pop("source", SourceName.PUBMED_API)
    query, dates = more.pop("query", None), more.pop("dates", ("created",))
    return BackfillRequest(source, Span(*days, query, dates, window), **more)


def days(count, **more):
    return request((DAY, DAY + dt.timedelta(days=count - 1)), WindowSize.DAY, **more)


def backfill(
    config, request, *, parallel=2, windows_per_commit=25, now=NOW, commit=commit, on_submit=lambda window: None
):
    """Run a whole backfill; `on_submit` is called with every window that starts."""
    lake = Lake.at(config.lake)
    version = read_version(lake)
    with Client(config) as client, WindowLocks(lake) as locks, ThreadPoolExecutor(8) as pool:
        source = make_source(request.source, client, config, version, lambda: now)
        planned = choose_windows(request, plan_windows(lake, source, request.span), version)
        collector = WindowCollector(lake, source, locks, version.number)

        def submit(window, wait_s):
            on_submit(window)
            return pool.submit(collector.collect, window, wait_s)

        runner = Runner(
            collector,
            submit,
            lambda units: commit(lake, units),
            parallel=parallel,
            windows_per_commit=windows_per_commit,
        )
        result = runner.run(planned.windows)
        result.already_done = planned.already_done
        return result
