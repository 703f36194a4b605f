-- To block_members, those of the further blocks ($blocks: their kinds) that the documents in `asked` have keys of, as far
-- as they have two or more members.
INSERT INTO block_members
WITH asked_values AS (
    SELECT DISTINCT known_keys.value
    FROM known_keys
    SEMI JOIN (
        SELECT
            current_contents.document_id,
            current_contents.digest
        FROM current_contents
        SEMI JOIN asked ON asked.document_id = current_contents.document_id
    ) AS contents ON contents.document_id = known_keys.document_id AND contents.digest = known_keys.digest
    ANTI JOIN block_members ON block_members.value = known_keys.value
    WHERE known_keys.kind IN (SELECT unnest($blocks))
),
shared AS MATERIALIZED (
    SELECT known_keys.value
    FROM known_keys
    SEMI JOIN asked_values ON asked_values.value = known_keys.value
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
SEMI JOIN shared ON shared.value = known_keys.value
WHERE known_keys.kind IN (SELECT unnest($blocks))
