-- The contents that count of the documents in `compared`.
SELECT known_contents.*
FROM known_contents
SEMI JOIN (
    SELECT
        current_contents.document_id,
        current_contents.digest
    FROM current_contents
    SEMI JOIN compared ON compared.document_id = current_contents.document_id
) AS wanted ON wanted.document_id = known_contents.document_id AND wanted.digest = known_contents.digest
QUALIFY row_number() OVER (PARTITION BY known_contents.document_id) = 1
