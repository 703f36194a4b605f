"""The catalog an analyst opens: what is declared is there, commented, and answers."""

import re
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from tests.support.small_lake import load_units, new_lake, record, stage_unit
from transforms.rarity import expected, garwood, information_component
from transforms.schema.tables import SEGMENT_TABLES
from warehouse.catalog.macros import MACROS
from warehouse.catalog.schema import CATALOG_TABLES, VIEWS

A, B, NODES, ASTHMA = "MESH:D1", "MESH:D2", "MESH:D3", "MESH:D4"
EXAMPLES = {file.name: file.read_text() for file in (files("warehouse") / "examples").iterdir()}
DECLARED = {**SEGMENT_TABLES, **CATALOG_TABLES, **VIEWS}


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    lake = new_lake(tmp_path_factory.mktemp("catalog") / "lake")
    records = [record(number, headings=[A]) for number in range(1, 26)]
    records += [record(number, headings=[B], year=1980 + number % 7) for number in range(26, 51)]
    records += [record(51, headings=[A, B], year=1975), record(52, headings=[A, B, NODES], year=None)]
    records += [record(53, headings=[A, ASTHMA]), record(54, text=[(A, 1), (B, 2)])]
    records += [record(number, headings=[ASTHMA]) for number in range(60, 85)]
    load_units(lake, stage_unit(lake, "a.xml", records))
    return lake


@pytest.fixture
def catalog(lake):
    with duckdb.connect(str(lake.catalog), read_only=True) as connection:
        yield connection


def dictionaries(relation):
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def with_known_ids(sql):
    """An example with its ids of MeSH replaced by those of the small vocabulary: unknown ids are errors."""
    ids = {id_: number for number, id_ in enumerate(dict.fromkeys(re.findall(r"MESH:D\d{6}", sql)))}
    return re.sub(r"MESH:D\d{6}", lambda match: f"MESH:D{ids[match[0]] % 4 + 1}", sql)


@pytest.mark.parametrize("name", DECLARED)
def test_every_declared_column_exists_and_is_commented(catalog, name):
    present = catalog.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = 'main' AND table_name = ?", [name]
    ).fetchall()
    comments = dict(present)
    for column, comment in comments.items():
        declared = {declared.name: declared.meaning for declared in DECLARED[name].columns}
        assert comment == declared[column]
    hidden = {"batch", "retracted_articles"}  # of tables whose view sums up their segments
    assert set(DECLARED[name].column_names) - set(comments) <= hidden


def test_every_table_and_macro_is_commented(catalog):
    tables = catalog.execute(
        "SELECT view_name, comment FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
        " UNION ALL SELECT table_name, comment FROM duckdb_tables()"
    ).fetchall()
    assert {name for name, _ in tables} == set(DECLARED)
    assert all(comment for _, comment in tables)
    rule = dict(tables)["rare_cooccurrences"]
    assert "1 to 4 articles" in rule
    assert "at least 20" in rule
    macros = dict(
        catalog.execute(
            "SELECT function_name, comment FROM duckdb_functions() WHERE function_type = 'table_macro' AND NOT internal"
        ).fetchall()
    )
    for macro in MACROS:
        if macro.is_table:
            assert macros.pop(macro.name) == macro.meaning
    assert not macros, "macros without a comment"


def test_functions_of_values_are_commented(catalog):
    without = catalog.execute(
        "SELECT function_name FROM duckdb_functions()"
        " WHERE function_type = 'macro' AND NOT internal AND comment IS NULL"
    ).fetchall()
    assert not without


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run(catalog, name):
    assert catalog.execute(with_known_ids(EXAMPLES[name])).fetchall() is not None


def test_examples_of_the_readme_run(catalog):
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    statements = [
        part for block in re.findall(r"```sql\n(.*?)```", readme, re.S) for part in block.split(";") if part.strip()
    ]
    assert len(statements) >= 3
    for statement in statements:
        catalog.execute(with_known_ids(statement))


def test_rare_pairs_follow_their_rule(catalog):
    rows = dictionaries(catalog.sql("FROM rare_cooccurrences"))
    assert [(row["basis"], row["concept_a"], row["concept_b"], row["articles"]) for row in rows] == [
        ("any", A, B, 3),
        ("index", A, B, 2),
    ]  # not asthma with leukemia: one is below the other; not lymph nodes: seen alone too rarely
    assert (rows[1]["first_year"], rows[1]["last_year"]) == (1975, 1975)


