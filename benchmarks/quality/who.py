"""Quality of subjects: about whom an article is, which are case reports, their patients, ages and sexes.

`phee` (gold/phee): expressions of age, sex and number of patients in sentences of case reports. A marked expression is
found if one of its kind overlaps it. PHEE marks the subjects of adverse events only; sentences without a marked subject
are left out of the figures and stand in `all_sentences`. `together` (gold/together): subject and case report of whole
articles, and the number of cases where readers gave one. `case_reports` (pubmed/bulk): the share of records of 2018 to
2021 that are flagged, of those whose title says what they are; and the share right of 60 records flagged by text alone,
drawn at random from both files and read (title and abstract) on 2026-12-01 (judgements/case_reports_by_text.csv).
Baselines: a plain pattern for each.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.gold.json_lines import read_json_lines
from benchmarks.gold.scores import Scores, ratio, score_sets, scores
from transforms.pubmed.parse import parse
from transforms.subjects.describe import describe_subjects
from transforms.subjects.patients import find_patients

Row = Mapping[str, Any]
TextSpan = tuple[int, int]
Finder = Callable[[str], Mapping[str, list[TextSpan]]]

_KINDS = {"age": "Age", "sex": "Gender", "number": "Population"}
"""Kind of an expression -> its name in PHEE."""
_PLAIN = {
    "age": re.compile(r"\d+[- ]years?[- ]old", re.IGNORECASE),
    "sex": re.compile(r"\b(?:man|woman|male|female|boy|girl|men|women)\b", re.IGNORECASE),
    "number": re.compile(r"\b(?:\d+|two|three|four|five|six)(?= (?:patients|cases)\b)", re.IGNORECASE),
}
_COLUMNS = ["document_id", "year", "title", "abstract", "publication_types", "headings"]
_SAYS_CASE = r"(?i)case reports?\b|case series\b|\ba case of\b"
_JUDGEMENTS = Path(__file__).parents[1] / "judgements" / "case_reports_by_text.csv"
_FROM_YEAR, _TO_YEAR = 2018, 2021


def measure(data: Path) -> dict[str, Any] | None:
    """Return the figures of the parts whose data are present; None if there are none."""
    figures: dict[str, Any] = {}
    phee = sorted((data / "gold" / "phee").glob("*.json"))
    together = sorted((data / "gold" / "together").glob("*.jsonl"))
    bulk = sorted((data / "pubmed" / "bulk").glob("*.xml.gz"))
    if phee:
        figures["phee"] = {file.stem: measure_expressions(read_json_lines(file)) for file in phee}
    if bulk:
        documents = pa.concat_tables(list(_read_documents(bulk)))
        if together:
            figures["together"] = {file.stem: measure_articles(read_json_lines(file), documents) for file in together}
        figures["case_reports"] = measure_titles(documents)
    return figures or None


def measure_expressions(rows: Sequence[Row]) -> dict[str, Any]:
    """Precision, recall and F1 of each kind on PHEE's sentences with a marked subject, and on all sentences."""
    with_subject = [row for row in rows if any(event.get("Subject") for event in _events(row))]
    return {
        kind: {
            **_score_spans(with_subject, kind, _found),
            "all_sentences": _score_spans(rows, kind, _found),
            "baseline": _score_spans(with_subject, kind, _found_plainly),
        }
        for kind in _KINDS
    }


def measure_articles(rows: Sequence[Row], documents: pa.Table) -> dict[str, Any]:
    """Accuracy of `sub`, F1 of `case` and exact share of `n` on those articles that are in `documents`."""
    position = {document_id: i for i, document_id in enumerate(documents["document_id"].to_pylist())}
    known = [row for row in rows if row["document_id"] in position]
    table = documents.take(pa.array([position[row["document_id"]] for row in known], pa.int64()))
    described = describe_subjects(table).to_pylist()
    by_type = ["Case Reports" in (types or ()) for types in table["publication_types"].to_pylist()]
    gold_case = [bool(row["case"]) for row in known]
    numbered = [
        (row["n"], found["cases"])
        for row, found in zip(known, described, strict=True)
        if row["case"] and row["n"] is not None
    ]
    return {
        "subjects": _share(
            (found["subjects"] or "none") == row["sub"] for row, found in zip(known, described, strict=True)
        ),
        "case_report": {
            **_score_flags(gold_case, [found["is_case_report"] for found in described]),
            "baseline": _score_flags(gold_case, by_type),
        },
        "cases": {**_share(gold == found for gold, found in numbered), "baseline": _share(n == 1 for n, _ in numbered)},
    }


