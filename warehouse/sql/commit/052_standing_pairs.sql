-- Pairs that hold for the contents that count now.
CREATE TEMP TABLE standing_pairs AS
WITH known AS (
    SELECT
        new_duplicate_pairs.document_a,
        new_duplicate_pairs.document_b,
        new_duplicate_pairs.digest_a,
        new_duplicate_pairs.digest_b
    FROM new_duplicate_pairs
    UNION
    SELECT
        duplicate_pairs.document_a,
        duplicate_pairs.document_b,
        duplicate_pairs.digest_a,
        duplicate_pairs.digest_b
    FROM duplicate_pairs
),
ends AS (
    SELECT
        current_contents.document_id,
        current_contents.digest
    FROM current_contents
    SEMI JOIN (
        SELECT known.document_a AS document_id FROM known
        UNION
        SELECT known.document_b FROM known
    ) AS named ON named.document_id = current_contents.document_id
)
SELECT DISTINCT
    known.document_a,
    known.document_b
FROM known
SEMI JOIN ends AS a ON a.document_id = known.document_a AND a.digest = known.digest_a
SEMI JOIN ends AS b ON b.document_id = known.document_b AND b.digest = known.digest_b