def test_statistics_in_sql_equal_the_functions(catalog):
    rows = dictionaries(catalog.sql("FROM cooccurrence_totals"))
    assert len(rows) > 5
    for row in rows:
        expectation = expected([row["articles_a"], row["articles_b"]], row["population"])
        assert row["expected"] == pytest.approx(float(expectation))
        ic = information_component(row["articles"], expectation)
        assert (row["ic"], row["ic_low"], row["ic_high"]) == pytest.approx((ic.value, ic.low, ic.high))
        rate = garwood(row["articles"])
        assert row["rate_low"] == pytest.approx(float(rate.low) * 1e6 / row["population"])
        assert row["rate_high"] == pytest.approx(float(rate.high) * 1e6 / row["population"])


@pytest.mark.parametrize("n", [1001, 20_000, 3_000_000])
def test_interval_limits_beyond_the_table_are_close_to_exact(catalog, n):
    low, high = catalog.execute(
        "SELECT gamma_limit(?::DOUBLE + 0.5, -1), gamma_limit(?::DOUBLE + 0.5, 1)", [n, n]
    ).fetchone()
    ic = information_component(n, 0.0)
    assert low == pytest.approx(2 ** float(ic.low) / 2, rel=1e-6)
    assert high == pytest.approx(2 ** float(ic.high) / 2, rel=1e-6)


def test_macros_answer(catalog):
    assert catalog.execute("SELECT matched_name FROM find_concept('LYMPH')").fetchall() == [("Lymph Nodes",)]
    assert catalog.execute("SELECT title FROM article(51)").fetchall() == [("Title of 51",)]
    assert catalog.execute("SELECT title FROM article('pubmed:51')").fetchall() == [("Title of 51",)]
    assert catalog.execute("SELECT count(*) FROM matching_articles([['MESH:D1'], ['MESH:D2']])").fetchone() == (3,)
    assert catalog.execute("SELECT sum(articles) FROM timeline([['MESH:D1'], ['MESH:D2']])").fetchone() == (3,)


def test_partners_are_found_either_way(catalog):
    pairs = dictionaries(catalog.sql("FROM cooccurrence_totals"))
    for basis in ("any", "index", "text"):
        for concept in (A, B, NODES, ASTHMA):
            expected = {
                row["concept_a"] if row["concept_b"] == concept else row["concept_b"]: row["articles"]
                for row in pairs
                if concept in (row["concept_a"], row["concept_b"]) and row["basis"] == basis
            }
            found = catalog.execute(
                "SELECT partner_id, articles FROM partners($concept, basis := $basis)",
                {"concept": concept, "basis": basis},
            ).fetchall()
            assert dict(found) == expected
            assert len(found) == len(expected)


