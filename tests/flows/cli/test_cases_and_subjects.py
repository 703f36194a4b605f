"""The patients of case reports beside a small count, and the filters by subjects and case reports."""

import json

import pytest

from tests.support.small_lake import load_units, new_lake, record, stage_unit

A, B = "MESH:D1", "MESH:D2"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    lake = new_lake(tmp_path_factory.mktemp("cases") / "lake")
    records = [
        record(1, headings=[A, B], subjects="human", is_case_report=True, cases=2),
        record(2, text=[(A, 0), (B, 1)], subjects="human", is_case_report=True, cases=1, patient_age=45.0),
        record(3, text=[(A, 0), (B, 1)], subjects="animal", is_case_report=True),
        record(4, headings=[A, "MESH:D3"], subjects="human", is_case_report=False),
        # prepared by code that knew no subjects: a case report by its publication type alone
        record(5, headings=[A], publication_types=["Case Reports"]),
    ]
    load_units(lake, stage_unit(lake, "a.xml", records))
    return lake


def counted(hoofbeats, *arguments):
    code, out, err = hoofbeats("count", *arguments, "--json")
    assert code == 0, err
    return json.loads(out)


def test_beside_a_small_count_stands_the_number_of_cases(hoofbeats):
    assert "2 articles, 3 cases, of 3" in hoofbeats("count", A, B, "--humans")[1]
    assert "3 articles, at least 3 cases, of 5" in hoofbeats("count", A, B)[1]
    assert "1 articles of 5" in hoofbeats("count", A, "MESH:D3")[1]
    assert counted(hoofbeats, A, B)["reported_cases"] == {"case_reports": 3, "with_number": 2, "cases": 3}
    assert counted(hoofbeats, A, "MESH:D3")["reported_cases"] is None


def test_only_articles_about_humans_are_counted_and_make_up_the_population(hoofbeats):
    report = counted(hoofbeats, A, B, "--humans")
    assert (report["articles"], report["population"]) == (2, 3)


def test_case_reports_are_those_by_text_too(hoofbeats):
    report = counted(hoofbeats, A, "--case-reports")
    assert (report["articles"], report["population"]) == (4, 4)
    assert counted(hoofbeats, A, "--case-reports", "--humans")["articles"] == 2


def test_articles_show_whom_they_are_about(hoofbeats):
    query = "SELECT subjects, is_case_report, cases, patient_age FROM articles ORDER BY article_id"
    code, out, err = hoofbeats("sql", query, "--format", "json")
    assert code == 0, err
    assert [list(row.values()) for row in json.loads(out)] == [
        ["human", True, 2, None], ["human", True, 1, 45.0], ["animal", True, None, None],
        ["human", False, None, None], [None, True, None, None],
    ]  # fmt: skip
