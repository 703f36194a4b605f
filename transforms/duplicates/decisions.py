"""Decide for pairs of documents whether they are the same article, by which rule and on what evidence.

A decision depends on the two documents alone, so it can be stored and holds until one of them changes.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.duplicates import rules
from transforms.duplicates.comparison import (
    CHANGED,
    DIFFERS,
    EQUAL,
    EXTENDED,
    OTHER,
    SAME,
    VARIANT,
    Comparison,
    compare,
)
from transforms.duplicates.features import Features

EDGES = pa.schema(
    [
        ("document_a", pa.string()),
        ("document_b", pa.string()),
        ("verdict", pa.string()),
        ("rule", pa.string()),
        ("evidence", pa.string()),
    ]
)
"""document_a < document_b; verdict is 'same' or 'different'; rule is a name in `rules.ACCEPTS` or `rules.VETOES`.

evidence is JSON: the result of each field's comparison and, under 'otherwise', the rule that would have joined the two
had the veto named in `rule` not held:

    {"title": "equal", "authors": 100, "journal": "same", "pages": "different", "otherwise": "same DOI and title"}
"""

_TITLE_WORDS = {
    EQUAL: "equal",
    VARIANT: "spelled otherwise",
    EXTENDED: "extended",
    CHANGED: "alike",
    OTHER: "different",
}
_COMPARISON_WORDS = {SAME: "same", DIFFERS: "different"}
_FIELDS = ("pmid", "pmcid", "doi", "journal", "year", "volume", "issue", "pages", "numbers", "marks", "details")


def decide_pairs(pairs: pa.Table, documents: pa.Table) -> pa.Table:
    """Decide pairs of documents; return rows of EDGES.

    `pairs` has document_a and document_b; `documents` has at least the documents named there. Pairs that no rule joins
    and whose titles do not match are omitted: nothing suggests that they are the same article.
    """
    named = pc.unique(pa.chunked_array([*pairs["document_a"].chunks, *pairs["document_b"].chunks], pa.string()))
    return decide_pairs_from_features(pairs, Features(documents.filter(pc.is_in(documents["document_id"], named))))


def decide_pairs_from_features(pairs: pa.Table, features: Features) -> pa.Table:
    """Return `decide_pairs(pairs, documents)` for documents whose features have been computed already."""
    ids = pa.array(features.ids, pa.string())
    a, b = (pc.index_in(pairs[name], ids).to_numpy().astype(np.int64) for name in ("document_a", "document_b"))
    compared = compare(features, a, b)
    accepts, accept_rules = _first_rule(rules.ACCEPTS, compared)
    vetoes, veto_rules = _first_rule(rules.VETOES, compared)
    accepted, vetoed = accepts > 0, vetoes > 0
    stated_by_nlm = (compared.pmid == SAME) | compared.republished
    overruled = stated_by_nlm & np.isin(veto_rules, sorted(rules.VETOES_OVERRULED_BY_NLM))
    same = accepted & (~vetoed | overruled)
    # 'otherwise' is reported only if removing the one veto would change the verdict.
    otherwise = np.where(accepted & ~same & (vetoes == 1), accept_rules, "")
    listed = np.flatnonzero(same | (vetoed & (accepted | (compared.title >= EXTENDED))))
    return pa.table(
        {
            "document_a": pairs["document_a"].take(pa.array(listed)),
            "document_b": pairs["document_b"].take(pa.array(listed)),
            "verdict": pa.array(np.where(same, "same", "different")[listed].tolist(), pa.string()),
            "rule": pa.array(np.where(same, accept_rules, veto_rules)[listed].tolist(), pa.string()),
            "evidence": pa.array([_evidence(compared, n, otherwise[n]) for n in listed.tolist()], pa.string()),
        },
        EDGES,
    )


def explain(pair: pa.Table) -> dict[str, Any]:
    """Explain the decision on two documents, including pairs that `decide_pairs` omits.

    `pair` has two rows. Returns verdict ('same' or 'different'), rule (None where no rule holds), evidence (a
    dictionary), accepts and vetoes (the names of all rules that hold).
    """
    features = Features(pair)
    compared = compare(features, np.array([0]), np.array([1]))
    ids = sorted(features.ids)
    edges = decide_pairs_from_features(pa.table({"document_a": ids[:1], "document_b": ids[1:]}), features).to_pylist()
    verdict, rule = (edges[0]["verdict"], edges[0]["rule"]) if edges else ("different", None)
    return {
        "verdict": verdict,
        "rule": rule,
        "evidence": json.loads(_evidence(compared, 0)),
        "accepts": [name for name, rule in rules.ACCEPTS.items() if rule(compared)[0]],
        "vetoes": [name for name, rule in rules.VETOES.items() if rule(compared)[0]],
    }


def _first_rule(ruleset: Mapping[str, rules.Rule], compared: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """Return for each pair how many rules hold, and the name of the first that does ('' for none)."""
    fulfilled = np.array([rule(compared) for rule in ruleset.values()], bool)
    names = np.array(list(ruleset), object)
    return fulfilled.sum(axis=0), np.where(fulfilled.any(axis=0), names[fulfilled.argmax(axis=0)], "")


def _evidence(compared: Comparison, n: int, otherwise: str = "") -> str:
    """Return the comparison of pair `n` as JSON, without fields that are UNCLEAR."""
    evidence: dict[str, str | int] = {"title": _TITLE_WORDS[int(compared.title[n])]}
    for name, ratio in (("authors", compared.author_ratio[n]), ("abstract", compared.abstract_ratio[n])):
        if ratio >= 0:
            evidence[name] = round(float(ratio))
    for name in _FIELDS:
        result = int(getattr(compared, name)[n])
        if result and (name not in {"numbers", "marks"} or result == DIFFERS):
            evidence[name] = _COMPARISON_WORDS[result]
    if otherwise:
        evidence["otherwise"] = otherwise
    return json.dumps(evidence)
