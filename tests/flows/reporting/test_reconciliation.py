"""The reconciliation of a run: sums that match, and sums that do not."""

import re

from hypothesis import given
from hypothesis import strategies as st

from flows.reporting.reconciliation import Reconciliation, escape_markdown
from warehouse.commit.ingest import OUTCOMES

REASONS = ("malformed_xml", "no_pmid", "not_returned")


def row(fates, reasons, deletions=0):
    rejected = sum(reasons.values())
    outcomes = dict(zip(OUTCOMES, [*fates, rejected], strict=True))
    rejections = [{"reason": reason, "records": records} for reason, records in reasons.items()]
    return {**outcomes, "received": sum(outcomes.values()), "rejections": rejections, "deletions": deletions}


counts = st.integers(0, 10**9)
rows = st.lists(
    st.builds(row, st.lists(counts, min_size=4, max_size=4), st.dictionaries(st.sampled_from(REASONS), counts), counts)
)


@given(rows)
def test_matching_sums(listed):
    sums = Reconciliation.from_rows(listed)
    assert sums.faults == []
    assert sums.received == sum(sums.fates.values())
    assert sums.fates["rejected"] == sum(sums.rejections.values())
    assert sums.markdown().endswith("The sums match.")


@given(rows, st.sampled_from(["received", "kept", "rejected"]), st.integers(1, 10))
def test_a_mismatch_is_described(listed, name, lost):
    wrong = {**row([1, 2, 3, 4], {"no_pmid": 5}), "deletions": 0}
    wrong[name] += lost
    sums = Reconciliation.from_rows([*listed, wrong])
    assert sums.faults
    assert "do not match" in sums.markdown()


def test_the_markdown_table():
    markdown = Reconciliation.from_rows(
        [row([10, 2, 3, 0], {"no_pmid": 4}), row([1, 0, 0, 0], {}, deletions=7)]
    ).markdown()
    assert "| kept | 11 |" in markdown
    assert r"| ... rejected as no\_pmid | 4 |" in markdown
    assert "| **received** | **20** |" in markdown
    assert "Deletions: 7." in markdown


def test_a_row_of_a_window_without_records_has_no_reasons():
    assert Reconciliation.from_rows([{**dict.fromkeys(OUTCOMES, 0), "received": 0, "deletions": 0}]).faults == []


@given(st.text())
def test_markdown_is_escaped(text):
    escaped = escape_markdown(text)
    assert not set(re.sub(r"\\[!-/:-@[-`{-~]", "", escaped)) & set("|<>&[]`*_\\\n\r")
    assert "".join(re.sub(r"\\(.)", r"\1", escaped)) == " ".join(text.split())
