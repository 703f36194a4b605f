-- Every document of a batch that is withdrawn ($withdrawn), or of the lake (0), in portions of $size.
CREATE TEMP TABLE changed_documents AS
WITH touched AS (
    SELECT sightings.document_id FROM sightings
    WHERE sightings.batch = $withdrawn OR $withdrawn = 0
    UNION
    SELECT deletions.document_id FROM deletions
    WHERE deletions.batch = $withdrawn OR $withdrawn = 0
)
SELECT
    touched.document_id,
    (1 + (row_number() OVER (ORDER BY touched.document_id ASC) - 1) // $size)::INTEGER AS home
FROM touched
