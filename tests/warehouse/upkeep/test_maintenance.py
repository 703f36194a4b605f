import os
import subprocess
import sys
import time

import duckdb
import pyarrow as pa
import pytest

from tests.support.small_lake import (
    BOTH,
    NAMES,
    ask,
    content,
    europepmc_record,
    load_units,
    new_lake,
    pairs,
    record,
    stage_unit,
)
from transforms.schema.counts import COOCCURRENCES_BY_B
from transforms.schema.tables import SEGMENT_TABLES
from warehouse.catalog.publish import connect, read_version
from warehouse.commit.article_rewrite import ArticleRewrite
from warehouse.commit.compaction import compact, crowded_sizes
from warehouse.upkeep.audit import audit, value_ranges
from warehouse.upkeep.garbage import collect_garbage
from warehouse.upkeep.verify import verify

A, B = BOTH


@pytest.fixture
def lake(tmp_path):
    return new_lake(tmp_path / "lake")


def revise(lake, times):
    """Commits that each revise article 1, add an article, and delete the one before."""
    for step in range(1, times + 1):
        headings = BOTH if step % 2 else [A]
        records = [record(1, step, headings=headings), record(100 + step, step, headings=BOTH, text=[(A, 1), (B, 1)])]
        load_units(lake, stage_unit(lake, f"step-{step}", records, [(100 + step - 1, step)]))


def audited(lake):
    with connect(lake) as connection:
        return audit(connection, articles_at_once=2)


def test_a_consistent_lake_passes_the_audit(lake):
    revise(lake, 5)
    assert audited(lake) == []


def test_the_audit_reports_a_wrong_count(lake, monkeypatch):
    monkeypatch.setattr("warehouse.upkeep.audit.ROWS_AT_ONCE", 1)
    load_units(lake, stage_unit(lake, "a", [record(1, headings=BOTH)]))
    monkeypatch.setattr("warehouse.commit.article_rewrite.count_deltas", lambda now, before, schema: now[0])
    load_units(lake, stage_unit(lake, "b", [record(1, 2, headings=[A])]))
    found = {difference.table: difference for difference in audited(lake)}
    assert set(found) == {"cooccurrences", "cooccurrences_by_b", "concept_counts", "corpus_counts"}
    assert found["cooccurrences"].stored_only[0]["articles"] == 1
    assert found["cooccurrences"].recounted_only[0]["articles"] == 0


def test_the_audit_compares_a_bounded_number_of_rows(lake, monkeypatch):
    monkeypatch.setattr("warehouse.upkeep.audit.ROWS_AT_ONCE", 4)
    load_units(
        lake, stage_unit(lake, "a", [record(pmid, headings=list(NAMES), year=1990 + pmid) for pmid in range(1, 4)])
    )
    sizes = dict(ask(lake, "SELECT concept_b, count(*) FROM stored.cooccurrences_by_b GROUP BY concept_b"))
    with connect(lake) as connection:
        found = value_ranges(connection, COOCCURRENCES_BY_B, "concept_b")
    held = [[sizes[name] for name in sorted(sizes) if low <= name < high] for low, high in found]
    assert sum(map(sum, held)) == sum(sizes.values())
    assert len(held) > 1
    assert all(held)
    assert all(sum(rows) - rows[-1] <= 4 for rows in held)


def test_the_audit_reports_a_wrong_article(lake, monkeypatch):
    monkeypatch.setattr(
        "warehouse.commit.article_rewrite.summarize_articles", lambda documents: _with_year(documents, 1900)
    )
    load_units(lake, stage_unit(lake, "a", [record(1, headings=BOTH)]))
    monkeypatch.undo()
    found = {difference.table for difference in audited(lake)}
    assert {"article_keys", "article_concepts", "cooccurrences"} <= found


