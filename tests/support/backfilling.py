"""Backfilling in tests: the flow's own steps on a pool of threads, without Prefect around them."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from flows.choices import SourceName, WindowSize
from flows.http.client import Client
from flows.sources.base import Span
from flows.windows.backfill_plan import Asked, choose
from flows.windows.backfill_run import Place, Runner
from flows.windows.collect_window import make_source, plan
from flows.windows.locks import Holds
from tests.support.collecting import DAY, NOW
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import commit
from warehouse.lake import Lake


def asked(days=(DAY, DAY + dt.timedelta(days=29)), window=WindowSize.WEEK, **more):
    source = more.pop("source", SourceName.PUBMED_API)
    query, dates = more.pop("query", None), more.pop("dates", ("created",))
    return Asked(source, Span(*days, query, dates, window), **more)


def days(count, **more):
    return asked((DAY, DAY + dt.timedelta(days=count - 1)), WindowSize.DAY, **more)


def backfill(told, asked, *, parallel=2, at_once=25, now=NOW, commit=commit, on_submit=lambda window: None):
    """A whole backfill; `on_submit` hears of every window that is begun."""
    lake = Lake.at(told.lake)
    version = read_version(lake)
    with Client(told) as client, Holds(lake) as holds, ThreadPoolExecutor(8) as pool:
        source = make_source(asked.source, client, told, version, lambda: now)
        planned = choose(asked, plan(lake, source, asked.span), version)
        place = Place(lake, source, holds, version.number)

        def submit(window, wait_s):
            on_submit(window)
            return pool.submit(place.attempt, window, wait_s)

        runner = Runner(place, submit, lambda units: commit(lake, units), parallel=parallel, at_once=at_once)
        result = runner.run(planned.windows)
        result.already_done = planned.already_done
        return result
