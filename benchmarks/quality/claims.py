"""Quality of rarity claims on labelled sentences (gold/claims): detection, kind and number, with a plain baseline.

A sentence is detected if a claim of its document overlaps it; its first claim is compared with the labelled one.
Detection is measured on the randomly drawn rows (those with a weight), kinds and numbers on all rows. Ambiguous rows
are scored separately. Documents are read from the PubMed files that the rows name; a row whose text is not found there
is a document of its own, with the sentence as title or abstract. Intervals are Wilson's (1927) at 95 %.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.gold.json_lines import read_json_lines
from transforms.claims.detect import find_claims
from transforms.pubmed.parse import parse
from transforms.schema.records import DOCUMENTS

Row = Mapping[str, Any]
Claim = Mapping[str, Any]
Finder = Callable[[pa.Table], pa.Table]

_COLUMNS = ["document_id", "pmid", "title", "abstract", "sections"]
_LABEL = re.compile(r"^[A-Za-z][A-Za-z &/,]{2,60}: ")
_Z = 1.959964
_REPORT = r".{0,40}\b(?:case|report|patient|study|time)"
_NUMBER = r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten)\b"
_BASELINE = {
    "first_report": rf"\bfirst\b{_REPORT}|never been|not been (?:previously )?reported",
    "nth_report": rf"\b(?:second|third|fourth|fifth|sixth|\d+th)\b{_REPORT}",
    "only_report": rf"\bthe only\b{_REPORT}",
    "prior_count": rf"{_NUMBER}.{{0,40}}\bcases?\b.{{0,60}}\b(?:reported|described|literature)",
    "rare_qualitative": r"\b(?:rare|rarely|unusual|uncommon)\b",
}
"""One plain pattern for each kind of claim; the first that matches decides."""


def measure(data: Path) -> dict[str, Any] | None:
    """Return the figures of every labelled file in gold/claims; None if there is none."""
    files = sorted((data / "gold" / "claims").glob("*.jsonl"))
    return {file.stem: _measure_rows(read_json_lines(file), data) for file in files} or None


def _measure_rows(rows: Sequence[Row], data: Path) -> dict[str, Any]:
    documents = _read_documents(rows, data)
    claims = _claims_of_rows(rows, documents, find_claims)
    baseline = _claims_of_rows(rows, documents, _find_by_plain_patterns)
    clear = [i for i, row in enumerate(rows) if not row["ambiguous"]]
    unclear = [i for i, row in enumerate(rows) if row["ambiguous"]]
    return {
        **_figures([(rows[i], claims[i]) for i in clear]),
        "ambiguous": _detection([(rows[i], claims[i]) for i in unclear]),
        "baseline": _figures([(rows[i], baseline[i]) for i in clear]),
    }


def _read_documents(rows: Sequence[Row], data: Path) -> dict[str, Row]:
    """Return by PMID the documents of the rows that are in the PubMed files present."""
    documents: dict[str, Row] = {}
    for name in sorted({str(row["file"]) for row in rows}):
        path = data / "pubmed" / "bulk" / name
        wanted = pa.array(sorted({int(row["pmid"]) for row in rows if row["file"] == name}), pa.int64())
        if path.is_file():
            with path.open("rb") as stream:
                for batch in parse(stream, name):
                    table = batch.documents.filter(pc.is_in(batch.documents["pmid"], wanted)).select(_COLUMNS)
                    documents.update((str(record["pmid"]), record) for record in table.to_pylist())
    return documents


def _claims_of_rows(rows: Sequence[Row], documents: Mapping[str, Row], finder: Finder) -> list[list[Claim]]:
    """Return the claims that overlap the sentence of each row."""
    used: list[Row] = []
    spans: list[tuple[int, int, int]] = []  # index in `used`, start, end
    index_by_pmid: dict[str, int] = {}
    for row in rows:
        document = documents.get(str(row["pmid"]))
        span = document and _locate(row, document)
        if document is None or span is None:
            text = str(row["text"])
            document = {"title": text, "abstract": None} if row["in_title"] else {"title": "", "abstract": text}
            spans.append((len(used), 0, len(text) + 1))
            used.append(document)
        else:
            if str(row["pmid"]) not in index_by_pmid:
                index_by_pmid[str(row["pmid"])] = len(used)
                used.append(document)
            spans.append((index_by_pmid[str(row["pmid"])], *span))
    claims = _claims_by_document(used, finder)
    return [[c for c in claims[index] if c["start"] < end and c["end"] > start] for index, start, end in spans]


def _locate(row: Row, document: Row) -> tuple[int, int] | None:
    """Return the span of a row's sentence in a document, which has white space collapsed and labels removed."""
    text = f"{document['title']} {document['abstract'] or ''}"
    sentence = " ".join(str(row["text"]).split())
    for candidate in (sentence, _LABEL.sub("", sentence)):
        start = text.find(candidate)
        if start >= 0:
            return start, start + len(candidate)
    return None