def test_the_audit_reports_a_mention_that_is_stored_twice(lake, monkeypatch):
    once = ArticleRewrite.available_mentions
    monkeypatch.setattr(
        ArticleRewrite, "available_mentions", lambda *given, **how: pa.concat_tables([once(*given, **how)] * 2)
    )
    load_units(lake, stage_unit(lake, "a", [record(1, headings=[A], text=[(B, 1)])]))
    [difference] = audited(lake)
    assert (difference.table, difference.rows) == ("mentions", 2)
    assert {(row["concept_id"], row["basis"], row["count_all"]) for row in difference.stored_only} == {
        (A, "index", 2), (B, "text", 2),
    }  # fmt: skip


def _with_year(documents, year):
    import pyarrow as pa

    from transforms.counting.articles import summarize_articles

    articles = summarize_articles(documents)
    at = articles.column_names.index("year")
    return articles.set_column(at, "year", pa.array([year] * len(articles), pa.int32()))


def test_the_audit_reports_a_misplaced_record(lake, monkeypatch):
    load_units(lake, stage_unit(lake, "a", [record(1, headings=BOTH)]))
    misled = lambda edges, documents, verdicts: documents.select(["document_id"]).append_column(  # noqa: E731
        "article_id", pa.array([77] * len(documents), pa.int64())
    )
    monkeypatch.setattr("warehouse.commit.article_assignment.cluster", misled)
    load_units(lake, stage_unit(lake, "b", [europepmc_record("X", pmid=1, headings=[A])]))
    [difference] = [found for found in audited(lake) if found.table == "documents"]
    assert [row["article_id"] for row in difference.stored_only] == [77, 77]
    assert [row["expected_article_id"] for row in difference.recounted_only] == [1, 1]


def test_compaction_changes_no_result_and_leaves_few_segments(lake):
    revise(lake, 12)
    before = content(lake)
    version = read_version(lake)
    assert len(version.segments("cooccurrences")) > 8
    assert compact(lake) == version.number + 1
    after = read_version(lake)
    assert content(lake) == before
    assert {name: len(after.segments(name)) for name in ("documents", "mentions", "cooccurrences", "sightings")} == {
        "documents": 1, "mentions": 1, "cooccurrences": 1, "sightings": 1,
    }  # fmt: skip
    assert len(after.table("superseded")) == 0
    assert ask(lake, "SELECT count(*) FROM stored.documents") == ask(lake, "SELECT count(*) FROM documents")
    assert audited(lake) == []
    assert compact(lake) is None


def test_a_lake_that_nobody_maintains_keeps_few_segments(lake, monkeypatch):
    monkeypatch.setattr("warehouse.commit.compaction.MOST_SMALL", 8)
    most = 0
    for step in range(1, 17):
        load_units(lake, stage_unit(lake, f"{step}", [record(1, step, headings=BOTH), record(step + 1, headings=[A])]))
        version = read_version(lake)
        most = max(most, *(len(version.segments(name)) for name in SEGMENT_TABLES))
    assert most < 8
    assert [row["kind"] for row in version.table("batches").to_pylist()].count("fold") == 2
    assert ask(lake, "SELECT count(*) FROM documents") == [(17,)]
    assert pairs(lake) == {BOTH: 1}
    assert audited(lake) == []


def test_a_commit_merges_no_large_segments(lake, monkeypatch):
    monkeypatch.setattr("warehouse.commit.compaction.MOST_SMALL", 8)
    monkeypatch.setattr("warehouse.commit.compaction.SMALL_ROWS", 2)
    for step in range(1, 9):
        records = [record(10 * step + number, headings=BOTH) for number in range(3)]
        load_units(lake, stage_unit(lake, f"{step}", records))
    assert len(read_version(lake).segments("documents")) == 8
    assert len(read_version(lake).segments("cooccurrences")) == 1


