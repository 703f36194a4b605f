"""Pairs of documents -> decisions: the same article or not, by which rule, on what evidence.

A decision is a function of the two documents alone, so it can be stored and stays true until one of them changes.
"""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.duplicates import rules as duplicate_rules
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
"""document_a < document_b; verdict 'same' or 'different'; rule: its name in `duplicate_rules`; evidence: JSON, what
each field said, and as 'otherwise' the rule by which the two would be one article but for the rule that is named."""

_RELATIONS = {EQUAL: "equal", VARIANT: "spelled otherwise", EXTENDED: "extended", CHANGED: "alike", OTHER: "different"}
_ANSWERS = {SAME: "same", DIFFERS: "different"}
_FIELDS = ("pmid", "pmcid", "doi", "journal", "year", "volume", "issue", "pages", "numbers", "marks", "details")


def decide(pairs: pa.Table, documents: pa.Table) -> pa.Table:
    """Decide every pair worth a word -> EDGES.

    `pairs` has document_a and document_b; `documents` has (at least) their documents. Pairs that no rule joins and
    whose titles do not match are not listed: they are different for want of any evidence.
    """
    named = pc.unique(pa.chunked_array([*pairs["document_a"].chunks, *pairs["document_b"].chunks], pa.string()))
    return decide_on(pairs, Features(documents.filter(pc.is_in(documents["document_id"], named))))


def decide_on(pairs: pa.Table, found: Features) -> pa.Table:
    """`decide` with features at hand."""
    ids = pa.array(found.ids, pa.string())
    a, b = (pc.index_in(pairs[name], ids).to_numpy().astype(np.int64) for name in ("document_a", "document_b"))
    compared = compare(found, a, b)
    accepts, accept_rules = _first(duplicate_rules.ACCEPTS, compared)
    vetoes, veto_rules = _first(duplicate_rules.VETOES, compared)
    accepted, vetoed = accepts > 0, vetoes > 0
    by_nlm = (compared.pmid == SAME) | compared.republished
    overruled = by_nlm & np.isin(veto_rules, sorted(duplicate_rules.OVERRULED_BY_NLM))
    same = accepted & (~vetoed | overruled)
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
    """All that is to be said of two documents, also where `decide` is silent: for a person who asks why.

    `pair`: two rows. Keys: verdict ('same', 'different'), rule (None where no rule speaks), evidence (a dictionary),
    accepts and vetoes (the names of all rules that hold).
    """
    found = Features(pair)
    compared = compare(found, np.array([0]), np.array([1]))
    ids = sorted(found.ids)
    edges = decide_on(pa.table({"document_a": ids[:1], "document_b": ids[1:]}), found).to_pylist()
    verdict, rule = (edges[0]["verdict"], edges[0]["rule"]) if edges else ("different", None)
    return {
        "verdict": verdict,
        "rule": rule,
        "evidence": json.loads(_evidence(compared, 0)),
        "accepts": [name for name, holds in duplicate_rules.ACCEPTS.items() if holds(compared)[0]],
        "vetoes": [name for name, holds in duplicate_rules.VETOES.items() if holds(compared)[0]],
    }


def _first(rules: Mapping[str, duplicate_rules.Rule], compared: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """How many rules hold, and the name of the first that does ('' for none)."""
    holds = np.array([rule(compared) for rule in rules.values()], bool)
    names = np.array(list(rules), object)
    return holds.sum(axis=0), np.where(holds.any(axis=0), names[holds.argmax(axis=0)], "")


def _evidence(compared: Comparison, n: int, otherwise: str = "") -> str:
    """What the fields of one pair said, unknown ones left out."""
    told: dict[str, str | int] = {"title": _RELATIONS[int(compared.title[n])]}
    for name, ratio in (("authors", compared.author_ratio[n]), ("abstract", compared.abstract_ratio[n])):
        if ratio >= 0:
            told[name] = round(float(ratio))
    for name in _FIELDS:
        answer = int(getattr(compared, name)[n])
        if answer and (name not in {"numbers", "marks"} or answer == DIFFERS):
            told[name] = _ANSWERS[answer]
    if otherwise:
        told["otherwise"] = otherwise
    return json.dumps(told)
