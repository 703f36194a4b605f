-- The life of every record the payloads touch: runs of equal content and deletions, ordered by release, whatever the
-- order of arrival. unit is NULL for what the lake knew before. A repeated content is not a run of its own: unchanged.
-- $withdrawn: a batch whose records are to be forgotten (NULL: none), or 0 to look at every record of the lake again.
CREATE TEMP TABLE runs AS
WITH touched AS (
    SELECT incoming.document_id FROM incoming
    UNION
    SELECT incoming_deletions.document_id FROM incoming_deletions
    UNION
    SELECT sightings.document_id FROM sightings
    WHERE sightings.batch = $withdrawn OR $withdrawn = 0
    UNION
    SELECT deletions.document_id FROM deletions
    WHERE deletions.batch = $withdrawn OR $withdrawn = 0
),
known AS (
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
    SEMI JOIN touched ON touched.document_id = sightings.document_id
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
    SEMI JOIN touched ON touched.document_id = deletions.document_id
    WHERE deletions.batch IS DISTINCT FROM $withdrawn
),
once AS (
    SELECT *
    FROM known
    QUALIFY
        row_number() OVER (
            PARTITION BY known.document_id, known.version, known.digest
            ORDER BY known.unit ASC NULLS FIRST, known.raw_position ASC
        ) = 1
),
events AS (
    SELECT
        once.*,
        lag(once.digest) OVER (
            PARTITION BY once.document_id
            ORDER BY once.version ASC, once.digest ASC NULLS LAST
        ) AS previous_digest
    FROM once
)
SELECT
    events.document_id,
    events.version,
    events.digest,
    events.raw_file,
    events.raw_position,
    events.unit,
    events.digest IS NOT NULL
    AND row_number() OVER (
        PARTITION BY events.document_id
        ORDER BY events.version DESC, events.digest DESC NULLS FIRST
    ) = 1 AS is_current
FROM events
WHERE events.digest IS NULL OR events.digest IS DISTINCT FROM events.previous_digest
