-- The mentions in the current documents of the touched articles at home in one portion, from the payloads ($units, whose
-- staged mentions are $files) or from the lake. $anew: those of the changed documents are left out, because they are
-- annotated anew.
WITH here AS (
    SELECT members.*
    FROM members
    WHERE members.home = $home AND NOT ($anew AND members.is_changed)
)
SELECT
    staged.* EXCLUDE (raw_position, filename),
    here.article_id
FROM read_parquet($files, filename = true) AS staged
INNER JOIN here
    ON
        here.staged_position = staged.raw_position
        AND here.staged_unit = $units[list_position($files, staged.filename)]
UNION ALL BY NAME
SELECT mentions.* EXCLUDE (batch) REPLACE (here.article_id AS article_id)
FROM mentions
INNER JOIN here ON here.document_id = mentions.document_id AND here.staged_unit IS NULL
ORDER BY concept_id ASC, article_id ASC, document_id ASC, start ASC
