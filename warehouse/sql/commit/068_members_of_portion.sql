-- The documents whose mentions one portion is written with, in the order of their articles. $anew: without the changed
-- ones, because they are annotated anew.
SELECT
    members.document_id,
    members.article_id,
    members.staged_unit,
    members.staged_position
FROM members
WHERE members.home = $home AND NOT ($anew AND members.is_changed)
ORDER BY members.article_id ASC, members.document_id ASC
