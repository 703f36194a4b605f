"""Documents of all sources -> distinct articles.

    keys        what records of one article are likely to share          transforms.blocking
    candidates  pairs that share a key                                   transforms.blocking
    decide      each pair: the same article or not, rule and evidence    transforms.duplicate_decisions
    cluster     articles, with checks on the whole of each               transforms.clustering

Here the four run in one go on documents at hand. New documents beside stored ones go the same way: `keys` of the new
ones; `touched` for those whose pairs may have changed; `candidates` and `decide` for these, in place of all their
stored edges; `component` and `cluster` for the articles they reach. The result is the same as of one go over all.
"""

import pyarrow as pa

from transforms.blocking import candidates, keys_of
from transforms.clustering import cluster
from transforms.document_features import Features
from transforms.duplicate_decisions import decide_on
from transforms.text_slices import text_slices


def deduplicate(documents: pa.Table, verdicts: pa.Table | None = None) -> pa.Table:
    """The article of every document: document_id, article_id, rule, evidence; in the order of `documents`.

    `documents` has columns of the table of that name, one row a document_id; absent columns mean NULL. `verdicts` are a
    person's and overrule: document_a, document_b, same (boolean). article_id is `transforms.identity.article_id`; rule
    and evidence are those of the strongest decision that joined the document to another, 'alone' and NULL without one.
    """
    found = Features(documents)
    return cluster(decide_on(candidates(keys_of(found, text_slices(documents))), found), documents, verdicts)
