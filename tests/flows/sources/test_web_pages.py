"""Web pages: lists of URLs, feeds, robots.txt, stored payloads."""

import datetime as dt
import gzip
import json

import pytest

from flows.demo_literature import static_service
from flows.demo_literature.server import LiteratureServer
from flows.errors import CollectError
from flows.http.client import Client, ForbiddenError, RefusedError
from flows.sources.base import Span
from flows.sources.web_pages import WebPages
from tests.support.collecting import DAY, FIRST, NOW, collect, fetch, new_lake, settings, shelf, span
from tests.support.loading import load_files, query
from warehouse.lake import Lake


@pytest.fixture
def server():
    with LiteratureServer(shelf(30, days=30), NOW.date()) as server:
        yield server


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path)


def settings_of(server, folder, **more):
    return settings(server, folder, allow_private_addresses=True, **more)


def listed(folder, *lines):
    place = folder / "pages.txt"
    place.write_text("\n".join(lines) + "\n")
    return str(place)


def test_pages_of_a_list_are_stored_as_received(server, tmp_path):
    url = f"{server.url}/pages/{FIRST}.html"
    pages = listed(tmp_path, "# my pages", url, "", url, f"{server.url}/pages/999.html")
    found = fetch("web_pages", settings_of(server, tmp_path / "lake", pages=pages), span())
    assert [window.query for window in found] == [url, f"{server.url}/pages/999.html"]
    kept, gone = found.values()
    assert kept.payload.source == "web"
    content = gzip.decompress((Lake.at(tmp_path / "lake").root / kept.payload.path).read_bytes())
    assert content == static_service.page(server.shelf.records[FIRST])[2]
    assert isinstance(gone, RefusedError)
    assert sum(path == "/robots.txt" for _, path, _ in server.requests) == 1


def test_only_feed_entries_within_the_span_are_collected(server, tmp_path):
    feed = f"{server.url}/feed.xml"
    server.today = DAY.replace(day=29)
    found = fetch("web_pages", settings_of(server, tmp_path), span(15, query=feed))
    assert len(found) == 15  # of the 20 newest, which are of the 10th to the 29th, those until the 24th
    assert all(one.collected.state == "done" for one in found.values())
    assert len(fetch("web_pages", settings_of(server, tmp_path), span(20, query=feed))) == 20


def test_a_feed_is_requested_conditionally(server, tmp_path):
    feed = f"{server.url}/feed.xml"
    for _ in range(2):
        assert len(fetch("web_pages", settings_of(server, tmp_path), span(31, query=feed))) == 20
    folder = tmp_path / "raw" / "answers"
    assert len(list(folder.glob("*.json"))) == 1


def test_a_query_that_is_not_a_feed_is_an_error(server, tmp_path):
    from flows.http.client import BadResponseError

    with pytest.raises(BadResponseError, match="neither an RSS nor an Atom feed"):
        fetch("web_pages", settings_of(server, tmp_path), span(query=f"{server.url}/pages/{FIRST}.html"))


def test_robots_are_respected(server, tmp_path):
    pages = listed(tmp_path, f"{server.url}/pages/private/{FIRST}.html")
    [error] = fetch("web_pages", settings_of(server, tmp_path / "lake", pages=pages), span()).values()
    assert isinstance(error, ForbiddenError)
    assert [path for _, path, _ in server.requests] == ["/robots.txt"]


def test_an_unavailable_robots_txt_disallows_all(server, tmp_path, monkeypatch):
    pages = listed(tmp_path, f"{server.url}/pages/{FIRST}.html")
    monkeypatch.setattr(server, "_page", lambda path: (500, "text/plain", b""))
    [error] = fetch("web_pages", settings_of(server, tmp_path / "lake", pages=pages), span()).values()
    assert "robots.txt: HTTP 500" in str(error)
    assert {path for _, path, _ in server.requests} == {"/robots.txt"}


def test_a_missing_robots_txt_allows_all_and_crawl_delay_is_respected(server, tmp_path, monkeypatch):
    pages = listed(tmp_path, *(f"{server.url}/pages/{FIRST + at}.html" for at in range(3)))
    monkeypatch.setattr(static_service, "ROBOTS", b"User-agent: hoofbeats\nCrawl-delay: 0.2\n")
    found = fetch("web_pages", settings_of(server, tmp_path / "lake", pages=pages), span())
    assert len(found) == 3
    times = [at for at, _, _ in server.requests]
    assert times[-1] - times[1] > 0.35


