CREATE MACRO group_places(
    groups, basis := 'any', level := 'article', exact := false, include_retracted := false, as_of := NULL
) AS TABLE
SELECT
    found.article_id,
    members.number,
    unnest(CASE WHEN level = 'sentence' THEN found.sentences ELSE [0] END) AS place
FROM article_concepts AS found
INNER JOIN group_members(groups, exact := exact) AS members ON members.concept_id = found.concept_id
WHERE
    found.affirmed
    AND (basis = 'any' OR found.basis = basis)
    AND (
        include_retracted
        OR (NOT found.is_notice AND (found.retracted_on IS NULL OR found.retracted_on > CAST(as_of AS DATE)))
    )
    AND (as_of IS NULL OR found.entered_on <= CAST(as_of AS DATE))
