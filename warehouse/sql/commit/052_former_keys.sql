-- The blocking keys that the changed documents lose: those of their former contents.
CREATE TEMP TABLE former_keys AS
SELECT DISTINCT
    known_keys.document_id,
    known_keys.kind,
    known_keys.value
FROM known_keys
SEMI JOIN content_changes
    ON
        content_changes.document_id = known_keys.document_id
        AND content_changes.former_digest = known_keys.digest
