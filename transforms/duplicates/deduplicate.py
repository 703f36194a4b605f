"""Documents of all sources -> distinct articles.

    blocking_keys    what records of one article are likely to share           transforms.duplicates.blocking
    candidate_pairs  pairs that share a key                                    transforms.duplicates.blocking
    decide_pairs     same article or not, with the rule and its evidence       transforms.duplicates.decisions
    cluster          pairs -> articles, checked for each article as a whole    transforms.duplicates.clustering

This module runs the four steps at once over the documents it is given. A commit runs them incrementally over a lake
(`warehouse.commit.pair_decisions`): `blocking_keys` for new documents, `affected_documents` for those whose pairs may
have changed, `candidate_pairs` and `decide_pairs` for these, `cluster` for the articles they reach. Both ways give the
same articles.
"""

import pyarrow as pa

from transforms.duplicates.blocking import candidate_pairs, keys_from_features
from transforms.duplicates.clustering import cluster
from transforms.duplicates.decisions import decide_pairs_from_features
from transforms.duplicates.features import Features
from transforms.text.slices import text_slices


def deduplicate(documents: pa.Table, verdicts: pa.Table | None = None) -> pa.Table:
    """Return the article of every document: document_id, article_id, rule, evidence; in the order of `documents`.

    `documents` has columns of the table of that name, one row a document_id; absent columns mean NULL. `verdicts` are
    manual decisions, which override every rule: document_a, document_b, same (boolean). article_id is computed by
    `transforms.duplicates.article_ids`; rule and evidence are those of the strongest decision that joined the document
    to another; 'alone' and NULL where nothing did. Raises `ValueError` where a document_id is repeated.
    """
    features = Features(documents)
    return cluster(
        decide_pairs_from_features(candidate_pairs(keys_from_features(features, text_slices(documents))), features),
        documents,
        verdicts,
    )