def test_a_commit_does_not_fail_where_its_compaction_does(lake, monkeypatch, caplog):
    monkeypatch.setattr("warehouse.commit.compaction.MOST_SMALL", 2)

    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("warehouse.commit.compaction.compact", full)
    for step in range(1, 4):
        assert load_units(lake, stage_unit(lake, f"{step}", [record(step, headings=BOTH)]))
    assert "were not merged" in caplog.text
    assert pairs(lake) == {BOTH: 3}


def test_payloads_can_be_loaded_after_compaction(lake):
    revise(lake, 9)
    compact(lake)
    load_units(lake, stage_unit(lake, "later", [record(1, 99, headings=BOTH)], [(109, 99)]))
    assert pairs(lake) == {BOTH: 1}
    assert audited(lake) == []


def test_large_segments_stay_and_superseded_entries_with_them(lake, monkeypatch):
    monkeypatch.setattr("warehouse.commit.compaction.SMALLEST_CLASS_ROWS", 16)
    load_units(lake, stage_unit(lake, "large", [record(number, 1, headings=BOTH) for number in range(1, 200)]))
    [large] = read_version(lake).segments("documents")
    revise(lake, 9)
    before = content(lake)
    compact(lake)
    assert content(lake) == before
    folded = read_version(lake)
    assert large in folded.segments("documents")
    assert len(folded.segments("documents")) == 2
    assert folded.table("superseded")["article_id"].to_pylist() == [1, *range(100, 110)]
    assert audited(lake) == []


def test_all_segments_are_compacted_once_too_many_rows_are_hidden(lake, monkeypatch):
    load_units(lake, stage_unit(lake, "large", [record(number, 1, headings=BOTH) for number in range(1, 200)]))
    revise(lake, 2)
    before = content(lake)
    assert compact(lake) is None
    monkeypatch.setattr("warehouse.commit.compaction.MOST_HIDDEN", 2)
    compact(lake)
    assert content(lake) == before
    folded = read_version(lake)
    assert len(folded.segments("documents")) == 1
    assert len(folded.table("superseded")) == 0
    assert compact(lake) is None


@pytest.mark.parametrize("sizes", [[1] * 7, [50_000] * 7 + [1] * 7, [10**9] * 3 + [5] * 7])
def test_segments_of_different_sizes_are_left_alone(sizes):
    assert crowded_sizes([{"rows": size} for size in sizes], 8) == []


def test_segments_of_one_size_are_compacted_with_all_smaller_ones():
    rows = [{"rows": size} for size in [1] * 3 + [50_000] * 8 + [10**6] * 7]
    assert crowded_sizes(rows, 8) == rows[:11]


def test_garbage_collection_keeps_segments_of_kept_versions(lake):
    revise(lake, 10)
    compact(lake)
    old = time.time() - 10_000
    for path in lake.tables.glob("*/*.parquet"):
        os.utime(path, (old, old))
    for path in lake.history.iterdir():
        os.utime(path, (old - 86_400 * 90, old - 86_400 * 90))
    before = content(lake)
    removed = collect_garbage(lake, keep_latest=1)
    assert removed.files > 20
    assert removed.versions == list(range(1, read_version(lake).number))
    assert content(lake) == before
    with connect(lake) as connection:
        others = len(list(lake.tables.glob("*/columns-*.parquet"))) + 2  # catalog.duckdb and the one kept version
        assert verify(lake, connection)[0] == len(read_version(lake).table("segments")) + 10 + others
    assert not any("tables" in fault.path for fault in faults(lake))


def faults(lake):
    with connect(lake) as connection:
        return verify(lake, connection)[1]


def test_recent_segments_are_kept(lake):
    revise(lake, 9)
    compact(lake)
    assert collect_garbage(lake, keep_latest=1).files == 0


