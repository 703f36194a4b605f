-- The documents in read_anew, in portions of $size.
CREATE TEMP TABLE changed_documents AS
SELECT
    read_anew.document_id,
    (1 + (row_number() OVER (ORDER BY read_anew.document_id ASC) - 1) // $size)::INTEGER AS home
FROM read_anew
