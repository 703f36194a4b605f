-- The stored decisions on the pairs that include one of `requested_documents`.
SELECT
    pairs.document_a,
    pairs.document_b,
    a.digest AS digest_a,
    b.digest AS digest_b,
    pairs.verdict,
    pairs.rule,
    pairs.evidence,
    pairs.link,
    pairs.link_from
FROM duplicate_pairs AS pairs
INNER JOIN current_contents AS a ON a.document_id = pairs.document_a
INNER JOIN current_contents AS b ON b.document_id = pairs.document_b
WHERE
    pairs.document_a IN (SELECT requested_documents.document_id FROM requested_documents)
    OR pairs.document_b IN (SELECT requested_documents.document_id FROM requested_documents)
