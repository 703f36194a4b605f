-- Adds to block_members the blocks of the documents in `requested_documents` that it does not hold yet, of the kinds
-- $blocks, where they have two or more members.
INSERT INTO block_members
WITH requested_keys AS (
    SELECT DISTINCT known_keys.value
    FROM known_keys
    SEMI JOIN (
        SELECT
            current_contents.document_id,
            current_contents.digest
        FROM current_contents
        SEMI JOIN requested_documents ON requested_documents.document_id = current_contents.document_id
    ) AS contents ON contents.document_id = known_keys.document_id AND contents.digest = known_keys.digest
    ANTI JOIN block_members ON block_members.value = known_keys.value
    WHERE known_keys.kind IN (SELECT unnest($blocks))
),
shared_blocks AS MATERIALIZED (
    SELECT known_keys.value
    FROM known_keys
    SEMI JOIN requested_keys ON requested_keys.value = known_keys.value
    WHERE known_keys.kind IN (SELECT unnest($blocks))
    GROUP BY known_keys.value
    HAVING count(*) > 1
)
SELECT DISTINCT
    known_keys.document_id,
    known_keys.digest,
    known_keys.kind,
    known_keys.value
FROM known_keys
SEMI JOIN shared_blocks ON shared_blocks.value = known_keys.value
WHERE known_keys.kind IN (SELECT unnest($blocks))
