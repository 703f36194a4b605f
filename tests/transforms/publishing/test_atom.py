"""Feeds of changes, read back by a feed reader."""

import datetime as dt

import feedparser
import pytest

from transforms.publishing.atom import MAX_ENTRIES, headline, render_feed, summary

NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)
EVENT = {
    "watch_id": "a-b", "name": "a & <b>", "version": 7, "previous_version": 4, "previous": 1, "articles": 2,
    "gained": [12, 2**62 + 5], "lost": [3], "combination": "A AND B", "population": 1000, "with_abstract": 900,
    "rate_per_million": 2000.0, "low": 242.2, "high": 7224.7, "counted_at": NOON,
}  # fmt: skip


def event(**fields):
    return {**EVENT, **fields}


def test_an_entry_has_counts_ids_and_links():
    read = feedparser.parse(render_feed("x", "Title", [EVENT]))
    assert (read.feed.title, read.feed.author, read.version) == ("Title", "Hoofbeats", "atom10")
    [entry] = read.entries
    assert entry.title == "a & <b>: 1 -> 2 articles"
    assert entry.updated_parsed[:5] == (2026, 1, 2, 12, 0)
    hrefs = [link.href for link in entry.links]
    assert hrefs == ["https://pubmed.ncbi.nlm.nih.gov/12/", "https://pubmed.ncbi.nlm.nih.gov/3/"]
    assert "gained: PMID 12, article 4611686018427387909" in summary(EVENT)
    assert "lost: PMID 3" in summary(EVENT)
    assert headline(event(articles=1, previous=1000)) == "a & <b>: 1,000 -> 1 article"


def test_ids_are_stable_and_those_of_other_events_and_feeds_differ():
    def ids(*events, name="x"):
        read = feedparser.parse(render_feed(name, "Title", events))
        return [read.feed.id, *(entry.id for entry in read.entries)]

    assert ids(EVENT) == ids(event(name="renamed", gained=[]))
    later = event(version=8, counted_at=NOON + dt.timedelta(days=1))
    assert ids(EVENT, later)[0::2] == ids(EVENT), "the latest first"
    assert len({*ids(EVENT, later, event(watch_id="c")), ids(EVENT, name="y")[0]}) == 5
    assert render_feed("x", "t", [EVENT, later]) == render_feed("x", "t", [later, EVENT])


def test_an_empty_feed_is_valid_and_a_long_one_keeps_the_latest_entries():
    assert feedparser.parse(render_feed("x", "t", [])).feed.updated_parsed[0] == 1970
    many = [event(version=n, counted_at=NOON + dt.timedelta(days=n)) for n in range(MAX_ENTRIES + 5)]
    entries = feedparser.parse(render_feed("x", "t", many)).entries
    assert len(entries) == MAX_ENTRIES
    assert entries[0].updated_parsed > entries[-1].updated_parsed
    assert len(feedparser.parse(render_feed("x", "t", [event(gained=list(range(1, 999)))])).entries[0].links) == 50


@pytest.mark.parametrize("population", [0, None])
def test_a_count_of_nothing_has_no_rate(population):
    text = summary(event(population=population, rate_per_million=None, low=None, high=None))
    assert "per million" not in text
