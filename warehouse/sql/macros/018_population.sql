CREATE MACRO population(basis := 'any', include_retracted := false, as_of := NULL) AS TABLE
SELECT
    keys.article_id,
    keys.year,
    keys.has_abstract
FROM article_keys AS keys
WHERE
    CASE basis WHEN 'index' THEN keys.in_index WHEN 'text' THEN keys.in_text ELSE keys.in_index OR keys.in_text END
    AND (
        include_retracted
        OR (NOT keys.is_notice AND (keys.retracted_on IS NULL OR keys.retracted_on > CAST(as_of AS DATE)))
    )
    AND (as_of IS NULL OR keys.entered_on <= CAST(as_of AS DATE))
