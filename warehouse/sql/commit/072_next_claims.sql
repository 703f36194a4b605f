-- The claims of the documents of one portion that need no detection: from the payloads ($units, whose staged claims
-- are $files) or from the lake. Left out are `documents_for_claim_detection`, whose current text no stored claim
-- refers to.
WITH documents_of_portion AS (
    SELECT members.*
    FROM members
    ANTI JOIN documents_for_claim_detection
        ON documents_for_claim_detection.document_id = members.document_id
    WHERE members.portion = $portion
)
SELECT
    staged.* EXCLUDE (raw_position, filename),
    documents_of_portion.article_id
FROM read_parquet($files, filename = true, hive_partitioning = false) AS staged
INNER JOIN documents_of_portion
    ON
        documents_of_portion.staged_position = staged.raw_position
        AND documents_of_portion.staged_unit = $units[list_position($files, staged.filename)]
UNION ALL BY NAME
SELECT claims.* EXCLUDE (batch, start_offset, end_offset) REPLACE (documents_of_portion.article_id AS article_id)
FROM claims
INNER JOIN documents_of_portion
    ON documents_of_portion.document_id = claims.document_id AND documents_of_portion.staged_unit IS NULL
ORDER BY article_id ASC, document_id ASC, start ASC, number ASC
