"""The verbs that read, on a small lake: what they print, their JSON contracts, their errors and exit codes."""

import json
import math
import subprocess
import sys

import pytest

from flows.cli.app import app
from tests.support.small_lake import load_units, new_lake, record, stage_unit

A, B = "MESH:D1", "MESH:D2"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    lake = new_lake(tmp_path_factory.mktemp("cli") / "lake")
    records = [
        record(1, headings=[A, B], year=1990),
        record(2, text=[("MESH:D4", 1), (B, 1)], year=2001),
        record(3, text=[(A, 0), (B, 1)], year=2003),
        record(4, headings=["MESH:D3"]),
    ]
    load_units(lake, stage_unit(lake, "a.xml", records, rejected=1))
    return lake


def answer(hoofbeats, *arguments):
    code, out, err = hoofbeats(*arguments, "--json")
    assert code == 0, err
    assert err == ""
    return json.loads(out)


def test_count_keeps_its_json_contract(hoofbeats):
    report = answer(hoofbeats, "count", "leukemia", B)
    assert list(report)[:17] == [
        "version", "as_of", "basis", "level", "combination", "articles", "population", "rate_per_million", "low",
        "high", "expected", "ic", "ic_low", "ic_high", "retracted", "changed_since", "coverage",
    ]  # fmt: skip
    assert (report["articles"], report["population"], report["version"]) == (3, 4, 2)
    assert report["combination"] == [
        [{"concept_id": A, "name": "Leukemia"}],
        [{"concept_id": B, "name": "Extramedullary Hematopoiesis"}],
    ]
    assert report["coverage"] == {"from": 1990, "to": 2003, "articles": 4, "with_abstract": 4}
    assert report["expected"] == pytest.approx(4 * 3 / 4 * 3 / 4)
    assert report["ic_low"] < report["ic"] < report["ic_high"]


@pytest.mark.parametrize(
    ("options", "articles"),
    [
        ([], 3),
        (["--exact"], 2),
        (["--basis", "index"], 1),
        (["--basis", "text"], 2),
        (["--basis", "text", "--level", "sentence"], 1),
    ],
)
def test_count_with_options(hoofbeats, options, articles):
    assert answer(hoofbeats, "count", A, B, *options)["articles"] == articles


def test_alternatives_form_one_group(hoofbeats):
    assert answer(hoofbeats, "count", "Leukemia|Lymph Nodes")["articles"] == 4


def test_zero_is_an_answer_with_its_bound(hoofbeats):
    report = answer(hoofbeats, "count", A, "Lymph Nodes")
    assert report["articles"] == 0
    assert report["low"] == 0
    assert report["zero_upper_bound"] == pytest.approx(2.9957 * 1e6 / 4, rel=1e-4)
    assert report["high"] == pytest.approx(3.6889 * 1e6 / 4, rel=1e-4)
    code, out, _ = hoofbeats("count", A, "Lymph Nodes")
    assert code == 0
    assert "0 articles of 4" in out
    assert "none seen     at most 748,933 per million" in out


def test_beside_a_small_count_stand_its_near_misses_and_the_names_searched_for(hoofbeats):
    report = answer(hoofbeats, "count", "MESH:D4", B, "Lymph Nodes")
    assert report["articles"] == 0
    assert [(row["name"], row["articles"]) for row in report["near_misses"]["without"]] == [
        ("Asthma", 0), ("Extramedullary Hematopoiesis", 0), ("Lymph Nodes", 1),
    ]  # fmt: skip
    assert [(row["group"], row["parent"], row["articles"]) for row in report["near_misses"]["wider"]] == [
        (1, "Leukemia", 0)
    ]
    assert [(row["group"], row["concept_id"], row["names"], row["below"]) for row in report["searched"]] == [
        (1, "MESH:D4", ["Asthma"], 0), (2, B, ["Extramedullary Hematopoiesis"], 0), (3, "MESH:D3", ["Lymph Nodes"], 0),
    ]  # fmt: skip
    assert answer(hoofbeats, "count", "MESH:D4", B)["near_misses"]["wider"][0]["articles"] == 3
    assert answer(hoofbeats, "count", A, B)["searched"][0]["below"] == 1
    assert answer(hoofbeats, "count", A, B, "--exact")["searched"][0]["below"] == 0
    out = hoofbeats("count", "MESH:D4", B, "Lymph Nodes")[1]
    assert "near misses   1 without Lymph Nodes" not in out.splitlines()[0]
    assert "1 without Lymph Nodes" in out
    assert "widened to Leukemia (MESH:D1)" in out
    assert "searched for  MESH:D4 Asthma" in out


