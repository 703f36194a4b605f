-- The mentions that the lake has in the documents whose mentions one portion is written with, and that no payload brings.
-- $anew: without those of the changed documents, because they are annotated anew.
WITH here AS (
    SELECT members.document_id
    FROM members
    WHERE members.home = $home AND members.staged_unit IS NULL AND NOT ($anew AND members.is_changed)
)
SELECT mentions.* EXCLUDE (article_id, batch)
FROM mentions
SEMI JOIN here ON here.document_id = mentions.document_id
