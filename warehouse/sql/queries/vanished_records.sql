-- Records of PubMed that stand, but that no release from version $start on has; only those entered before
-- $entered_before: younger ones may be missing from a baseline because it was made before them. known: all records
-- that stand.
WITH seen AS (
    SELECT
        sightings.document_id,
        max(sightings.version) AS version
    FROM sightings
    WHERE starts_with(sightings.document_id, 'pubmed:')
    GROUP BY sightings.document_id
),
deleted AS (
    SELECT
        deletions.document_id,
        max(deletions.version) AS version
    FROM deletions
    GROUP BY deletions.document_id
),
standing AS (
    SELECT
        seen.document_id,
        seen.version
    FROM seen
    LEFT JOIN deleted ON deleted.document_id = seen.document_id
    WHERE coalesce(deleted.version, 0) < seen.version
)
SELECT
    standing.document_id,
    (SELECT count(*) FROM standing) AS known
FROM standing
SEMI JOIN documents
    ON
        documents.document_id = standing.document_id
        AND coalesce(documents.entered_on < $entered_before, true)
WHERE standing.version < $start
ORDER BY standing.document_id ASC
