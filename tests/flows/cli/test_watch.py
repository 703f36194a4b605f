"""The verbs of watches, their file, the feeds, and the notifications."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import duckdb
import feedparser
import pytest
from prefect.blocks.abstract import NotificationBlock
from prefect.logging import disable_run_logger

from flows.settings import Settings
from flows.watches import file as watch_file
from flows.watches.alerts import alert, announce_changes, track_watches
from flows.watches.feeds import follow_watches, write_feeds
from tests.support import small_lake
from tests.support.small_lake import load_units, new_lake, record, stage_unit
from transforms.counting.filters import Filters
from transforms.publishing.watches import Watch
from warehouse.catalog.publish import read_version
from warehouse.lake import Lake
from warehouse.queries.combinations import Combination

A, B = "MESH:D1", "MESH:D2"
FILE = '# why\n[[watch]]\nname = "kept" # and so on\nterms = ["Asthma"]\n'


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def test_the_verbs(hoofbeats, lake):
    assert json.loads(hoofbeats("watch", "list", "--json")[1]) == []
    code, out, err = hoofbeats("watch", "add", "Leukemia|Asthma", B, "--name", "my watch", "--basis", "index", "--json")
    assert (code, err) == (0, "")
    [state] = json.loads(out)
    assert (state["watch_id"], state["articles"], state["previous"], state["problem"]) == ("my-watch", 0, None, None)
    assert (lake.root / "feeds" / "watch-my-watch.atom").exists()
    load_units(lake, stage_unit(lake, "a", [record(1, headings=[A, B])]))
    [state] = json.loads(hoofbeats("watch", "list", "--json")[1])
    assert (state["articles"], state["previous"], state["combination"]) == (
        1, 0, "Leukemia or Asthma AND Extramedullary Hematopoiesis",
    )  # fmt: skip
    assert "0 -> 1 article" in hoofbeats("watch", "show", "my watch")[1]
    assert "gained: PMID 1" in hoofbeats("watch", "show", "my-watch")[1]
    assert len(json.loads(hoofbeats("watch", "show", "my-watch", "--json")[1])) == 2
    assert hoofbeats("watch", "remove", "my watch")[0] == 0
    assert json.loads(hoofbeats("watch", "list", "--json")[1]) == []


def test_what_is_wrong_is_told(hoofbeats, lake):
    assert 'no concept is called "lekemia"' in hoofbeats("watch", "add", "lekemia")[2]
    assert not (lake.root / "watches.toml").exists()
    assert hoofbeats("watch", "add", A)[0] == 0
    code, _, err = hoofbeats("watch", "add", B, "--name", A)
    assert (code, "too alike" in err) == (1, True)
    assert f'watches: "{A}"' in hoofbeats("watch", "remove", "other")[2]
    (lake.root / "watches.toml").write_text("[[watch")
    code, _, err = hoofbeats("watch", "list")
    assert (code, "not TOML" in err) == (1, True)


def test_what_a_person_wrote_in_the_file_stays(tmp_path):
    path = tmp_path / "mine" / "watches.toml"
    watch_file.add(path, Watch("first", ("x|y",)))
    path.write_text(FILE + path.read_text())
    watch_file.add(path, Watch("näxt", ("Gout", 'a "b"'), Filters(level="sentence", to_year=1999)))
    assert path.read_text().startswith(FILE)
    assert [each.name for each in watch_file.read(path)] == ["kept", "first", "näxt"]
    assert watch_file.read(path)[2] == Watch("näxt", ("Gout", 'a "b"'), Filters(level="sentence", to_year=1999))
    watch_file.remove(path, "first")
    assert [each.name for each in watch_file.read(path)] == ["kept", "näxt"]
    assert path.read_text().startswith(FILE)


MESSAGES = []


class Noted(NotificationBlock):
    """A notification block that keeps its messages, or fails."""

    fails: bool

    def notify(self, body, subject=None):
        if self.fails:
            raise OSError("no way")
        MESSAGES.append((subject, body))


@pytest.fixture
def failing(monkeypatch):
    """The names of blocks that fail."""
    names = {"failing/x"}
    monkeypatch.setattr("flows.watches.alerts.Block.load", lambda name: Noted(fails=name in names))
    monkeypatch.setattr("flows.watches.alerts.alert", alert.fn)
    MESSAGES.clear()
    with disable_run_logger():
        yield names


def test_who_is_told_of_a_change_and_when(lake, failing):
    settings = Settings(lake=lake.root, notify="failing/x custom-webhook/y")
    watch_file.add(settings.watch_file, Watch("pair", (A, B)))
    follow_watches(settings)
    assert announce_changes(settings) == []
    assert MESSAGES == [], "a first count is no change"
    load_units(lake, stage_unit(lake, "a", [record(1, headings=[A, B], abstract="Secret words.")]))
    assert [row["articles"] for row in announce_changes(settings)] == [1]
    assert len(MESSAGES) == 1, "one that fails does not keep it from the other"
    failing.clear()
    announce_changes(settings)
    assert len(MESSAGES) == 3, "what could not be delivered is sent by the next run"
    announce_changes(settings)
    assert len(MESSAGES) == 3, "nothing new, nothing sent"
    assert MESSAGES[0][0] == "pair: 0 -> 1 article"
    load_units(lake, stage_unit(lake, "b", [record(2, headings=[A, B])]))
    announce_changes(Settings(lake=lake.root))
    announce_changes(settings)
    assert len(MESSAGES) == 3, "a change without a block to notify is not sent later"
    for path in (settings.feed_folder / "all.atom", settings.feed_folder / "watch-pair.atom"):
        read = feedparser.parse(path.read_bytes())
        assert [entry.title for entry in read.entries] == ["pair: 1 -> 2 articles", "pair: 0 -> 1 article"]
        assert b"Secret" not in path.read_bytes()


def test_a_file_that_cannot_be_read_stops_no_run(lake, caplog):
    settings = Settings(lake=lake.root)
    settings.watch_file.write_text("[[watch")
    with disable_run_logger():
        track_watches(settings)
    assert Lake.at(settings.lake).catalog.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"batch": null}', b"\xff\x00"])
def test_a_damaged_note_of_what_was_sent_is_written_again(lake, failing, content):
    settings, failing_blocks = Settings(lake=lake.root, notify="custom-webhook/y"), failing
    failing_blocks.clear()
    watch_file.add(settings.watch_file, Watch("pair", (A, B)))
    track_watches(settings)
    load_units(lake, stage_unit(lake, "a", [record(1, headings=[A, B])]))
    (lake.root / "alerts.json").write_bytes(content)
    assert len(announce_changes(settings)) == 1
    assert len(MESSAGES) == 1
    assert json.loads((lake.root / "alerts.json").read_bytes()) == {"batch": 4}
    assert announce_changes(settings) == []


def test_feeds_and_alerts_that_fail_stop_no_run(lake, failing, caplog):
    settings = Settings(lake=lake.root, notify="custom-webhook/y")
    watch_file.add(settings.watch_file, Watch("pair", (A, B)))
    track_watches(settings)
    shutil.rmtree(settings.feed_folder)
    settings.feed_folder.write_text("a file where the folder was")
    (lake.root / "alerts.json").mkdir()
    load_units(lake, stage_unit(lake, "a", [record(1, headings=[A, B])]))
    warnings = []
    assert write_feeds(settings, warnings.append) == []
    assert [str(settings.feed_folder / name) in text for name, text in zip(
        ("watch-pair.atom", "all.atom"), warnings, strict=True
    )] == [True, True]  # fmt: skip
    with caplog.at_level("WARNING"):
        assert announce_changes(settings) == []
    track_watches(settings)


def test_control_characters_of_a_name_reach_no_feed(lake, monkeypatch):
    settings = Settings(lake=lake.root)
    monkeypatch.setattr(small_lake, "NAMES", {**small_lake.NAMES, A: "Leuk\x0bemia\x1b[31m \ufffe", B: "\x00b\x9f"})
    lake = new_lake(lake.root, "vocabulary-2")
    watch_file.add(settings.watch_file, Watch("pair", (A, B)))
    follow_watches(settings)
    monkeypatch.setattr(small_lake, "VOCABULARY", "vocabulary-2")
    load_units(lake, stage_unit(lake, "a", [record(1, headings=[A, B])]))
    warnings = []
    write_feeds(settings, warnings.append)
    assert warnings == []
    assert "Leuk\ufffdemia" in feedparser.parse(settings.feed_folder / "all.atom").entries[0].summary


def test_a_watch_that_cannot_be_counted_fails_no_commit(lake, monkeypatch):
    settings = Settings(lake=lake.root)
    watch_file.add(settings.watch_file, Watch("broken", (A,)))
    watch_file.add(settings.watch_file, Watch("sound", (B,)))
    follow_watches(settings)

    def fails(connection, terms, filters=None, of_terms=Combination.of_terms):
        if terms == (A,):
            raise duckdb.InvalidInputException("this combination cannot be counted")
        return of_terms(connection, terms, filters)

    monkeypatch.setattr(Combination, "of_terms", fails)
    assert load_units(lake, stage_unit(lake, "a", [record(1, headings=[A, B])]))
    version = read_version(lake)
    assert [row["problem"] for row in version.table("watches").to_pylist()] == [
        "this combination cannot be counted", None,
    ]  # fmt: skip
    assert [row["name"] for row in version.table("watch_counts").to_pylist()] == ["broken", "sound", "sound"]


def test_commands_that_add_watches_at_the_same_time_lose_none(tmp_path):
    path = tmp_path / "watches.toml"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: watch_file.add(path, Watch(f"watch {number}", (A,))), range(24)))
    assert {watch.name for watch in watch_file.read(path)} == {f"watch {number}" for number in range(24)}


def test_settings_name_the_places(tmp_path, monkeypatch):
    monkeypatch.setenv("HOOFBEATS_FEEDS", str(tmp_path / "f"))
    settings = Settings(lake=tmp_path, watches=tmp_path / "w.toml")
    assert (settings.watch_file, settings.feed_folder) == (tmp_path / "w.toml", tmp_path / "f")
    with pytest.raises(ValueError, match="notify"):
        Settings(notify="no block")