def test_private_addresses_are_not_collected_from_a_list(server, tmp_path):
    pages = listed(tmp_path, f"{server.url.replace('127.0.0.1', 'localhost')}/pages/{FIRST}.html", "http://10.0.0.1/x")
    found = fetch("web_pages", settings(server, tmp_path / "lake", pages=pages), span())
    assert all(isinstance(error, ForbiddenError) for error in found.values())
    assert not server.requests


@pytest.mark.parametrize("lines", [["no address"], ["file:///etc/passwd"], ["http://"]])
def test_a_list_of_invalid_urls_is_an_error(server, tmp_path, lines):
    with pytest.raises(CollectError, match=r"not an http\(s\) URL"):
        fetch("web_pages", settings_of(server, tmp_path, pages=listed(tmp_path, *lines)), span())


def test_a_missing_list_is_an_error(server, tmp_path):
    with pytest.raises(CollectError, match="no web pages are configured"):
        fetch("web_pages", settings_of(server, tmp_path), span())
    with pytest.raises(CollectError, match="No such file"):
        fetch("web_pages", settings_of(server, tmp_path, pages=str(tmp_path / "none.txt")), span())


def test_a_page_is_a_further_record_of_its_article(server, tmp_path):
    lake = new_lake(tmp_path)
    collect("pubmed_api", settings_of(server, lake.root), span())
    before = query(lake, "SELECT count(*) FROM articles")
    address = f"{server.url}/pages/{FIRST}.html"
    [row] = collect("web_pages", settings_of(server, lake.root, pages=listed(tmp_path, address)), span()).values()
    assert (row["received"], row["duplicates"], row["state"]) == (1, 1, "done")
    assert query(lake, "SELECT count(*) FROM articles") == before
    told_of = f"SELECT sources, documents FROM articles WHERE article_id = {FIRST}"
    assert query(lake, told_of) == [(["pubmed", "web"], 2)]
    assert query(lake, "SELECT document_a, document_b, rule FROM duplicate_pairs") == [
        (f"pubmed:{FIRST}", f"web:{server.url.removeprefix('http://')}/pages/{FIRST}.html", "same PMID")
    ]


def test_a_page_without_an_article_is_rejected_with_its_reason(lake, tmp_path):
    wall = tmp_path / "wall.html"
    wall.write_text(
        "<html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies</body></html>"
    )
    [row] = load_files(lake, wall).windows
    assert (row["received"], row["kept"], row["rejected"]) == (1, 0, 1)
    [(reason, document, excerpt)] = query(lake, "SELECT reason, document_id, excerpt FROM rejected")
    assert reason == "bot_wall"
    assert document.startswith("web:file/")
    assert "Just a moment" in excerpt


def test_a_page_in_the_ledger_is_not_requested_again(server, tmp_path):
    lake = new_lake(tmp_path)
    pages = listed(tmp_path, f"{server.url}/pages/{FIRST}.html", f"{server.url}/pages/999.html")
    rows = collect("web_pages", settings_of(server, lake.root, pages=pages), span())
    assert [row["state"] for row in rows.values()] == ["done", "failed"]
    asked = len(server.requests)
    again = collect("web_pages", settings_of(server, lake.root, pages=pages), span(), now=NOW + dt.timedelta(days=1))
    assert [row["state"] for row in again.values()] == ["failed"]
    assert len(server.requests) == asked + 2  # robots.txt, and the page that is not there
    assert query(lake, "SELECT count(*) FROM windows WHERE payload IS NOT NULL") == [(1,)]


WALL = (200, "text/html", b"<html><head><title>Just a moment...</title></head><body>Enable JavaScript</body></html>")


def walled(server, monkeypatch):
    genuine = server._page
    monkeypatch.setattr(server, "_page", lambda path: WALL if path.startswith("/pages/") else genuine(path))


def test_each_page_behind_a_wall_is_accounted_for_and_tried_again_later(server, tmp_path, monkeypatch):
    lake = new_lake(tmp_path)
    pages = listed(tmp_path, *(f"{server.url}/pages/{FIRST + number}.html" for number in range(4)))
    config = settings_of(server, lake.root, pages=pages)
    with monkeypatch.context() as patched:
        walled(server, patched)
        rows = list(collect("web_pages", config, span()).values())
        assert [(row["received"], row["rejected"], row["state"]) for row in rows] == [(1, 1, "open")] * 4
        assert {row["reason"].partition(":")[0] for row in rows} == {"bot_wall"}
        assert query(lake, "SELECT count(*), count(DISTINCT document_id) FROM rejected") == [(4, 4)]
        asked = len(server.requests)
        assert collect("web_pages", config, span()) == {}
        assert len(server.requests) == asked
        again = collect("web_pages", config, span(), now=NOW + dt.timedelta(days=1))
        assert {row["state"] for row in again.values()} == {"open"}
        assert collect("web_pages", config, span(), now=NOW + dt.timedelta(days=2)) == {}
    found = collect("web_pages", config, span(), now=NOW + dt.timedelta(days=3))
    assert [(row["state"], row["received"]) for row in found.values()] == [("done", 1)] * 4


