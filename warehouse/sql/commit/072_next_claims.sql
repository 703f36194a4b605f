-- The claims of the current documents of the touched articles at home in one portion, as far as they are at hand: those
-- of contents the payloads bring, and the standing ones. to_be_read: documents whose claims are found anew.
WITH members AS (
    SELECT
        assigned.document_id,
        assigned.article_id
    FROM assigned
    SEMI JOIN touched_articles ON touched_articles.article_id = assigned.article_id AND touched_articles.home = $home
),
brought AS (
    SELECT
        next_contents.document_id,
        members.article_id,
        staged_contents.version,
        staged_contents.unit
    FROM next_contents
    INNER JOIN members ON members.document_id = next_contents.document_id
    INNER JOIN staged_contents
        ON staged_contents.document_id = next_contents.document_id AND staged_contents.digest = next_contents.digest
    WHERE next_contents.is_current
),
standing AS (
    SELECT
        members.document_id,
        members.article_id
    FROM members
    ANTI JOIN brought ON brought.document_id = members.document_id
    ANTI JOIN to_be_read ON to_be_read.document_id = members.document_id
    ANTI JOIN next_contents ON next_contents.document_id = members.document_id AND NOT next_contents.is_current
)
SELECT
    staged.* EXCLUDE (version, filename),
    brought.article_id
FROM read_parquet($files, filename = true) AS staged
INNER JOIN brought
    ON
        brought.document_id = staged.document_id
        AND brought.version = staged.version
        AND brought.unit = list_position($files, staged.filename)
UNION ALL BY NAME
SELECT claims.* EXCLUDE (batch) REPLACE (standing.article_id AS article_id)
FROM claims
INNER JOIN standing ON standing.document_id = claims.document_id
ORDER BY article_id ASC, document_id ASC, start ASC, number ASC
