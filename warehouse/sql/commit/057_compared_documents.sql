-- The current contents of `documents_to_compare`, with the columns that the comparison reads: one row per document.
SELECT known_contents.*
FROM known_contents
SEMI JOIN (
    SELECT
        current_contents.document_id,
        current_contents.digest
    FROM current_contents
    SEMI JOIN documents_to_compare ON documents_to_compare.document_id = current_contents.document_id
) AS contents ON contents.document_id = known_contents.document_id AND contents.digest = known_contents.digest
QUALIFY row_number() OVER (PARTITION BY known_contents.document_id) = 1
