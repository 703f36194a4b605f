"""Describes the subjects of documents: one row for each, in order, with the columns of `SUBJECT_COLUMNS`."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from transforms.columnar.lists import list_has_any
from transforms.payloads.publication_types import CASE_REPORT
from transforms.rules import load_rules
from transforms.schema.records import DOCUMENT_SUBJECTS, SUBJECT_COLUMNS
from transforms.schema.table import STRINGS
from transforms.subjects.case_reports import Patient, reported_cases, single_patient, text_reports_cases
from transforms.subjects.species import subjects_of_headings, subjects_of_text
from transforms.text.document_text import string_column


def describe_subjects(documents: pa.Table) -> pa.Table:
    """The columns `SUBJECT_COLUMNS` of each document.

    documents: columns title, abstract, publication_types and headings; absent ones count as NULL.

    Headings decide about whom it is, text where there are none. A document is a case report if its publication types or
    its text say so; only then are its patients counted, and age and sex given where there is one.
    """
    titles, abstracts = (string_column(documents, name).fill_null("") for name in ("title", "abstract"))
    types, headings = (_lists(documents, name) for name in ("publication_types", "headings"))
    is_indexed = np.asarray(pc.fill_null(pc.list_value_length(headings), 0)) > 0
    is_case = list_has_any(types, [CASE_REPORT]) | text_reports_cases(titles, abstracts, is_indexed)
    rows = pa.array(np.flatnonzero(is_case))
    case_titles, case_abstracts = titles.take(rows), abstracts.take(rows)
    cases = reported_cases(case_titles, case_abstracts)
    patients = [
        single_patient(title, abstract) if number == 1 else Patient(None, None)
        for title, abstract, number in zip(case_titles.to_pylist(), case_abstracts.to_pylist(), cases, strict=True)
    ]
    subjects = subjects_of_headings(headings)
    unknown = np.flatnonzero(np.asarray(pc.is_null(subjects)))
    picked = pa.array(unknown)
    of_text = subjects_of_text(
        titles.take(picked),
        abstracts.take(picked),
        list_has_any(types, load_rules("subject_rules")["subjects"]["review_types"])[unknown],
        is_case[unknown],
    )
    columns = {
        "subjects": pc.replace_with_mask(subjects, pc.is_null(subjects), of_text),
        "is_case_report": pa.array(is_case),
        "cases": _spread(pa.array(cases, pa.int32()), is_case),
        "patient_age": _spread(pa.array([patient.age for patient in patients], pa.float64()), is_case),
        "patient_sex": _spread(pa.array([patient.sex for patient in patients], pa.string()), is_case),
    }
    return DOCUMENT_SUBJECTS.conform(pa.table(columns))


def with_subjects(documents: pa.Table) -> pa.Table:
    """The documents with the columns of `describe_subjects` appended."""
    described = describe_subjects(documents)
    for name in SUBJECT_COLUMNS:
        documents = documents.append_column(name, described[name])
    return documents


def _lists(documents: pa.Table, name: str) -> pa.Array:
    if name not in documents.column_names:
        return pa.nulls(len(documents), STRINGS)
    return documents[name].combine_chunks().cast(STRINGS)


def _spread(values: pa.Array, rows: npt.NDArray[np.bool_]) -> pa.Array:
    """The values at the rows that are True, in order, NULL at the others."""
    return values.take(pa.array(np.cumsum(rows) - 1, mask=~rows))
