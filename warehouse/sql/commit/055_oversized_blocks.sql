-- The current members of the blocks (kinds $blocks) with more than $limit members, counting those this commit
-- removes: only such blocks can have grown past the limit, or shrunk back below it, and so be compared by other keys
-- than before.
WITH former_members AS (
    SELECT
        former_keys.value,
        count(*) AS members
    FROM former_keys
    WHERE former_keys.kind IN (SELECT unnest($blocks))
    GROUP BY former_keys.value
),
oversized_blocks AS (
    SELECT block_members.value
    FROM block_members
    LEFT JOIN former_members ON former_members.value = block_members.value
    GROUP BY block_members.value
    HAVING count(*) + coalesce(max(former_members.members), 0) > $limit
)
SELECT
    block_members.document_id,
    block_members.kind,
    block_members.value
FROM block_members
SEMI JOIN oversized_blocks ON oversized_blocks.value = block_members.value
SEMI JOIN current_contents
    ON current_contents.document_id = block_members.document_id AND current_contents.digest = block_members.digest
