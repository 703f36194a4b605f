import pyarrow as pa

from transforms.schema.records import DOCUMENTS, PARSED_DOCUMENTS, PREPARED_DOCUMENTS
from transforms.subjects.describe import describe_subjects, with_subjects

CASE = {"title": "Gout: a case report.", "abstract": "A 45-year-old man had pain."}


def test_only_case_reports_have_cases_and_a_patient():
    rows = [CASE, {"title": "Gout.", "abstract": "A man of 45 years is at risk."}, {"title": ""}]
    described = describe_subjects(DOCUMENTS.from_rows(rows)).to_pylist()
    assert described == [
        {"subjects": "human", "is_case_report": True, "cases": 1, "patient_age": 45.0, "patient_sex": "male"},
        {"subjects": None, "is_case_report": False, "cases": None, "patient_age": None, "patient_sex": None},
        {"subjects": None, "is_case_report": False, "cases": None, "patient_age": None, "patient_sex": None},
    ]


def test_the_publication_type_makes_a_case_report_without_a_word():
    [described] = describe_subjects(
        DOCUMENTS.from_rows([{"title": "Gout.", "publication_types": ["Letter", "Case Reports"]}])
    ).to_pylist()
    assert (described["is_case_report"], described["cases"]) == (True, 1)


def test_several_patients_have_no_age_and_sex():
    [described] = describe_subjects(
        DOCUMENTS.from_rows([{"title": "Gout: two cases", "abstract": "A 45-year-old man had pain."}])
    ).to_pylist()
    assert (described["cases"], described["patient_age"], described["patient_sex"]) == (2, None, None)


def test_prepared_documents_are_parsed_ones_with_the_columns_of_their_subjects():
    parsed = PARSED_DOCUMENTS.from_rows([{"document_id": "pubmed:1", **CASE}])
    assert PREPARED_DOCUMENTS.conform(with_subjects(parsed))["cases"].to_pylist() == [1]
    assert len(with_subjects(PARSED_DOCUMENTS.empty())) == 0


def test_absent_columns_count_as_null():
    assert describe_subjects(pa.table({"title": ["Gout in a cat: a case report"]}))["subjects"].to_pylist() == [
        "animal"
    ]
