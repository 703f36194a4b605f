-- The claims of the current documents of the touched articles at home in one portion, as far as they are at hand: from
-- the payloads ($units, whose staged claims are $files) or from the lake. to_be_read: documents whose claims are found
-- anew.
WITH here AS (
    SELECT members.*
    FROM members
    ANTI JOIN to_be_read ON to_be_read.document_id = members.document_id
    WHERE members.home = $home
)
SELECT
    staged.* EXCLUDE (raw_position, filename),
    here.article_id
FROM read_parquet($files, filename = true) AS staged
INNER JOIN here
    ON
        here.staged_position = staged.raw_position
        AND here.staged_unit = $units[list_position($files, staged.filename)]
UNION ALL BY NAME
SELECT claims.* EXCLUDE (batch) REPLACE (here.article_id AS article_id)
FROM claims
INNER JOIN here ON here.document_id = claims.document_id AND here.staged_unit IS NULL
ORDER BY article_id ASC, document_id ASC, start ASC, number ASC
