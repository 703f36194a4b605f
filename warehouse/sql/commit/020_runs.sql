-- The history of every record the payloads touch, in order of release and not of arrival: one row per run of equal
-- content, and one per deletion (digest NULL). `unit` is the payload that starts the run, NULL where the lake knew
-- it. A repeated content starts no run; it is reported as unchanged. `is_current` marks the last run, unless it is a
-- deletion.
--
--     known (version, digest)   runs
--     7  a                      7  a
--     8  a                      -         same content as version 7
--     9  b                      9  b      is_current
--
-- $withdrawn: a batch whose records and deletions are ignored, because it is being undone; NULL for none.
CREATE TEMP TABLE runs AS
WITH touched_documents AS (
    SELECT incoming.document_id FROM incoming
    UNION
    SELECT incoming_deletions.document_id FROM incoming_deletions
    UNION
    SELECT sightings.document_id FROM sightings
    WHERE sightings.batch = $withdrawn
    UNION
    SELECT deletions.document_id FROM deletions
    WHERE deletions.batch = $withdrawn
),
known_versions AS (
    SELECT
        incoming.document_id,
        incoming.version,
        incoming.digest,
        incoming.raw_file,
        incoming.raw_position,
        incoming.unit
    FROM incoming
    UNION ALL
    SELECT
        incoming_deletions.document_id,
        incoming_deletions.version,
        NULL,
        incoming_deletions.raw_file,
        NULL,
        incoming_deletions.unit
    FROM incoming_deletions
    UNION ALL
    SELECT
        sightings.document_id,
        sightings.version,
        sightings.digest,
        sightings.raw_file,
        sightings.raw_position,
        NULL
    FROM sightings
    SEMI JOIN touched_documents ON touched_documents.document_id = sightings.document_id
    WHERE sightings.batch IS DISTINCT FROM $withdrawn
    UNION ALL
    SELECT
        deletions.document_id,
        deletions.version,
        NULL,
        deletions.raw_file,
        NULL,
        NULL
    FROM deletions
    SEMI JOIN touched_documents ON touched_documents.document_id = deletions.document_id
    WHERE deletions.batch IS DISTINCT FROM $withdrawn
),
-- A version that several payloads bring counts once; what the lake has (unit NULL) takes precedence.
distinct_versions AS (
    SELECT *
    FROM known_versions
    QUALIFY
        row_number() OVER (
            PARTITION BY known_versions.document_id, known_versions.version, known_versions.digest
            ORDER BY known_versions.unit ASC NULLS FIRST, known_versions.raw_position ASC
        ) = 1
),
ordered_versions AS (
    SELECT
        distinct_versions.*,
        lag(distinct_versions.digest) OVER (
            PARTITION BY distinct_versions.document_id
            ORDER BY distinct_versions.version ASC, distinct_versions.digest ASC NULLS LAST
        ) AS previous_digest
    FROM distinct_versions
)
SELECT
    ordered_versions.document_id,
    ordered_versions.version,
    ordered_versions.digest,
    ordered_versions.raw_file,
    ordered_versions.raw_position,
    ordered_versions.unit,
    ordered_versions.digest IS NOT NULL
    AND row_number() OVER (
        PARTITION BY ordered_versions.document_id
        ORDER BY ordered_versions.version DESC, ordered_versions.digest DESC NULLS FIRST
    ) = 1 AS is_current
FROM ordered_versions
WHERE ordered_versions.digest IS NULL OR ordered_versions.digest IS DISTINCT FROM ordered_versions.previous_digest
