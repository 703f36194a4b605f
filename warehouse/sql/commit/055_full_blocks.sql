-- Keys of the blocks ($blocks: their kinds) in block_members that have more than $limit members, or had: only these can
-- have grown past the limit or shrunk to it.
WITH former AS (
    SELECT
        former_keys.value,
        count(*) AS members
    FROM former_keys
    WHERE former_keys.kind IN (SELECT unnest($blocks))
    GROUP BY former_keys.value
),
full_blocks AS (
    SELECT block_members.value
    FROM block_members
    LEFT JOIN former ON former.value = block_members.value
    GROUP BY block_members.value
    HAVING count(*) + coalesce(max(former.members), 0) > $limit
)
SELECT
    block_members.document_id,
    block_members.kind,
    block_members.value
FROM block_members
SEMI JOIN full_blocks ON full_blocks.value = block_members.value
SEMI JOIN current_contents
    ON current_contents.document_id = block_members.document_id AND current_contents.digest = block_members.digest
