-- The keys by which pairs with one of `requested_documents` are found: one row per document and key. All members of
-- their blocks come with the block's key; members of a block of more than $limit documents come also with their
-- finer keys ($cuts), because comparing such a block pair by pair would take too long.
--
--     block "smith 2001" of 3 documents, limit 2   ->   3 rows of its key, and the finer keys of these 3 documents
WITH requested_keys AS (
    SELECT DISTINCT block_members.value
    FROM block_members
    SEMI JOIN (
        SELECT
            current_contents.document_id,
            current_contents.digest
        FROM current_contents
        SEMI JOIN requested_documents ON requested_documents.document_id = current_contents.document_id
    ) AS contents ON contents.document_id = block_members.document_id AND contents.digest = block_members.digest
),
current_members AS MATERIALIZED (
    SELECT block_members.*
    FROM block_members
    SEMI JOIN requested_keys ON requested_keys.value = block_members.value
    SEMI JOIN current_contents
        ON current_contents.document_id = block_members.document_id AND current_contents.digest = block_members.digest
),
block_sizes AS MATERIALIZED (
    SELECT
        current_members.value,
        count(DISTINCT current_members.document_id) AS documents
    FROM current_members
    GROUP BY current_members.value
    HAVING count(DISTINCT current_members.document_id) > 1
),
documents_of_oversized_blocks AS (
    SELECT DISTINCT
        current_members.document_id,
        current_members.digest
    FROM current_members
    SEMI JOIN block_sizes ON block_sizes.value = current_members.value AND block_sizes.documents > $limit
)
SELECT
    current_members.document_id,
    current_members.kind,
    current_members.value
FROM current_members
SEMI JOIN block_sizes ON block_sizes.value = current_members.value
UNION ALL
SELECT DISTINCT
    known_keys.document_id,
    known_keys.kind,
    known_keys.value
FROM known_keys
SEMI JOIN documents_of_oversized_blocks AS oversized
    ON oversized.document_id = known_keys.document_id AND oversized.digest = known_keys.digest
WHERE known_keys.kind IN (SELECT unnest($cuts))