def _claims_by_document(documents: Sequence[Row], finder: Finder) -> list[list[Claim]]:
    numbered = [{**document, "document_id": str(index)} for index, document in enumerate(documents)]
    table = DOCUMENTS.from_rows(numbered).select(_COLUMNS)
    claims: list[list[Claim]] = [[] for _ in documents]
    for claim in finder(table).to_pylist():
        claims[int(claim["document_id"])].append(claim)
    return claims


def _figures(pairs: Sequence[tuple[Row, Sequence[Claim]]]) -> dict[str, Any]:
    hits = [(row, claims[0]) for row, claims in pairs if row["kind"] != "none" and claims]
    numbered = [(row, claim) for row, claim in hits if row["ordinal"] is not None or row["prior_count"] is not None]
    same_number = [all(row[name] == claim[name] for name in ("ordinal", "prior_count")) for row, claim in numbered]
    return {
        **_detection([pair for pair in pairs if pair[0]["weight"] is not None]),
        "all_rows": _detection(pairs),
        "kind": _share([row["kind"] == claim["kind"] for row, claim in hits]),
        "number": _share(same_number),
        "hedged": _share([row["hedged"] == claim["hedged"] for row, claim in hits]),
        "scope": _share([row["scope"] == claim["scope"] for row, claim in hits]),
        "recall_by_kind": {
            kind: _share([bool(claims) for row, claims in pairs if row["kind"] == kind])
            for kind in sorted({str(row["kind"]) for row, _ in pairs} - {"none"})
        },
    }


def _detection(pairs: Sequence[tuple[Row, Sequence[Claim]]]) -> dict[str, Any]:
    """Return precision, recall and F1 with each row counted once, and precision and recall by weight."""
    precision = _share([row["kind"] != "none" for row, claims in pairs if claims])
    recall = _share([bool(claims) for row, claims in pairs if row["kind"] != "none"])
    detected_claims = sum(row["weight"] or 0 for row, claims in pairs if row["kind"] != "none" and claims)
    detected = sum(row["weight"] or 0 for row, claims in pairs if claims)
    labelled_claims = sum(row["weight"] or 0 for row, claims in pairs if row["kind"] != "none")
    return {
        "n": len(pairs),
        "precision": precision["share"],
        "precision_interval": precision["interval"],
        "recall": recall["share"],
        "recall_interval": recall["interval"],
        "f1": _f1(precision["share"], recall["share"]),
        "weighted_precision": _ratio(detected_claims, detected),
        "weighted_recall": _ratio(detected_claims, labelled_claims),
    }


def _share(outcomes: Iterable[bool]) -> dict[str, Any]:
    """Return the number of outcomes, the share of successes, and Wilson's interval."""
    results = list(outcomes)
    n, share = len(results), _ratio(sum(results), len(results))
    if share is None:
        return {"n": 0, "share": None, "interval": None}
    middle, spread = share + _Z**2 / (2 * n), _Z * (share * (1 - share) / n + _Z**2 / (4 * n * n)) ** 0.5
    scale = 1 + _Z**2 / n
    return {
        "n": n,
        "share": share,
        "interval": [round((middle - spread) / scale, 4), round((middle + spread) / scale, 4)],
    }


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _f1(precision: float | None, recall: float | None) -> float | None:
    return round(2 * precision * recall / (precision + recall), 4) if precision and recall else None


def _find_by_plain_patterns(documents: pa.Table) -> pa.Table:
    """Find claims by the baseline: the first of five plain patterns that a sentence matches, and its first number."""
    claims = []
    for document in documents.to_pylist():
        text = f"{document['title']} {document['abstract'] or ''}"
        for sentence in re.finditer(r"[^.?!]+(?:[.?!](?! [A-Z])[^.?!]+)*", text):
            kind = next((kind for kind, pattern in _BASELINE.items() if re.search(pattern, sentence[0], re.I)), None)
            if kind:
                number = re.search(r"\d+", sentence[0])
                claims.append(
                    {
                        "document_id": document["document_id"],
                        "start": sentence.start(),
                        "end": sentence.end(),
                        "kind": kind,
                        "ordinal": 1 if kind == "first_report" else None,
                        "prior_count": int(number[0]) if number and kind == "prior_count" else None,
                        "hedged": "knowledge" in sentence[0],
                        "scope": "unspecified",
                    }
                )
    return pa.Table.from_pylist(claims)
