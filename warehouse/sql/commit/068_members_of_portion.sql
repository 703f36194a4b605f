-- The documents whose mentions are copied into one portion, in order of their articles. $unchanged_only leaves the
-- changed documents out, because a reprocessing commit annotates these again.
SELECT
    members.document_id,
    members.article_id,
    members.staged_unit,
    members.staged_position
FROM members
WHERE members.portion = $portion AND NOT ($unchanged_only AND members.is_changed)
ORDER BY members.article_id ASC, members.document_id ASC
