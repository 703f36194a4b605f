"""Documents of all sources -> distinct articles.

    keys        what records of one article are likely to share          transforms.duplicates.blocking
    candidates  pairs that share a key                                   transforms.duplicates.blocking
    decide      each pair: the same article or not, rule and evidence    transforms.duplicates.decisions
    cluster     articles, with checks on the whole of each               transforms.duplicates.clustering

Here the four run in one go on documents at hand. New documents beside stored ones go the same way: `keys` of the new
ones; `touched` for those whose pairs may have changed; `candidates` and `decide` for these, in place of all their
stored edges; `component` and `cluster` for the articles they reach. The result is the same as of one go over all.
"""

import pyarrow as pa

from transforms.duplicates.blocking import candidates, keys_of
from transforms.duplicates.clustering import cluster
from transforms.duplicates.decisions import decide_on
from transforms.duplicates.features import Features
from transforms.text.slices import text_slices


def deduplicate(documents: pa.Table, verdicts: pa.Table | None = None) -> pa.Table:
    """The article of every document: document_id, article_id, rule, evidence; in the order of `documents`.

    `documents` has columns of the table of that name, one row a document_id; absent columns mean NULL. `verdicts` are
    manual decisions, which override every rule: document_a, document_b, same (boolean). article_id is computed by
    `transforms.duplicates.article_ids`; rule and evidence are those of the strongest decision that joined the document
    to another, 'alone' and NULL without one.
    """
    found = Features(documents)
    return cluster(decide_on(candidates(keys_of(found, text_slices(documents))), found), documents, verdicts)
