"""Every type of DuckDB has a form in every format, and columns of one name are kept apart."""

import csv
import io
import json

import duckdb
import pytest

from flows.cli.reports.result_formats import ResultFormat, unique_names, write_result

EVERY_TYPE = """
SELECT
    1.5::DECIMAL(5, 2) AS a, 12345678901234567890.123::DECIMAL(38, 3) AS b, uuid() AS c, TIME '10:00' AS d,
    INTERVAL 3 DAYS AS e, 'a'::BLOB AS f, 'inf'::DOUBLE AS g, 'nan'::FLOAT AS h, MAP {1: 2} AS i, {'x': [1, NULL]} AS j,
    9007199254740993 AS k, DATE '2020-01-01' AS l, TIMESTAMPTZ '2020-01-01 00:00:00+00' AS m, NULL AS n, true AS o,
    170141183460469231731687303715884105727::HUGEINT AS p,
    '101'::BIT AS q, 'a|b' || chr(10) || 'c' || chr(9) || '"d"' AS r
"""


@pytest.fixture(scope="module")
def everything():
    answer = duckdb.connect().execute(EVERY_TYPE)
    return [column[0] for column in answer.description], answer.fetchall()


@pytest.mark.parametrize("written_as", ResultFormat)
def test_every_type_has_a_form(everything, capsys, written_as):
    write_result(*everything, written_as)
    assert capsys.readouterr().out


def test_json_loses_nothing(everything, capsys):
    write_result(*everything, ResultFormat.JSON)
    [row] = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert (row["a"], row["b"]) == (1.5, "12345678901234567890.123")
    assert (row["d"], row["f"], row["g"], row["h"]) == ("10:00:00", "61", "inf", "nan")
    assert (row["i"], row["j"], row["k"]) == ({"1": 2}, {"x": [1, None]}, 9007199254740993)


def test_csv_and_tsv_can_be_read_again(everything, capsys):
    for written_as, delimiter in ((ResultFormat.CSV, ","), (ResultFormat.TSV, "\t")):
        write_result(*everything, written_as)
        header, row = csv.reader(io.StringIO(capsys.readouterr().out), delimiter=delimiter)
        assert header == everything[0]
        assert (row[header.index("n")], row[header.index("r")]) == ("", 'a|b\nc\t"d"')


def test_a_row_of_markdown_is_one_line(everything, capsys):
    write_result(*everything, ResultFormat.MARKDOWN)
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_columns_of_one_name(capsys):
    assert unique_names(["name", "name", "name_2", "name"]) == ["name", "name_3", "name_2", "name_4"]
    write_result(["name", "name"], [("A", "B")], ResultFormat.JSON)
    assert json.loads(capsys.readouterr().out) == [{"name": "A", "name_2": "B"}]
    write_result(["name", "name"], [("A", "B")], ResultFormat.TABLE)
    assert capsys.readouterr().out.split() == ["name", "name_2", "A", "B"]


@pytest.mark.parametrize("written_as", [ResultFormat.CSV, ResultFormat.TSV, ResultFormat.MARKDOWN])
def test_control_characters_do_not_reach_a_program(capsys, written_as):
    write_result(["title"], [["a\x1b[31m red \x9b title"]], written_as)
    assert not set(capsys.readouterr().out) & {"\x1b", "\x9b"}