def test_pairs_and_groups_agree(catalog):
    for row in dictionaries(catalog.sql("FROM cooccurrence_totals")):
        groups = f"[['{row['concept_a']}'], ['{row['concept_b']}']]"
        [answer] = dictionaries(catalog.sql(f"FROM count_together({groups}, basis := '{row['basis']}', exact := true)"))
        for ours, theirs in (
            ("articles", "articles"), ("population", "population"), ("expected", "expected"), ("ic_low", "ic_low"),
            ("rate_low", "low"), ("rate_high", "high"),
        ):  # fmt: skip
            assert row[ours] == pytest.approx(answer[theirs]), (row, answer)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("count_together([['MESH:D1'], ['MESH:D9']])", 'no concept has the id or name "MESH:D9"'),
        ("count_together([['MESH:D1'], ['lekemia']])", 'no concept has the id or name "lekemia"'),
        ("count_together([['MESH:D1'], ['']])", "group 2 has an empty term"),
        ("count_together([['MESH:D1'], [' ']])", "group 2 has an empty term"),
        ("count_together([['MESH:D1'], [NULL]])", "group 2 has an empty term"),
        ("count_together([['MESH:D1'], []])", "group 2 is empty"),
        ("count_together([['MESH:D1'], NULL])", "group 2 is empty"),
        ("count_together([])", "no group is given"),
        ("count_together(NULL)", "no group is given"),
        ("matching_articles([['MESH:D9']])", "no concept has the id"),
        ("timeline([['MESH:D9']])", "no concept has the id"),
        ("evidence([['MESH:D9']])", "no concept has the id"),
        ("pair('MESH:D1', '')", "group 2 has an empty term"),
        ("partners('MESH:D9')", "no concept has the id"),
        ("partners('MESH:D1', basis := 'title')", "basis is one of"),
        ("descendants('MESH:D9')", "no concept has the id"),
        ("find_concept('')", "not an empty text"),
        ("count_together([['MESH:D1']], from_year := 2000, to_year := 1990)", "from_year 2000 is after to_year 1990"),
        ("matching_articles([['MESH:D1']], from_year := 2000, to_year := 1990)", "is after to_year"),
        ("timeline([['MESH:D1']], from_year := 2000, to_year := 1990)", "is after to_year"),
        ("evidence([['MESH:D1']], from_year := 2000, to_year := 1990)", "is after to_year"),
        ("population(from_year := 2000, to_year := 1990)", "is after to_year"),
        ("count_together([['MESH:D1']], basis := 'title')", "basis is one of index, text, any, not title"),
        ("timeline([['MESH:D1']], level := 'page')", "level is one of article, sentence, not page"),
        ("count_together([['MESH:D1']], as_of := '1900-01-01')", "no record has a day of entry"),
        ("timeline([['MESH:D1']], as_of := DATE '1900-01-01')", "no record has a day of entry"),
    ],
)
def test_what_nothing_can_match_is_an_error_not_zero(catalog, query, message):
    with pytest.raises(duckdb.Error, match=re.escape(message)):
        catalog.sql(f"FROM {query}").fetchall()


def test_macros_take_names(catalog):
    by_id = catalog.sql("FROM count_together([['MESH:D1', 'MESH:D3'], ['MESH:D2']])").fetchall()
    assert catalog.sql("FROM count_together([['leukemia', 'Lymph Nodes'], ['mesh:d2']])").fetchall() == by_id
    pair = catalog.sql("FROM pair('Leukemia', 'Extramedullary Hematopoiesis')").fetchall()
    assert pair == catalog.sql("FROM count_together([['MESH:D1'], ['MESH:D2']])").fetchall()
    assert catalog.sql("FROM descendants('Leukemia')").fetchall() == [(A,), (ASTHMA,)]


@pytest.mark.parametrize("second", ["Leukemia", "Asthma"])
def test_a_concept_with_itself_or_one_below_has_no_expectation(catalog, second):
    [row] = dictionaries(catalog.sql(f"FROM pair('Leukemia', '{second}')"))
    assert row["articles"] > 0
    assert row["overlap"]
    assert (row["expected"], row["ic"], row["ic_low"], row["ic_high"]) == (None, None, None, None)
    [row] = dictionaries(catalog.sql(f"FROM pair('Leukemia', '{second}', exact := true)"))
    assert (row["overlap"] is None) == (second == "Asthma")


def test_partners_with_the_concepts_below_agree_with_pairs(catalog):
    for concept in (A, B, NODES, ASTHMA):
        for basis in ("any", "index", "text"):
            found = catalog.execute(
                "SELECT partner_id, articles FROM partners($concept, basis := $basis, exact := false)",
                {"concept": concept, "basis": basis},
            ).fetchall()
            for partner, articles in found:
                pair = "SELECT articles, overlap FROM pair($a, $b, basis := $basis)"
                values = {"a": concept, "b": partner, "basis": basis}
                assert catalog.execute(pair, values).fetchall() == [(articles, None)]


def test_offsets_have_names_that_need_no_quotes(catalog):
    for table in ("mentions", "claims", "claim_audit"):
        unequal = 'start IS DISTINCT FROM start_offset OR "end" IS DISTINCT FROM end_offset'
        assert catalog.sql(f"FROM {table} WHERE {unequal}").fetchall() == []
    catalog.sql("SELECT start_offset, end_offset FROM evidence([['MESH:D1']])").fetchall()


def test_limits_of_a_rate_have_one_name(catalog):
    [row] = dictionaries(catalog.sql("FROM pair('MESH:D1', 'MESH:D2')"))
    assert (row["rate_low"], row["rate_high"]) == (row["low"], row["high"])
