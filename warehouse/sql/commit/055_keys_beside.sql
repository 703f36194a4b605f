-- The keys that pairs of the documents in `asked` are found by: their blocks ($blocks: their kinds), all members of
-- each; and for the members of blocks of more than $limit the keys that cut these ($cuts).
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
    WHERE known_keys.kind IN (SELECT unnest($blocks))
),
shared_values AS MATERIALIZED (
    SELECT known_keys.value
    FROM known_keys
    SEMI JOIN asked_values ON asked_values.value = known_keys.value
    WHERE known_keys.kind IN (SELECT unnest($blocks))
    GROUP BY known_keys.value
    HAVING count(*) > 1
),
members AS MATERIALIZED (
    SELECT DISTINCT
        known_keys.document_id,
        known_keys.digest,
        known_keys.kind,
        known_keys.value
    FROM known_keys
    SEMI JOIN shared_values ON shared_values.value = known_keys.value
    SEMI JOIN current_contents
        ON current_contents.document_id = known_keys.document_id AND current_contents.digest = known_keys.digest
    WHERE known_keys.kind IN (SELECT unnest($blocks))
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
