-- PubMed records that no release from version $start on contains although they were never deleted. Records that
-- entered on or after $entered_before may be missing only because the baseline is older, and are left out. `known` is
-- the number of all records that are not deleted.
WITH latest_sightings AS (
    SELECT
        sightings.document_id,
        max(sightings.version) AS version
    FROM sightings
    WHERE starts_with(sightings.document_id, 'pubmed:')
    GROUP BY sightings.document_id
),
latest_deletions AS (
    SELECT
        deletions.document_id,
        max(deletions.version) AS version
    FROM deletions
    GROUP BY deletions.document_id
),
undeleted_records AS (
    SELECT
        latest_sightings.document_id,
        latest_sightings.version
    FROM latest_sightings
    LEFT JOIN latest_deletions ON latest_deletions.document_id = latest_sightings.document_id
    WHERE coalesce(latest_deletions.version, 0) < latest_sightings.version
)
SELECT
    undeleted_records.document_id,
    (SELECT count(*) FROM undeleted_records) AS known
FROM undeleted_records
SEMI JOIN documents
    ON
        documents.document_id = undeleted_records.document_id
        AND coalesce(documents.entered_on < $entered_before, true)
WHERE undeleted_records.version < $start
ORDER BY undeleted_records.document_id ASC
