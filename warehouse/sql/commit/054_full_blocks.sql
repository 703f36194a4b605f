-- Keys of the blocks ($blocks: their kinds) that a change of contents adds to or takes from, and that have more than
-- $limit members, or had: only these can have grown past the limit or shrunk to it.
WITH fresh AS (
    SELECT DISTINCT known_keys.value
    FROM known_keys
    SEMI JOIN content_changes
        ON
            content_changes.document_id = known_keys.document_id
            AND content_changes.next_digest = known_keys.digest
    WHERE known_keys.kind IN (SELECT unnest($blocks))
),
former AS (
    SELECT
        former_keys.value,
        count(*) AS members
    FROM former_keys
    WHERE former_keys.kind IN (SELECT unnest($blocks))
    GROUP BY former_keys.value
),
moved AS (
    SELECT fresh.value FROM fresh
    UNION
    SELECT former.value FROM former
),
perhaps_full AS MATERIALIZED (
    SELECT known_keys.value
    FROM known_keys
    INNER JOIN moved ON moved.value = known_keys.value
    LEFT JOIN former ON former.value = known_keys.value
    WHERE known_keys.kind IN (SELECT unnest($blocks))
    GROUP BY known_keys.value
    HAVING count(*) + coalesce(max(former.members), 0) > $limit
),
members AS MATERIALIZED (
    SELECT DISTINCT
        known_keys.document_id,
        known_keys.digest,
        known_keys.kind,
        known_keys.value
    FROM known_keys
    SEMI JOIN perhaps_full ON perhaps_full.value = known_keys.value
    WHERE known_keys.kind IN (SELECT unnest($blocks))
),
full_blocks AS (
    SELECT members.value
    FROM members
    LEFT JOIN former ON former.value = members.value
    GROUP BY members.value
    HAVING count(*) + coalesce(max(former.members), 0) > $limit
)
SELECT
    members.document_id,
    members.kind,
    members.value
FROM members
SEMI JOIN full_blocks ON full_blocks.value = members.value
SEMI JOIN current_contents
    ON current_contents.document_id = members.document_id AND current_contents.digest = members.digest