def test_three_groups_are_measured_against_their_pairs_too(hoofbeats):
    report = answer(hoofbeats, "count", A, B, "Lymph Nodes")
    assert report["expected_given_pairs"] == pytest.approx(3 * 1 / 4)
    assert report["ic_given_pairs"] == pytest.approx(math.log2(0.5 / (0.75 + 0.5)))
    assert report["ic_given_pairs_low"] < report["ic_given_pairs"] < report["ic_given_pairs_high"]
    assert "given parts   0.75 expected" in hoofbeats("count", A, B, "Lymph Nodes")[1]
    assert answer(hoofbeats, "count", A, B)["expected_given_pairs"] is None


def test_an_unknown_term_suggests_the_nearest_names(hoofbeats):
    code, out, err = hoofbeats("count", "lekemia")
    assert (code, out) == (1, "")
    assert 'no concept is called "lekemia"' in err
    assert '"Leukemia"' in err.split("did you mean")[1]


def test_errors_are_json_where_json_was_asked(hoofbeats):
    code, out, err = hoofbeats("count", "lekemia", "--json")
    assert (code, out) == (1, "")
    assert set(json.loads(err)) == {"error", "hint"}


def test_wrong_usage_is_exit_code_2(hoofbeats):
    assert hoofbeats("count")[0] == 2
    assert hoofbeats("count", A, "--basis", "guess")[0] == 2
    assert hoofbeats("count", A, "--as-of", "yesterday")[0] == 2
    assert hoofbeats("no-such-verb")[0] == 2


def test_a_missing_lake_says_what_to_do(hoofbeats, tmp_path):
    code, _, err = hoofbeats("status", "--lake", tmp_path)
    assert code == 1
    assert "no catalog at" in err
    assert "hoofbeats ingest FILE" in err


def test_a_missing_file_is_named(hoofbeats, tmp_path):
    code, _, err = hoofbeats("ingest", tmp_path / "absent.xml.gz")
    assert code == 1
    assert "absent.xml.gz: no such file" in err


def test_status_accounts_for_every_record(hoofbeats):
    report = answer(hoofbeats, "status")
    assert report["received"] == 5 == report["kept"] + report["rejected"]
    assert report["rejections"][0]["reason"] == "malformed_xml"
    assert "5 received = 4 kept + 0 unchanged + 0 superseded + 0 duplicates + 1 rejected" in hoofbeats("status")[1]


def test_evidence_shows_headings_sentences_and_offsets(hoofbeats):
    code, out, _ = hoofbeats("evidence", A, B)
    assert code == 0
    assert "headings: Leukemia; Extramedullary Hematopoiesis" in out
    assert "x [0-1, present]" in out
    assert {row["article_id"] for row in answer(hoofbeats, "evidence", A, B)} == {1, 2, 3}
    assert "1 further articles" in hoofbeats("evidence", A, B, "--limit", 2)[2]


def test_timeline_by_year(hoofbeats):
    years = answer(hoofbeats, "timeline", A, B)
    assert [(row["year"], row["articles"]) for row in years] == [(1990, 1), (2000, 0), (2001, 1), (2003, 1)]


def test_rare_prints_the_columns_of_the_view(hoofbeats):
    assert answer(hoofbeats, "rare") == []
    assert hoofbeats("rare", "--category", "C")[0] == 0


def test_readers_of_stale_tables_are_warned(hoofbeats):
    assert "claim_audit and claim_matches were never stored" in " ".join(answer(hoofbeats, "status")["stale"])
    assert "stale         rare_cooccurrences" in hoofbeats("status")[1]
    assert "`hoofbeats maintain`" in hoofbeats("sql", "SELECT count(*) FROM Rare_Cooccurrences")[2]
    assert hoofbeats("sql", "SELECT count(*) FROM articles")[2] == ""
    assert "were never stored" in hoofbeats("claims", "--at-version", "2")[2]


def test_sql_reads(hoofbeats):
    assert answer(hoofbeats, "sql", "SELECT count(*) AS n FROM articles") == [{"n": 4}]
    assert answer(hoofbeats, "sql", "FROM descendants('MESH:D1')") == [
        {"concept_id": "MESH:D1"},
        {"concept_id": "MESH:D4"},
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "COPY articles TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "SET enable_external_access = true",
        "SELECT 1; SELECT 2",
        "DROP TABLE batches",
        "INSTALL httpfs",
        "CREATE TABLE t AS SELECT 1",
        "PRAGMA database_list",
    ],
)
def test_sql_cannot_reach_outside_or_write(hoofbeats, statement):
    code, out, err = hoofbeats("sql", statement)
    assert (code, out) == (1, "")
    assert err.startswith("error: ")


def test_an_earlier_version_can_be_asked(hoofbeats):
    assert answer(hoofbeats, "count", A, "--at-version", 1)["articles"] == 0
    assert "kept versions: 1 to " in hoofbeats("count", A, "--at-version", 77)[2]


