-- Pairs of records, one of them changed, that carry the same PMID; those found before are left out.
WITH found AS (
    SELECT DISTINCT
        least(changed.document_id, other.document_id) AS document_a,
        greatest(changed.document_id, other.document_id) AS document_b,
        CASE WHEN changed.document_id < other.document_id THEN changed.digest ELSE other.digest END AS digest_a,
        CASE WHEN changed.document_id < other.document_id THEN other.digest ELSE changed.digest END AS digest_b,
        changed.pmid
    FROM next_contents AS changed
    INNER JOIN current_contents AS other ON other.pmid = changed.pmid AND other.document_id <> changed.document_id
    WHERE changed.is_current
)
SELECT
    found.document_a,
    found.document_b,
    found.digest_a,
    found.digest_b,
    'same_pmid' AS rule,
    'PMID ' || found.pmid AS evidence
FROM found
ANTI JOIN duplicate_pairs
    ON
        duplicate_pairs.document_a = found.document_a
        AND duplicate_pairs.document_b = found.document_b
        AND duplicate_pairs.digest_a = found.digest_a
        AND duplicate_pairs.digest_b = found.digest_b
ORDER BY found.document_a ASC, found.document_b ASC
