-- The mentions that one portion takes over from the lake: those of its documents that no payload brings.
-- $unchanged_only leaves the changed documents out, because a reprocessing commit annotates these again.
WITH documents_from_lake AS (
    SELECT members.document_id
    FROM members
    WHERE members.portion = $portion AND members.staged_unit IS NULL AND NOT ($unchanged_only AND members.is_changed)
)
SELECT mentions.* EXCLUDE (article_id, batch, start_offset, end_offset)
FROM mentions
SEMI JOIN documents_from_lake ON documents_from_lake.document_id = mentions.document_id