def test_a_page_that_failed_is_asked_again_after_growing_pauses(server, tmp_path, monkeypatch):
    lake = new_lake(tmp_path)
    pages = listed(tmp_path, f"{server.url}/pages/{FIRST}.html")
    config = settings_of(server, lake.root, pages=pages, attempts=1)
    days_asked = []
    with monkeypatch.context() as patched:
        patched.setattr(server, "_page", lambda path: (503, "text/html", b"down"))
        for number in range(9):
            rows = collect("web_pages", config, span(), now=NOW + dt.timedelta(days=number))
            days_asked += [number] if rows else []
            assert {row["state"] for row in rows.values()} <= {"failed"}
    assert days_asked == [0, 1, 3, 7]
    found = collect("web_pages", config, span(), now=NOW + dt.timedelta(days=15))
    assert [row["state"] for row in found.values()] == ["done"]


def test_links_of_a_feed_are_known_without_what_each_fetch_adds(server, tmp_path):
    links = iter(("?utm_source=a&fc=1&ff=1&v=2", "?utm_source=a&fc=1&ff=2&v=2", ";jsessionid=AB12?fbclid=9"))
    names = set()
    with Client(config := settings_of(server, tmp_path)) as client:
        for added in links:
            source = WebPages(client, config)
            source._feed_entries = lambda url, added=added: [(f"{server.url}/pages/{FIRST}.html{added}", None)]
            [window] = source.plan(span(query=f"{server.url}/feed.xml"))
            names.add((window.name, window.query))
    assert [address for _, address in names] == [f"{server.url}/pages/{FIRST}.html"]


def test_a_feed_is_followed_after_a_pause(server, tmp_path):
    feed = f"{server.url}/feed.xml"
    lake = new_lake(tmp_path)
    config = settings_of(server, lake.root)
    with Client(config) as client:
        source = WebPages(client, config)
        server.today = DAY.replace(day=20)
        known = source.resume(Span(DAY.replace(day=18), DAY.replace(day=20), feed), [])
        assert len(known) == 3
        server.today = DAY.replace(day=31)
        rows = [{"collector": "web_pages", "window_name": window.name} for window in known]
        later = source.resume(Span(DAY.replace(day=30), DAY.replace(day=31), feed), rows)
    assert {window.name for window in later} >= {window.name for window in known}
    assert len(later) == 14  # 18 to 31 March


def test_a_password_in_an_address_is_sent_and_not_stored(server, tmp_path):
    named = server.url.replace("://", "://me:pass-word@")
    lake = new_lake(tmp_path)
    config = settings_of(server, lake.root, pages=listed(tmp_path, f"{named}/pages/{FIRST}.html", f"{named}/none.html"))
    rows = collect("web_pages", config, span()).values()
    assert [row["state"] for row in rows] == ["done", "failed"]
    assert "pass-word" not in str(query(lake, "SELECT * FROM windows"))
    assert not [path for path in lake.raw.rglob("*.json") if "pass-word" in path.read_text()]


def test_the_charset_of_the_http_header_is_used(server, tmp_path, monkeypatch):
    lake = new_lake(tmp_path)
    genuine = server._page
    title = "Chłoniak i zespół u chorego"
    page = (
        f'<html lang="pl"><head><title>{title}</title><meta name="citation_title" content="{title}">'
        f'<meta name="citation_pmid" content="42000001"></head><body>{title}</body></html>'
    )
    reply = (200, "text/html; charset=iso-8859-2", page.encode("iso-8859-2"))
    monkeypatch.setattr(server, "_page", lambda path: reply if path == "/pl" else genuine(path))
    [row] = collect(
        "web_pages", settings_of(server, lake.root, pages=listed(tmp_path, f"{server.url}/pl")), span()
    ).values()
    assert row["state"] == "done"
    assert query(lake, "SELECT title FROM documents") == [(title,)]
    sidecar = next(lake.raw.rglob("*.html.gz.json"))
    assert json.loads(sidecar.read_text())["charset"] == "iso-8859-2"