def test_files_in_use_by_another_process_are_kept(lake):
    revise(lake, 9)
    reading = (
        "import duckdb, sys\n"
        "connection = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print(connection.execute('SELECT count(*) FROM articles').fetchone()[0], flush=True)\n"
        "sys.stdin.readline()\n"
        "print(connection.execute('SELECT count(*) FROM mentions, articles').fetchone()[0] > 0, flush=True)\n"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", reading, str(lake.catalog)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert reader.stdout.readline() == "2\n"
    opened = read_version(lake).number
    compact(lake)
    for path in [*lake.tables.glob("*/*.parquet"), *lake.history.iterdir()]:
        os.utime(path, (0, 0))
    assert collect_garbage(lake, keep_latest=1, grace_s=0).in_use == [opened]
    assert reader.communicate("go\n")[0] == "True\n"
    for path in lake.tables.glob("*/*.parquet"):
        os.utime(path, (0, 0))
    assert collect_garbage(lake, keep_latest=1, grace_s=0).versions == [opened]


def test_verify_reports_missing_and_damaged_segments(lake):
    load_units(lake, stage_unit(lake, "a", [record(1, headings=BOTH)]))
    version = read_version(lake)
    [missing], [damaged] = version.segments("mentions"), version.segments("documents")
    (lake.root / missing).unlink()
    content_ = bytearray((lake.root / damaged).read_bytes())
    content_[40] ^= 1
    (lake.root / damaged).write_bytes(content_)
    problems = {fault.path: fault.problem for fault in faults(lake)}
    assert problems[missing] == "missing"
    assert "checksum" in problems[damaged]


def test_an_open_connection_survives_commits_compaction_and_garbage_collection(lake):
    load_units(lake, stage_unit(lake, "first", [record(1, 1, headings=BOTH)]))
    with duckdb.connect(str(lake.catalog), read_only=True) as reader:
        expected = reader.execute("SELECT count(*), sum(articles) FROM articles, cooccurrences").fetchone()
        for step in range(2, 14):
            load_units(lake, stage_unit(lake, f"step-{step}", [record(step, step, headings=BOTH)]))
            if step % 5 == 0:
                compact(lake, fanout=2)
                collect_garbage(lake)
            assert reader.execute("SELECT count(*), sum(articles) FROM articles, cooccurrences").fetchone() == expected
    assert pairs(lake) == {BOTH: 13}


def damaged_files(lake):
    """The files with a fault but for the payloads, which the units of these tests do without."""
    return [fault.path for fault in faults(lake) if not fault.path.startswith("raw/")]


@pytest.mark.parametrize("how", ["cut", "flipped", "empty", "missing"])
def test_verify_finds_a_damaged_schema_file_and_the_next_commit_writes_it_again(lake, how):
    load_units(lake, stage_unit(lake, "first", [record(1, 1, headings=BOTH)]))
    [file] = lake.tables.glob("documents/columns-*.parquet")
    whole = file.read_bytes()
    flipped = bytes([*whole[:20], whole[20] ^ 1, *whole[21:]])
    {"cut": lambda: os.truncate(file, 60), "flipped": lambda: file.write_bytes(flipped),
     "empty": lambda: os.truncate(file, 0), "missing": file.unlink}[how]()  # fmt: skip
    assert damaged_files(lake) == [file.relative_to(lake.root).as_posix()]
    assert pairs(lake) == {BOTH: 1}
    load_units(lake, stage_unit(lake, "second", [record(2, 2, headings=BOTH)]))
    assert file.read_bytes() == whole
    assert damaged_files(lake) == []


def test_verify_finds_a_damaged_kept_catalog(lake):
    load_units(lake, stage_unit(lake, "first", [record(1, 1, headings=BOTH)]))
    os.truncate(lake.version_file(1), 5_000)
    assert damaged_files(lake) == ["history/catalog-000001.duckdb"]


def test_half_copied_files_are_removed_when_they_are_old(lake):
    old, recent = lake.raw / "pubmed" / "a.xml.gz.17.part", lake.raw / "pubmed" / "b.xml.gz.17.part"
    old.parent.mkdir(parents=True)
    for path in (old, recent):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert collect_garbage(lake).staged >= 1
    assert (old.exists(), recent.exists()) == (False, True)
