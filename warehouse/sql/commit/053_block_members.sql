-- The members of every block this commit may change: one row per document content with one of the block's keys. A
-- block is the set of contents that share a key value of one of the kinds $blocks. Affected are the blocks of the
-- keys that the payloads bring ($files: their staged keys), that a changed document loses, or that it regains with a
-- stored content. Blocks of one content are left out, because they hold no pair; former contents count, so that a
-- block that just shrank to one member is still seen.
CREATE TEMP TABLE block_members AS
WITH regained_keys AS (
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
-- Regained keys add no member here: they are stored, so stored_blocks counts them.
keys_of_changes AS (
    SELECT
        staged.value,
        1 AS members
    FROM read_parquet($files, hive_partitioning = false) AS staged
    WHERE staged.kind IN (SELECT unnest($blocks))
    UNION ALL
    SELECT
        former_keys.value,
        1
    FROM former_keys
    WHERE former_keys.kind IN (SELECT unnest($blocks))
    UNION ALL
    SELECT
        regained_keys.value,
        0
    FROM regained_keys
),
changed_blocks AS MATERIALIZED (
    SELECT
        keys_of_changes.value,
        sum(keys_of_changes.members) AS members
    FROM keys_of_changes
    GROUP BY keys_of_changes.value
),
stored_blocks AS (
    SELECT
        document_keys.value,
        count(*) AS members
    FROM document_keys
    SEMI JOIN changed_blocks ON changed_blocks.value = document_keys.value
    WHERE document_keys.kind IN (SELECT unnest($blocks))
    GROUP BY document_keys.value
),
shared_blocks AS MATERIALIZED (
    SELECT changed_blocks.value
    FROM changed_blocks
    LEFT JOIN stored_blocks ON stored_blocks.value = changed_blocks.value
    WHERE changed_blocks.members + coalesce(stored_blocks.members, 0) > 1
)
SELECT DISTINCT
    known_keys.document_id,
    known_keys.digest,
    known_keys.kind,
    known_keys.value
FROM known_keys
SEMI JOIN shared_blocks ON shared_blocks.value = known_keys.value
WHERE known_keys.kind IN (SELECT unnest($blocks))
