"""Collect in tests: shelves of many small records, and the steps of the collect flow without Prefect."""

import dataclasses
import datetime as dt
import io
from dataclasses import replace

from flows.demo_literature.background import invent_authors, invent_journal, random_stream
from flows.demo_literature.mesh_excerpt import mesh
from flows.demo_literature.records import PublicationDate, Release, SampleArticle, Section
from flows.demo_literature.shelf import Shelf
from flows.http.client import Client
from flows.load_vocabulary import load_vocabulary
from flows.settings import Settings
from flows.sources.base import Span
from flows.sources.pending_payload import PendingPayload
from flows.windows.collect_window import (
    LakeSnapshot,
    choose_due,
    collect_window,
    make_source,
    next_group,
    plan_windows,
    uncommitted,
    unfinished,
)
from transforms.europepmc import parse as europepmc_json
from transforms.pubmed import parse as pubmed_xml
from warehouse.catalog.publish import read_version
from warehouse.commit.ingest import commit
from warehouse.commit.ledger import latest_windows, record_windows
from warehouse.lake import Lake

DAY = dt.date(2026, 3, 10)
NOW = dt.datetime(2026, 6, 1, 12, 0, tzinfo=dt.UTC)
FIRST = 39_000_001

_TEMPLATE = SampleArticle(
    pmid=FIRST, title="A synthetic record.", sections=(Section("It says nothing."),),
    authors=invent_authors(random_stream(1, 1))[:1],
    journal=invent_journal("Case Reports"), published=PublicationDate(2026, 3, 1),
    entered=DAY, revised=DAY, headings=(),
    publication_types=("Journal Article",), volume="1", issue="1", pages="1-2",
)  # fmt: skip


def records(count, *, days=1, first=FIRST, since=DAY):
    """Return PMID -> record; the dates of entry are spread over `days` days."""
    return {
        first + at: replace(_TEMPLATE, pmid=first + at, title=f"Record {at}.", entered=day, revised=day)
        for at in range(count)
        for day in [since + dt.timedelta(days=at * days // max(count, 1))]
    }


def shelf(count, **more):
    return Shelf(records=records(count, **more))


def settings(server, folder, **more):
    return Settings(**{"lake": folder, "first_wait_s": 0, "attempts": 4, **server.settings, **more})


def span(days=1, query=None, dates=("created",)):
    return Span(DAY, DAY + dt.timedelta(days=days - 1), query, dates)


def read_ids(lake, payload):
    """Return the document ids in a payload, repeated ones included."""
    parse = {"pubmed": pubmed_xml.parse, "europepmc": europepmc_json.parse}[payload.source]
    content = (lake.root / payload.path).read_bytes()
    return [
        document_id
        for parsed in parse(io.BytesIO(content), payload.name)
        for document_id in parsed.documents["document_id"].to_pylist()
    ]


def fetch(name, config, asked, *, after=None):
    """Plan and fetch without preparing or committing; return window -> `Fetched`, or the error it failed with."""
    from flows.errors import FlowError

    lake = Lake.at(config.lake)
    found = {}
    with Client(config) as client:
        source = make_source(name, client, config, read_version(lake), lambda: NOW)
        for window in source.plan(asked):
            try:
                found[window] = source.fetch(window, PendingPayload(lake, window, lambda: NOW))
            except FlowError as error:
                found[window] = error
    return found


def new_lake(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mesh.xml").write_bytes(mesh())
    load_vocabulary([folder / "mesh.xml"], Settings(lake=folder / "lake"))
    return Lake.at(folder / "lake")


def collect(name, config, asked, *, force=False, now=NOW, resume=False):
    """Collect and commit; return the ledger rows of this run by window name.

    With `resume` as a scheduled run does: from where the ledger says that the source is complete.
    """
    lake = Lake.at(config.lake)
    version = read_version(lake)
    with Client(config) as client:
        source = make_source(name, client, config, version, lambda: now)
        planned = left = unfinished(plan_windows(lake, source, asked, resume=resume), version, force=force)
        if not force:
            overlap = asked.since if resume else None
            chosen = choose_due(planned, version, config.settled_after_days, now.date(), overlap=overlap)
            planned = left = chosen.windows
        while left:
            known = LakeSnapshot.from_version(read_version(lake))
            group = next_group(left, 25)
            left = left[len(group) :]
            outcomes = [collect_window(lake, source, window, known, lambda: now) for window in group]
            done = commit(lake, [outcome.unit for outcome in outcomes if outcome.unit])
            record_windows(lake, [(outcome.collected, outcome.payload) for outcome in uncommitted(outcomes, done)])
    rows = latest_windows(read_version(lake))
    return {window.name: rows[window.key] for window in planned}


def files_shelf(*more):
    baseline = Release("pubmed26n0001.xml.gz", dt.date(2025, 12, 10), tuple(records(20).values()))
    revised = dataclasses.replace(baseline.records[0], title="Revised.", revised=DAY)
    update = Release("pubmed26n0002.xml.gz", dt.date(2026, 3, 1), (revised,), deletions=(FIRST + 19,))
    return Shelf((baseline, update, *more), frozenset({"pubmed26n0001.xml.gz", "pubmed27n0001.xml.gz"}))


def new_baseline(*absent, count=20):
    there = tuple(article for pmid, article in records(count).items() if pmid not in absent)
    there = (dataclasses.replace(there[0], title="Revised."), *there[1:])
    return Release("pubmed27n0001.xml.gz", dt.date(2026, 12, 12), there)