def test_every_verb_has_help_with_an_example():
    from typer.main import get_command

    verbs = get_command(app).commands
    assert {"ingest", "vocabulary", "status", "count", "timeline", "evidence", "rare", "sql", "demo"} <= set(verbs)
    groups = ("vocabulary", "watch", "curate")
    below = [(f"{name} {under}", verb) for name in groups for under, verb in verbs[name].commands.items()]
    for name, verb in (*verbs.items(), *below):
        assert verb.help, name
        if name not in ("vocabulary", "watch"):
            assert "Example: hoofbeats" in verb.epilog, name


def test_reading_verbs_import_neither_prefect_nor_scipy(lake):
    code = (
        "import sys; sys.argv = ['hoofbeats', 'count', 'Leukemia', '--lake', sys.argv[1]]\n"
        "from flows.cli.app import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.exit(bool({'prefect', 'scipy', 'httpx'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code, str(lake.root)], check=False).returncode == 0


def test_years_and_ids_are_printed_as_names_amounts_with_their_thousands(capsys):
    from flows import terminal as show

    row = {"article_id": 5135213201172384109, "first_year": 1979, "pmid": 39000001, "articles": 1234}
    show.as_table([row], list(row))
    assert capsys.readouterr().out.split()[4:] == ["5135213201172384109", "1979", "39000001", "1,234"]


@pytest.mark.parametrize(
    "arguments",
    [("count", A, ""), ("count", "|"), ("count", " "), ("count", "Leukemia|"), ("timeline", ""), ("evidence", "")],
)
def test_an_empty_term_is_an_error(hoofbeats, arguments):
    code, out, err = hoofbeats(*arguments)
    assert (code, out) == (1, "")
    assert "a term is empty" in err


def test_what_no_article_can_meet_is_an_error(hoofbeats):
    assert "is after to_year" in hoofbeats("count", A, "--from-year", "2010", "--to-year", "1990")[2]
    assert "no record has a day of entry" in hoofbeats("timeline", A, "--as-of", "1900-01-01")[2]


def test_a_concept_with_one_below_it_has_no_expectation(hoofbeats):
    report = answer(hoofbeats, "count", A, "Asthma")
    assert (report["articles"], report["ic"], report["expected"]) == (1, None, None)
    assert report["overlap"] == "Asthma (MESH:D4)"
    assert "overlap       Asthma (MESH:D4)" in hoofbeats("count", A, "Asthma")[1]


def test_sql_keeps_columns_of_one_name_and_the_caret(hoofbeats):
    assert answer(hoofbeats, "sql", "SELECT 1 AS n, 2 AS n, 1.5::DECIMAL(4, 1) AS d") == [{"n": 1, "n_2": 2, "d": 1.5}]
    assert hoofbeats("sql", "SELECT 1 AS a", "--format", "csv")[1] == "a\n1\n"
    error = hoofbeats("sql", "SELECT nme FROM concepts")[2].splitlines()
    assert set(error[-1].strip()) == {"^"}


def test_sql_has_limits_that_can_be_raised(hoofbeats):
    code, out, err = hoofbeats("sql", "FROM range(5)", "--max-rows", "2", "--format", "csv")
    assert (code, out) == (0, "range\n0\n1\n")
    assert "--max-rows" in err
    code, _, err = hoofbeats("sql", "SELECT count(*) FROM range(100000000) a, range(100000) b", "--timeout", "0.2")
    assert code == 1
    assert "--timeout" in err
    code, _, err = hoofbeats("sql", "SELECT len(list(x)) FROM range(20000000) AS a(x)", "--memory", "20MB")
    assert code == 1
    assert "--memory" in err


def test_readers_spill_outside_history(hoofbeats, lake):
    [row] = answer(hoofbeats, "sql", "SELECT current_setting('temp_directory') AS folder")
    assert str(lake.root) not in row["folder"]
    spilling = "SELECT count(*) FROM (SELECT x, random() AS r FROM range(3000000) AS a(x) ORDER BY r)"
    assert hoofbeats("sql", spilling, "--memory", "40MB")[0] == 0
    assert not [path for path in lake.history.iterdir() if path.suffix != ".duckdb"]


def test_the_version_and_the_groups_of_verbs(hoofbeats):
    assert hoofbeats("--version")[1].startswith("hoofbeats ")
    help_text = hoofbeats("--help")[1]
    assert all(group in help_text for group in ("Load and collect", "Ask", "Claims and rarity", "Operate"))
    assert "--install-completion" in help_text


@pytest.mark.parametrize("verb", ["count", "timeline", "evidence"])
def test_answers_say_what_a_term_was_read_as(hoofbeats, verb):
    line = f'"leukaemias": Leukemia ({A})'
    assert line in hoofbeats(verb, "leukaemias")[1]
    assert "read as" not in "".join(hoofbeats(verb, "leukemia")[1:])
    _, out, err = hoofbeats(verb, "leukaemias", "--json")
    if verb == "count":
        assert json.loads(out)["read_as"] == [{"term": "leukaemias", "concept_id": A, "name": "Leukemia"}]
    else:
        assert line in err
