-- All members of the blocks ($blocks: their kinds) that a commit may change and that have two or more, the keys of former
-- contents counted: those its payloads ($files: their staged keys) bring keys of, or that a document it changes had.
CREATE TEMP TABLE block_members AS
WITH returned AS (
    SELECT document_keys.value
    FROM document_keys
    SEMI JOIN (
        SELECT
            content_changes.document_id,
            content_changes.next_digest
        FROM content_changes
        ANTI JOIN staged_contents
            ON
                staged_contents.document_id = content_changes.document_id
                AND staged_contents.digest = content_changes.next_digest
        WHERE content_changes.next_digest IS NOT NULL
    ) AS contents
        ON contents.document_id = document_keys.document_id AND contents.next_digest = document_keys.digest
    WHERE document_keys.kind IN (SELECT unnest($blocks))
),
keys_of_changes AS (
    SELECT
        staged.value,
        1 AS members
    FROM read_parquet($files) AS staged
    WHERE staged.kind IN (SELECT unnest($blocks))
    UNION ALL
    SELECT
        former_keys.value,
        1
    FROM former_keys
    WHERE former_keys.kind IN (SELECT unnest($blocks))
    UNION ALL
    SELECT
        returned.value,
        0
    FROM returned
),
moved AS MATERIALIZED (
    SELECT
        keys_of_changes.value,
        sum(keys_of_changes.members) AS members
    FROM keys_of_changes
    GROUP BY keys_of_changes.value
),
stored AS (
    SELECT
        document_keys.value,
        count(*) AS members
    FROM document_keys
    SEMI JOIN moved ON moved.value = document_keys.value
    WHERE document_keys.kind IN (SELECT unnest($blocks))
    GROUP BY document_keys.value
),
shared AS MATERIALIZED (
    SELECT moved.value
    FROM moved
    LEFT JOIN stored ON stored.value = moved.value
    WHERE moved.members + coalesce(stored.members, 0) > 1
)
SELECT DISTINCT
    known_keys.document_id,
    known_keys.digest,
    known_keys.kind,
    known_keys.value
FROM known_keys
SEMI JOIN shared ON shared.value = known_keys.value
WHERE known_keys.kind IN (SELECT unnest($blocks))