def measure_titles(documents: pa.Table) -> dict[str, Any]:
    """The share flagged of recent records whose title says case report, and the numbers by sign over all records."""
    judged = _read_judgements()
    described = describe_subjects(documents)
    flagged = described["is_case_report"].to_pylist()
    by_type = ["Case Reports" in (types or ()) for types in documents["publication_types"].to_pylist()]
    recent = pc.and_(pc.greater_equal(documents["year"], _FROM_YEAR), pc.less_equal(documents["year"], _TO_YEAR))
    says = pc.match_substring_regex(documents["title"], _SAYS_CASE)
    rows = [i for i, is_one in enumerate(pc.and_(recent, says).to_pylist()) if is_one]
    return {
        "title_says": {**_share(flagged[i] for i in rows), "baseline": _share(by_type[i] for i in rows)},
        "judged": _share(
            judged[document_id]
            for document_id, flag in zip(documents["document_id"].to_pylist(), flagged, strict=True)
            if flag and document_id in judged
        ),
        "by_type": sum(by_type),
        "by_text_alone": sum(flag and not typed for flag, typed in zip(flagged, by_type, strict=True)),
    }


def _read_judgements() -> dict[str, bool]:
    """For each record that was flagged by its text alone and read: whether it is a case report."""
    rows = csv.DictReader(_JUDGEMENTS.read_text("utf-8").splitlines())
    return {row["document_id"]: row["is_case_report"] == "yes" for row in rows}


def _read_documents(files: Iterable[Path]) -> Iterator[pa.Table]:
    for file in files:
        with file.open("rb") as stream:
            for batch in parse(stream, file.name):
                yield batch.documents.select(_COLUMNS)


def _events(row: Row) -> list[Row]:
    return [event for annotation in row["annotations"] for event in annotation["events"]]


def _marked(row: Row, kind: str) -> set[TextSpan]:
    """The spans that PHEE marks as one kind: text and start are lists of lists, one a discontinuous part."""
    marks = [mark for event in _events(row) if (mark := (event.get("Subject") or {}).get(_KINDS[kind]))]
    return {
        (start, start + len(text))
        for mark in marks
        for texts, starts in zip(mark["text"], mark["start"], strict=True)
        for text, start in zip(texts, starts, strict=True)
    }


def _found(text: str) -> Mapping[str, list[TextSpan]]:
    found = find_patients(text)
    return {kind: [(each.start, each.end) for each in found if each.kind == kind] for kind in _KINDS}


def _found_plainly(text: str) -> Mapping[str, list[TextSpan]]:
    return {kind: [match.span() for match in pattern.finditer(text)] for kind, pattern in _PLAIN.items()}


def _score_spans(rows: Iterable[Row], kind: str, finder: Finder) -> Scores:
    marked = predicted = marked_found = predicted_right = 0
    for row in rows:
        gold, found = _marked(row, kind), finder(row["context"])[kind]
        marked, predicted = marked + len(gold), predicted + len(found)
        marked_found += sum(any(_overlap(span, other) for other in found) for span in gold)
        predicted_right += sum(any(_overlap(span, other) for other in gold) for span in found)
    return scores(marked, ratio(predicted_right, predicted), ratio(marked_found, marked))


def _score_flags(gold: Sequence[bool], found: Sequence[bool]) -> Scores:
    marked, flagged = ({i for i, flag in enumerate(flags) if flag} for flags in (gold, found))
    return score_sets([(marked, flagged)])


def _share(outcomes: Iterable[bool]) -> dict[str, Any]:
    results = list(outcomes)
    return {"n": len(results), "share": round(ratio(sum(results), len(results)), 4)}


def _overlap(a: TextSpan, b: TextSpan) -> bool:
    return a[0] < b[1] and b[0] < a[1]
