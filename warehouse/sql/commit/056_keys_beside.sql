-- The keys that pairs of the documents in `asked` are found by: their blocks, as block_members has them, all members of
-- each; and for the members of blocks of more than $limit the keys that cut these ($cuts).
WITH asked_values AS (
    SELECT DISTINCT block_members.value
    FROM block_members
    SEMI JOIN (
        SELECT
            current_contents.document_id,
            current_contents.digest
        FROM current_contents
        SEMI JOIN asked ON asked.document_id = current_contents.document_id
    ) AS contents ON contents.document_id = block_members.document_id AND contents.digest = block_members.digest
),
members AS MATERIALIZED (
    SELECT block_members.*
    FROM block_members
    SEMI JOIN asked_values ON asked_values.value = block_members.value
    SEMI JOIN current_contents
        ON current_contents.document_id = block_members.document_id AND current_contents.digest = block_members.digest
),
sizes AS MATERIALIZED (
    SELECT
        members.value,
        count(DISTINCT members.document_id) AS documents
    FROM members
    GROUP BY members.value
    HAVING count(DISTINCT members.document_id) > 1
),
cut_documents AS (
    SELECT DISTINCT
        members.document_id,
        members.digest
    FROM members
    SEMI JOIN sizes ON sizes.value = members.value AND sizes.documents > $limit
)
SELECT
    members.document_id,
    members.kind,
    members.value
FROM members
SEMI JOIN sizes ON sizes.value = members.value
UNION ALL
SELECT DISTINCT
    known_keys.document_id,
    known_keys.kind,
    known_keys.value
FROM known_keys
SEMI JOIN cut_documents
    ON cut_documents.document_id = known_keys.document_id AND cut_documents.digest = known_keys.digest
WHERE known_keys.kind IN (SELECT unnest($cuts))
